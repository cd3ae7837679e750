"""Lost lines, lost devices, slow servers, full disks and sudden ends, on fakes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop_app.engine.inputs import (
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    TalkPressed,
    TalkReleased,
    VoiceStarted,
)
from desktop_app.engine.turns import SOUND_S
from desktop_app.errors import AccessError, DeviceError, NetworkError, StorageError
from desktop_app.journal.records import (
    CUT_SHORT,
    UNHEARD,
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceState,
)
from desktop_app.journal.recovery import HEARD
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import (
    NoticeCleared,
    NoticeRaised,
    Phase,
)
from desktop_app.protocol.commands import AppendAudio, CancelReply, CommitAudio, PromptText
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerFault,
    TranscriptUpdated,
)
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import SAYING, THREAD, Rig
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import rounds


def offline() -> NetworkError:
    return NetworkError("network.unreachable", retryable=True)


async def listening(rig: Rig) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    return await rig.line()


async def speaking(rig: Rig) -> ScriptedTransport:
    line = await listening(rig)
    await rig.ask_aloud()
    line.say(TranscriptUpdated(1, "a question", is_final=True), ReplyText(1, "An answer that"))
    line.say(ReplyAudio(1, speech(1000)))
    await rig.phase_is(Phase.SPEAKING)
    return line


async def test_a_line_lost_before_the_answer_keeps_the_question_and_comes_back():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        line.say(TranscriptUpdated(1, "a question"))
        line.lose()
        await rig.phase_is(Phase.RECONNECTING)
        [question] = rig.questions
        assert (question.status, question.text) == (MessageStatus.QUEUED, "a question")
        await rig.time.advance(1)
        again = await rig.line(2)
        await again.expect(CommitAudio(1))
        await rig.phase_is(Phase.THINKING)
        again.lose()
        await rig.phase_is(Phase.RECONNECTING)
        [question] = rig.questions
        assert (question.status, question.text) == (MessageStatus.FAILED, "a question")
        assert question.error
        await rig.time.advance(1)
        await rig.phase_is(Phase.LISTENING)
        assert {sent.session_id for sent in rig.voice.configurations} == {THREAD}


async def test_bar_25_a_failed_utterance_is_sent_again_with_the_same_bytes():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        said = b"".join(sent.pcm for sent in line.sent_of(AppendAudio))
        line.lose()
        await rig.time.advance(1)
        (await rig.line(2)).lose()
        await rig.until(lambda: rig.questions[0].status is MessageStatus.FAILED)
        await rig.time.advance(1)
        again = await rig.line(3)
        await rig.phase_is(Phase.LISTENING)
        await rig.take(RetryRequested(rig.questions[0].id))
        await again.expect(CommitAudio(2))
        assert b"".join(sent.pcm for sent in again.sent_of(AppendAudio)) == said
        again.say(TranscriptUpdated(2, "hello", is_final=True), ReplyText(2, "Hi."))
        again.say(ReplyEnded(2))
        await rig.phase_is(Phase.LISTENING)
        [question] = rig.questions
        assert (question.text, question.status) == ("hello", MessageStatus.SENT)
        [utterance] = rig.journal.utterances.values()
        assert utterance.state is UtteranceState.TRANSCRIBED


async def test_speech_that_had_come_is_played_out_after_the_line_is_lost():
    async with Rig() as rig:
        line = await speaking(rig)
        line.lose()
        await rounds()
        assert rig.engine.phase is Phase.SPEAKING
        await rig.loudspeaker.sound(1000)
        await rig.phase_is(Phase.RECONNECTING)
        assert rig.loudspeaker.heard == [(1, speech(1000))]
        assert rig.replies[0].is_cut_short
        assert rig.questions[0].status is MessageStatus.SENT
        await rig.time.advance(1)
        await rig.phase_is(Phase.LISTENING)


async def test_a_reply_that_failed_is_asked_for_again_by_its_question():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "a question"))
        line = await rig.text.connection()
        line.say(ReplyText(1, "Half an"), ReplyEnded(1, ReplyStatus.FAILED))
        await rig.until(lambda: rig.replies and rig.replies[0].status is MessageStatus.FAILED)
        await rig.take(RetryRequested(rig.replies[0].id))
        again = await rig.text.connection(2)
        await again.expect(PromptText(2, "a question"))


async def test_a_question_that_is_asked_again_is_not_over_any_more():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "a question"))
        line = await rig.text.connection()
        line.say(ReplyEnded(1, ReplyStatus.FAILED))
        await rig.until(lambda: rig.questions[0].times is not None)
        await rig.take(RetryRequested("m1"))
        again = await rig.text.connection(2)
        await again.expect(PromptText(2, "a question"))
        await rig.until(lambda: rig.questions[0].status is MessageStatus.SENT)
        assert rig.questions[0].times is None, "or nobody would look for its reply after a crash"


async def test_what_is_said_while_the_line_is_away_is_sent_when_it_is_back():
    async with Rig() as rig:
        line = await listening(rig)
        line.lose()
        await rig.phase_is(Phase.RECONNECTING)
        await rig.hear(SAYING)
        assert rig.engine.phase is Phase.RECONNECTING
        await rig.time.advance(1)
        again = await rig.line(2)
        await again.expect(CommitAudio(1))
        [utterance] = rig.journal.utterances.values()
        sent = b"".join(command.pcm for command in again.sent_of(AppendAudio))
        assert sent == rig.journal.sound(utterance.id)


async def test_a_refused_line_ends_voice_with_one_notice():
    async with Rig() as rig:
        rig.voice.refusals.append(AccessError("access.refused"))
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.READY)
        assert rig.notices == ["access.refused"]
        await rig.until(lambda: not rig.microphone.is_open)


async def test_a_proxy_that_refuses_is_told_once_while_the_line_is_tried_again():
    async with Rig() as rig:
        rig.voice.refusals += [NetworkError("network.proxy", retryable=True)] * 2
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.RECONNECTING)
        assert rig.notices == ["network.proxy"]
        await rig.time.advance(3)
        await rig.phase_is(Phase.LISTENING)
        assert rig.notices == ["network.proxy"]


async def test_a_lost_microphone_is_tried_again():
    async with Rig() as rig:
        await listening(rig)
        rig.microphone.lose("device.silent")
        await rig.phase_is(Phase.NO_INPUT)
        assert rig.notices == ["device.silent"]
        await rig.time.advance(2)
        await rig.phase_is(Phase.LISTENING)
        assert NoticeCleared("device.silent") in rig.told


async def test_bar_14_the_only_microphone_is_waited_for_until_it_is_plugged_in_again():
    async with Rig() as rig:
        await listening(rig)
        rig.microphone.refusals.extend([DeviceError("device.no_input")] * 5)
        rig.microphone.lose("device.lost")
        await rig.phase_is(Phase.NO_INPUT)
        for _ in range(5):
            await rig.time.advance(2)
        assert rig.engine.phase is Phase.NO_INPUT
        assert rig.notices == ["device.lost"], "once is enough"
        await rig.time.advance(2)
        await rig.phase_is(Phase.LISTENING)
        assert NoticeCleared("device.lost") in rig.told
        await rig.ask_aloud()


async def test_what_was_said_before_the_microphone_was_lost_is_committed():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.hear("#" * 20)
        rig.microphone.lose()
        await line.expect(CommitAudio(1))
        assert rig.engine.phase is Phase.THINKING


async def test_no_microphone_at_all_ends_voice_not_the_engine():
    async with Rig() as rig:
        rig.microphone.refusals.append(DeviceError("device.no_input"))
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.READY)
        assert rig.notices == ["device.no_input"]
        await rig.take(PromptTyped("m1", "still here"))
        await (await rig.text.connection()).expect(PromptText(1, "still here"))


async def test_a_refused_microphone_ends_the_press_of_the_talk_key():
    async with Rig() as rig:
        rig.microphone.refusals.append(DeviceError("device.refused"))
        await rig.take(TalkPressed())
        await rig.phase_is(Phase.READY)
        await rig.take(TalkReleased())
        assert rig.notices == ["device.refused"]
        assert rig.questions == []


async def test_without_a_loudspeaker_replies_are_read():
    async with Rig() as rig:
        rig.loudspeaker.refusals.append(DeviceError("device.no_output"))
        line = await listening(rig)
        assert rig.notices == ["device.no_output"]
        await rig.ask_aloud()
        line.say(ReplyText(1, "Ten."), ReplyAudio(1, speech(100)), ReplyEnded(1))
        await rig.phase_is(Phase.LISTENING)
        assert rig.loudspeaker.waiting_ms == 0
        assert rig.replies[0].status is MessageStatus.COMPLETE


async def test_a_slow_server_is_told_of_and_given_up_in_the_end():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        await rig.time.advance(8)
        assert rig.notices == ["reply.slow"]
        assert rig.engine.phase is Phase.THINKING
        await rig.time.advance(52)
        await rig.phase_is(Phase.LISTENING)
        assert line.sent_of(CancelReply) == [CancelReply(1, 0)]
        assert rig.questions[0].status is MessageStatus.FAILED
        assert NoticeCleared("reply.slow") in rig.told


async def test_a_slow_server_that_answers_after_all_clears_the_notice():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        await rig.time.advance(8)
        line.say(ReplyStarted(1))
        await rig.until(lambda: NoticeCleared("reply.slow") in rig.told)
        await rig.time.advance(7)
        assert rig.notices == ["reply.slow"]


async def test_speech_that_stalls_does_not_claim_to_be_speaking():
    async with Rig() as rig:
        line = await speaking(rig)
        await rig.loudspeaker.sound(1000)
        await rig.time.advance(2)
        assert rig.engine.phase is Phase.THINKING
        line.say(ReplyAudio(1, speech(100)), ReplyEnded(1))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(100)
        await rig.phase_is(Phase.LISTENING)


async def test_a_fault_of_the_turn_fails_the_turn_alone():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        line.say(TranscriptUpdated(1, "hello", is_final=True))
        line.say(ServerFault("The model is not loaded.", "model.missing", turn=1))
        await rig.phase_is(Phase.LISTENING)
        [question] = rig.questions
        assert (question.status, question.error) == (
            MessageStatus.FAILED,
            "The model is not loaded.",
        )
        await rig.ask_aloud(turn=2)


async def test_a_prompt_is_durable_before_it_is_sent():
    async with Rig() as rig:
        rig.journal.gate.clear()
        await rig.take(PromptTyped("m1", "hello"))
        assert rig.text.configurations == []
        rig.journal.gate.set()
        line = await rig.text.connection()
        await line.expect(PromptText(1, "hello"))
        assert rig.journal.saved[0].status is MessageStatus.QUEUED


async def test_a_prompt_typed_offline_stays_queued_and_is_delivered_later():
    async with Rig() as rig:
        rig.text.refusals.extend([offline(), offline()])
        await rig.take(PromptTyped("m1", "first"), PromptTyped("m2", "second"))
        await rig.until(lambda: "prompt.queued" in rig.notices)
        assert {question.status for question in rig.questions} == {MessageStatus.QUEUED}
        await rig.time.advance(3)
        first = await rig.text.connection()
        await first.expect(PromptText)
        first.say(ReplyText(3, "Hi."), ReplyEnded(3))
        second = await rig.text.connection(2)
        assert (await second.expect(PromptText)).text == "second"
        second.say(ReplyText(4, "Ho."), ReplyEnded(4))
        await rig.phase_is(Phase.READY)
        assert [(q.id, q.status) for q in rig.questions] == [
            ("m1", MessageStatus.SENT),
            ("m2", MessageStatus.SENT),
        ]
        assert NoticeCleared("prompt.queued") in rig.told


async def test_what_is_said_after_the_clock_was_set_back_stands_behind_what_was_said_before():
    async with Rig() as rig:
        for number, set_by_s in enumerate((0, -6 * 3_600, 9 * 3_600, 0), 1):
            rig.time.set_by_s = set_by_s
            await rig.take(PromptTyped(f"m{number}", f"question {number}"))
            line = await rig.text.connection(number)
            await line.expect(PromptText)
            line.say(ReplyText(number, f"answer {number}"), ReplyEnded(number))
            await rig.phase_is(Phase.READY)
            await rig.time.advance(5)
        said = {one.id: one for one in rig.journal.saved}.values()  # as they were written first
        in_order = sorted(said, key=lambda one: one.created_at)
        assert [one.turn for one in in_order] == [1, 1, 2, 2, 3, 3, 4, 4]


async def test_a_prompt_left_queued_by_an_earlier_run_is_delivered_by_this_one():
    rig = Rig()
    left = MessageRecord(
        id="m0",
        thread_id=THREAD,
        role=Role.USER,
        text="from before",
        created_at=1.0,
        status=MessageStatus.QUEUED,
    )
    rig.journal.put(left)
    async with rig:
        line = await rig.text.connection()
        assert (await line.expect(PromptText)).text == "from before"
        line.say(ReplyText(1, "Yes."), ReplyEnded(1))
        await rig.phase_is(Phase.READY)
        assert rig.questions[0].created_at == 1.0


async def test_a_prompt_sent_twice_is_delivered_once():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "hello"), PromptTyped("m1", "hello"))
        line = await rig.text.connection()
        line.say(ReplyText(1, "Hi."), ReplyEnded(1))
        await rig.phase_is(Phase.READY)
        assert len(rig.text.transports) == 1


async def test_a_text_line_lost_after_the_prompt_was_sent_is_not_tried_twice():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "hello"))
        line = await rig.text.connection()
        await line.expect(PromptText)
        line.lose()
        await rig.phase_is(Phase.READY)
        await rig.time.advance(60)
        assert len(rig.text.transports) == 1
        assert [one.is_cut_short for one in rig.replies] == [True], "its answer is looked for"


async def test_a_written_reply_is_stopped_by_key():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "hello"))
        line = await rig.text.connection()
        line.say(ReplyText(1, "A long"))
        await rig.until(lambda: rig.replies)
        await rig.take(ReplyStopped())
        assert line.sent_of(CancelReply) == [CancelReply(1, 0)]
        await rig.until(lambda: line.is_closed)
        assert rig.replies[0].status is MessageStatus.INTERRUPTED
        assert rig.replies[0].heard_chars is None


async def test_a_full_disk_is_told_and_the_conversation_goes_on():
    async with Rig() as rig:
        rig.journal.failures.append(StorageError("storage.full"))
        line = await listening(rig)
        await rig.ask_aloud()
        await rig.until(lambda: "storage.full" in rig.notices)
        line.say(TranscriptUpdated(1, "hello", is_final=True), ReplyText(1, "Hi."), ReplyEnded(1))
        await rig.phase_is(Phase.LISTENING)
        await rig.until(lambda: NoticeCleared("storage.full") in rig.told)  # it took the rest
        assert "journal.no_recording" not in rig.notices


async def test_a_growing_reply_is_saved_every_second():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "hello"))
        line = await rig.text.connection()
        for number in range(30):
            line.say(ReplyText(1, f"{number} "))
            await rig.time.advance(0.1)
        reply = rig.replies[0]
        assert reply.status is MessageStatus.STREAMING
        assert reply.text.startswith("0 1 2 ")
        assert 3 <= len([row for row in rig.journal.saved if row.id == reply.id]) <= 5


async def test_shutdown_in_mid_reply_leaves_everything_closed_and_consistent():
    async with Rig() as rig:
        line = await speaking(rig)
        await rig.loudspeaker.sound(300)
        await rig.kill()
        assert line.is_closed
        assert not rig.microphone.is_open
        assert not rig.loudspeaker.is_open
        [reply] = rig.replies
        assert reply.status is MessageStatus.INTERRUPTED
        assert reply.heard_chars is not None
        assert [(one.role, one.state) for one in rig.journal.utterances.values()] == [
            (Role.USER, UtteranceState.TRANSCRIBED),
            (Role.ASSISTANT, UtteranceState.TRANSCRIBED),
        ]


@pytest.mark.parametrize("is_whole", [False, True])
async def test_a_reply_that_sounds_when_the_program_dies_is_cut_where_it_was_heard(
    is_whole: bool, tmp_path: Path
):
    journal = await JournalWriter.open(tmp_path / "lived")
    async with Rig(journal=journal) as rig:
        line = await speaking(rig)
        if is_whole:
            line.say(ReplyEnded(1))
        await rig.loudspeaker.sound(500)
        await rig.time.advance(SOUND_S)
        await rig.engine._recorder.written()
        shutil.copytree(tmp_path / "lived", tmp_path / "died")
    assert await journal.settings(HEARD) == {}, "what ended in order needs no note"
    await journal.aclose()
    after = await JournalWriter.open(tmp_path / "died")
    _, reply = await after.messages(THREAD)
    assert (reply.status, reply.heard_chars) == (MessageStatus.INTERRUPTED, len("An"))
    assert reply.error == (UNHEARD if is_whole else CUT_SHORT)
    await after.aclose()


async def test_shutdown_while_a_whole_reply_sounds_says_how_much_of_it_was_heard():
    async with Rig() as rig:
        line = await speaking(rig)
        line.say(ReplyEnded(1))
        await rig.until(lambda: rig.replies[0].status is MessageStatus.COMPLETE)
        await rig.loudspeaker.sound(500)
        await rig.kill()
        [reply] = rig.replies
        assert (reply.status, reply.text) == (MessageStatus.INTERRUPTED, "An answer that")
        assert reply.heard_chars == len("An"), "no word that was cut counts"


async def test_shutdown_while_somebody_speaks_keeps_what_was_said():
    async with Rig() as rig:
        await listening(rig)
        await rig.hear("#" * 20)
        await rig.kill()
        [question] = rig.questions
        assert question.status is MessageStatus.FAILED
        assert question.speech_ms == 400
        [utterance] = rig.journal.utterances.values()
        assert utterance.state is UtteranceState.FAILED
        assert len(rig.journal.sound(utterance.id)) == 20 * 640


async def test_a_recording_that_is_gone_cannot_be_retried_and_says_so():
    async with Rig() as rig:
        gone = MessageRecord(
            id="m1",
            thread_id=THREAD,
            role=Role.USER,
            text="",
            created_at=1.0,
            status=MessageStatus.FAILED,
            utterance_id="u1",
        )
        await rig.journal.save_message(gone)
        await rig.take(RetryRequested("m1"), RetryRequested("unknown"))
        [notice] = rig.told_of(NoticeRaised)
        assert notice.notice.code == "journal.no_recording"


async def test_an_engine_that_never_ran_closes_at_once():
    await Rig().engine.aclose()
