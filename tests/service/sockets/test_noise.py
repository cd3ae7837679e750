"""Any frames in any order: a session may refuse or end, the service goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.fakes.noise import Grammar, Noise
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
