"""Any frames in any order from ElevenLabs' sockets: words, sound or an error of our own."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from desktop_app.credentials import Secret
from desktop_app.errors import AppError
from desktop_app.service.providers.elevenlabs import elevenlabs_live
from desktop_app.service.providers.elevenlabs.elevenlabs_live import ElevenLabsLiveStt
from desktop_app.service.providers.elevenlabs.elevenlabs_speaker import ElevenLabsSpeaker
from desktop_app.service.providers.elevenlabs.elevenlabs_voice_socket import ElevenLabsVoiceSocket
from desktop_app.service.providers.live_ports import LiveWish
from desktop_app.service.providers.ports import Transcript
from tests.fakes.elevenlabs_server import KEY, VOICE, elevenlabs_server
from tests.fakes.noise import Frame, Grammar, Noise

LIVE = Grammar.of(
    "session_started partial_transcript committed_transcript warning rate_limited queue_overflow "
    "committed_transcript_with_timestamps commit_throttled input_error new_error",
    "text words session_id config error warning start end",
    tag="message_type",
).with_good(
    {"message_type": "session_started", "session_id": "s", "config": {}},
    {"message_type": "partial_transcript", "text": "good"},
    *({"message_type": "committed_transcript", "text": text} for text in ("", "good", "day")),
    {
        "message_type": "committed_transcript_with_timestamps",
        "text": "good",
        "words": [{"text": "good", "start": 0.1, "end": 0.4, "type": "word"}],
    },
    *({"message_type": kind, "error": "x"} for kind in ("commit_throttled", "input_error")),
    {"message_type": "warning", "warning": "x"},
)
ENDS = LIVE.with_good(
    *(json.loads(frame) for frame in LIVE.good),
    *(
        {"message_type": kind, "error": "x"}
        for kind in (
            *("session_time_limit_exceeded", "insufficient_audio_activity", "queue_overflow"),
            *("resource_exhausted", "chunk_size_exceeded", "rate_limited", "auth_error", "error"),
        )
    ),
)
_SOUND = base64.b64encode(b"\x01\x02" * 240).decode()
VOICE_WORDS = Grammar.of(
    "sound", "audio isFinal alignment chars error message code", tag="kind"
).with_good(
    *({"audio": _SOUND, "alignment": {"chars": list(said)}} for said in ("Good", "day", "", "x")),
    *({"audio": _SOUND}, {"audio": "no base64!"}, {"audio": "", "isFinal": None}),
)
VOICE_ENDS = VOICE_WORDS.with_good(
    *(json.loads(frame) for frame in VOICE_WORDS.good),
    *({"isFinal": True}, {"error": "system_busy", "code": 1011}, {"message": "no", "code": 1008}),
)
SEEDS = range(25)
RAVES = 3
SECOND = b"\x01\x00" * 16_000
WITHIN_S = 20


async def rave(socket: ServerConnection, frames: list[Frame], *, first: Frame | None) -> None:
    with suppress(ConnectionClosed):
        for frame in frames if first is None else [first, *frames]:
            await socket.send(frame)
    await socket.close()


@asynccontextmanager
async def raving(seed: int, grammar: Grammar, first: Frame | None) -> AsyncIterator[str]:
    """Some sessions rave, all others hear ``well`` in whatever is committed."""
    sessions = 0

    async def hold(socket: ServerConnection) -> None:
        nonlocal sessions
        sessions += 1
        if sessions <= RAVES:
            await rave(socket, Noise(seed * RAVES + sessions, grammar).frames(40), first=first)
            return
        await socket.send(json.dumps({"message_type": "session_started"}))
        with suppress(ConnectionClosed):
            async for frame in socket:
                if json.loads(frame)["commit"]:
                    said = {"message_type": "committed_transcript", "text": "well"}
                    await socket.send(json.dumps(said))

    async with serve(hold, "127.0.0.1", 0, compression=None) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


class Heard:
    """Who listens."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.changed = asyncio.Event()

    async def on_started(self, _session_id: str, _config: Mapping[str, Any]) -> None:
        pass

    async def on_transcript(self, transcript: Transcript) -> None:
        if transcript.is_final:
            self.texts.append(transcript.text)
            self.changed.set()

    async def on_trouble(self, error: AppError) -> None:
        self.texts.append(error.code)
        self.changed.set()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_manual", [True, False])
@pytest.mark.parametrize("grammar", [LIVE, ENDS], ids=["words", "ends"])
async def test_a_recogniser_that_raves_hears_again_or_says_why_not(
    monkeypatch, seed, is_manual, grammar
):
    monkeypatch.setattr(elevenlabs_live, "_WAITS_S", (0.0, 0.0))
    monkeypatch.setattr(elevenlabs_live, "_SLOW_DOWN_S", 0.0)
    first = LIVE.good[0] if seed % 2 else None
    async with raving(seed, grammar, first) as url, asyncio.timeout(WITHIN_S):
        wish = LiveWish(is_manual=is_manual, wants_words=seed % 3 == 0)
        recognition = ElevenLabsLiveStt(url, Secret(KEY)).open(wish)
        heard = Heard()
        listening = asyncio.create_task(recognition.listen(heard))
        while "well" not in heard.texts and not listening.done():
            heard.changed.clear()
            recognition.append(SECOND)
            recognition.commit()
            changes = asyncio.create_task(heard.changed.wait())
            await asyncio.wait({listening, changes}, return_when=asyncio.FIRST_COMPLETED)
            changes.cancel()
        listening.cancel()
        with suppress(AppError, asyncio.CancelledError):
            await listening


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("grammar", [VOICE_WORDS, VOICE_ENDS], ids=["words", "ends"])
async def test_a_voice_that_raves_is_an_error_or_the_rest_is_spoken_elsewhere(seed, grammar):
    async def hold(socket: ServerConnection) -> None:
        await rave(socket, Noise(seed, grammar).frames(40), first=None)

    sentences: asyncio.Queue[str | None] = asyncio.Queue()
    for sentence in ("Good day.", "It is noon.", None):
        sentences.put_nowait(sentence)
    sounds: list[tuple[int, bytes]] = []

    async def take(number: int, sound: bytes) -> None:
        sounds.append((number, sound))

    async with (
        serve(hold, "127.0.0.1", 0, compression=None) as server,
        elevenlabs_server() as http,
        asyncio.timeout(WITHIN_S),
    ):
        url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        speaker = ElevenLabsSpeaker(http.url, Secret(KEY))
        voice = ElevenLabsVoiceSocket(url, Secret(KEY), speaker)
        try:
            with suppress(AppError):
                await voice.speak_reply(sentences, take, voice=VOICE, speed=1.0)
        finally:
            await speaker.aclose()
    assert all(0 <= number < 2 for number, _ in sounds)
