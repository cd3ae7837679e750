"""Messages over HTTP, answered at once or as a stream: sections 5 and 6 of the API."""

from __future__ import annotations

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.messages import MessageReply, MessageRequest
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.bodies import JsonResponse, Refused, invalid, not_found
from desktop_app.service.clock import new_id, now
from desktop_app.service.described import Described
from desktop_app.service.message_bodies import receive
from desktop_app.service.message_stream import (
    flat_reply,
    frames_each,
    frames_of,
    stream_response,
    user_message,
)
from desktop_app.service.providers.ports import MemoryUse
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.runs import Runs
from desktop_app.service.store import Store


class MessageRoutes:
    """POST a message, get the reply."""

    def __init__(self, store: Store, runs: Runs) -> None:
        self._store = store
        self._runs = runs

    def routes(self) -> list[Route]:
        return [
            Route("/api/threads/messages", self.post, methods=["POST"]),
            Route("/api/threads/{thread_id}/messages", self.post, methods=["POST"]),
        ]

    @Described(
        "Send a message",
        body=MessageRequest,
        files={
            "files": list[bytes],
            "audio_file": bytes,
            "input_image": bytes,
            "input_references": list[bytes],
        },
        answer=MessageReply,
        streams=True,
        refuses=(402, 404, 409, 429, 502),
    )
    async def post(self, request: Request) -> Response:
        async with receive(request, MessageRequest, self._store.files.scratch) as (message, form):
            if form.uploads:
                raise Refused(400, "Files cannot be attached to messages here yet.")
            return await self._answer(request, message)

    async def _answer(self, request: Request, message: MessageRequest) -> Response:
        if "thread_id" in request.path_params:
            message = replace(message, thread_id=request.path_params["thread_id"])
        if not message.content.strip():
            raise invalid("content", "The message has no content", "missing")
        thread_id, assistant_id = await self._place(message)
        if str(message.send_to_llm).lower() == "false":
            return await self._keep(message, thread_id, assistant_id)
        await self._runs.language(message.llm_provider or "")
        run = self._runs.start(
            Question(
                thread_id=thread_id,
                assistant_id=assistant_id,
                text=message.content,
                provider=message.llm_provider or "",
                model=message.model_name or "",
                system_prompt=message.system_prompt or "",
                memory=_memory_use(message.memory),
                metadata=message.metadata,
            )
        )
        if message.stream:
            return stream_response(frames_of(run))
        return JsonResponse(flat_reply(run, await run.ended()))

    async def _place(self, message: MessageRequest) -> tuple[str, str]:
        """The thread to continue, or a new one, and its assistant."""
        if message.thread_id:
            thread = await self._store.conversations.get(message.thread_id, with_messages=False)
            if thread is None:
                raise not_found("Thread")
        else:
            thread = await self._store.conversations.create(message.assistant_id)
            if thread is None:
                raise not_found("Assistant")
        return thread.thread_id, thread.assistant_id

    async def _keep(self, message: MessageRequest, thread_id: str, assistant_id: str) -> Response:
        """Store without an answer."""
        stored = StoredMessage(
            message_id=new_id(),
            role="user",
            content=message.content,
            created_at=now(),
            metadata_=message.metadata,
        )
        await self._store.conversations.add(thread_id, stored)
        if message.stream:
            saved = StreamEvent(type="message_saved", message_id=stored.message_id)
            return stream_response(
                frames_each(user_message(stored, thread_id, assistant_id), saved)
            )
        return JsonResponse(
            MessageReply(
                message="Message added successfully",
                thread_id=thread_id,
                assistant_id=assistant_id,
                timestamp=now(),
                content=stored.content,
                message_id=stored.message_id,
                role="user",
                status="COMPLETED",
                created_at=stored.created_at,
            )
        )


def _memory_use(asked: str | None) -> MemoryUse:
    """Anything else than the two words behaves as off, as the API says."""
    match (asked or "").lower():
        case "auto":
            return "auto"
        case "readonly":
            return "readonly"
        case _:
            return "off"
