"""Speech that a gateway sends encoded, mp3 for one, as the samples that its dialect reads."""

from __future__ import annotations

import asyncio

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


class EncodedSpeech:
    """Of one connection. Pieces of a reply are one stream, decoded when it has ended. Loop only.

    Args:
        decode: Called in threads of its own; None leaves everything as it came.
    """

    def __init__(self, decode: Decode | None) -> None:
        self._decode = decode
        self._held: dict[int, bytearray] = {}

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
            case AssistantAudioStart():
                self._hold(message.turn_id)
            case AssistantAudioChunk():
                held = self._hold(message.turn_id)
                if len(held) < MAX_BYTES:
                    held += _bytes_of(message.audio)
            case AssistantAudioEnd():
                content = bytes(self._held.pop(message.turn_id, b""))
                if not content:
                    return [message]
                return [await self._whole(content, message)]
            case AssistantAudio():
                self._held.pop(message.turn_id or 0, None)
                return [await self._whole(_bytes_of(message.audio), message)]
        return []

    def _hold(self, turn_id: int) -> bytearray:
        while len(self._held) >= _MOST_REPLIES and turn_id not in self._held:
            del self._held[next(iter(self._held))]
        return self._held.setdefault(turn_id, bytearray())

    async def _whole(
        self, content: bytes, message: AssistantAudio | AssistantAudioEnd
    ) -> AssistantAudio:
        """The speech in one piece; as it came, for the dialect to refuse, where it is no sound."""
        assert self._decode is not None
        whole = AssistantAudio(
            content_type=message.content_type,
            output_format=message.output_format or "mp3",
            turn_id=message.turn_id or None,
        )
        try:
            pcm = await asyncio.to_thread(self._decode, content, message.content_type)
        except AppError:
            return whole
        return replace(
            whole,
            audio=pybase64.b64encode(pcm).decode(),
            output_format=_SAMPLES,
            content_type="",
        )


def _is_encoded(
    message: AssistantAudioStart | AssistantAudioChunk | AssistantAudioEnd | AssistantAudio,
) -> bool:
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
