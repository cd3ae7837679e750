"""Threads over HTTP: section 4 of the API."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.threads import Thread
from desktop_app.service.clock import now
from desktop_app.service.http.bodies import (
    JsonResponse,
    encoded,
    not_found,
    read_json,
    truth_value,
    whole_number,
)
from desktop_app.service.http.described import Described
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.media.stored_links import with_fresh_links
from desktop_app.service.messages.voiced_turns import VoicedTurns
from desktop_app.service.runs.runs import Runs
from desktop_app.service.storage.store import Store


class ThreadRoutes:
    """Create, list, get, delete, and cancel a run."""

    def __init__(self, store: Store, runs: Runs, voiced: VoicedTurns, links: MediaLinks) -> None:
        self._assistants = store.assistants
        self._conversations = store.conversations
        self._runs = runs
        self._voiced = voiced
        self._links = links

    def routes(self) -> list[Route]:
        of_assistant = "/api/assistants/{assistant_id}/threads"
        one = "/api/threads/{thread_id}"
        return [
            Route(of_assistant, self.create, methods=["POST"]),
            Route(of_assistant, self.page, methods=["GET"]),
            Route("/api/threads", self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(one + "/runs/{run_id}/cancel", self.cancel, methods=["POST"]),
        ]

    @Described("Create a thread", body=dict[str, Any], answer=Thread)
    async def create(self, request: Request) -> Response:
        await read_json(request, dict[str, Any])
        thread = await self._conversations.create(request.path_params["assistant_id"])
        if thread is None:
            raise not_found("Assistant")
        return JsonResponse(thread)

    @Described(
        "List threads, the last used first",
        query={"skip": range(1_000_001), "limit": range(1, 201), "include_messages": bool},
        answer=list[Thread],
    )
    async def page(self, request: Request) -> Response:
        assistant_id = request.path_params.get("assistant_id")
        if assistant_id and await self._assistants.get(assistant_id) is None:
            raise not_found("Assistant")
        threads = await self._conversations.page(
            whole_number(request, "skip", 0, 0, 1_000_000),
            whole_number(request, "limit", 100, 1, 200),
            assistant_id=assistant_id,
            with_messages=truth_value(request, "include_messages"),
        )
        return JsonResponse([with_fresh_links(thread, self._links) for thread in threads])

    @Described("Get a thread with its messages", answer=Thread)
    async def get(self, request: Request) -> Response:
        body = await self._conversations.encoded(request.path_params["thread_id"], self._encode)
        if body is None:
            raise not_found("Thread")
        return Response(body, media_type=JsonResponse.media_type)

    def _encode(self, thread: Thread) -> tuple[bytes, bool]:
        """Links expire, so an answer that has some is not kept."""
        linked = with_fresh_links(thread, self._links)
        return encoded(linked), linked is thread

    @Described("Delete a thread", answer=dict[str, str])
    async def delete(self, request: Request) -> Response:
        thread_id = request.path_params["thread_id"]
        self._runs.cancel_thread(thread_id)
        self._voiced.cancel_thread(thread_id)
        if not await self._conversations.delete(thread_id):
            raise not_found("Thread")
        return JsonResponse(
            {
                "message": "Thread deleted successfully",
                "thread_id": thread_id,
                "deleted_at": now(),
            }
        )

    @Described("Cancel a run", answer=dict[str, Any])
    async def cancel(self, request: Request) -> Response:
        """Repeated calls, and calls for a run that has ended, answer 200 too."""
        thread_id, run_id = request.path_params["thread_id"], request.path_params["run_id"]
        cancelled = await self._runs.cancel(thread_id, run_id) or self._voiced.cancel(
            thread_id, run_id
        )
        if not cancelled and await self._conversations.get(thread_id, with_messages=False) is None:
            raise not_found("Thread")
        return JsonResponse({"thread_id": thread_id, "run_id": run_id, "cancelled": cancelled})
