"""Assistants over HTTP: section 3 of the API."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.assistants import Assistant, NewAssistant
from desktop_app.service.assistant_store import AssistantStore
from desktop_app.service.bodies import (
    JsonResponse,
    as_shape,
    invalid,
    not_found,
    read_json,
    whole_number,
)
from desktop_app.service.clock import now
from desktop_app.service.described import Described

NAME_CHARACTERS = 255
TOK_K = range(1, 101)

_CHANGEABLE = frozenset(
    {
        "name",
        "description",
        "system_prompt",
        "tools",
        "tok_k",
        "custom_fact_extraction_prompt",
        "custom_update_memory_prompt",
    }
)


class AssistantRoutes:
    """Create, list, get, change, delete."""

    def __init__(self, store: AssistantStore) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        one = "/api/assistants/{assistant_id}"
        return [
            Route("/api/assistants", self.create, methods=["POST"]),
            Route("/api/assistants", self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.update, methods=["PUT"]),
            Route(one, self.delete, methods=["DELETE"]),
        ]

    @Described("Create an assistant", body=NewAssistant, answer=Assistant)
    async def create(self, request: Request) -> Response:
        new = await read_json(request, NewAssistant)
        _check(new.name, new.tok_k)
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
        assistant = await self._store.get(request.path_params["assistant_id"])
        if assistant is None:
            raise not_found("Assistant")
        return JsonResponse(assistant)

    @Described("Change an assistant", body=dict[str, Any], answer=Assistant)
    async def update(self, request: Request) -> Response:
        fields = await read_json(request, dict[str, Any])
        changes = {name: value for name, value in fields.items() if name in _CHANGEABLE}
        checked = as_shape({"assistant_id": "", **changes}, Assistant)
        _check(changes.get("name", "-"), changes.get("tok_k"))
        assistant = await self._store.update(
            request.path_params["assistant_id"],
            {name: getattr(checked, name) for name in changes},
        )
        if assistant is None:
            raise not_found("Assistant")
        return JsonResponse(assistant)

    @Described("Delete an assistant and all that hangs on it", answer=dict[str, str])
    async def delete(self, request: Request) -> Response:
        assistant_id = request.path_params["assistant_id"]
        if not await self._store.delete(assistant_id):
            raise not_found("Assistant")
        return JsonResponse(
            {
                "message": "Assistant deleted successfully",
                "assistant_id": assistant_id,
                "deleted_at": now(),
            }
        )


def _check(name: str, tok_k: int | None) -> None:
    if not 1 <= len(name) <= NAME_CHARACTERS:
        raise invalid("name", f"String should have 1 to {NAME_CHARACTERS} characters")
    if tok_k is not None and tok_k not in TOK_K:
        raise invalid("tok_k", f"Input should be from {TOK_K.start} to {TOK_K.stop - 1}")
