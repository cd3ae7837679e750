"""A journal in memory, which can be slow, or full."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from desktop_app.errors import StorageError
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.reply_details import Learning, MissingPictures
from desktop_app.protocol.commands import Answerer


class MemoryJournal:
    """Satisfies ``engine.ports.Journal``.

    Attributes:
        saved: Every version of every message, in order.
        utterances: The newest version of each, by id.
        pictures: Each with its bytes.
        failures: Errors that the next writes raise, first in first out.
        expiries: How often and for what recordings were looked through, and when.
        expired: The ids that the next look finds.
        gate: While cleared, writes wait.
    """

    def __init__(self) -> None:
        self.saved: list[MessageRecord] = []
        self.threads: dict[str, ThreadRecord] = {}
        self.utterances: dict[str, UtteranceRecord] = {}
        self.pictures: list[tuple[PictureRecord, bytes]] = []
        self.removed_pictures: set[str] = set()
        self.expiries: list[tuple[str, float]] = []
        self.expired: tuple[str, ...] = ()
        self.failures: deque[StorageError] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self._rows: dict[str, MessageRecord] = {}
        self._removed: dict[str, ThreadRecord] = {}
        self._sounds: dict[str, bytearray] = {}
        self._settings: dict[str, str] = {}

    async def save_thread(self, thread: ThreadRecord) -> None:
        await self._write()
        self.threads[thread.id] = thread

    async def touch_thread(
        self, thread_id: str, at: float, title: str, *, model: str = "", profile: str = ""
    ) -> ThreadRecord | None:
        await self._write()
        if thread_id in self._removed:
            return None
        made = ThreadRecord(
            id=thread_id, created_at=at, updated_at=at, model=model, profile=profile
        )
        known = self.threads.get(thread_id, made)
        touched = structs.replace(known, title=known.title or title, updated_at=at)
        self.threads[thread_id] = touched
        return touched

    async def choose_answerer(
        self, thread_id: str, at: float, who: Answerer, profile: str = ""
    ) -> ThreadRecord | None:
        await self._write()
        if thread_id in self._removed:
            return None
        known = self.threads.get(
            thread_id, ThreadRecord(id=thread_id, created_at=at, updated_at=at)
        )
        self.threads[thread_id] = known.chosen(who, profile)
        return self.threads[thread_id]

    async def rename_thread(self, thread_id: str, title: str) -> ThreadRecord | None:
        await self._write()
        if thread_id not in self.threads:
            return None
        self.threads[thread_id] = structs.replace(self.threads[thread_id], title=title)
        return self.threads[thread_id]

    async def mark_thread(
        self, thread_id: str, *, is_pinned: bool | None = None, is_unread: bool | None = None
    ) -> ThreadRecord | None:
        await self._write()
        before = self.threads.get(thread_id)
        if before is None:
            return None
        given = {"is_pinned": is_pinned, "is_unread": is_unread}
        marks = {name: mark for name, mark in given.items() if mark is not None}
        self.threads[thread_id] = structs.replace(before, **marks)
        return None if self.threads[thread_id] == before else self.threads[thread_id]

    async def remove_thread(self, thread_id: str) -> None:
        await self._write()
        self._removed[thread_id] = self.threads.pop(thread_id)

    async def restore_thread(self, thread_id: str) -> ThreadRecord | None:
        await self._write()
        if thread_id in self._removed:
            self.threads[thread_id] = self._removed.pop(thread_id)
        return self.threads.get(thread_id)

    async def thread(self, thread_id: str) -> ThreadRecord | None:
        return self.threads.get(thread_id)

    async def save_message(self, message: MessageRecord) -> None:
        await self._write()
        self.saved.append(message)
        self._rows[message.id] = message

    async def message(self, message_id: str) -> MessageRecord | None:
        return self._rows.get(message_id)

    async def note_learning(self, message_id: str, learning: Learning) -> MessageRecord | None:
        return await self._note(message_id, learning=learning)

    async def note_missing(
        self, message_id: str, missing: MissingPictures | None
    ) -> MessageRecord | None:
        return await self._note(message_id, missing=missing)

    async def _note(self, message_id: str, **noted: object) -> MessageRecord | None:
        message = self._rows.get(message_id)
        if message is None:
            return None
        details = structs.replace(message.details, **noted)
        await self.save_message(structs.replace(message, details=details))
        return self._rows[message_id]

    async def save_again(self, message: MessageRecord) -> MessageRecord:
        known = self._rows.get(message.id, message).details
        details = structs.replace(message.details, missing=known.missing, learning=known.learning)
        await self.save_message(structs.replace(message, details=details))
        return self._rows[message.id]

    async def learning_messages(self) -> Sequence[MessageRecord]:
        found = ((row, row.details.learning) for row in self._rows.values())
        return [row for row, learning in found if learning and learning.is_pending]

    async def cut_replies(self) -> Sequence[MessageRecord]:
        return [row for row in self._rows.values() if row.is_cut_short]

    async def lacking_pictures(self) -> Sequence[MessageRecord]:
        return [row for row in self._rows.values() if row.lacks_pictures]

    async def picture_names(self, message_id: str) -> frozenset[str]:
        made = (one for one, _ in self.pictures if one.message_id == message_id)
        return frozenset(one.remote_id for one in made)

    async def messages(self, thread_id: str, *, limit: int = 200) -> Sequence[MessageRecord]:
        rows = [row for row in self._rows.values() if row.thread_id == thread_id]
        return sorted(rows, key=lambda row: row.created_at)[-limit:]

    async def pending(self) -> Sequence[MessageRecord]:
        return [
            row
            for row in self._rows.values()
            if row.role is Role.USER and row.status is MessageStatus.QUEUED
        ]

    async def keep_picture(
        self, picture: PictureRecord, content: bytes | Path, sha256: str = ""
    ) -> PictureRecord:
        await self._write()
        data = _taken_away(content) if isinstance(content, Path) else content
        kept = structs.replace(picture, path="pictures/x", size_bytes=len(data))
        self.pictures.append((kept, data))
        return kept

    async def remove_picture(self, picture_id: str) -> None:
        await self._write()
        self.removed_pictures.add(picture_id)

    async def restore_picture(self, picture_id: str) -> PictureRecord | None:
        await self._write()
        self.removed_pictures.discard(picture_id)
        return next((one for one, _ in self.pictures if one.id == picture_id), None)

    async def begin_utterance(self, utterance: UtteranceRecord) -> None:
        await self._write()
        self.utterances[utterance.id] = utterance
        self._sounds[utterance.id] = bytearray()

    def append_utterance(self, utterance_id: str, pcm: bytes) -> None:
        self._sounds.setdefault(utterance_id, bytearray()).extend(pcm)

    def write_utterance(self, utterance_id: str, pcm: bytes) -> None:
        self.append_utterance(utterance_id, pcm)

    async def end_utterance(self, utterance_id: str, state: UtteranceState) -> UtteranceRecord:
        await self._write()
        return self._set_state(utterance_id, state)

    async def set_utterance_state(self, utterance_id: str, state: UtteranceState) -> None:
        await self._write()
        self._set_state(utterance_id, state)

    async def utterance_pcm(self, utterance_id: str) -> bytes:
        if utterance_id not in self._sounds:
            raise StorageError("journal.no_recording")
        return bytes(self._sounds[utterance_id])

    async def utterance(self, utterance_id: str) -> UtteranceRecord | None:
        return self.utterances.get(utterance_id)

    async def discard_utterance(self, utterance_id: str) -> str:
        await self._write()
        if self.utterances.pop(utterance_id, None) is None:
            raise StorageError("journal.no_recording")
        self._sounds.pop(utterance_id, None)
        for row in self._rows.values():
            if row.utterance_id == utterance_id and not row.text:
                del self._rows[row.id]
                return row.id
        return ""

    async def remove_expired(self, keep: str, now_s: float) -> Sequence[str]:
        await self._write()
        self.expiries.append((keep, now_s))
        gone, self.expired = self.expired, ()
        return gone

    async def setting(self, key: str) -> str | None:
        return self._settings.get(key)

    async def set_setting(self, key: str, value: str) -> None:
        await self._write()
        self._settings[key] = value

    async def forget_settings(self, beginning: str) -> None:
        await self._write()
        for key in [one for one in self._settings if one.startswith(beginning)]:
            del self._settings[key]

    def put(self, message: MessageRecord, pcm: bytes = b"") -> None:
        """Let this row be there from an earlier run, with its recording."""
        self._rows[message.id] = message
        if message.utterance_id:
            self._sounds[message.utterance_id] = bytearray(pcm)

    def lose(self, utterance_id: str) -> None:
        """Let the sound of this utterance be gone."""
        self._sounds.pop(utterance_id, None)

    def forget(self) -> None:
        """Drop every message and recording, as if each were on a disk."""
        self.saved.clear()
        self.utterances.clear()
        self._rows.clear()
        self._sounds.clear()

    def rows(self, role: Role) -> list[MessageRecord]:
        """The newest version of every message of one side, in order of creation."""
        return [row for row in self._rows.values() if row.role is role]

    def sound(self, utterance_id: str) -> bytes:
        """What was recorded so far."""
        return bytes(self._sounds.get(utterance_id, b""))

    def _set_state(self, utterance_id: str, state: UtteranceState) -> UtteranceRecord:
        if utterance_id not in self.utterances:
            raise StorageError("journal.no_recording")
        changed = structs.replace(self.utterances[utterance_id], state=state)
        self.utterances[utterance_id] = changed
        return changed

    async def _write(self) -> None:
        await asyncio.sleep(0)
        await self.gate.wait()
        if self.failures:
            raise self.failures.popleft()


def _taken_away(path: Path) -> bytes:
    data = path.read_bytes()
    path.unlink()
    return data
