"""What a crash left half done is settled at the next start, and what was removed is deleted."""

import shutil
from time import time

import pytest

from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import (
    CUT_SHORT,
    UNHEARD,
    MessageStatus,
    Role,
    TurnTimes,
    UtteranceState,
)
from desktop_app.journal.recovery import HEARD, NOT_UNDERSTOOD, SPEECH_SENT
from desktop_app.journal.search_query import read_wish
from desktop_app.journal.writer import JournalWriter


@pytest.fixture
async def restart(tmp_path):
    """Closes the journal it is given, and opens the folder again."""
    opened = []

    async def again(before: JournalWriter) -> JournalWriter:
        await before.aclose()
        opened.append(await JournalWriter.open(tmp_path))
        return opened[-1]

    yield again
    for journal in opened:
        await journal.aclose()


@pytest.fixture
async def crash(tmp_path, tmp_path_factory):
    """Opens what a program that dies now would leave."""
    opened = []

    async def next_start() -> JournalWriter:
        left = tmp_path_factory.mktemp("crashed") / "journal"
        shutil.copytree(tmp_path, left)
        opened.append(await JournalWriter.open(left))
        return opened[-1]

    yield next_start
    for journal in opened:
        await journal.aclose()


async def test_a_reply_that_was_growing_is_interrupted_with_its_text(writer, records, restart):
    reply = records.message(role=Role.ASSISTANT, text="Thirty", status=MessageStatus.STREAMING)
    await writer.save_message(reply)
    again = await restart(writer)
    after = await again.message("m1")
    assert (after.status, after.text) == (MessageStatus.INTERRUPTED, "Thirty")
    assert await again.cut_replies() == [after], "the service may have the rest"


@pytest.mark.parametrize(
    ("status", "error", "noted", "after"),
    [
        (MessageStatus.STREAMING, "", 6, (MessageStatus.INTERRUPTED, CUT_SHORT, 6)),
        (MessageStatus.STREAMING, "", 99, (MessageStatus.INTERRUPTED, CUT_SHORT, 11)),
        (MessageStatus.INTERRUPTED, CUT_SHORT, 0, (MessageStatus.INTERRUPTED, CUT_SHORT, 0)),
        (MessageStatus.COMPLETE, "", 6, (MessageStatus.INTERRUPTED, UNHEARD, 6)),
        (MessageStatus.COMPLETE, "", 11, (MessageStatus.COMPLETE, "", None)),
        (MessageStatus.FAILED, "reply.failed", 6, (MessageStatus.FAILED, "reply.failed", None)),
    ],
)
async def test_a_reply_that_sounded_is_cut_where_it_was_heard_last(
    writer, records, restart, status, error, noted, after
):
    reply = records.message(role=Role.ASSISTANT, text="Thirty days", status=status, error=error)
    await writer.save_message(reply)
    await writer.set_setting(f"{HEARD}:m1", str(noted))
    again = await restart(writer)
    found = await again.message("m1")
    assert (found.status, found.error, found.heard_chars) == after
    assert await again.settings(HEARD) == {}


async def test_a_question_whose_reply_had_not_begun_has_one_that_was_cut_short(
    writer, records, crash
):
    await writer.save_message(records.message(created_at=time() - 60, turn=2))
    again = await crash()
    question, reply = await again.messages("t1")
    assert (question.id, reply.role, reply.turn, reply.text) == ("m1", Role.ASSISTANT, 2, "")
    assert await again.cut_replies() == [reply], "the service may have all of it"


@pytest.mark.parametrize(
    "told",
    [
        {"created_at": 10.0},
        {"times": TurnTimes(commit=1.0)},
        {"remote_id": "theirs"},
        {"turn": 0},
        {"status": MessageStatus.FAILED},
    ],
    ids=["old", "stopped", "rebuilt", "imported", "failed"],
)
async def test_a_question_that_waits_for_nothing_gets_no_reply(writer, records, crash, told):
    given = {"created_at": time() - 60, "turn": 2, **told}
    await writer.save_message(records.message(**given))
    assert await (await crash()).cut_replies() == []


async def test_a_question_before_an_answered_one_gets_no_reply(writer, records, crash):
    for number, role in enumerate((Role.USER, Role.USER, Role.ASSISTANT), start=1):
        row = {"role": role, "created_at": time() - 60 + number, "turn": number}
        await writer.save_message(records.message(f"m{number}", **row))
    assert await (await crash()).cut_replies() == []


async def test_a_question_without_a_reply_is_left_alone_where_no_program_died(
    writer, records, restart
):
    await writer.save_message(records.message(created_at=time() - 60, turn=2))
    assert await (await restart(writer)).cut_replies() == [], "it may have been imported"


async def test_a_queued_message_is_still_pending(writer, records, restart):
    queued = records.message(status=MessageStatus.QUEUED)
    await writer.save_message(queued)
    assert await (await restart(writer)).pending() == [queued]


async def test_speech_that_waits_to_be_sent_is_still_pending(writer, records, restart):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\1\2" * 16_000)
    await writer.end_utterance("u1", UtteranceState.CAPTURED)
    queued = records.message(
        text="", status=MessageStatus.QUEUED, is_spoken=True, utterance_id="u1"
    )
    await writer.save_message(queued)
    journal = await restart(writer)
    assert await journal.pending() == [queued]
    assert await journal.utterance_pcm("u1") == b"\1\2" * 16_000


