"""The pictures among a thread's documents: models see them, and they can be changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.documents import IMAGES
from desktop_app.service.pictures.picture_reading import SEEN_SIDE, read_picture
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.storage.database import Database
from desktop_app.service.storage.file_store import FileStore

KEPT_PICTURES = 8
"""In memory, as models see them: a few megabytes each."""


@dataclass(frozen=True, slots=True)
class AttachedPicture:
    """A document that is a picture, and where its bytes are."""

    document_id: str
    message_id: str
    filename: str
    path: Path


class AttachedPictures:
    """Finds them in the documents' table."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files
        self._shown: dict[Path, Picture] = {}

    async def find(
        self, document_id: str, thread_id: str, *, endings: Collection[str] = IMAGES
    ) -> AttachedPicture | None:
        """A picture of the thread or of its assistant; None where there is none.

        Args:
            document_id: Of the document.
            thread_id: Of the thread.
            endings: Of what counts: videos can be looked for too.
        """
        found = await self._select(
            "id = ? AND (thread_id = ? OR thread_id IS NULL AND assistant_id ="
            " (SELECT assistant_id FROM threads WHERE id = ?))",
            (document_id, thread_id, thread_id),
            endings,
        )
        return found[0] if found else None

    async def of_thread(self, thread_id: str) -> list[AttachedPicture]:
        """Those that came with messages of the thread, oldest first."""
        return await self._select("thread_id = ? AND message_id IS NOT NULL", (thread_id,))

    async def seen(
        self, thread_id: str, message_ids: Collection[str]
    ) -> dict[str, tuple[Picture, ...]]:
        """By message, what a model sees of its pictures; an unreadable one is left out.

        Raises:
            StorageError
        """
        seen: dict[str, tuple[Picture, ...]] = {}
        for one in await self.of_thread(thread_id):
            if one.message_id not in message_ids:
                continue
            try:
                picture = await self._made_small(one)
            except InputError:
                continue  # its document's status says so
            seen[one.message_id] = (*seen.get(one.message_id, ()), picture)
        return seen

    async def _made_small(self, one: AttachedPicture) -> Picture:
        """The same pictures are shown again in every turn: a large photo takes a second."""
        picture = self._shown.pop(one.path, None)
        if picture is None:
            picture = await read_picture(one.path, one.filename, longest_side=SEEN_SIDE)
        self._shown[one.path] = picture
        if len(self._shown) > KEPT_PICTURES:
            del self._shown[next(iter(self._shown))]  # shown longest ago
        return picture

    async def _select(
        self, where: str, values: tuple[str, ...], endings: Collection[str] = IMAGES
    ) -> list[AttachedPicture]:
        def work(connection: sqlite3.Connection) -> list[AttachedPicture]:
            rows = connection.execute(f"SELECT * FROM documents WHERE {where} ORDER BY seq", values)
            return [
                AttachedPicture(
                    row["id"],
                    row["message_id"] or "",
                    row["filename"],
                    self._files.path(row["sha256"]),
                )
                for row in rows
                if Path(row["filename"]).suffix.lower() in endings
            ]

        return await self._database.read(work)
