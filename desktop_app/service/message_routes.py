"""Messages over HTTP, answered at once or as a stream: sections 5 and 6 of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from desktop_app.protocol.backboard.messages import MessageReply, MessageRequest
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.bodies import JsonResponse, Refused, invalid, not_found
from desktop_app.service.clock import new_id, now
from desktop_app.service.described import Described
from desktop_app.service.message_bodies import receive
from desktop_app.service.providers.ports import MemoryUse, ReasoningDelta, TextDelta
from desktop_app.service.runs import (
    Question,
    QuestionStored,
    Run,
    RunEnded,
    RunEvent,
    Runs,
    RunStarted,
)
from desktop_app.service.store import Store

_encode = msgspec.json.Encoder().encode


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
            return _stream(_frames(run))
        return JsonResponse(_reply(run, await run.ended()))

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
            return _stream(_each(_user_message(stored, thread_id, assistant_id), saved))
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


def _stream(frames: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(
        frames, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
    )


async def _each(*events: StreamEvent) -> AsyncIterator[bytes]:
    for event in events:
        yield _frame(event)


async def _frames(run: Run) -> AsyncIterator[bytes]:
    """The stream of one run. Closing it, or a client that goes away, does not end the run."""
    is_reasoning = False
    async with aclosing(run.events()) as events:
        async for event in events:
            if is_reasoning and not isinstance(event, ReasoningDelta):
                yield _frame(StreamEvent(type="reasoning_ended"))
            is_reasoning = isinstance(event, ReasoningDelta)
            for said in _said(run, event):
                yield _frame(said)


def _said(run: Run, event: RunEvent) -> tuple[StreamEvent, ...]:
    question = run.question
    match event:
        case QuestionStored():
            return (_user_message(run.prompt, question.thread_id, question.assistant_id),)
        case RunStarted(provider, model):
            started = StreamEvent(
                type="run_started",
                run_id=run.run_id,
                message_id=run.message_id,
                thread_id=question.thread_id,
                assistant_id=question.assistant_id,
                provider=provider,
                model_name=model,
            )
            start = StreamEvent(type="message_start", message_id=run.message_id, run_id=run.run_id)
            return started, start
        case TextDelta(text):
            return (StreamEvent(type="content_streaming", content=text),)
        case ReasoningDelta(text):
            return (StreamEvent(type="reasoning_streaming", content=text),)
        case RunEnded():
            return (_ended(run, event),)


def _ended(run: Run, end: RunEnded) -> StreamEvent:
    if end.status == "FAILED":
        return StreamEvent(type="run_failed", run_id=run.run_id, error=end.error)
    if end.status == "CANCELLED":
        return StreamEvent(type="run_cancelled", run_id=run.run_id)
    tokens_in, tokens_out, tokens = _tokens(end)
    return StreamEvent(
        type="run_ended",
        run_id=run.run_id,
        message_id=run.message_id,
        thread_id=run.question.thread_id,
        assistant_id=run.question.assistant_id,
        status="completed",
        final_content=end.text,
        model_provider=run.started.provider,
        model_name=run.started.model,
        tokens=tokens,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
    )


def _reply(run: Run, end: RunEnded) -> MessageReply:
    tokens_in, tokens_out, tokens = _tokens(end)
    return MessageReply(
        message=end.error or "Message added successfully",
        thread_id=run.question.thread_id,
        assistant_id=run.question.assistant_id,
        timestamp=now(),
        content=end.text,
        message_id=run.message_id,
        role="assistant",
        status=end.status,
        run_id=run.run_id,
        model_provider=run.started.provider,
        model_name=run.started.model,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        total_tokens=tokens,
        created_at=run.prompt.created_at,
    )


def _tokens(end: RunEnded) -> tuple[int | None, int | None, int | None]:
    """Read, written and all tokens, where the provider counts them."""
    if end.usage is None:
        return None, None, None
    read, written = end.usage.input_tokens, end.usage.output_tokens
    counted = [count for count in (read, written) if count is not None]
    return read, written, sum(counted) if counted else None


def _user_message(message: StoredMessage, thread_id: str, assistant_id: str) -> StreamEvent:
    return StreamEvent(
        type="user_message",
        thread_id=thread_id,
        assistant_id=assistant_id,
        message_id=message.message_id,
        role="user",
        content=message.content,
    )


def _frame(event: StreamEvent) -> bytes:
    return b"data: %b\n\n" % _encode(event)
