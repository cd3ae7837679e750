"""Assistants in the database."""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec.structs import replace

from desktop_app.protocol.backboard.assistants import Assistant, NewAssistant
from desktop_app.service.clock import new_id, now
from desktop_app.service.storage.database import Database
from desktop_app.service.storage.file_store import FileStore
from desktop_app.service.storage.named_files import delete_naming

DEFAULT_NAME = "Parley"

_CONTENTS = """
SELECT sha256 FROM documents WHERE assistant_id = :owner
UNION SELECT media.sha256 FROM media JOIN threads ON threads.id = media.thread_id
WHERE threads.assistant_id = :owner
"""

_decode = msgspec.json.Decoder(Assistant).decode


class AssistantStore:
    """Create, find, change and delete assistants; the default one appears when first needed."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files

    async def create(self, new: NewAssistant) -> Assistant:
        """A new assistant, whatever others are called."""
        return await self._database.write(lambda connection: insert(connection, new))

    async def get(self, assistant_id: str) -> Assistant | None:
        """The assistant, or None where there is none of that id."""
        return await self._database.glance(lambda connection: find(connection, assistant_id))

    async def page(self, skip: int, limit: int, name: str | None) -> list[Assistant]:
        """Oldest first."""
        where, values = ("WHERE name = ?", [name]) if name is not None else ("", [])
        query = f"SELECT body FROM assistants {where} ORDER BY seq LIMIT ? OFFSET ?"
        return await self._database.read(
            lambda connection: [
                _decode(row["body"])
                for row in connection.execute(query, (*values, limit, skip)).fetchall()
            ]
        )

    async def update(self, assistant_id: str, changes: dict[str, object]) -> Assistant | None:
        """The assistant after ``changes`` (field names of Assistant), or None."""

        def work(connection: sqlite3.Connection) -> Assistant | None:
            before = find(connection, assistant_id)
            if before is None:
                return None
            after = replace(before, **changes)
            connection.execute(
                "UPDATE assistants SET name = ?, body = ? WHERE id = ?",
                (after.name, msgspec.json.encode(after).decode(), assistant_id),
            )
            return after

        return await self._database.write(work)

    async def delete(self, assistant_id: str) -> bool:
        """Whether there was one; all that hangs on it goes with it, its files' bytes too.

        Raises:
            StorageError
        """
        return await delete_naming(
            self._database,
            self._files,
            _CONTENTS,
            "DELETE FROM assistants WHERE id = :owner",
            assistant_id,
        )


def insert(connection: sqlite3.Connection, new: NewAssistant) -> Assistant:
    """Within a transaction."""
    assistant = Assistant(
        assistant_id=new_id(),
        name=new.name,
        description=new.description,
        system_prompt=new.system_prompt,
        tools=new.tools,
        tok_k=10 if new.tok_k is None else new.tok_k,
        embedding_provider=new.embedding_provider,
        embedding_model_name=new.embedding_model_name,
        embedding_dims=new.embedding_dims,
        custom_fact_extraction_prompt=new.custom_fact_extraction_prompt,
        custom_update_memory_prompt=new.custom_update_memory_prompt,
        created_at=now(),
    )
    connection.execute(
        "INSERT INTO assistants (id, name, body, created_at) VALUES (?, ?, ?, ?)",
        (
            assistant.assistant_id,
            assistant.name,
            msgspec.json.encode(assistant).decode(),
            assistant.created_at,
        ),
    )
    return assistant


def find(connection: sqlite3.Connection, assistant_id: str) -> Assistant | None:
    row = connection.execute("SELECT body FROM assistants WHERE id = ?", (assistant_id,)).fetchone()
    return _decode(row["body"]) if row else None


def default_id(connection: sqlite3.Connection) -> str:
    """The oldest assistant of that name, made where there is none. Within a transaction.

    Never another one: its prompt, documents and memories are for those who name it.
    """
    query = "SELECT id FROM assistants WHERE name = ? ORDER BY seq LIMIT 1"
    row = connection.execute(query, (DEFAULT_NAME,)).fetchone()
    return (
        str(row["id"]) if row else insert(connection, NewAssistant(name=DEFAULT_NAME)).assistant_id
    )
