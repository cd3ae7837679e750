"""Threads and their messages in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from desktop_app.protocol.backboard.threads import Attachment, StoredMessage, Thread
from desktop_app.service.clock import is_uuid, new_id, now
from desktop_app.service.documents import document_rows
from desktop_app.service.storage import assistant_store
from desktop_app.service.storage.database import Database
from desktop_app.service.storage.encoded_threads import EncodedThreads
from desktop_app.service.storage.file_store import FileStore
from desktop_app.service.storage.named_files import delete_naming

TITLE_CHARACTERS = 200

_COLUMNS = ("id", "role", "content", "created_at", "status", "metadata", "run_id")

_ONE_THREAD = "SELECT * FROM threads WHERE id = ?"

_REPLY = """
SELECT id, content, metadata FROM messages
WHERE thread_id = ? AND run_id = ? AND role = 'assistant' ORDER BY seq
"""

_CUT = "UPDATE messages SET status = 'CANCELLED', metadata = ? WHERE id = ?"

_CONTENTS = """
SELECT sha256 FROM documents WHERE thread_id = :owner
UNION SELECT sha256 FROM media WHERE thread_id = :owner
"""


Encode = Callable[[Thread], tuple[bytes, bool]]
_Version = tuple[Any, ...]

_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Heard:
    """How much of a spoken reply reached the person who interrupted it.

    Attributes:
        ms: Of its speech.
        characters: Of its text.
    """

    ms: int
    characters: int


class ConversationStore:
    """Create, find, extend and delete threads."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files
        self._encoded = EncodedThreads()

    async def create(self, assistant_id: str | None = None) -> Thread | None:
        """An empty thread of that assistant (the default one if None); None if there is none."""

        def work(connection: sqlite3.Connection) -> Thread | None:
            owner = assistant_id or assistant_store.default_id(connection)
            if assistant_store.find(connection, owner) is None:
                return None
            return _insert_thread(connection, new_id(), owner)

        return await self._database.write(work)

    async def of_session(self, key: str) -> Thread:
        """The thread a session's key stands for, made when it is first needed.

        A thread's id stands for that thread; a UUID nobody knows becomes a new thread's id; any
        other key is kept beside a thread of its own.
        """

        def known(connection: sqlite3.Connection) -> Thread | None:
            row = connection.execute(
                "SELECT * FROM threads WHERE id = ? OR session_key = ?", (key, key)
            ).fetchone()
            return _thread(row) if row else None

        def work(connection: sqlite3.Connection) -> Thread:
            if thread := known(connection):
                return thread
            owner = assistant_store.default_id(connection)
            if is_uuid(key):
                return _insert_thread(connection, key, owner)
            return _insert_thread(connection, new_id(), owner, session_key=key)

        found = await self._database.glance(known)
        return await self._database.write(work) if found is None else found

    async def get(self, thread_id: str, *, with_messages: bool = True) -> Thread | None:
        """The thread, its messages oldest first; None where there is none."""

        def work(connection: sqlite3.Connection) -> Thread | None:
            row = connection.execute(_ONE_THREAD, (thread_id,)).fetchone()
            if row is None:
                return None
            return _thread(row, _messages(connection, thread_id) if with_messages else [])

        return await self._database.read(work)

    async def encoded(self, thread_id: str, encode: Encode) -> bytes | None:
        """What ``encode`` makes of ``get``, made anew only when something changed.

        Args:
            thread_id: Which one.
            encode: Reader's thread; an answer that must not be kept is False in its second part.
        """

        def known(connection: sqlite3.Connection) -> _Version | None:
            row = connection.execute(_ONE_THREAD, (thread_id,)).fetchone()
            return tuple(row) if row else None

        def work(connection: sqlite3.Connection) -> tuple[_Version, bytes, bool] | None:
            row = connection.execute(_ONE_THREAD, (thread_id,)).fetchone()
            if row is None:
                return None
            return tuple(row), *encode(_thread(row, _messages(connection, thread_id)))

        version = await self._database.glance(known)
        if version is None:
            return None
        if (kept := self._encoded.get(thread_id, version)) is not None:
            return kept
        if (made := await self._database.read(work)) is None:
            return None
        version, body, may_be_kept = made
        if may_be_kept:
            self._encoded.keep(thread_id, version, body)
        return body

    async def page(
        self, skip: int, limit: int, *, assistant_id: str | None, with_messages: bool
    ) -> list[Thread]:
        """Threads, the one used last first."""
        where, values = ("WHERE assistant_id = ?", [assistant_id]) if assistant_id else ("", [])
        query = f"SELECT * FROM threads {where} ORDER BY updated_at DESC LIMIT ? OFFSET ?"

        def work(connection: sqlite3.Connection) -> list[Thread]:
            rows = connection.execute(query, (*values, limit, skip)).fetchall()
            return [
                _thread(row, _messages(connection, row["id"]) if with_messages else [])
                for row in rows
            ]

        return await self._database.read(work)

    async def delete(self, thread_id: str) -> bool:
        """Whether there was one; all that hangs on it goes with it, its files' bytes too.

        Raises:
            StorageError
        """
        return await delete_naming(
            self._database,
            self._files,
            _CONTENTS,
            "DELETE FROM threads WHERE id = :owner",
            thread_id,
        )

    async def discard_empty(self, thread_id: str) -> None:
        """Delete a thread that never got a message, with whatever was kept for its first one.

        Raises:
            StorageError
        """
        await delete_naming(
            self._database,
            self._files,
            _CONTENTS,
            "DELETE FROM threads WHERE id = :owner AND message_count = 0",
            thread_id,
        )

    async def add(self, thread_id: str, message: StoredMessage, run_id: str = "") -> None:
        """Append a message and move the thread to the top of the list."""
        await self._database.write(
            lambda connection: insert_message(connection, thread_id, message, run_id)
        )

    async def settle(
        self, message_id: str, content: str, status: str, metadata: dict[str, Any]
    ) -> None:
        """Write down how a reply ended."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE messages SET content = ?, status = ?, metadata = ? WHERE id = ?",
                (content, status, as_json(metadata), message_id),
            )
        )

    async def note(self, message_id: str, facts: dict[str, Any]) -> None:
        """Add facts to a message's metadata; nothing happens where it is gone.

        Raises:
            StorageError
        """

        def work(connection: sqlite3.Connection) -> None:
            row = connection.execute(
                "SELECT metadata FROM messages WHERE id = ?", (message_id,)
            ).fetchone()
            if row is not None:
                connection.execute(
                    "UPDATE messages SET metadata = ? WHERE id = ?",
                    (as_json(_object(row["metadata"]) | facts), message_id),
                )

        await self._database.write(work)

    async def cut(self, thread_id: str, run_id: str, heard: Heard) -> None:
        """A reply was cut off while it was heard; all of its text stays.

        Args:
            thread_id: Whose reply.
            run_id: The turn that it answers. Where that called functions, its text is in several
                messages.
            heard: Of all of them.
        """

        def work(connection: sqlite3.Connection) -> None:
            rows = connection.execute(_REPLY, (thread_id, run_id)).fetchall()
            left = heard.characters
            for row in rows:
                if left < len(row["content"]) or row is rows[-1]:
                    part = Heard(heard.ms, left)
                    facts = as_json(_object(row["metadata"]) | interruption(part))
                    connection.execute(_CUT, (facts, row["id"]))
                left = max(left - len(row["content"]), 0)

        await self._database.write(work)

    async def fail_unfinished(self) -> int:
        """Replies that a killed process left open become failed; returns how many."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE messages SET status = 'FAILED' WHERE status = 'IN_PROGRESS'"
                ).rowcount
            )
        )


