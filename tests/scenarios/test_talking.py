"""Beginning to talk, by key, command or voice, and not beginning at all."""

from __future__ import annotations

import pytest

from desktop_app.engine.inputs import (
    TalkCancelled,
    TalkPressed,
    TalkReleased,
    TalkToggled,
    VoiceStarted,
)
from desktop_app.journal.records import UtteranceState
from desktop_app.link.messages import NoticeRaised, Phase
from desktop_app.protocol.commands import AppendAudio, CommitAudio, DiscardAudio
from tests.fakes.rig import SAYING, Rig


async def test_staying_quiet_sends_nothing_and_listening_ends_with_a_word_after_a_minute():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        await rig.hear("." * 500)
        await rig.time.advance(59)
        assert rig.engine.phase is Phase.LISTENING
        await rig.time.advance(1)
        assert rig.engine.phase is Phase.READY
        assert not rig.microphone.is_open
        assert rig.notices == ["voice.idle"]
        assert rig.told_of(NoticeRaised)[0].notice.action == "retry"
        assert line.sent == []
        assert rig.journal.utterances == {}


async def test_listening_goes_on_for_another_minute_after_somebody_spoke():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.time.advance(50)
        await rig.hear("#" + "." * 50)
        await rig.hear("###" + "." * 50)  # a click: it was somebody, but said nothing
        await rig.time.advance(50)
        assert rig.engine.phase is Phase.LISTENING


async def test_a_click_never_reaches_the_server():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        await rig.hear("." * 20 + "#####" + "." * 50)
        assert rig.engine.phase is Phase.LISTENING
        assert line.sent == []
        assert {one.state for one in rig.journal.utterances.values()} == {UtteranceState.DISCARDED}


@pytest.mark.parametrize(
    ("begin", "end"), [(TalkPressed(), TalkReleased()), (TalkToggled(), TalkToggled())]
)
async def test_bar_23_everything_from_the_key_to_the_tail_is_sent_once_and_in_order(begin, end):
    async with Rig() as rig:
        await rig.take(begin)
        line = await rig.line()
        await rig.phase_is(Phase.HEARING)
        await rig.hear("." * 15 + "#" * 20 + "." * 50 + "#" * 20)
        await rig.take(end)
        await rig.hear("###")
        await rig.time.advance(0.2)
        await line.expect(CommitAudio(1))
        pcm = b"".join(one.pcm for one in line.sent_of(AppendAudio))
        assert len(pcm) == 108 * 640
        assert pcm.endswith(rig.microphone.said[-1])
        [utterance] = rig.journal.utterances
        assert rig.journal.sound(utterance) == pcm


async def test_bar_12_a_noise_that_never_ends_can_be_ended_by_key():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        await rig.hear("#" * 200)
        await rig.take(TalkPressed(), TalkReleased())
        await rig.time.advance(0.2)
        await line.expect(CommitAudio(1))
        assert rig.engine.phase is Phase.THINKING


async def test_what_is_cancelled_leaves_nothing_and_the_next_words_are_heard():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        await rig.hear("#" * 20)
        await rig.take(TalkCancelled(), TalkCancelled())
        await line.expect(DiscardAudio(1))
        assert rig.engine.phase is Phase.LISTENING
        await rig.hear("." * 50 + SAYING)
        await line.expect(CommitAudio(2))
        assert rig.questions == []
        states = [one.state for one in rig.journal.utterances.values()]
        assert states[0] is UtteranceState.DISCARDED
