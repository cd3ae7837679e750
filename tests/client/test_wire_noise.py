"""What makes sense in any order, and any bytes on the wire: events or an error, and an end."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import pytest
from websockets.utils import accept_key

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.realtime_transport import RealtimeTerms, open_realtime
from desktop_app.client.voice_socket_transport import open_voice_transport
from desktop_app.errors import AppError
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    CommitAudio,
    ConfigureSession,
    PromptText,
    SpeechInput,
    SpeechOutput,
)
from desktop_app.protocol.events import ServerEvent
from tests.client.test_noise import BEGUN, GATEWAY, LINE
from tests.fakes.noise import Frame, Noise, WireNoise

_SOUND = "AQID" * 320
_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
GATEWAY_SENSE = GATEWAY.with_good(
    {"type": "session.ready", "extensions": ["assistant.cancel", "assistant.heard", "ping"]},
    {"type": "session.configured", "session_id": "s", "extensions": ["assistant.delta"]},
    *({"type": "stt.session_started"}, {"type": "input.speech_started"}, {"type": "pong"}),
    *({"type": "input.speech_stopped"}, {"type": "transcript.partial", "text": "wh"}),
    *({"type": "transcript.committed", "text": text} for text in ("", "what time is it")),
    *({"type": "assistant.started", "text": "Hi", "turn_id": turn} for turn in (1, 2)),
    *({"type": "assistant.delta", "text": "Hel", "turn_id": turn} for turn in (1, 2)),
    *({"type": "assistant.message", "text": "Hello", "turn_id": turn} for turn in (1, 2)),
    *({"type": "assistant.audio.start", "turn_id": turn} for turn in (1, 2)),
    {"type": "assistant.audio.chunk", "audio": _SOUND, "turn_id": 1, "chunk_index": 0},
    {"type": "assistant.audio.chunk", "audio": _SOUND, "turn_id": 2, "chunk_index": 3},
    *({"type": "assistant.audio.end", "turn_id": turn} for turn in (1, 2)),
    {"type": "assistant.audio", "audio": _SOUND, "output_format": "pcm_24000"},
    *({"type": "assistant.cancelled", "turn_id": 1}, {"type": "error", "message": "no"}),
    {"type": "assistant.tool", "call_id": "c", "name": "f", "turn_id": 1},
)
LINE_SENSE = LINE.with_good(
    json.loads(BEGUN),
    *({"type": "run_started", "run_id": run, "thread_id": "t"} for run in ("r", "s")),
    *({"type": "content_streaming", "content": text} for text in ("Hel", "lo", "")),
    *({"type": kind} for kind in ("run_ended", "run_cancelled", "message_start", "response.done")),
    *({"type": kind} for kind in ("input.paused", "input.resumed", "tts_end", "turn.end")),
    {"type": "run_ended", "status": "completed", "run_id": "r"},
    {"type": "tool_submit_required", "run_id": "r", "tool_calls": [_CALL]},
    *({"type": "transcript.final", "role": role, "text": "Hi"} for role in ("user", "assistant")),
    {"type": "transcript.partial", "role": "user", "text": "H"},
    {"type": "text.delta", "role": "assistant", "text": "Hel"},
    *({"type": "tts_stream_start", "mime_type": kind} for kind in ("audio/pcm", "audio/mpeg")),
    *({"type": kind, "data": _SOUND} for kind in ("tts_audio_chunk", "audio.delta", "audio")),
    *({"type": "response.done", "status": kind} for kind in ("completed", "cancelled", "failed")),
    {"type": "tool_call", "tool_call_id": "c", "name": "f", "arguments": "{}"},
    {"type": "error", "message": "no", "code": "x"},
    b"\x01\x02" * 480,
)
SEEDS = range(25)
WITHIN_S = 20


class Transport(Protocol):
    """As all of them are."""

    async def send(self, command: Any) -> None: ...

    def events(self) -> AsyncIterator[ServerEvent]: ...

    async def aclose(self) -> None: ...


_SPOKEN = ConfigureSession("a", SpeechInput(), SpeechOutput())


async def _gateway(_api: BackboardApi, address: ApiAddress) -> Transport:
    url = address.base_url.replace("http:", "ws:") + "/"
    return await open_gateway(GatewayAddress(url), _SPOKEN, make_resample=resample_speech)


async def _realtime(api: BackboardApi, address: ApiAddress) -> Transport:
    terms = RealtimeTerms("openai", "m", "", resample_capture, resample_speech)
    return await open_realtime(api, address, _SPOKEN, terms)


async def _voice_socket(api: BackboardApi, address: ApiAddress) -> Transport:
    return await open_voice_transport(api, address, _SPOKEN, MessageTerms())


OPENINGS = [
    (_gateway, GATEWAY_SENSE, '{"type":"session.ready"}'),
    (_realtime, LINE_SENSE, BEGUN),
    (_voice_socket, LINE_SENSE, BEGUN),
]


@asynccontextmanager
async def saying(pieces: Sequence[bytes], *, shakes_hands: bool) -> AsyncIterator[ApiAddress]:
    """A server that says these bytes on each line, behind a good handshake or in place of it."""

    lines: list[asyncio.Task[Any] | None] = []

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            key = re.search(rb"(?i)sec-websocket-key: (\S+)", head)
            if shakes_hands and key is not None:
                writer.write(_welcome(key[1].decode()))
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            writer.write_eof()
            while await reader.read(1 << 16):
                pass
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server:
        yield ApiAddress(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await asyncio.gather(*filter(None, lines))  # every line is left by its client


def _welcome(key: str) -> bytes:
    lines = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_key(key)}",
    )
    return "\r\n".join(("HTTP/1.1 101 Switching Protocols", *lines, "\r\n")).encode()


Opens = Callable[[BackboardApi, ApiAddress], Awaitable[Transport]]


async def converse(address: ApiAddress, open_line: Opens) -> list[ServerEvent]:
    """Say something of everything, and listen to the end."""
    heard: list[ServerEvent] = []
    async with BackboardApi(address) as api:
        with suppress(AppError):
            transport = await open_line(api, address)
            try:
                for command in (
                    *(AppendAudio(1, bytes(640)), CommitAudio(1), CancelReply(1, 0)),
                    PromptText(2, "Hi"),
                ):
                    with suppress(AppError):
                        await transport.send(command)
                async for event in transport.events():
                    heard.append(event)
            finally:
                await transport.aclose()
    return heard


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("open_line", "grammar", "first"), OPENINGS)
async def test_what_makes_sense_may_come_in_any_order(
    seed: int, open_line: Any, grammar: Any, first: Frame
):
    wire = WireNoise(seed, is_masked=False)
    pieces = wire.pieces_of([first, *Noise(seed, grammar).frames(80)])
    async with asyncio.timeout(WITHIN_S), saying(pieces, shakes_hands=True) as address:
        assert await converse(address, open_line), "a line that is refused shows nothing"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shakes_hands", [True, False])
@pytest.mark.parametrize(("open_line", "grammar", "first"), OPENINGS)
async def test_any_bytes_on_the_wire_are_an_end(
    seed: int, shakes_hands: bool, open_line: Any, grammar: Any, first: Frame
):
    pieces = WireNoise(seed, is_masked=False).pieces([first, *Noise(seed, grammar).frames(40)])
    async with asyncio.timeout(WITHIN_S), saying(pieces, shakes_hands=shakes_hands) as address:
        await converse(address, open_line)
