"""Conversations in which the peer decides where utterances end."""

from __future__ import annotations

import pytest

from desktop_app.engine.inputs import MutedChanged, TalkPressed, TalkReleased, VoiceStarted
from desktop_app.journal.records import MessageStatus, UtteranceState
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import AppendAudio, CancelReply, CommitAudio
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyText,
    ReplyWritten,
    TranscriptUpdated,
    UtteranceBegun,
    UtteranceOver,
)
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import Rig
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import rounds


async def listening(rig: Rig) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    await rig.until(lambda: rig.microphone.is_open)
    return await rig.line()


def sound(line: ScriptedTransport, turn: int) -> bytes:
    return b"".join(one.pcm for one in line.sent_of(AppendAudio) if one.turn == turn)


async def test_the_peer_hears_everything_and_only_what_it_calls_an_utterance_is_kept():
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        await rig.hear("." * 200)
        assert len(sound(line, 1)) == 200 * 640, "silence too"
        assert rig.journal.utterances == {}
        await rig.hear("#" * 10)
        assert rig.engine.phase is Phase.LISTENING, "the peer has not said so yet"
        line.say(UtteranceBegun(1))
        await rig.phase_is(Phase.HEARING)
        await rig.hear("#" * 10 + "." * 20)
        line.say(UtteranceOver(1))
        await rig.phase_is(Phase.THINKING)
        line.say(TranscriptUpdated(1, "what", is_final=True), ReplyText(1, "That."), ReplyEnded(1))
        await rig.phase_is(Phase.LISTENING)
        assert line.sent_of(CommitAudio) == []
        [question] = rig.questions
        assert (question.text, question.status) == ("what", MessageStatus.SENT)
        kept = rig.journal.sound(question.utterance_id)
        assert sound(line, 1).endswith(kept)
        assert b"".join(rig.microphone.said) in kept
        assert len(kept) < len(sound(line, 1)) / 2, "the long silence before is not"
        await rig.hear("." * 5)
        assert len(sound(line, 2)) == 5 * 640


async def test_a_word_into_the_end_of_a_reply_is_the_peers_to_judge_from_its_first_sound_on():
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        line.say(UtteranceBegun(1), UtteranceOver(1))
        await rig.phase_is(Phase.THINKING)
        await rig.hear("#" * 5)
        line.say(ReplyText(1, "Yes?"), ReplyEnded(1))
        await rig.phase_is(Phase.LISTENING)
        await rig.hear("#" * 5 + "." * 35)
        assert rig.engine.phase is Phase.LISTENING, "it may have been a click"
        assert b"".join(rig.microphone.said) in sound(line, 2)


async def test_what_the_peer_takes_back_is_discarded_and_the_next_words_are_heard():
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        await rig.hear("#" * 5)
        line.say(UtteranceBegun(1))
        await rig.phase_is(Phase.HEARING)
        line.say(TranscriptUpdated(1, "", is_final=True))
        await rig.phase_is(Phase.LISTENING)
        rig.microphone.said.clear()
        await rig.hear("#" * 10)
        line.say(UtteranceBegun(1), UtteranceOver(1))
        line.say(TranscriptUpdated(1, "yes", is_final=True))
        await rig.until(lambda: rig.questions)
        states = [one.state for one in rig.journal.utterances.values()]
        assert states == [UtteranceState.DISCARDED, UtteranceState.TRANSCRIBED]
        kept = rig.journal.sound(rig.questions[0].utterance_id)
        assert kept == b"".join(rig.microphone.said), "the next words and nothing else"


@pytest.mark.parametrize("begun", [(), (UtteranceBegun(1), UtteranceOver(1))])
@pytest.mark.parametrize("heard", ["", "." * 40, "#" * 20])
async def test_words_are_kept_with_their_recording_and_without_one_where_there_is_no_sound(
    heard, begun
):
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        if heard:
            await rig.hear(heard)
        words = TranscriptUpdated(1, "what", is_final=True)
        line.say(*begun, words, ReplyText(1, "That."), ReplyEnded(1))
        await rig.until(lambda: rig.replies)
        await rig.phase_is(Phase.LISTENING)
        [question], [recording] = rig.questions, list(rig.journal.utterances.values())[:1]
        assert (question.text, question.status) == ("what", MessageStatus.SENT)
        assert question.speech_ms == len(heard) * 20
        assert question.utterance_id == (recording.id if heard else "")
        kept = UtteranceState.TRANSCRIBED if heard else UtteranceState.DISCARDED
        assert recording.state is kept


async def test_a_reply_is_interrupted_here_and_the_new_words_are_ended_there():
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        line.say(UtteranceBegun(1), UtteranceOver(1), ReplyAudio(1, speech(2000)))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(300)
        rig.microphone.said.clear()
        await rig.hear("#" * 30)
        assert line.sent_of(CancelReply) == [CancelReply(1, 300)]
        await rig.hear("." * 100)
        assert rig.engine.phase is Phase.HEARING, "our own detector has no say"
        assert b"".join(rig.microphone.said) in sound(line, 2)
        line.say(UtteranceOver(2))
        await rig.phase_is(Phase.THINKING)


