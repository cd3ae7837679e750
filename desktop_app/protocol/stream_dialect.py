"""One run of Backboard's event stream, told in our events. Pure; one instance per run."""

from __future__ import annotations

import logging
import re
from typing import Any

import msgspec
import pybase64

from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.events import (
    ImageReady,
    MemoriesRecalled,
    Memory,
    ReplyAudio,
    ReplyEnded,
    ReplyReasoning,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    ToolCall,
    ToolsRequested,
    TranscriptUpdated,
    Usage,
    provider_name,
)

logger = logging.getLogger(__name__)

_decoder = msgspec.json.Decoder(StreamEvent, strict=False)
_SPEECH = b'"tts_audio_chunk"'
_DATA = re.compile(rb'"data"\s*:\s*"')
_HEAD_BYTES = 48  # where a server that writes the type first has it
_PCM_TYPES = ("pcm", "l16", "octet-stream")
_TEXT_FIELDS = ("thread_id", "run_id", "message_id", "content", "status", "error", "message")


class StreamDialect:
    """Follows a stream from its first event to its end (contract sections 6.3 and 6.4).

    Args:
        turn: Our number of the turn that the run answers.
        is_spoken: Whether speech was asked for: the turn then goes on after ``run_ended``.

    Attributes:
        thread_id, assistant_id, run_id: As soon as the stream names them, else empty.
        has_news: Whether any event came: the request must not be repeated.
        is_complete: Whether the reply is over; more may come until the server closes.
    """

    def __init__(self, turn: int, *, is_spoken: bool = False) -> None:
        self.thread_id = ""
        self.assistant_id = ""
        self.run_id = ""
        self.has_news = False
        self.is_complete = False
        self._turn = turn
        self._is_spoken = is_spoken
        self._text: list[str] = []
        self._text_length = 0
        self._heard = ""
        self._odd = b""
        self._is_mute = False
        self._has_started = False
        self._has_recalled = False
        self._has_ended = False
        self._end: ReplyEnded | None = None

    def feed(self, data: bytes) -> list[ServerEvent]:
        """What one event of the stream means; nothing once the turn has ended."""
        self.has_news = True
        if self._has_ended:
            return []
        if _SPEECH in data[:_HEAD_BYTES] and (pcm := _speech_in_place(data)) is not None:
            return self._audio(pcm)
        event = _decoded(data)
        return [] if event is None else self._told(event)

    def finish(self) -> list[ServerEvent]:
        """What the end of the stream means: the end of the reply, if it was not told before."""
        if self._has_ended:
            return []
        self._has_ended = self.is_complete = True
        if self._end is not None:
            return [self._end]
        if self._text:
            return [ReplyEnded(self._turn, ReplyStatus.INCOMPLETE)]
        return [self._fault("The answer ended before it began.", "stream.ended_early")]

    def _told(self, event: StreamEvent) -> list[ServerEvent]:
        self.thread_id = self.thread_id or event.thread_id
        self.assistant_id = self.assistant_id or event.assistant_id
        self.run_id = event.run_id or self.run_id
        tell = _TELL.get(event.type)
        return [] if tell is None else tell(self, event)

    # ---- one method for each kind of event ---------------------------------------------------

    def _content(self, event: StreamEvent) -> list[ServerEvent]:
        new = event.content or ""
        if 0 < self._text_length < len(new) and new.startswith("".join(self._text)):
            new = new[self._text_length :]  # this server repeats what it said before
        if not new:
            return []
        self._text.append(new)
        self._text_length += len(new)
        return [ReplyText(self._turn, new)]

    def _reasoning(self, event: StreamEvent) -> list[ServerEvent]:
        return [ReplyReasoning(self._turn, event.content)] if event.content else []

    def _started(self, event: StreamEvent) -> list[ServerEvent]:
        if self._has_started:
            return []
        self._has_started = True
        model = provider_name(event.provider or event.model_provider, event.model_name)
        return [ReplyStarted(self._turn, run_id=event.run_id, model=model)]

    def _recalled(self, event: StreamEvent) -> list[ServerEvent]:
        found = event.memories or event.retrieved_memories or []
        memories = tuple(_memory(one) for one in found if one.get("memory"))
        if not memories or self._has_recalled:
            return []
        self._has_recalled = True
        return [MemoriesRecalled(self._turn, memories)]

    def _heard_more(self, event: StreamEvent) -> list[ServerEvent]:
        self._heard += event.delta or event.text or ""
        return [TranscriptUpdated(self._turn, self._heard)]

    def _heard_all(self, event: StreamEvent) -> list[ServerEvent]:
        text = event.transcript or event.text or self._heard
        return [TranscriptUpdated(self._turn, text, is_final=True)]

    def _tools(self, event: StreamEvent) -> list[ServerEvent]:
        self._has_ended = self.is_complete = True
        calls = tuple(_tool_call(one) for one in event.tool_calls or ())
        return [ToolsRequested(self._turn, self.run_id, calls)]

    def _picture(self, event: StreamEvent) -> list[ServerEvent]:
        media = event.media or {}
        size = media.get("file_size_bytes")
        return [
            ImageReady(
                self._turn,
                url=str(media.get("url") or ""),
                document_id=str(media.get("document_id") or ""),
                mime_type=str(media.get("mime_type") or ""),
                size_bytes=size if isinstance(size, int) else None,
            )
        ]

    def _saved(self, event: StreamEvent) -> list[ServerEvent]:
        self.is_complete = True
        self._end = ReplyEnded(self._turn, message_id=event.message_id)
        return []

    def _run_ended(self, event: StreamEvent) -> list[ServerEvent]:
        status = (event.status or "completed").lower()
        if status in ("cancelled", "canceled"):
            return self._cancelled(event)
        if status != "completed":
            return self._failed(event, f"The answer ended as {status}.")
        whole = event.final_content or event.content or ""
        events = self._recalled(event)
        if len(whole) > self._text_length:
            self._text, self._text_length = [whole], len(whole)
            events.append(ReplyText(self._turn, whole, is_whole=True))
        self._end = ReplyEnded(
            self._turn,
            message_id=event.message_id,
            usage=_usage(event),
            model=provider_name(event.model_provider or event.provider, event.model_name),
        )
        self.is_complete = not self._is_spoken
        return events

    def _failed(self, event: StreamEvent, otherwise: str = "") -> list[ServerEvent]:
        self._has_ended = self.is_complete = True
        text = event.error or event.message or otherwise or "The answer failed."
        return [self._fault(text, "stream.failed")]

    def _cancelled(self, _event: StreamEvent) -> list[ServerEvent]:
        self._has_ended = self.is_complete = True
        return [ReplyEnded(self._turn, ReplyStatus.CANCELLED)]

    def _speech_started(self, event: StreamEvent) -> list[ServerEvent]:
        kind = (event.content_type or event.mime_type or "").lower()
        self._is_mute = bool(kind) and not any(known in kind for known in _PCM_TYPES)
        if not self._is_mute:
            return []
        text = f"The answer is spoken as {kind}, which is not supported yet."
        return [ServerFault(text, code="stream.sound_format", details={"format": kind})]

    def _speech(self, event: StreamEvent) -> list[ServerEvent]:
        try:
            return self._audio(pybase64.b64decode(event.data or "", validate=True))
        except ValueError:
            return self._speech_failed(event)

    def _speech_ended(self, _event: StreamEvent) -> list[ServerEvent]:
        self.is_complete = True
        return []

    def _speech_failed(self, event: StreamEvent) -> list[ServerEvent]:
        self.is_complete, self._is_mute = True, True
        text = event.error or event.message or "The answer could not be spoken."
        return [ServerFault(text, code="stream.speech_failed")]

    def _audio(self, pcm: bytes) -> list[ServerEvent]:
        if self._is_mute:
            return []
        pcm = self._odd + pcm if self._odd else pcm
        whole = len(pcm) & ~1
        self._odd = pcm[whole:]
        return [ReplyAudio(self._turn, pcm[:whole])] if whole else []

    def _fault(self, text: str, code: str) -> ServerFault:
        return ServerFault(text, code=code, turn=self._turn)


