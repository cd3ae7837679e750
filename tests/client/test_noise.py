"""Any frames in any order from a server: events or an error of our own, and an end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.client.json_socket import open_json_socket
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
    SpeechOutput,
)
from tests.fakes.noise import Grammar, Noise

GATEWAY = Grammar.of(
    "session.ready session.configured stt.session_started transcript.partial "
    "transcript.committed assistant.started assistant.message assistant.delta "
    "assistant.audio.start assistant.audio.chunk assistant.audio.end assistant.audio "
    "assistant.cancelled pong error",
    "session_id message text turn_id audio output_format content_type code "
    "chunk_index chunk_count metadata words fatal extensions config reason",
)
SESSION = Grammar.of(
    "session.begin error transcript.final",
    "session_id message code text",
)
LINE = Grammar.of(
    "transcript audio tool_call tool_call.delta turn.start turn.end turn.interrupted response.done "
    "provider.event stt_transcript content_streaming tts_start tts_audio tts_end run_started "
    "run_ended media_generated error session.end ping",
    "role text transcript audio audio_data data encoding sample_rate channels status call_id id "
    "name arguments is_final final event content turn_id message code url document_id usage",
)
SEEDS = range(25)
FORMAT = '{"encoding":"pcm_s16le","sample_rate":16000,"channels":1}'
BEGUN = (
    f'{{"type":"session.begin","session_id":"s","input_audio":{FORMAT},"output_audio":{FORMAT}}}'
)


def noisy(seed, grammar, first):
    async def talk(socket):
        with suppress(ConnectionClosed):
            for frame in [*first, *Noise(seed, grammar).frames(80)]:
                await socket.send(frame)
        await socket.close()

    return serve(talk, "127.0.0.1", 0, compression=None)


def url_of(server):
    return f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("first", [(), ('{"type":"session.ready"}',)])
async def test_a_gateway_that_raves_is_a_fault_or_silence_and_no_more(seed, first):
    async with noisy(seed, GATEWAY, first) as server, asyncio.timeout(20):
        with suppress(AppError):
            transport = await open_gateway(GatewayAddress(url_of(server)), ConfigureSession("a"))
            try:
                with suppress(AppError):
                    await transport.send(PromptText(1, "Hi"))
                    await transport.send(CommitAudio(2))
                async for _ in transport.events():
                    pass
            finally:
                await transport.aclose()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("first", [(), ('{"type":"session.begin","session_id":"s"}',)])
async def test_a_session_that_raves_is_a_fault_or_silence_and_no_more(seed, first):
    async with noisy(seed, SESSION, first) as server, asyncio.timeout(20):
        with suppress(AppError):
            socket = await open_json_socket(url_of(server), {"model": "m"})
            try:
                async for _ in socket.events(idle_s=5):
                    pass
            finally:
                await socket.aclose()


async def _realtime(api, address):
    terms = RealtimeTerms("openai", "m", "", resample_capture, resample_speech)
    return await open_realtime(api, address, ConfigureSession("a", None, SpeechOutput()), terms)


async def _voice_socket(api, address):
    configuration = ConfigureSession("a", None, SpeechOutput())
    return await open_voice_transport(api, address, configuration, MessageTerms())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("open_line", [_realtime, _voice_socket])
async def test_a_line_that_raves_is_a_fault_or_silence_and_no_more(seed, open_line):
    async with noisy(seed, LINE, (BEGUN,)) as server, asyncio.timeout(20):
        address = ApiAddress(url_of(server).replace("ws:", "http:").rstrip("/"))
        async with BackboardApi(address) as api:
            transport = await open_line(api, address)
            try:
                with suppress(AppError):
                    await transport.send(AppendAudio(1, bytes(640)))
                    await transport.send(CommitAudio(1))
                    await transport.send(CancelReply(1, 0))
                with suppress(AppError):
                    async for _ in transport.events():
                        pass
            finally:
                await transport.aclose()
