"""What a turn asks the service's other parts for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import Language, MemoryUse, Passage, Recalled


class Library(Protocol):
    """The documents of assistants and threads."""

    async def passages(
        self, text: str, *, assistant_id: str, thread_id: str, limit: int, message_id: str = ""
    ) -> Sequence[Passage]:
        """The best matches first; empty where there are no documents.

        What came with the message may be asked about in any words: its beginning comes last.

        Raises:
            StorageError
        """

    async def has_documents(self, *, assistant_id: str, thread_id: str) -> bool:
        """Whether ``passages`` could find anything there.

        Raises:
            StorageError
        """

    async def settled(self, ids: Sequence[str], within_s: float) -> Sequence[Document]:
        """The documents as soon as all are indexed or failed, or as they are after a while.

        Raises:
            StorageError
        """

    async def attachments(self, thread_id: str) -> Mapping[str, Sequence[Attachment]]:
        """The files that came with a thread's messages, by message.

        Raises:
            StorageError
        """


class Memories(Protocol):
    """What assistants remember."""

    async def recall(self, assistant_id: str, text: str, limit: int) -> Sequence[Recalled]:
        """The best matches first.

        Raises:
            StorageError
        """

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
        """Begin to take the facts out of a turn; returns soon.

        Returns:
            The operation's id, or None where nothing is learnt.

        Raises:
            StorageError
        """


class AttachedPictures(Protocol):
    """The pictures among the files that came with messages."""

    async def seen(
        self, thread_id: str, message_ids: Collection[str]
    ) -> Mapping[str, Sequence[Picture]]:
        """By message, what a model sees of its pictures.

        Raises:
            StorageError
        """
