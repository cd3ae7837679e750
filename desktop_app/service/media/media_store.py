"""Pictures, videos, spoken replies and recordings of threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from desktop_app.service.clock import new_id, now
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.storage.database import Database
from desktop_app.service.storage.file_store import FileStore, KeptFile
from desktop_app.service.storage.named_files import add_naming, remove_unnamed

_FORGET_SOUND = """
DELETE FROM media WHERE kind IN ('recording', 'speech') AND created_at <= ?
AND coalesce(message_id, '') NOT IN (SELECT value FROM json_each(?))
RETURNING sha256
"""
_DISCARD = {
    "assistant": "DELETE FROM media WHERE kind = 'speech' AND message_id = ? RETURNING sha256",
    "user": """
        DELETE FROM media WHERE kind = 'recording' AND message_id = (
            SELECT asked.id FROM messages AS answer JOIN messages AS asked
            ON asked.thread_id = answer.thread_id AND asked.seq < answer.seq
            WHERE answer.id = ? AND asked.role = 'user' ORDER BY asked.seq DESC LIMIT 1
        ) RETURNING sha256
    """,
}

MediaKind = Literal["picture", "video", "speech", "recording"]


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """One piece, whose bytes are in the file store.

    Attributes:
        metadata: Of what was made: prompt, provider, model and the ids it was made from; of what
            was uploaded: its file name.
    """

    id: str
    thread_id: str
    message_id: str
    kind: MediaKind
    mime_type: str
    file: KeptFile
    metadata: dict[str, Any] = field(default_factory=dict)
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    """A piece whose bytes are not kept yet."""

    thread_id: str
    message_id: str
    kind: MediaKind
    mime_type: str
    metadata: dict[str, Any]


class MediaStore:
    """Rows in the database, bytes in the file store."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files

    async def add(
        self,
        thread_id: str,
        kind: MediaKind,
        content: Picture,
        *,
        message_id: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> StoredMedia:
        """Keep encoded bytes; durable when this returns.

        Raises:
            StorageError
        """
        made = _Made(thread_id, message_id, kind, content.mime_type, metadata or {})
        return await self._add(made, lambda: self._files.keep_bytes(content.data))

    async def add_file(
        self,
        thread_id: str,
        kind: MediaKind,
        path: Path,
        mime_type: str,
        *,
        message_id: str = "",
        metadata: dict[str, Any] | None = None,
    ) -> StoredMedia:
        """Keep a copy of a file, however long; durable when this returns.

        Raises:
            StorageError
        """
        made = _Made(thread_id, message_id, kind, mime_type, metadata or {})
        return await self._add(made, lambda: self._files.keep(path))

    async def _add(self, made: _Made, keep: Callable[[], Awaitable[KeptFile]]) -> StoredMedia:
        def insert(connection: sqlite3.Connection, kept: KeptFile) -> StoredMedia:
            media = StoredMedia(
                new_id(),
                made.thread_id,
                made.message_id,
                made.kind,
                made.mime_type,
                kept,
                made.metadata,
                now(),
            )
            _insert(connection, media)
            return media

        return await add_naming(self._database, self._files, keep, insert)

    async def get(self, media_id: str) -> StoredMedia | None:
        """One piece, or None."""

        def work(connection: sqlite3.Connection) -> StoredMedia | None:
            row = connection.execute("SELECT * FROM media WHERE id = ?", (media_id,)).fetchone()
            return _media(row) if row else None

        return await self._database.read(work)

    async def of_thread(self, thread_id: str, kind: MediaKind) -> list[StoredMedia]:
        """All of a kind, oldest first."""

        def work(connection: sqlite3.Connection) -> list[StoredMedia]:
            rows = connection.execute(
                "SELECT * FROM media WHERE thread_id = ? AND kind = ? ORDER BY seq",
                (thread_id, kind),
            )
            return [_media(row) for row in rows]

        return await self._database.read(work)

    async def delete(self, media_id: str) -> StoredMedia | None:
        """What was deleted, its bytes with it; None where there was nothing.

        Raises:
            StorageError
        """

        def work(connection: sqlite3.Connection) -> StoredMedia | None:
            row = connection.execute(
                "DELETE FROM media WHERE id = ? RETURNING *", (media_id,)
            ).fetchone()
            return _media(row) if row else None

        gone = await self._database.write(work)
        if gone is not None:
            await remove_unnamed(self._database, self._files, gone.file.sha256)
        return gone

    async def delete_unasked(self, media: StoredMedia) -> None:
        """Delete what came with a question, unless that one is kept.

        Raises:
            StorageError
        """

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "DELETE FROM media WHERE id = ? AND NOT EXISTS (SELECT 1 FROM messages"
                " WHERE messages.id = media.message_id)",
                (media.id,),
            ).rowcount

        if await self._database.write(work):
            await remove_unnamed(self._database, self._files, media.file.sha256)

    async def forget_sound(self, before: str, going: Collection[str]) -> int:
        """Delete recordings and spoken replies, their bytes with them; returns how many.

        Args:
            before: The time, as ``clock`` writes it, until which they were made.
            going: Ids of messages that are being heard or spoken: theirs stay.

        Raises:
            StorageError
        """

        spared = msgspec.json.encode([*going]).decode()
        return await self._delete_naming(_FORGET_SOUND, (before, spared))

    async def discard_sound(self, reply_id: str, role: Literal["user", "assistant"]) -> int:
        """Delete the sound of one side of the turn of a reply; returns how many pieces.

        Raises:
            StorageError
        """
        return await self._delete_naming(_DISCARD[role], (reply_id,))

    async def _delete_naming(self, statement: str, values: tuple[str, ...]) -> int:
        def work(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(statement, values)
            return [str(row["sha256"]) for row in rows.fetchall()]

        gone = await self._database.write(work)
        for sha256 in set(gone):
            await remove_unnamed(self._database, self._files, sha256)
        return len(gone)

    def path_of(self, media: StoredMedia) -> Path:
        """Where its bytes are."""
        return self._files.path(media.file.sha256)

    async def bytes_of(self, media: StoredMedia) -> bytes:
        """Raises:
        StorageError
        """
        return await self._files.read(media.file.sha256)

    async def remove_unused_files(self) -> int:
        """Delete the bytes that no document and no piece of media names any more."""

        def work(connection: sqlite3.Connection) -> set[str]:
            rows = connection.execute("SELECT sha256 FROM media UNION SELECT sha256 FROM documents")
            return {row["sha256"] for row in rows}

        return await self._files.remove_all_but(await self._database.read(work))


def _insert(connection: sqlite3.Connection, media: StoredMedia) -> None:
    connection.execute(
        "INSERT INTO media (id, thread_id, message_id, kind, mime_type, sha256, size_bytes,"
        " metadata, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            media.id,
            media.thread_id,
            media.message_id or None,
            media.kind,
            media.mime_type,
            media.file.sha256,
            media.file.size_bytes,
            msgspec.json.encode(media.metadata).decode(),
            media.created_at,
        ),
    )


def _media(row: sqlite3.Row) -> StoredMedia:
    return StoredMedia(
        row["id"],
        row["thread_id"],
        row["message_id"] or "",
        row["kind"],
        row["mime_type"],
        KeptFile(row["sha256"], row["size_bytes"]),
        msgspec.json.decode(row["metadata"] or "{}"),
        row["created_at"],
    )
