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
from tests.fakes.http_server import (
    HttpAnswer,
    HttpRequest,
    HttpServer,
    http_server,
    json_answer,
)
from tests.fakes.openai_audio_server import OpenAiAudioServer, openai_audio_server
from tests.fakes.openai_server import OpenAiServer, openai_server
from tests.service.conftest import Socket
from tests.service.gateway_rig import TOKEN, gateway

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
        backend: A chat backend.
        voice_url: The gateway's socket, with its key.
    """

    live: LiveServer
    eleven: ElevenLabsServer
    audio: OpenAiAudioServer
    language: OpenAiServer
    backend: HttpServer
    voice_url: str = ""

    async def socket(self, stack: AsyncExitStack) -> Socket:
        """A client."""
        return Socket(await stack.enter_async_context(connect(self.voice_url, max_size=None)))


OpenPeers = Callable[..., AbstractAsyncContextManager[Peers]]


@asynccontextmanager
async def stand_ins() -> AsyncIterator[Peers]:
    """The peers alone; nobody asks them anything yet."""
    async with AsyncExitStack() as stack:
        peers = Peers(
            eleven=await stack.enter_async_context(elevenlabs_server()),
            audio=await stack.enter_async_context(openai_audio_server()),
            live=await stack.enter_async_context(live_server()),
            language=await stack.enter_async_context(openai_server()),
            backend=await stack.enter_async_context(http_server(chat)),
        )
        peers.audio.words, peers.live.texts = QUESTION, [QUESTION] * 9
        yield peers


def chat(request: HttpRequest) -> HttpAnswer:
    """An existing chat backend."""
    if request.path == "/v1/register":
        return json_answer({"registration_id": "r1"})
    assert request.json()["registration_id"] == "r1"
    return json_answer({"text": f"The root is {ANSWER}. That is all.", "metadata": {}})


@asynccontextmanager
async def peers_around(
    data: Path, *, hearing: str = "", speaking: str = ""
) -> AsyncIterator[Peers]:
    """A service in the folder ``data``; who hears and speaks as settings name them."""
    async with stand_ins() as peers:
        config = ProviderConfig(
            language_url=peers.language.url,
            openai_key=Secret(openai.KEY),
            openai_url=peers.audio.url,
            elevenlabs_key=Secret(elevenlabs.KEY),
            elevenlabs_url=peers.eleven.url,
            elevenlabs_live_url=peers.live.url,
            hearing=hearing,
            speaking=speaking,
            local_models="off",
        )

        async def open_them(recall: Recall) -> Providers:
            return await open_providers(config, recall)

        async with open_service(Place(data, "key"), open_them) as running:
            peers.voice_url = f"{running.addresses.voice}?token=key"
            yield peers


@asynccontextmanager
async def gateway_around(*, hearing: str, speaking: str, answering: str) -> AsyncIterator[Peers]:
    """A gateway of its own, set up as an operator does.

    Args:
        hearing, speaking: Who does.
        answering: ``language`` (a server of OpenAI's dialect), ``backend`` (a chat backend) or
            ``gateway`` (another one of ours, with such a server).
    """
    async with stand_ins() as peers, AsyncExitStack() as stack:
        answers = {"LLM_API_KEY": "sk-llm", "LLM_BASE_URL": peers.language.url, "LLM_MODEL": "m"}
        if answering == "backend":
            answers = {"BACKEND_BASE_URL": peers.backend.url, "LLM_API_KEY": "sk-llm"}
        if answering == "gateway":
            other = await stack.enter_async_context(gateway(answers))
            answers = {
                "BACKEND_BASE_URL": str(other.http.base_url).rstrip("/"),
                "BACKEND_API_KEY": TOKEN,
                "DEFAULT_REGISTRATION_ID": "default",
            }
        providers = {
            "ELEVENLABS_API_KEY": elevenlabs.KEY,
            "ELEVENLABS_BASE_URL": peers.eleven.url,
            "ELEVENLABS_LIVE_URL": peers.live.url,
            "OPENAI_API_KEY": openai.KEY,
            "OPENAI_BASE_URL": peers.audio.url,
            "STT_PROVIDER": hearing,
            "TTS_PROVIDER": speaking,
        }
        running = await stack.enter_async_context(gateway(providers | answers))
        peers.voice_url = f"{running.voice}?token={TOKEN}"
        yield peers


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
