"""One suite for whoever hears, speaks and answers: the client notices no difference."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.service.conftest import Socket
from tests.service.gateway.conftest import (
    ANSWER,
    QUESTION,
    OpenPeers,
    Peers,
    gateway_around,
    sound_of,
)

HEARING = ("elevenlabs", "openai", "builtin")
SPEAKING = ("elevenlabs", "elevenlabs-socket", "openai", "builtin")
ANSWERING = ("builtin", "server", "language", "backend", "gateway")
"""The first two in the service of the window, the others in a gateway of its own."""

RECORDING = Path(__file__).parents[2] / "sounds" / "square_root_of_one_hundred.wav"
FORMATS = (
    *("mp3_22050_32", "mp3_24000_48", "mp3_44100_32", "mp3_44100_64", "mp3_44100_96"),
    *("mp3_44100_128", "mp3_44100_192", "ulaw_8000", "alaw_8000"),
    *(f"opus_48000_{rate}" for rate in (32, 64, 96, 128, 192)),
    *(f"pcm_{rate}" for rate in (8000, 16000, 22050, 24000, 32000, 44100, 48000)),
)
TYPES = {"mp3": "audio/mpeg", "opus": "audio/ogg", "pcm": "application/octet-stream"}


def question() -> bytes:
    with wave.open(str(RECORDING)) as sound:
        assert sound.getframerate() == 16_000
        return sound.readframes(sound.getnframes())


@pytest.fixture(params=HEARING)
def hears(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=SPEAKING)
def speaks(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=ANSWERING)
def answers(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def chosen(
    open_peers: OpenPeers, hears: str, speaks: str, answers: str
) -> AsyncIterator[Peers]:
    opened = (
        open_peers(hearing=hears, speaking=speaks)
        if answers in ANSWERING[:2]
        else gateway_around(hearing=hears, speaking=speaks, answering=answers)
    )
    async with opened as peers:
        yield peers


def prepare(peers: Peers, answers: str) -> dict[str, str]:
    """Who answers, and what."""
    if answers == "builtin":
        return {"provider": "builtin"}
    pieces = ["The root ", "is 10. ", "That is all."]
    lines = [f'{{"choices": [{{"delta": {{"content": "{piece}"}}}}]}}' for piece in pieces]
    peers.language.stream(*lines, "[DONE]")
    return {}


async def ask(socket: Socket) -> None:
    sound = question()
    for at in range(0, len(sound), 3200):
        await socket.hear(sound[at : at + 3200])
    await socket.say("audio.commit")


async def test_a_spoken_question_is_heard_and_answered_aloud(chosen, hears, speaks, answers):
    async with AsyncExitStack() as stack:
        socket = await chosen.socket(stack)
        backend = prepare(chosen, answers)
        await socket.say(
            "session.configure",
            session_id="mine",
            backend=backend,
            stt={"commit_strategy": "manual"},
            tts={},
        )
        await ask(socket)
        end = await socket.until("assistant.audio.end")
        told = socket.received
        kinds = [one["type"] for one in told]
        first = {one["type"]: one for one in reversed(told)}
        assert kinds[:2] == ["session.ready", "session.configured"]
        assert first["session.configured"]["session_id"] == "mine"
        assert first["stt.session_started"]["config"]["provider"] == hears
        assert first["stt.session_started"]["tts"]["provider"] == speaks.partition("-")[0]
        assert first["transcript.committed"]["text"] == QUESTION
        assert first["assistant.started"]["text"] == QUESTION
        assert ANSWER in first["assistant.message"]["text"]
        assert "error" not in kinds
        order = [
            "stt.session_started",
            "transcript.committed",
            "assistant.started",
            "assistant.audio.start",
            "assistant.audio.chunk",
            "assistant.audio.end",
        ]
        assert [kinds.index(kind) for kind in order] == sorted(map(kinds.index, order))
        assert kinds.index("assistant.started") < kinds.index("assistant.message")
        assert end["turn_id"] == 1
        assert end["chunk_count"] == kinds.count("assistant.audio.chunk")
        assert_voice(speaks, sound_of(told), chosen)


def assert_voice(speaks: str, sound: bytes, peers: Peers) -> None:
    """Who was wanted has spoken, and nobody else."""
    sockets, requests = peers.live.voice.sessions, peers.eleven.http.requests
    over_http = [asked for asked in requests if asked.path.endswith("/stream")]
    assert bool(sockets) == (speaks == "elevenlabs-socket")
    assert bool(over_http) == (speaks == "elevenlabs")
    if speaks.startswith("elevenlabs"):
        assert sound.startswith(b"<pcm_24000:")
    elif speaks == "openai":
        assert set(sound) <= {0, 1}
    else:
        assert len(sound) > 24_000
        assert max(sound) > 1
        assert b"<pcm" not in sound


@pytest.mark.parametrize("speaks", SPEAKING)
async def test_a_reply_that_is_cancelled_is_silent_at_once_and_the_next_one_sounds(
    open_peers, stack, speaks
):
    async with open_peers(speaking=speaks) as peers:
        socket = await peers.socket(stack)
        backend = prepare(peers, "server")
        await socket.say("session.configure", backend=backend, tts={})
        await socket.say("text.prompt", text="Hello")
        await socket.until("assistant.audio.chunk")
        await socket.say("assistant.cancel", turn_id=1)
        await socket.until("assistant.cancelled")
        await socket.say("text.prompt", text="Hello again")
        while (end := await socket.until("assistant.audio.end"))["turn_id"] != 2:
            pass
        assert end["chunk_count"] > 0
        late = socket.received[socket.kinds().index("assistant.cancelled") :]
        assert {one["turn_id"] for one in late if one["type"] == "assistant.audio.chunk"} == {2}


@pytest.mark.parametrize("speaks", ["elevenlabs", "elevenlabs-socket"])
@pytest.mark.parametrize("form", FORMATS)
async def test_every_format_of_the_contract_is_spoken(open_peers, stack, speaks, form):
    settings = {"stability": 0.3, "speed": 1.1, "style": 0.5, "use_speaker_boost": True}
    async with open_peers(speaking=speaks) as peers:
        socket = await peers.socket(stack)
        await socket.say(
            "session.configure",
            backend={"provider": "builtin"},
            tts={"output_format": form, "voice_settings": settings},
        )
        await socket.say("text.prompt", text=QUESTION)
        end = await socket.until("assistant.audio.end")
        codec = form.partition("_")[0]
        assert end["output_format"] == form
        assert end["content_type"] == TYPES.get(codec, "audio/basic")
        if codec != "pcm" or form == "pcm_24000":
            assert f"<{form}:".encode() in sound_of(socket.received)
        if speaks == "elevenlabs":
            assert peers.eleven.http.requests[-1].json()["voice_settings"] == settings
        else:
            assert peers.live.voice.sessions[-1].settings == settings


@pytest.mark.parametrize("speaks", SPEAKING)
async def test_what_cannot_be_streamed_comes_in_one_piece(open_peers, stack, speaks):
    async with open_peers(speaking=speaks) as peers:
        socket = await peers.socket(stack)
        await socket.say(
            "session.configure",
            backend=prepare(peers, "server"),
            tts={"output_format": "wav_16000"},
        )
        await socket.say("text.prompt", text="Hello")
        whole = await socket.until("assistant.audio")
        assert (whole["content_type"], whole["output_format"]) == ("audio/wav", "wav_16000")
        assert whole["turn_id"] == 1
        assert not [kind for kind in socket.kinds() if kind.startswith("assistant.audio.")]


@pytest.mark.parametrize("form", ["mp3_22050_192", "mp3_48000_128", "opus_48000_48", "pcm_12000"])
async def test_a_format_that_the_contract_does_not_have_is_refused(peers, stack, form):
    socket = await peers.socket(stack)
    await socket.say("session.configure", tts={"output_format": form})
    error = await socket.until("error")
    assert error["code"] == "session.output_format"
    assert form in error["message"]


async def test_a_session_can_choose_the_built_in_ones_by_their_model(peers, stack):
    socket = await peers.socket(stack)
    basic = {"model_id": "basic"}
    await socket.say("session.configure", backend={"provider": "builtin"}, stt=basic, tts=basic)
    started = await socket.until("stt.session_started")
    assert started["config"]["provider"] == "builtin"
    assert started["tts"] == {"provider": "builtin", "model_id": "basic", "voice_id": ""}
