"""Recordings are deleted when their time has come, and never while somebody needs them."""

import os

import pytest

from desktop_app.errors import StorageError
from desktop_app.journal.records import MessageStatus, Role, UtteranceState
from desktop_app.journal.retention import OFF, UNTIL_SENT

DAY_S = 86_400.0
NOW_S = 100 * DAY_S


async def said(writer, records, name, *, at=NOW_S - 1, state=UtteranceState.TRANSCRIBED, **changes):
    """A spoken message with its recording."""
    await writer.begin_utterance(records.utterance(name, created_at=at))
    writer.append_utterance(name, b"\1\0" * 320)
    if state is not UtteranceState.CAPTURING:
        await writer.end_utterance(name, state)
    fields = {"created_at": at, "is_spoken": True, **changes}
    await writer.save_message(records.message(f"m-{name}", utterance_id=name, **fields))


def kept(folder):
    return sorted(path.stem for path in (folder / "utterances").iterdir())


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        ("forever", ["days", "new", "old", "weeks"]),
        ("unheard of", ["days", "new", "old", "weeks"]),
        ("7_days", ["days", "new"]),
        ("1_day", ["new"]),
        (UNTIL_SENT, []),
        (OFF, []),
    ],
)
async def test_recordings_go_by_their_age(writer, reader, records, tmp_path, keep, left):
    for name, days in (("new", 0.9), ("days", 6.9), ("weeks", 7.1), ("old", 99)):
        await said(writer, records, name, at=NOW_S - days * DAY_S)
    gone = await writer.remove_expired(keep, NOW_S)
    assert sorted([*gone, *left]) == ["days", "new", "old", "weeks"]
    assert kept(tmp_path) == left
    assert sorted(one.id for one in reader.utterances()) == left
    for message in reader.messages("t1"):
        assert message.utterance_id in ("", *left)
        assert message.text, "the words stay"


@pytest.mark.parametrize("status", [MessageStatus.FAILED, MessageStatus.QUEUED])
async def test_what_was_not_delivered_stays_until_it_is(writer, records, tmp_path, status):
    await said(writer, records, "u", at=0.0, status=status)
    assert not await writer.remove_expired(UNTIL_SENT, NOW_S)
    assert kept(tmp_path) == ["u"]
    await said(writer, records, "u", at=0.0, status=MessageStatus.SENT)
    assert await writer.remove_expired(UNTIL_SENT, NOW_S) == ["u"]
    assert kept(tmp_path) == []


async def test_a_failed_answer_keeps_its_question_and_no_other(writer, records, tmp_path):
    await said(writer, records, "answered", at=1.0)
    await writer.save_message(records.message("r1", role=Role.ASSISTANT, created_at=2.0))
    await said(writer, records, "failed", at=3.0)
    reply = records.message("r2", role=Role.ASSISTANT, created_at=4.0, status=MessageStatus.FAILED)
    await writer.save_message(reply)
    assert await writer.remove_expired("1_day", NOW_S) == ["answered"]
    assert kept(tmp_path) == ["failed"]


async def test_off_keeps_nothing_but_what_is_being_spoken(writer, records, tmp_path):
    await said(writer, records, "failed", status=MessageStatus.FAILED)
    await said(writer, records, "speaking", state=UtteranceState.CAPTURING)
    await said(writer, records, "unknown", state=UtteranceState.CAPTURED)
    assert sorted(await writer.remove_expired(OFF, NOW_S)) == ["failed", "unknown"]
    assert kept(tmp_path) == ["speaking"]
    assert (await writer.message("m-failed")).utterance_id == ""
    assert (await writer.message("m-speaking")).utterance_id == "speaking"


async def test_sound_that_no_row_knows_goes_by_its_age(writer, tmp_path):
    for name, at in (("old", NOW_S - 2 * DAY_S), ("new", NOW_S)):
        path = tmp_path / "utterances" / f"{name}.pcm"
        path.write_bytes(b"\0\0")
        os.utime(path, (at, at))
    await writer.remove_expired("forever", NOW_S)
    assert kept(tmp_path) == ["new", "old"]
    await writer.remove_expired("1_day", NOW_S)
    assert kept(tmp_path) == ["new"]


async def test_a_discarded_recording_leaves_its_words(writer, reader, records, tmp_path):
    await said(writer, records, "u")
    assert await writer.discard_utterance("u") == ""
    assert kept(tmp_path) == []
    assert reader.utterances() == []
    message = await writer.message("m-u")
    assert (message.utterance_id, message.text) == ("", records.message().text)


async def test_a_message_without_words_goes_with_its_recording(writer, records, tmp_path):
    await said(writer, records, "u", text="", status=MessageStatus.FAILED)
    assert await writer.discard_utterance("u") == "m-u"
    assert await writer.message("m-u") is None
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x", "journal.no_recording"),
        ("speaking", "recording.being_spoken"),
        ("waiting", "recording.being_sent"),
    ],
)
async def test_what_cannot_be_discarded_now_stays_as_it_is(writer, records, tmp_path, name, code):
    await said(writer, records, "speaking", state=UtteranceState.CAPTURING)
    await said(writer, records, "waiting", status=MessageStatus.QUEUED)
    with pytest.raises(StorageError) as caught:
        await writer.discard_utterance(name)
    assert caught.value.code == code
    assert kept(tmp_path) == ["speaking", "waiting"]
    assert (await writer.message("m-waiting")).utterance_id == "waiting"
