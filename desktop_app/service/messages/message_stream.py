"""How a run is told over HTTP: the events of section 6 and the flat reply of section 5.6."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, assert_never

import msgspec
from starlette.responses import Response

from desktop_app.protocol.backboard.messages import MessageReply
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.events import ToolCall
from desktop_app.service.clock import now
from desktop_app.service.http.event_stream import EventStream
from desktop_app.service.providers.ports import ReasoningDelta, TextDelta
from desktop_app.service.runs.events import (
    KnowledgeFound,
    MediaMade,
    QuestionStored,
    RunEnded,
    RunEvent,
    RunStarted,
    ToolBegun,
    ToolFailed,
)
from desktop_app.service.runs.history import called_tools
from desktop_app.service.runs.run import Run, retrieved_memories, retrieved_passages

_encode = msgspec.json.Encoder().encode
_NEEDS_OUTPUTS = "The outputs of the called tools are needed."


def stream_response(frames: AsyncIterator[bytes]) -> Response:
    """Frames as they come."""
    return EventStream(frames)


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
            for said in said_of(run, event):
                yield said


def said_of(run: Run, event: RunEvent) -> Sequence[StreamEvent]:
    """What the stream says of one event of a run."""
    match event:
        case QuestionStored():
            question = run.question
            stored = user_message(run.prompt, question.thread_id, question.assistant_id)
            # The run is named this early so that it can be stopped while files are read.
            return (msgspec.structs.replace(stored, run_id=run.run_id),)
        case KnowledgeFound():
            memories = retrieved_memories(run)
            is_news = bool(memories) and not run.is_resumed
            return (StreamEvent(type="memory_retrieved", memories=memories),) if is_news else ()
        case RunStarted():
            start = StreamEvent(type="message_start", message_id=run.message_id, run_id=run.run_id)
            return (_continuing(run) if run.is_resumed else _started(run, event)), start
        case TextDelta(text):
            return (StreamEvent(type="content_streaming", content=text),)
        case ReasoningDelta(text):
            return (StreamEvent(type="reasoning_streaming", content=text),)
        case ToolBegun(call):
            return (_begun(call),)
        case ToolFailed(call):
            failed = StreamEvent(type="tool_call_failed", tool_call_id=call.id, name=call.name)
            return (failed,)
        case MediaMade(media):
            return (StreamEvent(type="media_generated", media=msgspec.structs.asdict(media)),)
        case RunEnded():
            return _ended(run, event)
        case _ as never:
            assert_never(never)


def flat_reply(run: Run, end: RunEnded) -> MessageReply:
    """The reply of a run as a whole."""
    tokens_in, tokens_out, tokens = _tokens(end)
    files = run.files
    return MessageReply(
        message=_message(run, end),
        thread_id=run.question.thread_id,
        assistant_id=run.question.assistant_id,
        timestamp=now(),
        content=end.text,
        message_id=run.message_id,
        role="assistant",
        status=end.status,
        tool_calls=called_tools(end.calls) or None,
        run_id=run.run_id,
        memory_operation_id=end.memory_operation_id or None,
        retrieved_memories=retrieved_memories(run) or None,
        retrieved_files=files or None,
        retrieved_files_count=len(files),
        reasoning=run.reasoning or None,
        model_provider=run.started.provider,
        model_name=run.started.model,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        total_tokens=tokens,
        created_at=now(),
        generated_media=run.media,
        system_one=end.judged,
        context_usage=end.context,
    )


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


def _started(run: Run, event: RunStarted) -> StreamEvent:
    return StreamEvent(
        type="run_started",
        run_id=run.run_id,
        message_id=run.message_id,
        thread_id=run.question.thread_id,
        assistant_id=run.question.assistant_id,
        provider=event.provider,
        model_name=event.model,
    )


def _continuing(run: Run) -> StreamEvent:
    return StreamEvent(
        type="run_continuing",
        run_id=run.run_id,
        thread_id=run.question.thread_id,
        assistant_id=run.question.assistant_id,
        phase="tool_outputs_received",
    )


def _ended(run: Run, end: RunEnded) -> Sequence[StreamEvent]:
    match end.status:
        case "FAILED":
            failed = StreamEvent(
                type="run_failed", run_id=run.run_id, error=end.error, code=end.code or None
            )
            return (failed,)
        case "CANCELLED":
            return (StreamEvent(type="run_cancelled", run_id=run.run_id),)
        case "REQUIRES_ACTION":
            return _called(run, end)
        case _:
            return (_completed(run, end),)


def _begun(call: ToolCall) -> StreamEvent:
    return StreamEvent(type="tool_call_start", tool_call_id=call.id, name=call.name)


def _called(run: Run, end: RunEnded) -> Sequence[StreamEvent]:
    """Every call is stored before the first is told: a client may answer at once."""
    plain: list[dict[str, Any]] = msgspec.to_builtins(called_tools(end.calls))
    starts = map(_begun, end.calls)
    readies = (
        StreamEvent(type="tool_call_ready", run_id=run.run_id, tool_call=call) for call in plain
    )
    _, _, tokens = _tokens(end)
    required = StreamEvent(
        type="tool_submit_required",
        run_id=run.run_id,
        message_id=run.message_id,
        thread_id=run.question.thread_id,
        tool_calls=plain,
        message=_NEEDS_OUTPUTS,
        tokens=tokens,
        cached_input_tokens=end.usage.cached_input_tokens if end.usage else None,
        cache_write_input_tokens=end.usage.cache_write_input_tokens if end.usage else None,
        cost_usd=end.usage.cost_usd if end.usage else None,
    )
    return (*starts, *readies, required)


def _completed(run: Run, end: RunEnded) -> StreamEvent:
    tokens_in, tokens_out, tokens = _tokens(end)
    return StreamEvent(
        type="run_ended",
        run_id=run.run_id,
        message_id=run.message_id,
        thread_id=run.question.thread_id,
        assistant_id=run.question.assistant_id,
        status="completed",
        final_content=end.text,
        reasoning=run.reasoning or None,
        model_provider=run.started.provider,
        model_name=run.started.model,
        tokens=tokens,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cached_input_tokens=end.usage.cached_input_tokens if end.usage else None,
        cache_write_input_tokens=end.usage.cache_write_input_tokens if end.usage else None,
        cost_usd=end.usage.cost_usd if end.usage else None,
        message=" ".join(run.unmet) or None,
        unmet=list(run.unmet) or None,
        memory_operation_id=end.memory_operation_id or None,
        retrieved_memories=retrieved_memories(run) or None,
        retrieved_files=run.files or None,
        retrieved_passages=retrieved_passages(run) or None,
        context_usage=msgspec.structs.asdict(end.context) if end.context else None,
    )


def _message(run: Run, end: RunEnded) -> str:
    """What became of the message, for people; what had no effect is named."""
    if end.status == "REQUIRES_ACTION":
        said = _NEEDS_OUTPUTS
    elif end.error:
        said = end.error
    else:
        said = "Message added successfully." if run.unmet else "Message added successfully"
    return " ".join((said, *run.unmet))


def _tokens(end: RunEnded) -> tuple[int | None, int | None, int | None]:
    """Read, written and all tokens, where the provider counts them."""
    if end.usage is None:
        return None, None, None
    read, written = end.usage.input_tokens, end.usage.output_tokens
    counted = [count for count in (read, written) if count is not None]
    return read, written, sum(counted) if counted else None
