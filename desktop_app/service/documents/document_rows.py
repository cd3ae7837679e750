"""Documents in the database: what is done inside one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import msgspec

from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.clock import new_id, now
from desktop_app.service.storage.file_store import KeptFile

_COPY_DOCUMENT = """
INSERT INTO documents (id, assistant_id, filename, mime_type, sha256, size_bytes, status,
    status_message, summary, total_tokens, chunk_count, metadata, created_at, updated_at,
    processing_started_at, processing_completed_at)
SELECT :id, :owner, filename, mime_type, sha256, size_bytes, status, status_message, summary,
    total_tokens, chunk_count, metadata, :at, :at, processing_started_at, processing_completed_at
FROM documents WHERE seq = :seq
"""

_COPY_CHUNKS = """
INSERT INTO chunks (document_seq, ordinal, place, content)
SELECT ?, ordinal, place, content FROM chunks WHERE document_seq = ? ORDER BY ordinal
"""

_COPY_VECTORS = """
INSERT INTO chunk_vectors (chunk_seq, space, vector)
SELECT copied.seq, space, vector FROM chunks AS copied
JOIN chunks AS source ON source.ordinal = copied.ordinal
JOIN chunk_vectors ON chunk_vectors.chunk_seq = source.seq
WHERE copied.document_seq = ? AND source.document_seq = ?
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a document belongs to: an assistant, or one of its threads alone.

    Attributes:
        thread_id: Or empty: it serves all threads of the assistant.
        message_id: The message that it came with, or empty.
    """

    assistant_id: str
    thread_id: str = ""
    message_id: str = ""

    @property
    def scope(self) -> str:
        """Whose questions it may answer: the thread's, else the assistant's."""
        return self.thread_id or self.assistant_id


@dataclass(frozen=True, slots=True)
class WaitingDocument:
    """One that shall be read."""

    seq: int
    id: str
    filename: str
    sha256: str
    size_bytes: int
    owner: Owner

    @property
    def ending(self) -> str:
        return ending_of(self.filename)


def ending_of(filename: str) -> str:
    """In lower case, with its dot; empty where there is none."""
    return PurePath(filename).suffix.lower()


def insert(
    connection: sqlite3.Connection, filename: str, mime_type: str, kept: KeptFile, owner: Owner
) -> Document:
    """A pending document."""
    at = now()
    document_id = new_id()
    connection.execute(
        "INSERT INTO documents (id, assistant_id, thread_id, message_id, filename, mime_type,"
        " sha256, size_bytes, status, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)",
        (
            document_id,
            owner.assistant_id,
            owner.thread_id or None,
            owner.message_id or None,
            filename,
            mime_type,
            kept.sha256,
            kept.size_bytes,
            at,
            at,
        ),
    )
    found = find(connection, document_id)
    assert found is not None
    return found


def find(connection: sqlite3.Connection, document_id: str) -> Document | None:
    row = connection.execute("SELECT * FROM documents WHERE id = ?", (document_id,)).fetchone()
    return _document(row) if row else None


def find_all(connection: sqlite3.Connection, ids: Sequence[str]) -> list[Document]:
    """Those that there are, in the order of ``ids``."""
    found = (find(connection, one) for one in ids)
    return [one for one in found if one is not None]


def of_owner(connection: sqlite3.Connection, owner: Owner) -> list[Document]:
    """The documents of a thread, or those of an assistant that serve all its threads."""
    where = "thread_id = ?" if owner.thread_id else "assistant_id = ? AND thread_id IS NULL"
    rows = connection.execute(f"SELECT * FROM documents WHERE {where} ORDER BY seq", (owner.scope,))
    return [_document(row) for row in rows]


def attachments(connection: sqlite3.Connection, thread_id: str) -> dict[str, list[Attachment]]:
    """What came with the messages of a thread, by message, in order."""
    rows = connection.execute(
        "SELECT * FROM documents WHERE thread_id = ? AND message_id IS NOT NULL ORDER BY seq",
        (thread_id,),
    )
    found: dict[str, list[Attachment]] = {}
    for row in rows:
        found.setdefault(row["message_id"], []).append(attachment(_document(row)))
    return found


def attachment(document: Document) -> Attachment:
    """A document as a message shows it."""
    return Attachment(
        document_id=document.document_id,
        filename=document.filename,
        status=document.status,
        file_size_bytes=document.file_size_bytes,
        summary=document.summary,
    )


def content_of(connection: sqlite3.Connection, document_id: str) -> str | None:
    """The SHA-256 of its bytes, or None where there is no such document."""
    row = connection.execute("SELECT sha256 FROM documents WHERE id = ?", (document_id,)).fetchone()
    return str(row["sha256"]) if row else None


def delete(connection: sqlite3.Connection, document_id: str) -> str | None:
    """Its scope, or None where there was none; passages and vectors go with it."""
    row = connection.execute(
        "DELETE FROM documents WHERE id = ? RETURNING assistant_id, thread_id", (document_id,)
    ).fetchone()
    return str(row["thread_id"] or row["assistant_id"]) if row else None


def restart(connection: sqlite3.Connection) -> None:
    """What a process that ended had begun is begun anew."""
    connection.execute("UPDATE documents SET status = 'pending' WHERE status = 'processing'")


def give_back(connection: sqlite3.Connection, document: WaitingDocument) -> None:
    """It was begun and is not finished: it waits again."""
    connection.execute(
        "UPDATE documents SET status = 'pending' WHERE id = ? AND status = 'processing'",
        (document.id,),
    )


def begin(connection: sqlite3.Connection) -> WaitingDocument | None:
    """The document that waits longest is being processed from now on; None where none waits."""
    row = connection.execute(
        "UPDATE documents SET status = 'processing', processing_started_at = :at,"
        " updated_at = :at WHERE seq = (SELECT min(seq) FROM documents WHERE status = 'pending')"
        " RETURNING *",
        {"at": now()},
    ).fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM chunks WHERE document_seq = ?", (row["seq"],))
    owner = Owner(row["assistant_id"], row["thread_id"] or "", row["message_id"] or "")
    return WaitingDocument(
        row["seq"], row["id"], row["filename"], row["sha256"], row["size_bytes"], owner
    )


def is_processing(connection: sqlite3.Connection, document: WaitingDocument) -> bool:
    """Whether it is still there: it may have been deleted while it was read."""
    row = connection.execute(
        "SELECT 1 FROM documents WHERE seq = ? AND id = ? AND status = 'processing'",
        (document.seq, document.id),
    ).fetchone()
    return row is not None


def mark_indexed(
    connection: sqlite3.Connection,
    document: WaitingDocument,
    *,
    summary: str,
    total_tokens: int,
    note: str,
) -> None:
    """It can be searched from now on."""
    connection.execute(
        "UPDATE documents SET status = 'indexed', summary = :summary, status_message = :note,"
        " total_tokens = :tokens, updated_at = :at, processing_completed_at = :at,"
        " chunk_count = (SELECT count(*) FROM chunks WHERE document_seq = :seq)"
        " WHERE seq = :seq AND id = :id",
        {
            "summary": summary,
            "note": note or None,
            "tokens": total_tokens,
            "at": now(),
            "seq": document.seq,
            "id": document.id,
        },
    )


def mark_failed(connection: sqlite3.Connection, document: WaitingDocument, sentence: str) -> None:
    """It cannot be read, for this reason; what was read of it goes."""
    if not is_processing(connection, document):
        return
    connection.execute("DELETE FROM chunks WHERE document_seq = ?", (document.seq,))
    connection.execute(
        "UPDATE documents SET status = 'error', status_message = :sentence, updated_at = :at,"
        " processing_completed_at = :at WHERE seq = :seq",
        {"sentence": sentence, "at": now(), "seq": document.seq},
    )


def clone(connection: sqlite3.Connection, from_assistant: str, to_assistant: str) -> int:
    """Copy the indexed documents of an assistant with passages and vectors; how many there are."""
    rows = connection.execute(
        "SELECT seq FROM documents WHERE assistant_id = ? AND thread_id IS NULL"
        " AND status = 'indexed' ORDER BY seq",
        (from_assistant,),
    ).fetchall()
    for row in rows:
        copied = connection.execute(
            _COPY_DOCUMENT,
            {"id": new_id(), "owner": to_assistant, "at": now(), "seq": row["seq"]},
        ).lastrowid
        connection.execute(_COPY_CHUNKS, (copied, row["seq"]))
        connection.execute(_COPY_VECTORS, (copied, row["seq"]))
    return len(rows)


def _document(row: sqlite3.Row) -> Document:
    return Document(
        document_id=row["id"],
        filename=row["filename"],
        status=row["status"],
        created_at=row["created_at"],
        status_message=row["status_message"],
        summary=row["summary"],
        updated_at=row["updated_at"],
        file_size_bytes=row["size_bytes"],
        total_tokens=row["total_tokens"],
        chunk_count=row["chunk_count"],
        processing_started_at=row["processing_started_at"],
        processing_completed_at=row["processing_completed_at"],
        document_type=ending_of(row["filename"]).removeprefix("."),
        metadata_=msgspec.json.decode(row["metadata"]) if row["metadata"] else None,
    )
