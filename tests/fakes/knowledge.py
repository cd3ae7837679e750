"""What turns know besides their history, scripted: documents, memories and pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from desktop_app.errors import StorageError
from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import Language, MemoryUse, Passage, Recalled


@dataclass
class ScriptedLibrary:
    """Finds the same passages for every question.

    Attributes:
        files: By message.
        asked: What was looked for, and how many passages were wanted.
        awaited: Ids of the documents that were waited for.
    """

    found: tuple[Passage, ...] = ()
    files: dict[str, list[Attachment]] = field(default_factory=dict)
    is_broken: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)

    async def passages(
        self, text: str, *, assistant_id: str, thread_id: str, limit: int, message_id: str = ""
    ) -> Sequence[Passage]:
        self.asked.append((text, limit))
        self._check()
        return self.found[:limit]

    async def has_documents(self, *, assistant_id: str, thread_id: str) -> bool:
        self._check()
        return bool(self.found)

    async def settled(self, ids: Sequence[str], within_s: float) -> Sequence[Document]:
        self.awaited += ids
        return ()

    async def attachments(self, thread_id: str) -> Mapping[str, Sequence[Attachment]]:
        return self.files

    def _check(self) -> None:
        if self.is_broken:
            raise StorageError("storage.failed", "The disk is gone.")


@dataclass
class ScriptedMemories:
    """Recalls the same for every question; ``learned`` holds what it was given to learn from."""

    known: tuple[Recalled, ...] = ()
    operation_id: str | None = None
    is_broken: bool = False
    learned: list[tuple[str, str, MemoryUse]] = field(default_factory=list)

    async def recall(self, assistant_id: str, text: str, limit: int) -> Sequence[Recalled]:
        if self.is_broken:
            raise StorageError("storage.failed", "The disk is gone.")
        return self.known[:limit]

    async def learn(
        self,
        question_text: str,
        reply_text: str,
        *,
        assistant_id: str,
        thread_id: str,
        language: Language,
        model: str,
        mode: MemoryUse,
    ) -> str | None:
        if self.is_broken:
            raise StorageError("storage.failed", "The disk is gone.")
        self.learned.append((question_text, reply_text, mode))
        return self.operation_id


@dataclass
class ScriptedPictures:
    """Shows a picture for each message it knows; ``asked`` says for which it was asked."""

    shown: dict[str, tuple[Picture, ...]] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    async def seen(
        self, thread_id: str, message_ids: Collection[str]
    ) -> Mapping[str, Sequence[Picture]]:
        self.asked.append(list(message_ids))
        return {one: self.shown[one] for one in message_ids if one in self.shown}
