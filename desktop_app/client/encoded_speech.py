"""Speech that a gateway sends encoded, mp3 for one, as the samples that its dialect reads."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pybase64
from msgspec.structs import replace

from desktop_app.client.reply_media import Decode
from desktop_app.errors import AppError
from desktop_app.protocol.gateway import (
    AssistantAudio,
    AssistantAudioChunk,
    AssistantAudioEnd,
    AssistantAudioStart,
    GatewayServerMessage,
)
from desktop_app.protocol.gateway_speech import SPEECH_RATE_HZ

MAX_BYTES = 32 << 20
"""Of one reply in pieces, encoded; of what is longer only this much is heard."""

_MOST_REPLIES = 4
_SAMPLES = f"pcm_{SPEECH_RATE_HZ}"
_NAMES = ("mp3", "mpeg", "opus", "ogg", "flac")
_TYPES = ("audio/mpeg", "audio/mp3", "audio/ogg", "audio/opus", "audio/flac")


_Sound = AssistantAudioStart | AssistantAudioChunk | AssistantAudioEnd | AssistantAudio


@dataclass(slots=True)
class _Held:
    """Of one reply, in one format."""

    format: str
    content: bytearray = field(default_factory=bytearray)


class EncodedSpeech:
    """Of one connection. Pieces of a reply are one stream, decoded when it has ended. Loop only.

    Args:
        decode: Called in threads of its own; None leaves everything as it came.
    """

    def __init__(self, decode: Decode | None) -> None:
        self._decode = decode
        self._held: dict[int, _Held] = {}

    def concerns(self, message: GatewayServerMessage) -> bool:
        """Whether ``readable`` is to be asked about it."""
        if self._decode is None:
            return False
        match message:
            case AssistantAudioChunk() | AssistantAudioEnd():
                return message.turn_id in self._held or _is_encoded(message)
            case AssistantAudioStart() | AssistantAudio():
                return _is_encoded(message)
            case _:
                return False

    async def readable(self, message: GatewayServerMessage) -> list[GatewayServerMessage]:
        """What a dialect that knows only samples is told instead of a message that concerns us."""
        match message:
            case AssistantAudio():
                self._held.pop(message.turn_id or 0, None)
                whole = await self._samples(_bytes_of(message.audio), message)
                return [replace(message, turn_id=message.turn_id or None, **whole)]
            case AssistantAudioEnd():
                return [*await self._let_go(message), replace(message, chunk_count=0)]
            case AssistantAudioStart() | AssistantAudioChunk():
                held = self._held.get(message.turn_id)
                is_other = held is not None and message.output_format not in ("", held.format)
                before = await self._let_go(message) if is_other else []
                if is_other and not _is_encoded(message):
                    return [*before, message]
                self._hold(message)
                return before
        return []

    def _hold(self, message: AssistantAudioStart | AssistantAudioChunk) -> None:
        turn_id = message.turn_id
        while len(self._held) >= _MOST_REPLIES and turn_id not in self._held:
            del self._held[next(iter(self._held))]
        held = self._held.setdefault(turn_id, _Held(message.output_format))
        if isinstance(message, AssistantAudioChunk) and len(held.content) < MAX_BYTES:
            held.content += _bytes_of(message.audio)

    async def _let_go(
        self, message: AssistantAudioStart | AssistantAudioChunk | AssistantAudioEnd
    ) -> list[GatewayServerMessage]:
        """What was held of the reply, in one piece."""
        held = self._held.pop(message.turn_id, None)
        if held is None or not held.content:
            return []
        told = replace(message, output_format=held.format or message.output_format)
        piece = AssistantAudioChunk(turn_id=message.turn_id)
        return [replace(piece, **await self._samples(bytes(held.content), told))]

    async def _samples(self, content: bytes, message: _Sound) -> dict[str, str]:
        """The speech as samples; nothing, for the dialect to refuse, where it is no sound."""
        assert self._decode is not None
        try:
            pcm = await asyncio.to_thread(self._decode, content, message.content_type)
        except AppError:
            return {"audio": "", "output_format": message.output_format or "mp3"}
        audio = pybase64.b64encode(pcm).decode()
        return {"audio": audio, "output_format": _SAMPLES, "content_type": ""}


def _is_encoded(message: _Sound) -> bool:
    """Its format says so, or its type where no format is named."""
    if message.output_format:
        return message.output_format.lower().startswith(_NAMES)
    return message.content_type.lower().startswith(_TYPES)


def _bytes_of(audio: str) -> bytes:
    """What can be read of it: what is no base64 is no sound either."""
    try:
        return pybase64.b64decode(audio, validate=True)
    except ValueError:
        return b""
