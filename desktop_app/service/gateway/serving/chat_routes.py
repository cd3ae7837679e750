"""``/v1/register`` and ``/v1/chat``, so that this service can be another gateway's chat backend.

Source: the gateway contract, section 6.
"""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.errors import InputError, NetworkError
from desktop_app.protocol.gateway import MAX_FRAME_BYTES, BackendOptions, SessionConfigure
from desktop_app.service.gateway.answers import Answer, AnswerEnd, Answers
from desktop_app.service.gateway.serving.metrics import GatewayMetrics
from desktop_app.service.gateway.session_plan import read_plan, wanted_backend
from desktop_app.service.http.bodies import JsonResponse, Refused, read_json


class ChatBody(Struct, frozen=True):
    """Of ``/v1/chat``; without ``session_id`` a conversation begins."""

    message: str
    registration_id: str = ""
    session_id: str = ""


class ChatReply(Struct, frozen=True):
    """What ``/v1/chat`` answers; ``metadata.session_id`` goes on with the conversation."""

    text: str
    metadata: dict[str, Any]


class Registered(Struct, frozen=True):
    """What ``/v1/register`` answers."""

    registration_id: str


class ChatRoutes:
    """Answers in one piece.

    Args:
        answers: Who answers.
        metrics: What is counted of it.
        most: So many chats at once.
    """

    def __init__(self, answers: Answers, metrics: GatewayMetrics, most: int) -> None:
        self._answers = answers
        self._metrics = metrics
        self._slots = asyncio.Semaphore(most)

    def routes(self) -> list[Route]:
        """Both of them."""
        return [
            Route("/v1/register", self.register, methods=["POST"]),
            Route("/v1/chat", self.chat, methods=["POST"]),
        ]

    async def register(self, request: Request) -> Response:
        """An id for settings."""
        wanted = wanted_backend(await read_json(request, BackendOptions))
        return JsonResponse(Registered(await self._answers.register(wanted)))

    async def chat(self, request: Request) -> Response:
        """One turn."""
        body = await read_json(request, ChatBody)
        if not body.message.strip():
            raise InputError("prompt.empty", "The message has no text.")
        if len(body.message) > MAX_FRAME_BYTES:
            raise Refused(413, f"The message is longer than {MAX_FRAME_BYTES} characters.")
        if self._slots.locked():
            raise Refused(503, "Too many conversations at once. Try again in a moment.")
        async with self._slots:
            return await self._answered(request, body)

    async def _answered(self, request: Request, body: ChatBody) -> Response:
        backend = BackendOptions(registration_id=body.registration_id)
        plan = read_plan(SessionConfigure(session_id=body.session_id, backend=backend))
        answer = await self._answers.start(body.message, plan)
        end = await _ended(answer, request)
        self._metrics.chats.add(end.status.lower())
        if end.status != "COMPLETED":
            self._metrics.errors.add(end.code)
            raise NetworkError(end.code, end.error or "The answer was stopped.")
        return JsonResponse(ChatReply(end.text, {"session_id": plan.key, **end.metadata}))


async def _ended(answer: Answer, request: Request) -> AnswerEnd:
    """The end of the answer; a client that goes away has it left."""
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_leave_with(request, answer), name="watch a chat's client")
        try:
            return await answer.ended()
        except asyncio.CancelledError:
            answer.leave()
            raise
        finally:
            watching.cancel()


async def _leave_with(request: Request, answer: Answer) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    answer.leave()
