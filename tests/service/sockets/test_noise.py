"""Any frames in any order: a session may refuse or end, the service goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desktop_app.protocol.backboard.realtime_socket import truncation
from desktop_app.protocol.backboard.voice_socket import REPLY_HEARD
from tests.fakes.noise import Grammar, Noise, WireNoise
from tests.fakes.providers import ScriptedSpeaker
from tests.service.conftest import KEY, LIMIT_S

GATEWAY = Grammar.of(
    "session.configure audio.append audio.commit audio.discard text.prompt "
    "assistant.cancel ping session.close",
    "session_id backend stt tts audio sample_rate text turn_id heard_ms "
    "commit_strategy vad_threshold voice_id output_format voice_settings id",
)
VOICE = Grammar.of(
    "commit stop session.begin",
    "thread_id voice stt tts send_to_llm commit_strategy provider model",
)
REALTIME = Grammar.of(
    "session.begin input.text tool_result provider.event interrupt commit",
    "provider model thread_id provider_options tools text output event id",
)
GATEWAY_SENSE = GATEWAY.with_good(
    {"type": "session.configure", "stt": {"commit_strategy": "manual"}, "tts": {}},
    {"type": "session.configure", "stt": {"commit_strategy": "vad"}},
    {"type": "session.configure", "new_question": "queue", "media": "auto"},
    *({"type": "text.prompt", "text": "Hi"}, {"type": "text.prompt", "text": "What is 2 plus 2?"}),
    *({"type": "audio.commit"}, {"type": "audio.discard"}, {"type": "assistant.cancel"}),
    {"type": "assistant.cancel", "turn_id": 1, "heard_ms": 40},
    {"type": "audio.append", "audio": "AAAA" * 400, "sample_rate": 16_000},
    *({"type": "ping", "id": 1}, bytes(3_200), b"\x10\x20" * 1_600, bytes(640)),
)
VOICE_SENSE = VOICE.with_good(
    *({"type": "commit"}, {"type": "stop"}, bytes(3_200), b"\x10\x20" * 1_600),
    {"type": REPLY_HEARD, "run_id": "r", "heard_ms": 40, "heard_chars": 3},
)
REALTIME_SENSE = REALTIME.with_good(
    *({"type": "commit"}, {"type": "cancel"}, bytes(3_200), b"\x10\x20" * 1_600),
    *({"type": "text", "text": "Hi"}, {"type": "text", "text": "What is 2 plus 2?"}),
    {"type": "tool.outputs", "outputs": [{"tool_call_id": "c", "output": [7]}]},
    {"type": "provider.event", "event": truncation("r", 40)},
)
SEEDS = range(12)
FRAMES = 60


def address_of(rig, name):
    if name == "gateway":
        return f"{rig.addresses.voice}?token={KEY}"
    base = rig.addresses.api.replace("http://", "ws://")
    path = {"voice": "messages", "realtime": "realtime"}[name]
    return f"{base}/threads/{path}?api_key={KEY}"


async def shout(address, frames):
    """Send them all, reading what comes; the service may hang up at any time."""
    async with connect(address, max_size=None, close_timeout=LIMIT_S) as connection:

        async def listen():
            with suppress(ConnectionClosed):
                async for _ in connection:
                    pass

        listening = asyncio.create_task(listen())
        with suppress(ConnectionClosed):
            for frame in frames:
                await connection.send(frame)
        await connection.close()
        await listening


async def still_talks(rig):
    """A well-behaved client has its turn."""
    async with rig.socket() as socket:
        await socket.configured(tts={})
        await socket.say("text.prompt", text="Hi")
        await socket.until("assistant.audio.end")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "grammar"), [("gateway", GATEWAY), ("voice", VOICE), ("realtime", REALTIME)]
)
async def test_noise_ends_no_more_than_its_own_session(rig, name, grammar, seed):
    rig.providers.speakers = {"scripted": ScriptedSpeaker()}
    async with asyncio.timeout(LIMIT_S * 3):
        await shout(address_of(rig, name), Noise(seed, grammar).frames(FRAMES))
        await still_talks(rig)


@pytest.mark.parametrize("seed", SEEDS)
async def test_noise_after_a_good_beginning_leaves_the_gateway_talking(rig, seed):
    good = msgspec.json.encode({"type": "session.configure", "stt": {"commit_strategy": "manual"}})
    async with asyncio.timeout(LIMIT_S * 3):
        frames = [good.decode(), *Noise(seed + 1_000, GATEWAY).frames(FRAMES)]
        await shout(address_of(rig, "gateway"), frames)
        await still_talks(rig)


@pytest.mark.parametrize("seed", SEEDS)
async def test_noise_after_a_good_beginning_leaves_the_voice_socket_talking(rig, seed):
    rig.providers.speakers = {"scripted": ScriptedSpeaker()}
    config = {"thread_id": await rig.thread(), "voice": {"stt": {"commit_strategy": "manual"}}}
    async with asyncio.timeout(LIMIT_S * 3):
        frames = [msgspec.json.encode(config).decode(), *Noise(seed, VOICE).frames(FRAMES)]
        await shout(address_of(rig, "voice"), frames)
        await still_talks(rig)


async def beginning(rig, name):
    """The first frame of a client that makes sense."""
    if name == "gateway":
        config = {"type": "session.configure", "stt": {"commit_strategy": "manual"}, "tts": {}}
    elif name == "voice":
        config = {"thread_id": await rig.thread(), "voice": {"stt": {"commit_strategy": "manual"}}}
    else:
        options = {"turn_detection": None}
        config = {"provider": "scripted", "model": "parrot", "provider_options": options}
    return msgspec.json.encode(config).decode()


SENSES = [("gateway", GATEWAY_SENSE), ("voice", VOICE_SENSE), ("realtime", REALTIME_SENSE)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "grammar"), SENSES)
async def test_what_makes_sense_may_come_in_any_order(rig, name, grammar, seed):
    rig.providers.speakers = {"scripted": ScriptedSpeaker()}
    async with asyncio.timeout(LIMIT_S * 3):
        frames = [await beginning(rig, name), *Noise(seed, grammar).frames(FRAMES)]
        await shout(address_of(rig, name), frames)
        await still_talks(rig)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "grammar"), SENSES)
async def test_any_bytes_on_the_wire_end_no_more_than_their_own_socket(rig, name, grammar, seed):
    rig.providers.speakers = {"scripted": ScriptedSpeaker()}
    async with asyncio.timeout(LIMIT_S * 3):
        frames = [await beginning(rig, name), *Noise(seed, grammar).frames(FRAMES)]
        await pour(address_of(rig, name), WireNoise(seed, is_masked=True).pieces(frames))
        await still_talks(rig)


async def pour(address, pieces):
    """Say them behind a good handshake, and read until the service hangs up."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(
        f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    reading = asyncio.create_task(read_all(reader))
    with suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    await reading
    writer.close()


async def read_all(reader):
    with suppress(ConnectionError):
        while await reader.read(1 << 16):
            pass
