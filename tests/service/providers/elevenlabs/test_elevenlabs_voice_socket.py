"""ElevenLabs' voice over its input-streaming socket, through everything it may say or do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, AppError, InputError, NetworkError
from desktop_app.service.providers.elevenlabs import socket_reply
from desktop_app.service.providers.elevenlabs.elevenlabs_speaker import ElevenLabsSpeaker
from desktop_app.service.providers.elevenlabs.elevenlabs_voice_socket import ElevenLabsVoiceSocket
from tests.fakes.elevenlabs_live import LIMIT_S, LiveServer, live_server
from tests.fakes.elevenlabs_server import KEY, VOICE, ElevenLabsServer, elevenlabs_server

FIRST, SECOND, THIRD = "Good day to you.", "It is noon.", "Anything else?"


class Spoken:
    """What was told of a reply."""

    def __init__(self) -> None:
        self.sentences: dict[int, bytes] = {}
        self.has_sounded = asyncio.Event()

    async def take(self, number: int, sound: bytes) -> None:
        self.sentences[number] = self.sentences.get(number, b"") + sound
        self.has_sounded.set()

    @property
    def sound(self) -> bytes:
        return b"".join(self.sentences.values())


class Mouth:
    """A voice with both of its servers."""

    def __init__(self, live: LiveServer, http: ElevenLabsServer, speaker: ElevenLabsSpeaker):
        self.live = live
        self.sockets = live.voice
        self.http = http
        self._speaker = speaker

    def voice(self, key: str = KEY, **wish: Any) -> ElevenLabsVoiceSocket:
        return ElevenLabsVoiceSocket(self.live.url, Secret(key), self._speaker, **wish)

    async def speak(self, *sentences: str, key: str = KEY, **wish: Any) -> Spoken:
        spoken, queue = Spoken(), queue_of(*sentences, None)
        async with asyncio.timeout(LIMIT_S):
            await self.voice(key, **wish).speak_reply(queue, spoken.take, voice=VOICE, speed=1.0)
        return spoken

    @property
    def over_http(self) -> list[str]:
        """What was spoken over HTTP."""
        return [asked.json()["text"] for asked in self.http.http.requests if asked.body]


def queue_of(*sentences: str | None) -> asyncio.Queue[str | None]:
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    for sentence in sentences:
        queue.put_nowait(sentence)
    return queue


@pytest.fixture
async def mouth(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mouth]:
    async with live_server() as live, elevenlabs_server() as http:
        speaker = ElevenLabsSpeaker(http.url, Secret(KEY))
        yield Mouth(live, http, speaker)
        await speaker.aclose()


def sounds(*sentences: str, form: str = "pcm_24000") -> bytes:
    return b"".join(f"<{form}:{sentence}>".encode() for sentence in sentences)


async def test_a_reply_is_one_socket_and_each_sound_says_whose_it_is(mouth):
    spoken = await mouth.speak(FIRST, SECOND, THIRD)
    assert spoken.sound == sounds(FIRST, SECOND, THIRD)[: len(spoken.sound)]
    assert list(spoken.sentences) == [0, 1, 2]
    (session,) = mouth.sockets.sessions
    assert session.texts == [f"{FIRST} ", f"{SECOND} ", f"{THIRD} "]
    assert session.voice == VOICE
    assert session.query == {
        "model_id": "eleven_flash_v2_5",
        "output_format": "pcm_24000",
        "auto_mode": "true",
        "inactivity_timeout": "180",
    }
    assert mouth.over_http == []


async def test_settings_and_speed_go_with_the_first_message(mouth):
    voice = mouth.voice(settings={"stability": 0.3, "style": 0.5})
    await voice.speak_reply(queue_of(FIRST, None), Spoken().take, voice="", speed=1.1)
    (session,) = mouth.sockets.sessions
    assert session.settings == {"stability": 0.3, "style": 0.5, "speed": 1.1}
    assert session.voice == VOICE, "the first voice of the account"


async def test_a_sentence_sounds_before_the_next_one_is_written(mouth):
    spoken, queue = Spoken(), queue_of(FIRST)
    reply = asyncio.create_task(mouth.voice().speak_reply(queue, spoken.take, voice="v2", speed=1))
    async with asyncio.timeout(LIMIT_S):
        await spoken.has_sounded.wait()
        queue.put_nowait(SECOND)
        queue.put_nowait(None)
        await reply
    assert list(spoken.sentences) == [0, 1]


async def test_encoded_sound_comes_as_it_is(mouth):
    spoken = await mouth.speak(FIRST, SECOND, output_format="mp3_44100_128")
    assert spoken.sound == sounds(FIRST, SECOND, form="mp3_44100_128")


async def test_nothing_is_connected_for_a_reply_without_words(mouth):
    assert (await mouth.speak()).sound == b""
    assert mouth.sockets.sessions == []


async def test_who_stops_a_reply_closes_its_socket(mouth):
    spoken = Spoken()
    reply = asyncio.create_task(
        mouth.voice().speak_reply(queue_of(FIRST), spoken.take, voice="v2", speed=1)
    )
    async with asyncio.timeout(LIMIT_S):
        await spoken.has_sounded.wait()
        reply.cancel()
        await asyncio.wait({reply})
        (session,) = mouth.sockets.sessions
        await session.connection.wait_closed()


@pytest.mark.parametrize("status", [HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY])
async def test_a_socket_that_cannot_be_had_is_replaced_by_http(mouth, status):
    mouth.sockets.status = status
    spoken = await mouth.speak(FIRST, SECOND)
    assert mouth.over_http == [FIRST, SECOND]
    assert list(spoken.sentences) == [0, 1]


@pytest.mark.parametrize("then", ["drop", "close", "finish"])
async def test_sentences_that_a_lost_socket_left_are_spoken_over_http(mouth, then):
    mouth.sockets.pieces, mouth.sockets.then = 2, then
    spoken, queue = Spoken(), queue_of(FIRST)
    reply = asyncio.create_task(mouth.voice().speak_reply(queue, spoken.take, voice="v2", speed=1))
    async with asyncio.timeout(LIMIT_S):
        while len(spoken.sound) < len(sounds(FIRST)) & ~1:
            spoken.has_sounded.clear()
            await spoken.has_sounded.wait()
        for sentence in (SECOND, THIRD, None):
            queue.put_nowait(sentence)
        await reply
    assert mouth.over_http == [SECOND, THIRD]
    assert list(spoken.sentences) == [0, 1, 2], "numbered on"


async def test_a_socket_that_breaks_in_mid_sentence_is_a_failure_not_a_repetition(mouth):
    mouth.sockets.pieces = 1
    with pytest.raises(NetworkError):
        await mouth.speak(FIRST)
    assert mouth.over_http == []


async def test_without_characters_nobody_knows_what_is_left_to_be_spoken(mouth):
    mouth.sockets.pieces, mouth.sockets.is_aligned = 2, False
    with pytest.raises(NetworkError):
        await mouth.speak(FIRST, SECOND)
    assert mouth.over_http == []


@pytest.mark.parametrize(("pieces", "rest"), [(0, [FIRST]), (1, None)])
async def test_a_voice_that_falls_silent_is_not_waited_for(mouth, monkeypatch, pieces, rest):
    monkeypatch.setattr(socket_reply, "_SILENT_AFTER_S", 0.5)
    mouth.sockets.pieces, mouth.sockets.then = pieces, "stall"
    if rest is None:
        with pytest.raises(NetworkError, match="stopped speaking"):
            await mouth.speak(FIRST)
    else:
        await mouth.speak(FIRST)
        assert mouth.over_http == rest


async def test_a_model_that_writes_slowly_is_waited_for(mouth, monkeypatch):
    monkeypatch.setattr(socket_reply, "_SILENT_AFTER_S", 0.5)
    checks = asyncio.Event()
    patience = socket_reply.SocketReply._check_patience

    def checked(reply: socket_reply.SocketReply) -> None:
        patience(reply)
        checks.set()

    monkeypatch.setattr(socket_reply.SocketReply, "_check_patience", checked)
    spoken, queue = Spoken(), queue_of(FIRST)
    reply = asyncio.create_task(mouth.voice().speak_reply(queue, spoken.take, voice="v2", speed=1))
    async with asyncio.timeout(LIMIT_S):
        await spoken.has_sounded.wait()
        await checks.wait()
        queue.put_nowait(SECOND)
        queue.put_nowait(None)
        await reply
    assert len(mouth.sockets.sessions) == 1
    assert mouth.over_http == []


async def test_nonsense_is_skipped(mouth):
    mouth.sockets.raw = ("{", "[]", "null", b"\x00\xff", '{"audio": 5}', '{"audio": "!!"}', "{}")
    spoken = await mouth.speak(FIRST)
    assert spoken.sound == sounds(FIRST)[: len(spoken.sound)]
    assert len(spoken.sound) >= len(sounds(FIRST)) - 1


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        ("invalid_api_key", 1008, AccessError),
        ("quota_exceeded", 1008, NetworkError),
        ("voice_id_does_not_exist", 1008, InputError),
        ("unsupported_output_format", 1008, InputError),
        ("model_not_found", 1008, InputError),
    ],
)
async def test_what_http_would_not_mend_is_told_in_its_words(mouth, error, code, kind):
    mouth.sockets.tells = {"message": "That is not so.", "error": error, "code": code}
    with pytest.raises(kind, match="That is not so"):
        await mouth.speak(FIRST)
    assert mouth.over_http == []


@pytest.mark.parametrize("error", ["too_many_concurrent_requests", "input_timeout_exceeded", ""])
async def test_what_may_pass_is_spoken_over_http(mouth, error):
    mouth.sockets.tells = {"message": "Not now.", "error": error}
    await mouth.speak(FIRST, SECOND)
    assert mouth.over_http == [FIRST, SECOND]


async def test_a_wrong_key_is_refused(mouth):
    with pytest.raises(AccessError) as refusal:
        await mouth.speak(FIRST, key="wrong")
    assert "wrong" not in str(refusal.value)


async def test_a_failure_of_both_is_one_failure(mouth):
    mouth.sockets.status = HTTPStatus.SERVICE_UNAVAILABLE
    mouth.http.voices.clear()
    with pytest.raises(AppError, match="was not found"):
        await mouth.speak(FIRST)
