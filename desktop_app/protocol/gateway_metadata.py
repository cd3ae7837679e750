"""What a gateway tells beside the text of a reply: ``assistant.message.metadata``."""

from __future__ import annotations

from typing import Any

from desktop_app.protocol.events import (
    ImageReady,
    MemoriesRecalled,
    Memory,
    ReplyEnded,
    ReplyStatus,
    Usage,
    provider_name,
)
from desktop_app.protocol.gateway import AssistantMessage
from desktop_app.protocol.stream_reading import passages_of, picture_of


def is_broken_off(message: AssistantMessage) -> bool:
    """Whether an error or a cancellation is still to follow."""
    return str(message.metadata.get("status", "")).lower() in ("failed", "cancelled")


def is_silent(message: AssistantMessage) -> bool:
    """Whether nothing of it will be spoken."""
    return not message.text.strip() or message.metadata.get("speech") is False


def recalled(turn: int, metadata: dict[str, Any]) -> list[MemoriesRecalled]:
    found = metadata.get("retrieved_memories")
    memories = tuple(
        Memory(str(one["memory"]), id=str(one.get("id") or ""), score=_number(one.get("score")))
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict) and one.get("memory")
    )
    return [MemoriesRecalled(turn, memories)] if memories else []


def made(turn: int, metadata: dict[str, Any]) -> list[ImageReady]:
    """Pictures and videos of the reply, named alone: the thread has them."""
    named = metadata.get("generated_media")
    found = named if isinstance(named, list) else []
    pictures = [picture_of(turn, one) for one in found if isinstance(one, dict)]
    return [one for one in pictures if one.document_id]


def reply_ended(turn: int, status: ReplyStatus, metadata: dict[str, Any]) -> ReplyEnded:
    """The end of a reply, with all that is told of it."""
    return ReplyEnded(
        turn,
        status,
        message_id=str(metadata.get("message_id") or ""),
        usage=usage(metadata),
        model=provider_name(metadata.get("model_provider"), metadata.get("model_name")),
        memory_operation_id=str(metadata.get("memory_operation_id") or ""),
        retrieved_files=_files(metadata.get("retrieved_files")),
        passages=passages_of(metadata.get("retrieved_passages")),
    )


def _files(told: object) -> tuple[str, ...]:
    return tuple(str(one) for one in told) if isinstance(told, list) else ()


def usage(metadata: dict[str, Any]) -> Usage | None:
    tokens_in, tokens_out = (
        int(value) if (value := _number(metadata.get(name))) is not None else None
        for name in ("input_tokens", "output_tokens")
    )
    cost_usd = _number(metadata.get("cost_usd"))
    if tokens_in is tokens_out is cost_usd is None:
        return None
    return Usage(tokens_in, tokens_out, cost_usd)


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]  # checked above
