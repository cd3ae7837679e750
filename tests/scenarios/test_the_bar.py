"""The bar for turn taking, capture and partial words: each test names its item."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from desktop_app.engine.inputs import (
    MutedChanged,
    PromptTyped,
    TalkPressed,
    TalkReleased,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.errors import DeviceError, NetworkError
from desktop_app.link.messages import NoticeCleared, Phase, TranscriptChanged
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    CommitAudio,
    DiscardAudio,
    PromptText,
)
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyText,
    TranscriptUpdated,
)
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import THREAD, Rig
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import rounds


async def listening(rig: Rig) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    return await rig.line()


async def thinking(rig: Rig) -> ScriptedTransport:
    line = await listening(rig)
    await rig.ask_aloud()
    await rig.phase_is(Phase.THINKING)
    return line


async def speaking(rig: Rig, ms: int = 1_000) -> ScriptedTransport:
    line = await thinking(rig)
    line.say(TranscriptUpdated(1, "a question", is_final=True), ReplyText(1, "An answer"))
    line.say(ReplyAudio(1, speech(ms)))
    await rig.phase_is(Phase.SPEAKING)
    return line


def sound(line: ScriptedTransport, turn: int) -> bytes:
    return b"".join(one.pcm for one in line.sent_of(AppendAudio) if one.turn == turn)


async def test_bar_3_nothing_of_an_interrupted_reply_is_heard_though_it_comes_for_two_seconds():
    async with Rig() as rig:
        line = await speaking(rig)
        await rig.loudspeaker.sound(200)
        await rig.hear("#" * 40)
        await line.expect(CancelReply(1, 200))
        before = list(rig.loudspeaker.heard)
        for _ in range(20):
            line.say(ReplyAudio(1, speech(100)), ReplyText(1, " and more"))
            await rig.time.advance(0.1)
            await rig.loudspeaker.sound(100)
        line.say(ReplyEnded(1))
        await rounds()
        assert rig.loudspeaker.heard == before
        assert rig.engine.phase is Phase.HEARING
        assert "and more" not in rig.replies[0].text


async def test_bar_5_a_noise_between_the_question_and_its_answer_does_not_cancel_the_turn():
    async with Rig() as rig:
        line = await thinking(rig)
        await rig.hear("#" * 4 + "." * 60)
        assert line.sent_of(CancelReply) == []
        line.say(TranscriptUpdated(1, "a question", is_final=True), ReplyText(1, "Yes."))
        line.say(ReplyAudio(1, speech(100)), ReplyEnded(1))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(100)
        await rig.phase_is(Phase.LISTENING)
        assert [one.text for one in rig.replies] == ["Yes."]


async def test_bar_6_who_is_quiet_sends_nothing_and_is_listened_to_for_ten_seconds_and_longer():
    async with Rig() as rig:
        line = await listening(rig)
        for _ in range(20):
            await rig.hear("." * 50)
            await rig.time.advance(1)
        assert rig.engine.phase is Phase.LISTENING
        assert line.sent == []
        await rig.time.advance(60)
        assert rig.engine.phase is Phase.READY
        assert rig.notices == ["voice.idle"]


async def test_bar_10_listening_without_samples_is_shown_as_no_input():
    async with Rig() as rig:
        await listening(rig)
        # The microphone itself counts the second: tests/audio/test_microphone.py.
        rig.microphone.lose("device.silent")
        await rig.phase_is(Phase.NO_INPUT)
        assert rig.notices == ["device.silent"]


async def test_bar_10_speaking_without_played_samples_for_a_second_is_not_claimed():
    async with Rig() as rig:
        await speaking(rig, ms=300)
        await rig.loudspeaker.sound(300)
        await rig.time.advance(1)
        assert rig.engine.phase is Phase.SPEAKING, "it moved within the last second"
        await rig.time.advance(1)
        assert rig.engine.phase is Phase.THINKING


async def test_bar_10_thinking_without_any_news_for_eight_seconds_is_told():
    async with Rig() as rig:
        await thinking(rig)
        await rig.time.advance(7.9)
        assert rig.notices == []
        await rig.time.advance(0.1)
        assert rig.notices == ["reply.slow"]


async def test_bar_22_the_first_sample_after_the_key_is_sent_in_20_of_20_trials():
    async with Rig() as rig:
        await rig.take(VoiceStarted())  # warm: the microphone is open
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        kept = 0
        for turn in range(1, 21):
            await rig.hear("." * (turn % 7))
            before = len(rig.microphone.said)
            rig.engine.take(TalkPressed())
            await rig.hear("#" * 20)  # speaks with the key, 0 ms later
            await rig.take(TalkReleased())
            await rig.time.advance(0.2)
            await line.expect(CommitAudio(turn))
            words = b"".join(list(rig.microphone.said)[before:])
            kept += words in sound(line, turn)
            line.say(TranscriptUpdated(turn, "what", is_final=True), ReplyEnded(turn))
            await rig.phase_is(Phase.LISTENING)
        assert kept == 20


async def test_bar_24_sound_leaves_at_once_and_words_are_shown_before_the_next_is_spoken():
    async with Rig() as rig:
        line = await listening(rig)
        for spoken_ms in range(100, 2_001, 100):
            await rig.hear("#" * 5)
            if spoken_ms >= 200:  # before, it may be a click
                sent_ms = len(sound(line, 1)) / 32
                assert sent_ms >= spoken_ms, "nothing is held back"
            line.say(TranscriptUpdated(1, f"words up to {spoken_ms}"))
            await rounds()
            if spoken_ms >= 200:
                shown = rig.told_of(TranscriptChanged)[-1]
                assert (shown.thread_id, shown.text) == (THREAD, f"words up to {spoken_ms}")
        asked = len(rig.questions)
        await rig.hear("." * 35)
        line.say(TranscriptUpdated(1, "all of the words", is_final=True))
        await rig.until(lambda: [one.text for one in rig.questions] == ["all of the words"])
        assert asked <= 1, "the final words take the place of the partial ones"


@pytest.mark.parametrize("picture", ["." * 60, "#" * 3 + "." * 60])
async def test_bar_26_a_press_without_speech_reaches_nobody_and_is_told(picture: str):
    async with Rig() as rig:
        await rig.take(TalkPressed())
        await rig.until(lambda: rig.microphone.is_open)
        line = await rig.line()
        await rig.hear(picture)
        await rig.take(TalkReleased())
        await rig.time.advance(0.2)
        assert not [one for one in line.sent if isinstance(one, AppendAudio | CommitAudio)]
        assert line.sent_of(DiscardAudio) == []
        assert rig.notices == ["voice.no_speech"]
        assert rig.questions == []


async def test_bar_61_a_drop_in_mid_reply_is_shown_within_two_seconds_and_what_came_is_heard():
    async with Rig() as rig:
        line = await speaking(rig, ms=4_000)
        line.is_alive.clear()
        for _ in range(20):
            await rig.loudspeaker.sound(100)
            await rig.time.advance(0.1)
        assert "line.stalled" in rig.notices
        assert rig.engine.phase is Phase.SPEAKING, "what has come plays on"
        for _ in range(20):
            await rig.loudspeaker.sound(100)
            await rig.time.advance(0.1)
        assert b"".join(pcm for _, pcm in rig.loudspeaker.heard) == speech(4_000)
        await rig.time.advance(8)
        await rig.phase_is(Phase.LISTENING)
        assert Phase.RECONNECTING in rig.phases
        assert {one.session_id for one in rig.voice.configurations} == {THREAD}
        again = rig.voice.transports[-1]
        assert again is not line
        assert again.sent == [], "nothing is said twice"
        assert len(rig.questions) == 1


async def _gone_in_a_typed_reply(rig: Rig) -> ScriptedTransport:
    await rig.take(PromptTyped("m1", "a question"))
    line = await rig.text.connection()
    await line.expect(PromptText(1, "a question"))
    line.say(ReplyStarted(1), ReplyText(1, "An "))
    line.is_alive.clear()
    return line


async def test_bar_61_a_drop_in_mid_reply_is_shown_within_two_seconds_where_one_types():
    async with Rig() as rig:
        line = await _gone_in_a_typed_reply(rig)
        await rig.time.advance(2)
        assert "line.stalled" in rig.notices
        line.is_alive.set()
        await rounds()
        assert "line.stalled" in [one.code for one in rig.told_of(NoticeCleared)]
        line.say(ReplyText(1, "answer"), ReplyEnded(1))
        await rig.until(lambda: [one.text for one in rig.replies] == ["An answer"])
        assert len(rig.text.configurations) == 1


async def test_bar_61_a_server_that_is_gone_is_left_where_one_types_and_its_reply_is_looked_for():
    async with Rig() as rig:
        line = await _gone_in_a_typed_reply(rig)
        await rig.time.advance(13)
        await rig.phase_is(Phase.READY)
        assert line.is_closed
        assert "line.stalled" in [one.code for one in rig.told_of(NoticeCleared)]
        assert [(one.text, one.status) for one in rig.replies][-1][0] == "An "
        assert len(rig.text.configurations) == 1, "nothing is said twice"


@pytest.mark.parametrize(
    ("begin", "end"),
    [(VoiceStarted(), VoiceStopped()), (TalkPressed(), TalkReleased())],
    ids=["voice", "key"],
)
async def test_bar_58_the_microphone_is_closed_within_a_second(begin: object, end: object):
    async with Rig() as rig:
        await rig.take(begin)
        await rig.line()
        await rig.until(lambda: rig.microphone.is_open)
        await rig.hear("...")
        await rig.take(end)
        await rig.time.advance(1.0)
        assert not rig.microphone.is_open


async def _is_heard(rig: Rig) -> None:
    await listening(rig)
    await rig.hear("#" * 25)
    await rig.phase_is(Phase.HEARING)


async def _is_muted(rig: Rig) -> None:
    await listening(rig)
    await rig.take(MutedChanged(is_muted=True))


async def _is_unreached(rig: Rig) -> None:
    line = await listening(rig)
    rig.voice.refusals.extend([NetworkError("network.unreachable", retryable=True)] * 9)
    line.lose()
    await rig.phase_is(Phase.RECONNECTING)


async def _is_without_input(rig: Rig) -> None:
    await listening(rig)
    rig.microphone.refusals.extend([DeviceError("device.lost", retryable=True)] * 3)
    rig.microphone.lose("device.silent")
    await rig.phase_is(Phase.NO_INPUT)


@pytest.mark.parametrize(
    "begin", [_is_heard, thinking, speaking, _is_muted, _is_unreached, _is_without_input]
)
async def test_bar_58_whatever_happens_as_voice_is_left_nobody_listens_a_second_later(
    begin: Callable[[Rig], Awaitable[object]],
):
    async with Rig() as rig:
        await begin(rig)
        await rig.take(VoiceStopped())
        await rig.time.advance(1.0)
        assert not rig.microphone.is_open
        opened = rig.microphone.opened
        for _ in range(12):
            await rig.time.advance(5)
        assert not rig.microphone.is_open
        assert rig.microphone.opened == opened, "nor is it opened again"
