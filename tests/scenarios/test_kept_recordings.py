"""What is said aloud by either side is kept as it sounded; or nothing is, where that is wished."""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.engine.inputs import RetryRequested, VoiceStarted
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceState,
)
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import PromptText
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyText,
    TranscriptUpdated,
)
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import SAYING, THREAD, Rig
from tests.fakes.transport import ScriptedTransport


async def answering(rig: Rig) -> ScriptedTransport:
    """Ask aloud; the first half of the answer has come."""
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    await rig.line()
    line = await rig.ask_aloud()
    line.say(
        TranscriptUpdated(1, "what is it", is_final=True),
        ReplyStarted(1),
        ReplyText(1, "It is ten."),
        ReplyAudio(1, speech(300, 1)),
    )
    await rig.phase_is(Phase.SPEAKING)
    return line


def spoken_message(text: str, utterance_id: str) -> MessageRecord:
    return MessageRecord(
        id="m",
        thread_id=THREAD,
        role=Role.USER,
        text=text,
        created_at=1.0,
        status=MessageStatus.FAILED,
        is_spoken=True,
        utterance_id=utterance_id,
    )


async def test_a_spoken_reply_is_kept_as_it_came():
    async with Rig() as rig:
        line = await answering(rig)
        line.say(ReplyAudio(1, speech(301, 2)), ReplyEnded(1))
        await rig.until(lambda: rig.loudspeaker.waiting_ms == 601)
        await rig.loudspeaker.sound(601)
        await rig.phase_is(Phase.LISTENING)
        [reply], [question] = rig.replies, rig.questions
        kept = rig.journal.utterances[reply.utterance_id]
        assert (kept.role, kept.state) == (Role.ASSISTANT, UtteranceState.TRANSCRIBED)
        assert rig.journal.sound(reply.utterance_id) == speech(300, 1) + speech(301, 2)
        assert reply.utterance_id != question.utterance_id
        assert rig.journal.sound(question.utterance_id)


async def test_of_a_reply_that_is_interrupted_all_that_came_is_kept():
    async with Rig() as rig:
        await answering(rig)
        await rig.hear(SAYING)
        [reply] = rig.replies
        await rig.until(lambda: rig.replies[0].status is MessageStatus.INTERRUPTED)
        assert rig.journal.sound(reply.utterance_id) == speech(300, 1)
        assert rig.journal.utterances[reply.utterance_id].state is UtteranceState.TRANSCRIBED


async def test_nothing_is_written_down_where_recordings_are_off():
    async with Rig() as rig:
        rig.keeps_recordings = False
        line = await answering(rig)
        line.say(ReplyEnded(1))
        await rig.loudspeaker.sound(300)
        await rig.phase_is(Phase.LISTENING)
        [reply], [question] = rig.replies, rig.questions
        assert (reply.utterance_id, question.utterance_id) == ("", "")
        assert (reply.is_spoken, question.is_spoken, question.text) == (True, True, "what is it")
        assert rig.journal.utterances == {}


async def test_what_is_said_after_recordings_were_turned_off_is_not_written_down():
    async with Rig() as rig:
        line = await answering(rig)
        rig.keeps_recordings = False
        line.say(ReplyEnded(1))
        await rig.loudspeaker.sound(300)
        await rig.phase_is(Phase.LISTENING)
        written = set(rig.journal.utterances)
        await rig.ask_aloud(turn=2)
        line.say(
            TranscriptUpdated(2, "and now", is_final=True),
            ReplyAudio(2, speech(100)),
            ReplyEnded(2),
        )
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(100)
        await rig.phase_is(Phase.LISTENING)
        assert [one.text for one in rig.questions] == ["what is it", "and now"]
        assert set(rig.journal.utterances) == written


async def test_speech_that_a_shutdown_cuts_without_a_recording_does_not_wait_to_be_sent():
    async with Rig() as rig:
        rig.keeps_recordings = False
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.line()
        await rig.ask_aloud()
        await rig.kill()
        [question] = rig.questions
        assert (question.status, question.error) == (MessageStatus.FAILED, "turn.interrupted")


async def test_a_retry_without_its_recording_sends_the_words_that_were_understood():
    async with Rig() as rig:
        rig.journal.put(spoken_message("what is it", ""))
        await rig.take(RetryRequested("m"))
        line = await rig.text.connection(1)
        await line.expect(PromptText(1, "what is it"))
        assert rig.notices == []


async def test_a_retry_whose_recording_is_gone_sends_the_words_and_offers_it_no_more():
    async with Rig() as rig:
        rig.journal.put(spoken_message("what is it", "u"))
        rig.journal.lose("u")
        await rig.take(RetryRequested("m"))
        line = await rig.text.connection(1)
        await line.expect(PromptText(1, "what is it"))
        assert rig.questions[0].utterance_id == ""


async def test_a_recording_without_any_sound_is_none():
    async with Rig() as rig:
        rig.journal.put(spoken_message("", "u"))
        rig.journal.append_utterance("u", b"")  # it ended before the first frame was in its file
        await rig.take(RetryRequested("m"))
        assert rig.notices == ["journal.no_recording"]
        assert rig.voice.transports == []


async def test_a_retry_of_speech_that_nobody_understood_and_nobody_kept_says_so():
    async with Rig() as rig:
        rig.journal.put(spoken_message("", ""))
        await rig.take(RetryRequested("m"))
        assert rig.notices == ["journal.no_recording"]
        assert rig.text.transports == []


async def test_bar_35_the_question_of_a_reply_that_was_cut_off_is_asked_again():
    async with Rig() as rig:
        question = replace(spoken_message("what is it", ""), status=MessageStatus.SENT, turn=3)
        cut = replace(
            question,
            id="r",
            role=Role.ASSISTANT,
            text="Half an",
            created_at=2.0,
            status=MessageStatus.INTERRUPTED,
        )
        rig.journal.put(question)
        rig.journal.put(cut)
        await rig.take(RetryRequested(cut.id))
        line = await rig.text.connection(1)
        await line.expect(PromptText(1, "what is it"))
        line.say(ReplyText(1, "It is a tram."), ReplyEnded(1))
        await rig.until(lambda: rig.replies[-1].status is MessageStatus.COMPLETE)
        assert [one.id for one in rig.questions] == [question.id]
        kept = await rig.journal.message(cut.id)
        assert (kept.text, kept.status) == ("Half an", MessageStatus.INTERRUPTED)
