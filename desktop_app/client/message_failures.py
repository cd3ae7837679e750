"""What it means for a turn that its request failed, or its stream ended early. Pure."""

from __future__ import annotations

from desktop_app.errors import AccessError, AppError
from desktop_app.protocol.events import ServerEvent, ServerFault
from desktop_app.protocol.stream_dialect import StreamDialect


def failed(turn: int, dialect: StreamDialect, error: AppError) -> list[ServerEvent]:
    """The end of a reply whose request failed; what had come of the text stands."""
    if dialect.has_news:  # never to be repeated: the server has begun to act on it
        return dialect.finish()
    return [
        ServerFault(
            str(error),
            code=error.code,
            turn=turn,
            is_retryable=error.retryable,
            is_fatal=isinstance(error, AccessError),
            details=dict(error.facts) or None,
        )
    ]


def is_loss(error: AppError) -> bool:
    """Whether it says nothing of what was asked: there was no way to the server any more."""
    is_refusal = "status" in error.facts
    return error.retryable and error.code.startswith("network.") and not is_refusal


def is_early_end(event: ServerEvent) -> bool:
    """Whether the stream of a reply ended before the reply did."""
    return isinstance(event, ServerFault) and event.code == "stream.ended_early"