async def left_to_be_read(rig: Rig) -> ScriptedTransport:
    """A reply whose voice did not come in time."""
    line = await listening(rig)
    line.say(UtteranceBegun(1), UtteranceOver(1), TranscriptUpdated(1, "what", is_final=True))
    line.say(ReplyText(1, "That.", is_whole=True), ReplyWritten(1))
    await rig.until(lambda: rig.replies)
    await rig.time.advance(8)
    await rig.phase_is(Phase.LISTENING)
    return line


async def test_a_voice_that_begins_late_is_heard():
    async with Rig(is_peer_ending=True) as rig:
        line = await left_to_be_read(rig)
        await rig.hear("." * 20)
        line.say(ReplyAudio(1, speech(500)), ReplyEnded(1))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(500)
        await rig.phase_is(Phase.LISTENING)
        await rig.hear("." * 5)
        assert len(sound(line, 2)) >= 5 * 640, "and the peer hears everything again"


async def test_who_speaks_before_a_late_voice_is_heard_from_the_first_word_on():
    async with Rig(is_peer_ending=True) as rig:
        line = await left_to_be_read(rig)
        await rig.hear("#" * 30)
        await rig.phase_is(Phase.HEARING)
        line.say(ReplyAudio(1, speech(500)))
        await rig.hear("." * 40)
        assert rig.engine.phase is Phase.HEARING, "our own detector has no say"
        assert rig.loudspeaker.waiting_ms == 0
        assert b"".join(rig.microphone.said) in sound(line, 2)
        line.say(UtteranceOver(2))
        await rig.phase_is(Phase.THINKING)


async def test_what_a_lost_peer_would_have_ended_ends_with_silence_and_is_said_to_the_next():
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        await rig.hear("#" * 10)
        line.say(UtteranceBegun(1))
        await rig.phase_is(Phase.HEARING)
        line.lose()
        await rounds()
        await rig.hear("#" * 10)
        assert rig.engine.phase is Phase.HEARING
        await rig.hear("." * 35)
        await rig.phase_is(Phase.RECONNECTING)
        await rig.until(lambda: rig.questions, "a queued message")
        assert rig.questions[0].status is MessageStatus.QUEUED
        await rig.time.advance(1)
        again = await rig.line(2)
        await again.expect(CommitAudio(1))
        kept = rig.journal.sound(rig.questions[0].utterance_id)
        assert b"".join(rig.microphone.said) in kept
        assert sound(again, 1) == kept
        again.say(TranscriptUpdated(1, "what", is_final=True), ReplyText(1, "That."), ReplyEnded(1))
        await rig.phase_is(Phase.LISTENING)
        await rig.hear("#" * 10)
        again.say(UtteranceBegun(2))
        await rig.phase_is(Phase.HEARING)
        await rig.hear("." * 100)
        assert rig.engine.phase is Phase.HEARING, "the new peer ends utterances again"


async def test_a_peer_that_is_back_before_the_end_may_end_the_utterance():
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        await rig.hear("#" * 20)
        line.say(UtteranceBegun(1))
        await rig.phase_is(Phase.HEARING)
        line.lose()
        await rounds()
        await rig.time.advance(1)
        again = await rig.line(2)
        await rig.hear("#" * 10)
        again.say(UtteranceBegun(1), UtteranceOver(1))
        await rig.phase_is(Phase.THINKING)
        again.say(TranscriptUpdated(1, "what", is_final=True))
        await rig.until(lambda: rig.questions)
        assert again.sent_of(CommitAudio) == []
        assert sound(again, 1) == rig.journal.sound(rig.questions[0].utterance_id)


async def test_who_mutes_streams_nothing_and_who_presses_the_key_ends_the_turn():
    async with Rig(is_peer_ending=True) as rig:
        line = await listening(rig)
        await rig.take(MutedChanged(is_muted=True))
        line.forget()
        await rig.hear("#" * 10)
        assert line.sent == []
        await rig.take(MutedChanged(is_muted=False), TalkPressed())
        await rig.hear("#" * 20)
        await rig.take(TalkReleased())
        await rig.time.advance(0.2)
        commit = await line.expect(CommitAudio)
        assert b"".join(rig.microphone.said)[-20 * 640 :] in sound(line, commit.turn)


async def test_the_end_of_the_engine_while_it_listens_leaves_no_message():
    rig = Rig(is_peer_ending=True)
    async with rig:
        await listening(rig)
        await rig.hear("." * 10)
    assert rig.questions == []
    assert rig.journal.utterances == {}


async def test_bar_8_such_a_peer_is_not_sent_the_end_of_its_own_reply_in_half_duplex():
    async with Rig(is_peer_ending=True, barge_in=False) as rig:
        line = await listening(rig)
        await rig.hear("#" * 10)
        line.say(UtteranceBegun(1), UtteranceOver(1))
        line.say(TranscriptUpdated(1, "what", is_final=True), ReplyText(1, "That."))
        line.say(ReplyAudio(1, speech(300)), ReplyEnded(1))
        await rig.phase_is(Phase.SPEAKING)
        await rig.time.advance(1.0)  # to where the microphone is
        await rig.loudspeaker.sound(300)
        await rig.phase_is(Phase.LISTENING)
        await rig.hear("#" * 9)  # captured while the room still rang
        assert sound(line, 2) == b""
        await rig.hear("." * 10 + "#" * 10)
        assert sound(line, 2).endswith(b"".join(list(rig.microphone.said)[-10:]))
        line.say(UtteranceBegun(2))
        await rig.phase_is(Phase.HEARING)