def interruption(heard: Heard | None) -> dict[str, Any]:
    """What the metadata of a reply that was cut off says."""
    known = {} if heard is None else {"heard_ms": heard.ms, "heard_chars": heard.characters}
    return {"interrupted": True, **known}


def _insert_thread(
    connection: sqlite3.Connection, thread_id: str, owner: str, session_key: str | None = None
) -> Thread:
    at = now()
    connection.execute(
        "INSERT INTO threads (id, assistant_id, session_key, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (thread_id, owner, session_key, at, at),
    )
    return Thread(thread_id=thread_id, assistant_id=owner, created_at=at, updated_at=at)


def insert_message(
    connection: sqlite3.Connection, thread_id: str, message: StoredMessage, run_id: str = ""
) -> None:
    """Within a transaction."""
    connection.execute(
        "INSERT INTO messages (id, thread_id, role, content, status, run_id, metadata, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.message_id,
            thread_id,
            message.role,
            message.content or "",
            message.status,
            run_id or None,
            as_json(message.metadata_),
            message.created_at,
        ),
    )
    first = (message.content or "")[:TITLE_CHARACTERS] if message.role == "user" else None
    connection.execute(
        "UPDATE threads SET updated_at = max(updated_at, ?), message_count = message_count + 1,"
        " first_user_message = coalesce(first_user_message, ?) WHERE id = ?",
        (message.created_at, first, thread_id),
    )


def _messages(connection: sqlite3.Connection, thread_id: str) -> list[StoredMessage]:
    cursor = connection.cursor()
    cursor.row_factory = None  # by place: looking names up would double what a long thread takes
    rows = cursor.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM messages WHERE thread_id = ? ORDER BY seq",
        (thread_id,),
    )
    attached = document_rows.attachments(connection, thread_id)
    return [_message(row, attached.get(row[0], [])) for row in rows]


def message_of(row: sqlite3.Row) -> StoredMessage:
    """A row of ``messages``; its run's id is part of the metadata."""
    return _message(tuple(row[name] for name in _COLUMNS), [])


def _message(columns: tuple[Any, ...], attachments: list[Attachment]) -> StoredMessage:
    message_id, role, content, created_at, status, metadata, run_id = columns
    known = _decode_object(metadata) if metadata else {}
    if run_id:
        known["run_id"] = run_id  # a client may write anything under this name
    return StoredMessage(
        message_id=message_id,
        role=role,
        content=content,
        created_at=created_at,
        status=status,
        metadata_=known or None,
        attachments=attachments,
    )


def _thread(row: sqlite3.Row, messages: list[StoredMessage] | None = None) -> Thread:
    return Thread(
        thread_id=row["id"],
        created_at=row["created_at"],
        metadata_=_object(row["metadata"]) or None,
        messages=messages or [],
        assistant_id=row["assistant_id"],
        first_user_message=row["first_user_message"],
        message_count=row["message_count"],
        updated_at=row["updated_at"],
    )


def as_json(value: dict[str, Any] | None) -> str | None:
    """A metadata column."""
    return None if value is None else msgspec.json.encode(value).decode()


def _object(text: str | None) -> dict[str, Any]:
    return _decode_object(text) if text else {}
