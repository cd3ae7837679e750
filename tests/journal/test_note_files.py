"""A voice note goes when recordings go, but never before it was answered, nor a person's file."""

from __future__ import annotations

import pytest

from desktop_app.journal.note_files import ATTACHMENTS
from desktop_app.journal.records import CUT_SHORT, MessageStatus, Role
from desktop_app.journal.retention import OFF, UNTIL_SENT
from desktop_app.protocol.commands import TurnWishes

DAY_S = 86_400.0
NOW_S = 100 * DAY_S


async def noted(writer, records, path, *, at=NOW_S - 60, **changes):
    """A message whose sound is this file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")
    wishes = TurnWishes(recording=str(path), recording_ms=4_000, words="Look:")
    given = {"created_at": at, "status": MessageStatus.SENT, "wishes": wishes, **changes}
    await writer.save_message(records.message("m1", text="Look: two words", **given))


async def answered(writer, records, status=MessageStatus.COMPLETE, **changes):
    reply = {"role": Role.ASSISTANT, "status": status, "created_at": NOW_S - 50, **changes}
    await writer.save_message(records.message("m2", text="Yes.", **reply))


@pytest.mark.parametrize("keep", [UNTIL_SENT, OFF])
async def test_an_answered_note_is_deleted_and_its_words_stay(writer, records, tmp_path, keep):
    path = tmp_path / ATTACHMENTS / "x" / "voice-note.wav"
    await noted(writer, records, path)
    assert await writer.remove_expired(keep, NOW_S) == [], "it may have to be sent again"
    await answered(writer, records)
    assert await writer.remove_expired(keep, NOW_S) == ["m1"]
    assert not path.parent.exists()
    message = await writer.message("m1")
    assert (message.text, message.sound_id) == ("Look: two words", "")
    assert message.wishes == TurnWishes(recording_ms=4_000)
    assert await writer.remove_expired(keep, NOW_S) == []


@pytest.mark.parametrize(("keep", "gone"), [("1_day", ["m1"]), ("7_days", []), ("forever", [])])
async def test_a_note_goes_by_its_age(writer, records, tmp_path, keep, gone):
    path = tmp_path / ATTACHMENTS / "x" / "voice-note.wav"
    await noted(writer, records, path, at=NOW_S - 2 * DAY_S)
    await answered(writer, records)
    assert list(await writer.remove_expired(keep, NOW_S)) == gone
    assert path.exists() is not bool(gone)


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        (MessageStatus.FAILED, MessageStatus.COMPLETE),
        (MessageStatus.QUEUED, MessageStatus.COMPLETE),
        (MessageStatus.SENT, MessageStatus.FAILED),
        (MessageStatus.SENT, MessageStatus.STREAMING),
    ],
)
async def test_what_may_be_sent_again_stays(writer, records, tmp_path, question, reply):
    path = tmp_path / ATTACHMENTS / "x" / "voice-note.wav"
    await noted(writer, records, path, status=question)
    await answered(writer, records, reply)
    assert await writer.remove_expired(OFF, NOW_S) == []
    assert path.exists()


async def test_a_note_whose_answer_was_cut_short_stays(writer, records, tmp_path):
    path = tmp_path / ATTACHMENTS / "x" / "voice-note.wav"
    await noted(writer, records, path)
    await answered(writer, records, MessageStatus.INTERRUPTED, error=CUT_SHORT)
    assert await writer.remove_expired(UNTIL_SENT, NOW_S) == []
    assert path.exists()
    await answered(writer, records, MessageStatus.INTERRUPTED)
    assert await writer.remove_expired(UNTIL_SENT, NOW_S) == ["m1"], "that one is over"


async def test_a_recording_that_is_a_persons_own_is_never_touched(writer, records, tmp_path):
    path = tmp_path / "Music" / "x" / "interview.wav"
    await noted(writer, records, path)
    await answered(writer, records)
    assert await writer.remove_expired(OFF, NOW_S) == []
    assert path.exists()
