"""``parley documents``: files that an assistant or a thread knows."""

from __future__ import annotations

import asyncio
from pathlib import Path

from desktop_app.commands.api.session import Session
from desktop_app.commands.terminal.progress_bar import size_of
from desktop_app.errors import AppError, InputError, StoppedError
from desktop_app.protocol.backboard.documents import Document

_COLUMNS = ("document", "status", "size", "pieces", "file")


async def add(session: Session, paths: list[Path], assistant: str, thread: str) -> None:
    """Upload files, one after the other, and wait until each can be searched.

    Raises:
        InputError: ``documents.failed``: some could not be read; the others are there.
    """
    thread_id = await session.thread_id(thread) if thread else ""
    assistant_id = "" if thread else await session.assistant_id(assistant)
    failed = 0
    for path in paths:
        try:
            document = await _add_one(session, path, assistant_id, thread_id)
        except StoppedError:
            raise
        except AppError as error:
            session.out.end_progress()
            failed += 1
            session.out.add(f"Not added. {error}", {"path": str(path), "error": str(error)})
            continue
        session.out.end_progress()
        failed += not document.is_indexed
        session.out.add(_outcome(path, document), document)
    if failed:
        some = "The file" if len(paths) == 1 else f"{failed} of {len(paths)} files"
        raise InputError("documents.failed", f"{some} could not be added; see above.")


async def list_documents(session: Session, assistant: str, thread: str) -> None:
    """The documents of a thread, or of an assistant."""
    if thread:
        found = await session.api.documents.of_thread(await session.thread_id(thread))
    else:
        found = await session.api.documents.of_assistant(await session.assistant_id(assistant))
    rows = [
        [one.document_id, one.status, size_of(one.file_size_bytes), one.chunk_count, one.filename]
        for one in found
    ]
    session.out.rows(_COLUMNS, rows, found)


async def status(session: Session, document: str) -> None:
    """How far a document has come, and why it failed."""
    found = await session.api.documents.status(document)
    session.out.say(_outcome(Path(found.filename), found), found)


async def delete(session: Session, documents: list[str]) -> None:
    """Delete documents for good."""
    for document_id in documents:
        await session.api.documents.delete(document_id)
        session.out.add(f"Deleted {document_id}", {"document_id": document_id, "deleted": True})


async def _add_one(session: Session, path: Path, assistant_id: str, thread_id: str) -> Document:
    def uploading(done: int, total: int) -> None:
        session.out.progress(f"Uploading {path.name}", done, total, size_of(done))

    documents = session.api.documents
    try:
        if thread_id:
            document = await documents.upload_to_thread(thread_id, path, progress=uploading)
        else:
            document = await documents.upload_to_assistant(assistant_id, path, progress=uploading)
    except asyncio.CancelledError:
        raise StoppedError("documents.stopped", f"Stopped. {path.name} was not sent.") from None

    def indexing(now: Document) -> None:
        share = {"pending": 0, "processing": 1}.get(now.status.lower(), 2)
        session.out.progress(f"Indexing {path.name}", share, 2, now.status)

    document_id = document.document_id
    try:
        return await documents.wait_until_settled(document_id, on_change=indexing)
    except asyncio.CancelledError:
        said = f"Stopped. {path.name} was sent; `parley documents status {document_id}` goes on."
        raise StoppedError("documents.stopped", said) from None


def _outcome(path: Path, document: Document) -> str:
    what = document.status
    if document.is_indexed:
        pieces = document.chunk_count or 0
        found = f"{pieces} piece{'' if pieces == 1 else 's'}" if pieces else "no text in it"
        what = f"indexed, {found}"
    reason = f". {document.status_message}" if document.status_message else ""
    return f"{path.name}: {what} ({document.document_id}){reason}"
