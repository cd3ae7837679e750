"""One event of Backboard's stream, read however its server writes it. Pure."""

from __future__ import annotations

import logging
import re
from typing import Any

import msgspec
import pybase64

from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.wire import error_text, salvaged
from desktop_app.protocol.events import ImageReady, Memory, QuotedPassage, ToolCall, Usage
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.protocol.media_types import plain_type

logger = logging.getLogger(__name__)

_decoder = msgspec.json.Decoder(StreamEvent, strict=False)
_SPEECH = b'"tts_audio_chunk"'
_HEAD_BYTES = 48  # where a server that writes the type first has it
_DATA = re.compile(rb'"data"\s*:\s*"')
SHORT_BYTES = 600
"""Nearly all events of text are shorter, and pieces of speech that are worth a short cut longer."""

_FAILURES = ("error", "run_failed", "tts_error")


def read_event(data: bytes) -> StreamEvent | None:
    """The event, or None where nothing in it can be used."""
    try:
        return _decoder.decode(data)
    except UNREADABLE:
        return _salvaged(data)


class TextPiece(msgspec.Struct, gc=False):
    """An event with what ``content_streaming`` has of use, because most of a stream is that."""

    type: str
    content: str | None = None
    thread_id: str = ""
    assistant_id: str = ""
    run_id: str = ""


read_piece = msgspec.json.Decoder(TextPiece).decode
"""Raises one of UNREADABLE where it must be read as any other event after all."""


def speech_in_place(data: bytes) -> bytes | None:
    """The sound of a chunk without parsing its JSON; None where that must be done after all."""
    if _SPEECH not in data[:_HEAD_BYTES]:
        return None
    opening = _DATA.search(data)
    if opening is None:
        return None
    start = opening.end()
    end = data.find(b'"', start)
    try:
        return pybase64.b64decode(memoryview(data)[start:end], validate=True)
    except ValueError:
        return None


def memories_of(event: StreamEvent) -> tuple[Memory, ...]:
    """The facts that it names."""
    found = event.memories or event.retrieved_memories or []
    return tuple(_memory(one) for one in found if one.get("memory"))


def tool_calls_of(event: StreamEvent) -> tuple[ToolCall, ...]:
    """The calls that it names, one or more."""
    found = [event.tool_call] if event.tool_call else event.tool_calls or []
    return tuple(_tool_call(one) for one in found)


def picture_of(turn: int, media: dict[str, Any]) -> ImageReady:
    """The picture behind ``media``."""
    size = media.get("file_size_bytes")
    return ImageReady(
        turn,
        url=str(media.get("url") or ""),
        document_id=str(media.get("document_id") or ""),
        mime_type=plain_type(str(media.get("mime_type") or "")),
        size_bytes=size if isinstance(size, int) else None,
        prompt=_text(media.get("prompt")),
        model=_text(media.get("model")),
        parent_ids=_texts(media.get("parent_document_ids")),
    )


def passages_of(told: object) -> tuple[QuotedPassage, ...]:
    """Passages as our own service tells them; what is none is left out."""
    found = (one for one in (told if isinstance(told, list) else ()) if isinstance(one, dict))
    return tuple(
        QuotedPassage(str(one["file"]), str(one["text"]), str(one.get("place") or ""))
        for one in found
        if one.get("file") and one.get("text")
    )


def usage_of(event: StreamEvent) -> Usage | None:
    """What the run cost, where the event says anything about it."""
    context = event.context_usage or {}
    usage = Usage(
        event.input_tokens,
        event.output_tokens if event.output_tokens is not None else event.tokens,
        event.cost_usd,
        _number(context.get("percent")),
        _whole(context.get("used_tokens")),
        _whole(context.get("context_limit")),
    )
    return None if usage == Usage() else usage


def _salvaged(data: bytes) -> StreamEvent | None:
    """An event with a field of another kind than documented: the others still count."""
    try:
        known = msgspec.json.decode(data)
    except UNREADABLE:
        known = None
    if not isinstance(known, dict) or not isinstance(known.get("type"), str):
        logger.info("An event of the stream that cannot be read was skipped.")
        return None
    if known["type"] in _FAILURES and not isinstance(known.get("error"), str):
        said = error_text(known, 0)
        known = {**known, "error": None if said == "HTTP 0" else said}
    return salvaged(known, StreamEvent)


def _memory(one: dict[str, Any]) -> Memory:
    return Memory(str(one["memory"]), id=str(one.get("id") or ""), score=_number(one.get("score")))


def _tool_call(one: dict[str, Any]) -> ToolCall:
    function = one.get("function")
    told = function if isinstance(function, dict) else one
    arguments = told.get("arguments", "{}")
    if not isinstance(arguments, str):
        arguments = msgspec.json.encode(arguments).decode()
    call_id = one.get("id") or one.get("tool_call_id") or ""
    return ToolCall(str(call_id), str(told.get("name") or ""), arguments)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None
