"""Assistants over HTTP: section 3 of the API."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.assistants import (
    Assistant,
    Clone,
    CloneRequest,
    NewAssistant,
)
from desktop_app.service.assistants.assistant_bodies import (
    checked_changes,
    checked_clone,
    checked_new,
)
from desktop_app.service.clock import now
from desktop_app.service.documents.library import Library
from desktop_app.service.http.bodies import JsonResponse, not_found, read_json, whole_number
from desktop_app.service.http.described import Described
from desktop_app.service.messages.voiced_turns import VoicedTurns
from desktop_app.service.runs.runs import Runs
from desktop_app.service.storage.store import Store


class AssistantRoutes:
    """Create, list, get, change, delete, clone."""

    def __init__(self, store: Store, library: Library, runs: Runs, voiced: VoicedTurns) -> None:
        self._store = store.assistants
        self._memories = store.memories
        self._library = library
        self._runs = runs
        self._voiced = voiced

    def routes(self) -> list[Route]:
        one = "/api/assistants/{assistant_id}"
        return [
            Route("/api/assistants", self.create, methods=["POST"]),
            Route("/api/assistants", self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.update, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(one + "/clone", self.clone, methods=["POST"]),
        ]

    @Described("Create an assistant", body=NewAssistant, answer=Assistant)
    async def create(self, request: Request) -> Response:
        new = checked_new(await read_json(request, NewAssistant))
        return JsonResponse(await self._store.create(new))

    @Described(
        "List assistants, or those of one name",
        query={"skip": range(10_001), "limit": range(1, 201), "name": str},
        answer=list[Assistant],
    )
    async def page(self, request: Request) -> Response:
        assistants = await self._store.page(
            whole_number(request, "skip", 0, 0, 10_000),
            whole_number(request, "limit", 100, 1, 200),
            request.query_params.get("name"),
        )
        return JsonResponse(assistants)

    @Described("Get an assistant", answer=Assistant)
    async def get(self, request: Request) -> Response:
        return JsonResponse(await self._assistant(request))

    @Described("Change an assistant", body=dict[str, Any], answer=Assistant, refuses=(400,))
    async def update(self, request: Request) -> Response:
        before = await self._assistant(request)
        changes = checked_changes(await read_json(request, dict[str, Any]), before)
        assistant = await self._store.update(before.assistant_id, changes)
        if assistant is None:
            raise not_found("Assistant")
        return JsonResponse(assistant)

    @Described("Delete an assistant and all that hangs on it", answer=dict[str, str])
    async def delete(self, request: Request) -> Response:
        assistant_id = request.path_params["assistant_id"]
        self._runs.cancel_assistant(assistant_id)
        self._voiced.cancel_assistant(assistant_id)
        if not await self._store.delete(assistant_id):
            raise not_found("Assistant")
        return JsonResponse(
            {
                "message": "Assistant deleted successfully",
                "assistant_id": assistant_id,
                "deleted_at": now(),
            }
        )

    @Described("Copy an assistant", body=CloneRequest, answer=Clone)
    async def clone(self, request: Request) -> Response:
        source = await self._assistant(request)
        asked = await read_json(request, CloneRequest)
        copy = await self._store.create(checked_clone(asked, source))
        try:
            return JsonResponse(await self._filled(copy, source, asked))
        except AppError:
            await self._store.delete(copy.assistant_id)  # half a copy would be taken for a whole
            raise

    async def _filled(self, copy: Assistant, source: Assistant, asked: CloneRequest) -> Clone:
        source_id, copy_id = source.assistant_id, copy.assistant_id
        documents = memories = 0
        if asked.copy_documents:
            documents = await self._library.clone(source_id, copy_id)
        if asked.copy_memories:
            memories = await self._memories.clone(source_id, copy_id)
        return Clone(assistant=copy, documents_cloned=documents, memories_cloned=memories)

    async def _assistant(self, request: Request) -> Assistant:
        assistant = await self._store.get(request.path_params["assistant_id"])
        if assistant is None:
            raise not_found("Assistant")
        return assistant
