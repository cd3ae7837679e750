"""``/v1/register`` and ``/v1/chat``, so that this service can be another gateway's chat backend.

Source: the gateway contract, section 6. Streams are an extension of ours, for whoever says that it
accepts them: events ``{"delta"}``, then the reply as it would have come whole, or ``{"error"}``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.protocol.gateway import MAX_FRAME_BYTES, BackendOptions, SessionConfigure
from desktop_app.service.gateway.answers import Answer, AnswerEnd, Answers
from desktop_app.service.gateway.serving.metrics import GatewayMetrics
from desktop_app.service.gateway.session_plan import SessionPlan, read_plan, wanted_backend
from desktop_app.service.http.bodies import JsonResponse, Refused, encoded, read_json
from desktop_app.service.http.event_stream import EventStream


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
    """Answers in one piece; who accepts ``text/event-stream`` gets it as it comes.

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
        backend = BackendOptions(registration_id=body.registration_id)
        plan = read_plan(SessionConfigure(session_id=body.session_id, backend=backend))
        await self._answers.check(plan)  # what is refused has a status of its own
        await self._answers.prepare(plan)
        if "text/event-stream" in request.headers.get("accept", ""):
            return EventStream(self._events(body.message, plan))
        async with self._slots:
            answer = await self._answers.start(body.message, plan)
            end = self._counted(await _ended(answer, request))
        if end.status != "COMPLETED":
            raise NetworkError(end.code, end.error)
        return JsonResponse(_reply(end, plan))

    async def _events(self, message: str, plan: SessionPlan) -> AsyncGenerator[bytes, None]:
        """Pieces of the text, then the whole reply, or why there is none."""
        async with self._slots:
            try:
                answer = await self._answers.start(message, plan)
            except AppError as error:
                yield _event({"error": {"message": str(error), "code": error.code}})
                return
            try:
                async with aclosing(answer.parts()) as parts:
                    async for part in parts:
                        if isinstance(part, str):
                            yield _event({"delta": part})
                end = self._counted(await answer.ended())
            finally:
                answer.leave()
        if end.status == "COMPLETED":
            yield _event(_reply(end, plan))
        else:
            yield _event({"error": {"message": end.error, "code": end.code}})

    def _counted(self, end: AnswerEnd) -> AnswerEnd:
        self._metrics.chats.add(end.status.lower())
        if end.status == "COMPLETED":
            return end
        self._metrics.errors.add(end.code)
        return replace(end, error=end.error or "The answer was stopped.")


def _reply(end: AnswerEnd, plan: SessionPlan) -> ChatReply:
    return ChatReply(end.text, {"session_id": plan.key, **end.metadata})


def _event(content: object) -> bytes:
    return b"data: " + encoded(content) + b"\n\n"


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