async def test_cut_speech_becomes_a_failed_message_with_its_recording(writer, records, restart):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\1\2" * 16_000)
    journal = await restart(writer)
    (message,) = await journal.messages("t1")
    assert (message.status, message.role) == (MessageStatus.FAILED, Role.USER)
    assert (message.utterance_id, message.turn, message.speech_ms) == ("u1", 3, 1000)
    assert message.error == NOT_UNDERSTOOD
    assert message.is_spoken
    assert (await journal.utterance("u1")).state is UtteranceState.CAPTURED
    assert await journal.utterance_pcm("u1") == b"\1\2" * 16_000


async def test_cut_speech_that_had_left_waits_until_the_service_was_asked(writer, records, restart):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\1\2" * 16_000)
    await writer.end_utterance("u1", UtteranceState.CAPTURED)
    for recording in ("u1", "u2"):
        await writer.set_setting(f"{SPEECH_SENT}:{recording}", "1.5")
    journal = await restart(writer)
    (message,) = await journal.pending()
    assert (message.utterance_id, message.error) == ("u1", NOT_UNDERSTOOD)
    assert await (await restart(journal)).settings(SPEECH_SENT) == {f"{SPEECH_SENT}:u1": "1.5"}


async def test_cut_speech_that_opened_a_thread_is_listed(writer, records, restart, tmp_path):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\0" * 640)
    await restart(writer)
    (thread,) = JournalReader(tmp_path).threads()
    assert (thread.id, thread.created_at) == ("t1", records.utterance().created_at)
    assert [one.error for one in JournalReader(tmp_path).messages("t1")] == [NOT_UNDERSTOOD]


async def test_recovering_twice_makes_one_message(writer, records, restart):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\0" * 640)
    journal = await restart(await restart(writer))
    assert len(await journal.messages("t1")) == 1


async def test_committed_speech_without_a_transcript_is_not_lost_either(writer, records, restart):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\0" * 640)
    await writer.end_utterance("u1", UtteranceState.CAPTURED)
    (message,) = await (await restart(writer)).messages("t1")
    assert message.utterance_id == "u1"


async def test_a_message_that_waited_for_its_transcript_is_failed_not_doubled(
    writer, records, restart
):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\0" * 640)
    await writer.save_message(records.message(text="", utterance_id="u1", is_spoken=True))
    (message,) = await (await restart(writer)).messages("t1")
    assert (message.id, message.status) == ("m1", MessageStatus.FAILED)


async def test_transcribed_speech_is_left_alone(writer, records, restart):
    await writer.begin_utterance(records.utterance())
    writer.append_utterance("u1", b"\0" * 640)
    await writer.end_utterance("u1", UtteranceState.TRANSCRIBED)
    await writer.save_message(records.message(utterance_id="u1"))
    journal = await restart(writer)
    assert await journal.messages("t1") == [records.message(utterance_id="u1")]


async def test_speech_of_no_length_is_forgotten(writer, records, restart, tmp_path):
    await writer.begin_utterance(records.utterance())
    journal = await restart(writer)
    assert await journal.messages("t1") == []
    journal = await restart(journal)
    assert await journal.utterance("u1") is None
    assert list((tmp_path / "utterances").iterdir()) == []


async def test_a_removed_thread_is_gone_for_good_after_the_next_start(
    writer, records, restart, reader, tmp_path
):
    for thread_id in ("t1", "t2"):
        await writer.save_thread(records.thread(thread_id))
        await writer.save_message(records.message(f"of {thread_id}", thread_id=thread_id))
        await writer.begin_utterance(records.utterance(f"u-{thread_id}", thread_id=thread_id))
        await writer.end_utterance(f"u-{thread_id}", UtteranceState.TRANSCRIBED)
    await writer.remove_thread("t1")
    journal = await restart(writer)
    assert await journal.restore_thread("t1") is None
    assert await journal.message("of t1") is None
    assert [hit.message_id for hit in reader.search(read_wish("christmas"))] == ["of t2"]
    assert [one.name for one in (tmp_path / "utterances").iterdir()] == ["u-t2.pcm"]


async def test_what_a_window_can_take_back_outlives_its_engine_but_no_later_start(
    writer, records, restart, tmp_path
):
    await writer.save_thread(records.thread())
    await writer.save_message(records.message())
    await writer.save_message(records.message("m2", status=MessageStatus.STREAMING))
    await writer.remove_thread("t1")
    await writer.aclose()
    journal = await JournalWriter.open(tmp_path, purges=False)
    assert await journal.thread("t1") is None
    assert await journal.restore_thread("t1") == records.thread()
    [whole, cut] = await journal.messages("t1")
    assert whole == records.message()
    assert cut.status is MessageStatus.INTERRUPTED, "all else is put in order"
    await journal.remove_thread("t1")
    journal = await restart(journal)
    assert await journal.restore_thread("t1") is None


async def test_a_reply_that_a_crash_cut_keeps_the_sound_that_had_come(writer, records, restart):
    speech = records.utterance(role=Role.ASSISTANT)
    await writer.begin_utterance(speech)
    writer.append_utterance("u1", b"\1\0" * 2400)
    reply = records.message(
        role=Role.ASSISTANT, status=MessageStatus.STREAMING, utterance_id="u1", text=""
    )
    await writer.save_message(reply)
    journal = await restart(writer)
    [message] = await journal.messages("t1")
    assert (message.status, message.utterance_id) == (MessageStatus.INTERRUPTED, "u1")
    assert message.speech_ms == 100
    kept = await journal.utterance("u1")
    assert (kept.state, kept.duration_ms) == (UtteranceState.TRANSCRIBED, 100)
