"""How a run is told over HTTP: the events of section 6 and the flat reply of section 5.6."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import msgspec
from starlette.responses import Response, StreamingResponse

from desktop_app.protocol.backboard.messages import MessageReply
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.clock import now
from desktop_app.service.providers.ports import ReasoningDelta, TextDelta
from desktop_app.service.runs.events import (
    MediaMade,
    QuestionStored,
    RunEnded,
    RunEvent,
    RunStarted,
)
from desktop_app.service.runs.run import Run

_encode = msgspec.json.Encoder().encode


def stream_response(frames: AsyncIterator[bytes]) -> Response:
    """Frames as they come."""
    return StreamingResponse(
        frames, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
    )


async def frames_each(*events: StreamEvent) -> AsyncIterator[bytes]:
    """The stream of events that are known already."""
    for event in events:
        yield frame(event)


async def frames_of(run: Run) -> AsyncIterator[bytes]:
    """The stream of one run. Closing it, or a client that goes away, does not end the run."""
    async for framed in frames_of_events(events_of(run)):
        yield framed


async def frames_of_events(events: AsyncGenerator[StreamEvent, None]) -> AsyncIterator[bytes]:
    """The stream of events as they come."""
    async with aclosing(events):
        async for event in events:
            yield frame(event)


async def events_of(run: Run) -> AsyncGenerator[StreamEvent, None]:
    """What a stream tells of a run, from its first event on."""
    is_reasoning = False
    async with aclosing(run.events()) as events:
        async for event in events:
            if is_reasoning and not isinstance(event, ReasoningDelta):
                yield StreamEvent(type="reasoning_ended")
            is_reasoning = isinstance(event, ReasoningDelta)
            for said in _said(run, event):
                yield said


def _said(run: Run, event: RunEvent) -> tuple[StreamEvent, ...]:
    question = run.question
    match event:
        case QuestionStored():
            return (user_message(run.prompt, question.thread_id, question.assistant_id),)
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
        case MediaMade(media):
            return (StreamEvent(type="media_generated", media=msgspec.structs.asdict(media)),)
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


def flat_reply(run: Run, end: RunEnded) -> MessageReply:
    """The reply of a run as a whole."""
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


def user_message(message: StoredMessage, thread_id: str, assistant_id: str) -> StreamEvent:
    """The event that tells a stored question, and its thread."""
    return StreamEvent(
        type="user_message",
        thread_id=thread_id,
        assistant_id=assistant_id,
        message_id=message.message_id,
        role="user",
        content=message.content,
    )


def frame(event: StreamEvent) -> bytes:
    """One event as the wire has it."""
    return b"data: %b\n\n" % _encode(event)
