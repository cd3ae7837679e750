"""Documents of a Backboard API: contract section 11."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from desktop_app.client.http_connection import HttpConnection, Request, path_of
from desktop_app.client.message_body import check_extension
from desktop_app.client.multipart import MultipartBody, Part, Progress
from desktop_app.client.polling import settled
from desktop_app.protocol.backboard.documents import Document

INDEXING_LIMIT_S = 600.0


class Documents:
    """``api.documents``. Uploads raise InputError where the file cannot be sent."""

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def upload_to_assistant(
        self, assistant_id: str, path: Path, *, progress: Progress | None = None
    ) -> Document:
        """For all threads of the assistant. Cancel the task to stop it."""
        return await self._upload(path_of("assistants", assistant_id, "documents"), path, progress)

    async def upload_to_thread(
        self, thread_id: str, path: Path, *, progress: Progress | None = None
    ) -> Document:
        """For this thread alone. Cancel the task to stop it."""
        return await self._upload(path_of("threads", thread_id, "documents"), path, progress)

    async def of_assistant(self, assistant_id: str) -> list[Document]:
        path = path_of("assistants", assistant_id, "documents")
        return await self._connection.get(path, list[Document])

    async def of_thread(self, thread_id: str) -> list[Document]:
        path = path_of("threads", thread_id, "documents")
        return await self._connection.get(path, list[Document])

    async def status(self, document_id: str) -> Document:
        return await self._connection.get(path_of("documents", document_id, "status"), Document)

    async def delete(self, document_id: str) -> None:
        await self._connection.delete(path_of("documents", document_id))

    async def wait_until_settled(
        self,
        document_id: str,
        *,
        on_change: Callable[[Document], None] | None = None,
        limit_s: float = INDEXING_LIMIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> Document:
        """The document once it is indexed, or has failed for good (``status_message`` says why).

        Raises:
            NetworkError: ``server.unfinished`` after ``limit_s``.
        """
        return await settled(
            lambda: self.status(document_id),
            self._connection.sleep,
            limit_s=limit_s,
            on_change=on_change,
            clock=clock,
        )

    async def _upload(self, where: str, path: Path, progress: Progress | None) -> Document:
        check_extension(path)
        body = MultipartBody({}, [Part("file", path)], progress)
        return await self._connection.ask(Request("POST", where, body), Document)
