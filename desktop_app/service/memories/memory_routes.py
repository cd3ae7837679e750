"""Memories over HTTP: section 12 of the API."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.memories import (
    MemoryOperation,
    MemoryPage,
    MemorySearch,
    MemoryStats,
    NewMemory,
    SavedMemory,
    StoredMemory,
)
from desktop_app.service.http.bodies import (
    JsonResponse,
    invalid,
    not_found,
    read_json,
    whole_number,
)
from desktop_app.service.http.described import Described
from desktop_app.service.memories.insights import insights
from desktop_app.service.memories.learning import Memories
from desktop_app.service.memories.memory_store import MAX_CHARACTERS
from desktop_app.service.storage.store import Store

PAGE_SIZE = 25
_LAST_PAGE = 1_000_000


class MemoryRoutes:
    """List, add, get, change, delete, reset, search, figures, and how an operation goes."""

    def __init__(self, store: Store, memories: Memories) -> None:
        self._store = store
        self._memories = memories

    def routes(self) -> list[Route]:
        operation = "/api/assistants/memories/operations/{operation_id}"
        every = "/api/assistants/{assistant_id}/memories"
        one = every + "/{memory_id}"
        return [
            Route(operation, self.operation, methods=["GET"]),
            Route(every, self.page, methods=["GET"]),
            Route(every, self.add, methods=["POST"]),
            Route(every, self.reset, methods=["DELETE"]),
            Route(every + "/stats", self.stats, methods=["GET"]),
            Route(every + "/insights", self.insights, methods=["GET"]),
            Route(every + "/search", self.search, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.update, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    @Described(
        "List memories, all of them or a page",
        query={"page": range(1, _LAST_PAGE + 1), "page_size": range(1, 101)},
        answer=MemoryPage,
    )
    async def page(self, request: Request) -> Response:
        assistant_id = await self._assistant(request)
        if not {"page", "page_size"} & set(request.query_params):
            return JsonResponse(await self._store.memories.all(assistant_id))
        page = whole_number(request, "page", 1, 1, _LAST_PAGE)
        page_size = whole_number(request, "page_size", PAGE_SIZE, 1, 100)
        return JsonResponse(await self._store.memories.page(assistant_id, page, page_size))

    @Described("Add a memory", body=NewMemory, answer=SavedMemory)
    async def add(self, request: Request) -> Response:
        assistant_id = await self._assistant(request)
        added = await self._store.memories.add(assistant_id, await _new_memory(request))
        if added is None:
            raise not_found("Assistant")
        return JsonResponse(SavedMemory(memory_id=added.id, content=added.content))

    @Described("Get a memory", answer=StoredMemory)
    async def get(self, request: Request) -> Response:
        assistant_id = await self._assistant(request)
        memory = await self._store.memories.get(assistant_id, request.path_params["memory_id"])
        if memory is None:
            raise not_found("Memory")
        return JsonResponse(memory)

    @Described("Change a memory", body=NewMemory, answer=StoredMemory)
    async def update(self, request: Request) -> Response:
        assistant_id = await self._assistant(request)
        memory = await self._store.memories.update(
            assistant_id, request.path_params["memory_id"], await _new_memory(request)
        )
        if memory is None:
            raise not_found("Memory")
        return JsonResponse(memory)

    @Described("Delete a memory", answer=dict[str, Any])
    async def delete(self, request: Request) -> Response:
        assistant_id = await self._assistant(request)
        if not await self._store.memories.delete(assistant_id, request.path_params["memory_id"]):
            raise not_found("Memory")
        return JsonResponse({"success": True, "message": "Memory deleted successfully"})

    @Described("Delete all memories of an assistant", answer=dict[str, Any])
    async def reset(self, request: Request) -> Response:
        gone = await self._store.memories.reset(await self._assistant(request))
        what = "1 memory" if gone == 1 else f"{gone} memories"
        return JsonResponse({"success": True, "message": f"Deleted {what}"})

    @Described("Find memories, the best first", body=MemorySearch, answer=MemoryPage)
    async def search(self, request: Request) -> Response:
        assistant_id = await self._assistant(request)
        asked = await read_json(request, MemorySearch)
        if not asked.query.strip():
            raise invalid("query", "String should have at least 1 character")
        if not 1 <= asked.limit <= 50:
            raise invalid("limit", "Input should be a whole number from 1 to 50")
        found = await self._memories.search(assistant_id, asked.query, asked.limit)
        return JsonResponse(MemoryPage(memories=found, total_count=len(found)))

    @Described("Count memories", answer=MemoryStats)
    async def stats(self, request: Request) -> Response:
        return JsonResponse(await self._store.memories.stats(await self._assistant(request)))

    @Described("Sum up what is remembered", answer=dict[str, Any])
    async def insights(self, request: Request) -> Response:
        assistant_id = await self._assistant(request)
        return JsonResponse(await insights(self._store.database, assistant_id))

    @Described("Get how learning from a turn goes", answer=MemoryOperation)
    async def operation(self, request: Request) -> Response:
        operation = await self._store.operations.get(request.path_params["operation_id"])
        if operation is None:
            raise not_found("Operation")
        return JsonResponse(operation)

    async def _assistant(self, request: Request) -> str:
        """The id of an assistant that is there."""
        assistant_id = str(request.path_params["assistant_id"])
        if await self._store.assistants.get(assistant_id) is None:
            raise not_found("Assistant")
        return assistant_id


async def _new_memory(request: Request) -> NewMemory:
    new = await read_json(request, NewMemory)
    content = new.content.strip()
    if not content:
        raise invalid("content", "String should have at least 1 character", "string_too_short")
    if len(content) > MAX_CHARACTERS:
        sentence = f"String should have at most {MAX_CHARACTERS} characters"
        raise invalid("content", sentence, "string_too_long", MAX_CHARACTERS)
    return replace(new, content=content)
