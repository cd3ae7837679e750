"""Gateway sessions with stand-ins of every provider connected."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from desktop_app.credentials import Secret
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.open import Providers, open_providers
from desktop_app.service.providers.ports import Recall
from desktop_app.service.server import Place, open_service
from tests.fakes import elevenlabs_server as elevenlabs
from tests.fakes import openai_audio_server as openai
from tests.fakes.elevenlabs_live import LiveServer, live_server
from tests.fakes.elevenlabs_server import ElevenLabsServer, elevenlabs_server
from tests.fakes.openai_audio_server import OpenAiAudioServer, openai_audio_server
from tests.fakes.openai_server import OpenAiServer, openai_server
from tests.service.conftest import Socket

BUILT_IN = {"provider": "builtin"}
QUESTION = "what is the square root of one hundred"
ANSWER = "10"


@dataclass
class Peers:
    """The stand-ins of the providers, and a service with all of them connected.

    Attributes:
        live: ElevenLabs' sockets.
        eleven: Its API.
        audio: OpenAI's speech.
        language: A language server of OpenAI's dialect.
        voice_url: The gateway's socket, with its key.
    """

    live: LiveServer
    eleven: ElevenLabsServer
    audio: OpenAiAudioServer
    language: OpenAiServer
    voice_url: str

    async def socket(self, stack: AsyncExitStack) -> Socket:
        """A client."""
        return Socket(await stack.enter_async_context(connect(self.voice_url, max_size=None)))


OpenPeers = Callable[..., AbstractAsyncContextManager[Peers]]


@asynccontextmanager
async def peers_around(
    data: Path, *, hearing: str = "", speaking: str = ""
) -> AsyncIterator[Peers]:
    """A service in the folder ``data``; who hears and speaks as settings name them."""
    async with AsyncExitStack() as stack:
        eleven = await stack.enter_async_context(elevenlabs_server())
        audio = await stack.enter_async_context(openai_audio_server())
        live = await stack.enter_async_context(live_server())
        language = await stack.enter_async_context(openai_server())
        audio.words, live.texts = QUESTION, [QUESTION] * 9
        config = ProviderConfig(
            language_url=language.url,
            openai_key=Secret(openai.KEY),
            openai_url=audio.url,
            elevenlabs_key=Secret(elevenlabs.KEY),
            elevenlabs_url=eleven.url,
            elevenlabs_live_url=live.url,
            hearing=hearing,
            speaking=speaking,
            local_models="off",
        )

        async def open_them(recall: Recall) -> Providers:
            return await open_providers(config, recall)

        running = await stack.enter_async_context(open_service(Place(data, "key"), open_them))
        url = f"{running.addresses.voice}?token=key"
        yield Peers(live, eleven, audio, language, url)


@pytest.fixture
def open_peers(tmp_path: Path) -> OpenPeers:
    """Opens a service, its providers chosen by settings."""
    return partial(peers_around, tmp_path)


@pytest.fixture
async def peers(open_peers: OpenPeers) -> AsyncIterator[Peers]:
    """A service as it is where nobody was chosen."""
    async with open_peers() as opened:
        yield opened


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Holds what a test opens."""
    async with AsyncExitStack() as opened:
        yield opened


def sound_of(messages: list[dict[str, Any]]) -> bytes:
    """What was spoken, its chunks counted from 1 without a gap."""
    chunks = [one for one in messages if one["type"] == "assistant.audio.chunk"]
    assert [one["chunk_index"] for one in chunks] == list(range(1, len(chunks) + 1))
    return b"".join(base64.b64decode(one["audio"]) for one in chunks)


async def until_true(holds: Callable[[], bool], limit_s: float = 10.0) -> None:
    """Return when that is so."""
    async with asyncio.timeout(limit_s):
        while not holds():  # noqa: ASYNC110 - what is waited for is another library's
            await asyncio.sleep(0.005)
