"""A reply that came whole, told as a stream would tell it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable

import msgspec

from desktop_app.protocol.backboard.messages import MessageReply
from desktop_app.protocol.backboard.stream import StreamEvent


async def events_of_whole(answer: Awaitable[MessageReply]) -> AsyncGenerator[bytes, None]:
    """The data of each event (contract section 6.2), once the reply is there.

    Raises:
        AppError: As ``answer``.
    """
    for event in _events(await answer):
        yield msgspec.json.encode(event)


def _events(reply: MessageReply) -> tuple[StreamEvent, ...]:
    thread_id, assistant_id = reply.thread_id, reply.assistant_id or ""
    run_id, message_id = reply.run_id or "", reply.message_id or ""
    started = StreamEvent(
        type="run_started",
        thread_id=thread_id,
        assistant_id=assistant_id,
        run_id=run_id,
        message_id=message_id,
        provider=reply.model_provider or "",
        model_name=reply.model_name or "",
    )
    ended = StreamEvent(
        type="run_ended",
        thread_id=thread_id,
        run_id=run_id,
        message_id=message_id,
        status=reply.status or "completed",
        final_content=reply.content,
        model_provider=reply.model_provider or "",
        model_name=reply.model_name or "",
        tokens=reply.total_tokens,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        system_one=reply.system_one,
    )
    words = StreamEvent(type="content_streaming", content=reply.content or "")
    return started, words, ended
