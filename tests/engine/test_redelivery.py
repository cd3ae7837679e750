"""What is said again for a message: its sound, its words, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_app.engine.redelivery import to_deliver
from desktop_app.errors import StorageError
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.protocol.commands import TurnWishes
from tests.fakes.journal import MemoryJournal

PCM = b"\1\0" * 320


def spoken(text: str = "", **more: Any) -> MessageRecord:
    given = {"status": MessageStatus.QUEUED, "is_spoken": True, "utterance_id": "u", **more}
    return MessageRecord(id="m", thread_id="t", role=Role.USER, text=text, created_at=1.0, **given)


async def journal_with(message: MessageRecord, pcm: bytes = PCM) -> MemoryJournal:
    journal = MemoryJournal()
    utterance = UtteranceRecord(
        id="u", thread_id="t", turn=1, created_at=1.0, state=UtteranceState.CAPTURED
    )
    await journal.begin_utterance(utterance)
    journal.append_utterance("u", pcm)
    await journal.save_message(message)
    return journal


async def test_a_recording_that_waits_is_said_with_its_sound_and_not_once_it_was_delivered():
    message = spoken()
    journal = await journal_with(message)
    assert await to_deliver(journal, "t", "m", queued=True) == (message, PCM)
    sent = spoken("hello", status=MessageStatus.SENT)
    journal = await journal_with(sent)
    assert await to_deliver(journal, "t", "m", queued=True) is None
    assert await to_deliver(journal, "t", "m") == (sent, PCM), "a person may ask for it"


@pytest.mark.parametrize("gone", [{"utterance_id": "gone"}, {"utterance_id": ""}])
async def test_without_a_recording_its_words_are_asked_where_they_are_all(gone: dict[str, str]):
    journal = await journal_with(spoken("what was understood", **gone))
    message, pcm = await to_deliver(journal, "t", "m") or pytest.fail("nothing")
    assert (message.text, message.utterance_id, pcm) == ("what was understood", "", b"")
    for text, is_queued in (("what was", True), ("", False)):
        journal = await journal_with(spoken(text, **gone))
        with pytest.raises(StorageError) as caught:
            await to_deliver(journal, "t", "m", queued=is_queued)
        assert caught.value.code == "journal.no_recording"


async def test_a_recording_of_nothing_is_none():
    journal = await journal_with(spoken(), b"")
    with pytest.raises(StorageError):
        await to_deliver(journal, "t", "m")


async def test_a_disk_that_fails_is_not_taken_for_a_recording_that_is_gone():
    class Failing(MemoryJournal):
        async def utterance_pcm(self, utterance_id: str) -> bytes:
            raise StorageError("storage.failed")

    journal = Failing()
    await journal.save_message(spoken("half of it"))
    with pytest.raises(StorageError) as caught:
        await to_deliver(journal, "t", "m")
    assert caught.value.code == "storage.failed"


async def test_a_voice_note_is_its_file_and_typed_words_are_themselves():
    note = spoken(utterance_id="", wishes=TurnWishes(recording="note.wav", words=""))
    assert await to_deliver(await journal_with(note), "t", "m") == (note, b"")
    typed = spoken("hi", utterance_id="", is_spoken=False)
    assert await to_deliver(await journal_with(typed), "t", "m", queued=True) == (typed, b"")
    assert await to_deliver(MemoryJournal(), "t", "m") is None