_TELL = {
    "content_streaming": StreamDialect._content,
    "reasoning_streaming": StreamDialect._reasoning,
    "run_started": StreamDialect._started,
    "memory_retrieved": StreamDialect._recalled,
    "stt_text_delta": StreamDialect._heard_more,
    "stt_stream_end": StreamDialect._heard_all,
    "tool_submit_required": StreamDialect._tools,
    "media_generated": StreamDialect._picture,
    "message_saved": StreamDialect._saved,
    "run_ended": StreamDialect._run_ended,
    "run_completed": StreamDialect._run_ended,
    "message_complete": StreamDialect._run_ended,
    "run_failed": StreamDialect._failed,
    "error": StreamDialect._failed,
    "run_cancelled": StreamDialect._cancelled,
    "tts_stream_start": StreamDialect._speech_started,
    "tts_audio_chunk": StreamDialect._speech,
    "tts_stream_end": StreamDialect._speech_ended,
    "tts_error": StreamDialect._speech_failed,
}


def _speech_in_place(data: bytes) -> bytes | None:
    """The sound of a chunk without parsing its JSON; None where that must be done after all."""
    opening = _DATA.search(data)
    if opening is None:
        return None
    start = opening.end()
    end = data.find(b'"', start)
    try:
        return pybase64.b64decode(memoryview(data)[start:end], validate=True)
    except ValueError:
        return None


def _decoded(data: bytes) -> StreamEvent | None:
    try:
        return _decoder.decode(data)
    except msgspec.MsgspecError:
        return _salvaged(data)


def _salvaged(data: bytes) -> StreamEvent | None:
    """An event with a field of another kind than documented: its plain texts still count."""
    try:
        known = msgspec.json.decode(data)
    except msgspec.MsgspecError:
        known = None
    if not isinstance(known, dict) or not isinstance(known.get("type"), str):
        logger.info("An event of the stream that cannot be read was skipped.")
        return None
    texts = {name: known[name] for name in _TEXT_FIELDS if isinstance(known.get(name), str)}
    return StreamEvent(type=known["type"], **texts)


def _memory(one: dict[str, Any]) -> Memory:
    score = one.get("score")
    return Memory(
        str(one["memory"]),
        id=str(one.get("id") or ""),
        score=float(score) if isinstance(score, int | float) else None,
    )


def _tool_call(one: dict[str, Any]) -> ToolCall:
    function = one.get("function")
    told = function if isinstance(function, dict) else {}
    arguments = told.get("arguments", "{}")
    if not isinstance(arguments, str):
        arguments = msgspec.json.encode(arguments).decode()
    return ToolCall(str(one.get("id") or ""), str(told.get("name") or ""), arguments)


def _usage(event: StreamEvent) -> Usage | None:
    percent = (event.context_usage or {}).get("percent")
    usage = Usage(
        event.input_tokens,
        event.output_tokens if event.output_tokens is not None else event.tokens,
        event.cost_usd,
        float(percent) if isinstance(percent, int | float) else None,
    )
    return None if usage == Usage() else usage
