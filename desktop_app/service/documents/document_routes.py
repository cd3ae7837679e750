"""Documents over HTTP: section 11 of the API."""

from __future__ import annotations

import mimetypes

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.documents import Document
from desktop_app.service.clock import now
from desktop_app.service.documents.library import Library, check_file
from desktop_app.service.http.bodies import JsonResponse, invalid, not_found
from desktop_app.service.http.described import Described
from desktop_app.service.http.uploads import receive_form
from desktop_app.service.media.media_store import StoredMedia
from desktop_app.service.storage.store import Store


class DocumentRoutes:
    """Upload, list, status, delete."""

    def __init__(self, store: Store, library: Library) -> None:
        self._assistants = store.assistants
        self._conversations = store.conversations
        self._scratch = store.files.scratch
        self._media = store.media
        self._library = library

    def routes(self) -> list[Route]:
        of_assistant = "/api/assistants/{assistant_id}/documents"
        of_thread = "/api/threads/{thread_id}/documents"
        one = "/api/documents/{document_id}"
        return [
            Route(of_assistant, self.add, methods=["POST"]),
            Route(of_assistant, self.page, methods=["GET"]),
            Route(of_thread, self.add, methods=["POST"]),
            Route(of_thread, self.page, methods=["GET"]),
            Route(one + "/status", self.status, methods=["GET"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    @Described("Upload a file", answer=Document, files={"file": bytes})
    async def add(self, request: Request) -> Response:
        """Of either owner. The file is received first: who is refused shall see why."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "multipart/form-data":
            raise invalid("file", "Field required: the file, as multipart/form-data", "missing")
        async with receive_form(request, self._scratch) as form:
            assistant_id, thread_id = await self._owner(request)
            upload = form.file("file")
            if upload is None:
                raise invalid("file", "Field required", "missing")
            check_file(upload.filename, upload.size_bytes)
            document = await self._library.add(
                upload.path,
                upload.filename,
                upload.content_type,
                assistant_id=assistant_id,
                thread_id=thread_id,
            )
        return JsonResponse(document)

    @Described("List documents", answer=list[Document])
    async def page(self, request: Request) -> Response:
        assistant_id, thread_id = await self._owner(request)
        documents = await self._library.list_for(assistant_id=assistant_id, thread_id=thread_id)
        return JsonResponse(documents)

    @Described("Get a document", answer=Document)
    async def status(self, request: Request) -> Response:
        document_id = request.path_params["document_id"]
        document = await self._library.get(document_id)
        if document is None and (media := await self._media.get(document_id)):
            document = _document_of(media)
        if document is None:
            raise not_found("Document")
        return JsonResponse(document)

    @Described("Delete a document", answer=dict[str, str | None])
    async def delete(self, request: Request) -> Response:
        """Pictures, videos and sound of a thread have document ids too."""
        document_id = request.path_params["document_id"]
        document = await self._library.get(document_id)
        if document is None and (media := await self._media.delete(document_id)):
            document = _document_of(media)
        elif document is None or not await self._library.delete(document_id):
            raise not_found("Document")
        return JsonResponse(
            {
                "message": "Document deleted successfully",
                "document_id": document_id,
                "filename": document.filename,
                "document_type": document.document_type,
                "deleted_at": now(),
            }
        )

    async def _owner(self, request: Request) -> tuple[str, str | None]:
        """The assistant, and the thread where the path names one."""
        thread_id = request.path_params.get("thread_id")
        if thread_id is None:
            assistant_id = str(request.path_params["assistant_id"])
            if await self._assistants.get(assistant_id) is None:
                raise not_found("Assistant")
            return assistant_id, None
        thread = await self._conversations.get(thread_id, with_messages=False)
        if thread is None:
            raise not_found("Thread")
        return thread.assistant_id, thread.thread_id


def _document_of(media: StoredMedia) -> Document:
    """Something that was made or recorded, as the API tells of documents."""
    ending = mimetypes.guess_extension(media.mime_type.partition(";")[0]) or ""
    return Document(
        document_id=media.id,
        filename=str(media.metadata.get("filename") or f"{media.kind}{ending}"),
        status="indexed",
        created_at=media.created_at,
        file_size_bytes=media.file.size_bytes,
        document_type=media.kind,
        metadata_=media.metadata,
    )
