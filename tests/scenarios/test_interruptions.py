"""A reply that is spoken into: paused, gone on with, or ended."""

from __future__ import annotations

import pytest

from desktop_app.engine.inputs import TalkPressed, TalkReleased, VoiceStarted, VoiceStopped
from desktop_app.journal.records import MessageStatus, Role, UtteranceState
from desktop_app.link.messages import Phase, PhaseChanged
from desktop_app.protocol.commands import AppendAudio, CancelReply, CommitAudio, DiscardAudio
from desktop_app.protocol.events import ReplyAudio, ReplyEnded, ReplyText, TranscriptUpdated
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import Rig
from tests.fakes.transport import ScriptedTransport

COUGH = "#" * 20 + "." * 35  # 400 ms


async def answering(rig: Rig) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    line = await rig.ask_aloud()
    line.say(
        TranscriptUpdated(1, "what is it", is_final=True),
        ReplyText(1, "It is exactly ten."),
        ReplyAudio(1, speech(2000)),
    )
    await rig.phase_is(Phase.SPEAKING)
    await rig.loudspeaker.sound(500)
    return line


async def test_bar_4_a_cough_pauses_the_reply_and_it_is_heard_to_its_end():
    async with Rig() as rig:
        line = await answering(rig)
        await rig.hear(COUGH[:5])
        assert rig.engine.phase is Phase.PAUSED
        await rig.loudspeaker.sound(500)
        assert rig.loudspeaker.heard_ms == 500, "silent"
        line.say(ReplyAudio(1, speech(100)), ReplyEnded(1))
        await rig.hear(COUGH[5:])
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(5000)
        await rig.phase_is(Phase.LISTENING)
        assert rig.loudspeaker.heard_ms == 2100
        assert (rig.loudspeaker.pauses, rig.loudspeaker.stops) == (1, 0)
        assert not [one for one in line.sent if isinstance(one, CancelReply | DiscardAudio)]
        assert {one.turn for one in line.sent_of(AppendAudio)} == {1}, "the cough was not sent"
        assert rig.replies[0].status is MessageStatus.COMPLETE
        assert [one.role for one in rig.journal.utterances.values()] == [Role.USER, Role.ASSISTANT]


async def test_bar_4_a_sound_without_end_holds_the_reply_up_for_less_than_two_seconds():
    async with Rig() as rig:
        await answering(rig)
        await rig.hear("#" * 20)
        assert rig.engine.phase is Phase.PAUSED
        await rig.time.advance(1.8)
        assert rig.engine.phase is Phase.SPEAKING


async def test_an_interruption_is_recorded_from_its_first_word_and_what_was_paused_is_never_heard():
    async with Rig() as rig:
        line = await answering(rig)
        rig.microphone.said.clear()
        await rig.hear("#" * 40)
        assert await line.expect(CancelReply) == CancelReply(1, 500)
        await rig.hear("." * 35)
        await line.expect(CommitAudio(2))
        sent = b"".join(one.pcm for one in line.sent_of(AppendAudio) if one.turn == 2)
        assert b"".join(rig.microphone.said) in sent
        line.say(ReplyAudio(1, speech(100, 7)), ReplyAudio(2, speech(100, 9)))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(5000)
        assert rig.loudspeaker.heard[1:] == [(2, speech(100, 9))]
        [reply] = [one for one in rig.replies if one.turn == 1]
        assert reply.status is MessageStatus.INTERRUPTED
        assert reply.heard_chars is not None
        assert 0 < reply.heard_chars < len(reply.text)


async def test_the_window_is_shown_the_pause():
    async with Rig() as rig:
        await answering(rig)
        await rig.hear(COUGH)
        shown = [event.phase for event in rig.told_of(PhaseChanged)]
        assert shown[-3:] == [Phase.SPEAKING, Phase.PAUSED, Phase.SPEAKING]


async def test_a_short_answer_into_the_last_moment_of_a_reply_is_not_lost():
    async with Rig() as rig:
        line = await answering(rig)
        await rig.loudspeaker.sound(2000)
        rig.microphone.said.clear()
        await rig.hear("#" * 10)
        line.say(ReplyEnded(1))
        await rig.phase_is(Phase.HEARING)
        await rig.hear("#" * 8 + "." * 35)
        await line.expect(CommitAudio(2))
        sent = b"".join(one.pcm for one in line.sent_of(AppendAudio) if one.turn == 2)
        assert b"".join(rig.microphone.said) in sent, "from its first sound on"
        line.say(TranscriptUpdated(2, "yes", is_final=True))
        await rig.until(lambda: len(rig.questions) == 2)
        assert (rig.questions[1].text, rig.questions[1].status) == ("yes", MessageStatus.SENT)
        assert rig.replies[0].status is MessageStatus.COMPLETE


async def test_words_that_go_on_while_thinking_are_a_turn_and_the_first_ones_stay():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.ask_aloud()
        line.say(TranscriptUpdated(1, "what is the weather", is_final=True))
        await rig.until(lambda: rig.questions)
        await rig.hear("#" * 30 + "." * 35)
        await line.expect(CommitAudio(2))
        line.say(TranscriptUpdated(2, "in paris", is_final=True), ReplyText(2, "Fine."))
        await rig.until(lambda: rig.replies)
        assert [one.text for one in rig.questions] == ["what is the weather", "in paris"]
        assert {one.status for one in rig.questions} == {MessageStatus.SENT}
        assert line.sent_of(CancelReply) == [CancelReply(1, 0)]


@pytest.mark.parametrize("begin", [(TalkPressed(),), (VoiceStopped(), TalkPressed())])
async def test_who_repeats_the_reply_by_key_long_after_a_cough_into_it_is_no_echo(begin):
    async with Rig() as rig:
        line = await answering(rig)
        line.say(ReplyText(1, "I would like a cup of coffee please."))
        await rig.hear(COUGH)
        line.say(ReplyEnded(1))
        await rig.loudspeaker.sound(2000)
        await rig.phase_is(Phase.LISTENING)
        await rig.time.advance(30)
        await rig.take(*begin)
        await rig.hear("#" * 60)
        await rig.take(TalkReleased())
        await rig.time.advance(1)
        await line.expect(CommitAudio(2))
        line.say(TranscriptUpdated(2, "i would like a cup of coffee please", is_final=True))
        await rig.until(lambda: len(rig.questions) == 2)
        assert rig.questions[1].text == "i would like a cup of coffee please"
        kept = rig.journal.utterances[rig.questions[1].utterance_id]
        assert kept.state is UtteranceState.TRANSCRIBED
        assert CancelReply(2) not in line.sent


async def test_who_repeats_the_reply_and_goes_on_when_it_is_silent_is_no_echo():
    async with Rig() as rig:
        line = await answering(rig)
        line.say(ReplyText(1, "I would like a cup of coffee please."))
        await rig.hear("#" * 110 + "." * 35)
        await line.expect(CommitAudio(2))
        line.say(TranscriptUpdated(2, "i would like a cup of coffee please", is_final=True))
        await rig.until(lambda: len(rig.questions) == 2)
        assert rig.questions[1].text == "i would like a cup of coffee please"
        assert CancelReply(2) not in line.sent
