"""ElevenLabs on its bad days, under a gateway session: told in a sentence, and over."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from desktop_app.service.providers import spoken_sentences
from desktop_app.service.providers.elevenlabs import elevenlabs_live, socket_reply
from tests.fakes.elevenlabs_live import LiveServer
from tests.fakes.http_server import HttpAnswer, json_answer
from tests.fakes.leftovers import Held, nothing_more
from tests.service.conftest import LIMIT_S, Socket
from tests.service.gateway.conftest import ANSWER, BUILT_IN, QUESTION, Peers

SECOND = b"\x01\x00" * 16_000
ERRORS = (
    *("error", "auth_error", "quota_exceeded", "commit_throttled", "transcriber_error"),
    *("unaccepted_terms", "unaccepted_terms_error", "rate_limited", "input_error"),
    *("invalid_request", "queue_overflow", "resource_exhausted", "session_time_limit_exceeded"),
    *("chunk_size_exceeded", "insufficient_audio_activity"),
)
Fault = Callable[[LiveServer], None]


def put(**values: Any) -> Fault:
    """The recogniser does that."""

    def on(live: LiveServer) -> None:
        for name, value in values.items():
            setattr(live, name, value)

    return on


HEARING: dict[str, Fault] = {
    "refuses the handshake": put(status=HTTPStatus.SERVICE_UNAVAILABLE),
    "refuses the key": put(status=HTTPStatus.FORBIDDEN),
    "asks to come later": put(status=HTTPStatus.TOO_MANY_REQUESTS),
    "is somebody else": put(status=HTTPStatus.NOT_FOUND),
    "says nothing": put(is_silent=True),
    "hangs up at the first sound": put(ends_with="close"),
    "says nothing of a commit": put(answers_commits=False),
    **{f"begins with {kind}": put(greets_with=(kind, "Not so.")) for kind in ERRORS},
    **{f"ends with {kind}": put(ends_with=kind) for kind in ERRORS},
}
CUT = HttpAnswer(200, "audio/mpeg", (b"ab" * 100,), is_cut=True)
SPEAKING: dict[str, HttpAnswer] = {
    "refuses the key": json_answer({"detail": "No."}, 401),
    "has no credits": json_answer({"detail": {"status": "quota_exceeded", "message": "No."}}, 401),
    "does not know the voice": json_answer({"detail": {"message": "No."}}, 404),
    "refuses a field": json_answer({"detail": [{"msg": "No.", "loc": ["body"]}]}, 422),
    "asks to come later": json_answer({"detail": "No."}, 429),
    "is down": HttpAnswer(503, "text/html", (b"<html>",)),
    "answers with a page": HttpAnswer(200, "text/html", (b"<html>",)),
    "answers with JSON": json_answer({"audio": ""}),
    "breaks off at once": HttpAnswer(200, "audio/mpeg", (), is_cut=True),
    "breaks off in mid-sentence": CUT,
    "stalls at once": HttpAnswer(200, "audio/mpeg", (), is_endless=True),
    "stalls in mid-sentence": HttpAnswer(200, "audio/mpeg", (b"ab" * 100,), is_endless=True),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Patience of a test, and a folder for temporary files that can be looked through."""
    monkeypatch.setattr(elevenlabs_live, "_WAITS_S", (0.0, 0.0))
    monkeypatch.setattr(elevenlabs_live, "_SLOW_DOWN_S", 0.0)
    monkeypatch.setattr(elevenlabs_live, "_BEGIN_WITHIN_S", 0.6)
    monkeypatch.setattr(elevenlabs_live, "_ANSWER_WITHIN_S", 0.6)
    monkeypatch.setattr(elevenlabs_live, "_SILENT_AFTER_S", 0.1)
    monkeypatch.setattr(spoken_sentences, "_SILENT_AFTER_S", 0.6)
    monkeypatch.setattr(spoken_sentences, "_AGAIN_AFTER_S", 0.0)
    monkeypatch.setattr(socket_reply, "_SILENT_AFTER_S", 0.6)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture
async def warm(peers: Peers, tmp_path: Path) -> tuple[Peers, Held]:
    """Peers of whom one session is over already: what stays from then on was left behind."""
    return peers, await use_once(peers, tmp_path)


async def use_once(peers: Peers, folder: Path) -> Held:
    first = Held.now(folder)
    async with AsyncExitStack() as stack:
        await answered(await configured(peers, stack))
    await nothing_more(Held(first.tasks, first.sockets, Held.now(folder).files), folder)
    return Held.now(folder)


async def configured(peers: Peers, stack: AsyncExitStack, hears: str = "") -> Socket:
    socket = await peers.socket(stack)
    stt = {"commit_strategy": "manual", "model_id": hears}
    await socket.say("session.configure", backend=BUILT_IN, stt=stt, tts={})
    await socket.until("session.configured")
    return socket


async def answered(socket: Socket) -> None:
    """A typed question is answered aloud."""
    await socket.say("text.prompt", text=QUESTION)
    while ANSWER not in (await socket.until("assistant.message"))["text"]:
        pass
    await socket.until("assistant.audio.end")


async def until_one_of(socket: Socket, *kinds: str) -> dict[str, Any]:
    while (message := await socket.next())["type"] not in kinds:
        pass
    return message


@pytest.mark.parametrize("fault", HEARING, ids=lambda name: name.replace(" ", "-"))
async def test_a_recogniser_that_fails_is_told_and_everything_else_goes_on(warm, tmp_path, fault):
    peers, before = warm
    async with AsyncExitStack() as stack:
        other = await configured(peers, stack, hears="whisper-1")
        HEARING[fault](peers.live)
        socket = await configured(peers, stack)
        await socket.hear(SECOND)
        await socket.say("audio.commit")
        told = await until_one_of(socket, "error", "transcript.committed")
        assert told.get("message") or told["text"] == "", "a sentence, or no words"
        await answered(socket)
        await answered(other)
        assert "error" not in other.kinds(), "others do not notice"
    await nothing_more(before, tmp_path)


@pytest.mark.parametrize("frame", ["{", "null", '{"message_type": 1}', b"\x00\xff", "[]" * 10_000])
async def test_a_recogniser_that_talks_nonsense_is_understood_where_it_makes_sense(
    warm, tmp_path, frame
):
    peers, before = warm
    async with AsyncExitStack() as stack:
        socket = await configured(peers, stack)
        session = await peers.live.session(2)
        await session.say_raw(frame)
        await socket.hear(SECOND)
        await socket.say("audio.commit")
        assert (await socket.until("transcript.committed"))["text"] == QUESTION
        await socket.until("assistant.audio.end")
    await nothing_more(before, tmp_path)


@pytest.mark.parametrize("fault", SPEAKING, ids=lambda name: name.replace(" ", "-"))
async def test_a_voice_that_fails_leaves_the_text_and_is_told(warm, tmp_path, fault):
    peers, before = warm
    peers.eleven.http.plan(*[SPEAKING[fault]] * 2)
    async with AsyncExitStack() as stack:
        socket = await configured(peers, stack)
        await socket.say("text.prompt", text=QUESTION)
        error = await socket.until("error")
        assert error["message"]
        kinds = socket.kinds()
        assert (
            ANSWER
            in next(one for one in socket.received if one["type"] == "assistant.message")["text"]
        )
        assert kinds.count("assistant.audio.start") == kinds.count("assistant.audio.end")
        peers.eleven.http.planned.clear()
        await answered(socket)
    await nothing_more(before, tmp_path)


VOICE_SOCKET: dict[str, dict[str, Any]] = {
    "refuses the handshake": {"status": HTTPStatus.SERVICE_UNAVAILABLE},
    "asks to come later": {"status": HTTPStatus.TOO_MANY_REQUESTS},
    "drops at once": {"pieces": 0, "then": "drop"},
    "drops in mid-sentence": {"pieces": 1, "then": "drop"},
    "closes in mid-sentence": {"pieces": 1, "then": "close"},
    "stalls at once": {"pieces": 0, "then": "stall"},
    "stalls in mid-sentence": {"pieces": 1, "then": "stall"},
    "ends too soon": {"pieces": 0, "then": "finish"},
    "talks nonsense": {"raw": ("{", "[]", b"\xff", '{"audio": "?"}')},
    "refuses the voice": {"tells": {"error": "voice_not_found", "message": "No.", "code": 1008}},
    "has no credits": {"tells": {"error": "quota_exceeded", "message": "No.", "code": 1008}},
    "is busy": {"tells": {"error": "system_busy", "message": "No."}},
}


@pytest.mark.parametrize("fault", VOICE_SOCKET, ids=lambda name: name.replace(" ", "-"))
async def test_a_voice_socket_that_fails_is_replaced_or_told(open_peers, tmp_path, fault):
    async with open_peers(speaking="elevenlabs-socket") as peers:
        before = await use_once(peers, tmp_path)
        for name, value in VOICE_SOCKET[fault].items():
            setattr(peers.live.voice, name, value)
        async with AsyncExitStack() as stack:
            socket = await configured(peers, stack)
            await socket.say("text.prompt", text=QUESTION)
            end = await until_one_of(socket, "error", "assistant.audio.end")
            assert end["type"] != "error" or end["message"]
            for name, value in vars(type(peers.live.voice)()).items():
                if name != "sessions":
                    setattr(peers.live.voice, name, value)
            await answered(socket)
        await nothing_more(before, tmp_path)


LANGUAGE: dict[str, Callable[[Peers], None]] = {
    "refuses the key": lambda peers: peers.language.refuse(CHAT, 401, '{"error": "No."}', times=9),
    "is down": lambda peers: peers.language.refuse(CHAT, 503, "<html>", times=9),
    "answers with a page": lambda peers: peers.language.answer(CHAT, "<html></html>"),
    "answers with nothing": lambda peers: peers.language.stream("[DONE]"),
    "breaks off": lambda peers: peers.language.stream(piece("It is"), cut=True),
    "talks nonsense": lambda peers: peers.language.stream("{", "[]", "null"),
}
CHAT = "/v1/chat/completions"


def piece(text: str) -> str:
    return json.dumps({"choices": [{"delta": {"content": text}}]})


@pytest.mark.parametrize("fault", LANGUAGE, ids=lambda name: name.replace(" ", "-"))
async def test_a_model_that_fails_is_told_and_the_session_goes_on(warm, tmp_path, fault):
    peers, before = warm
    LANGUAGE[fault](peers)
    async with AsyncExitStack() as stack:
        socket = await peers.socket(stack)
        await socket.say("session.configure", stt={"commit_strategy": "manual"}, tts={})
        await socket.say("text.prompt", text=QUESTION)
        told = await until_one_of(socket, "error", "assistant.message")
        assert told.get("message") or told["type"] == "assistant.message"
        await socket.say("session.configure", backend=BUILT_IN, tts={})
        await answered(socket)
    await nothing_more(before, tmp_path)


async def test_timestamps_and_clamped_settings_reach_the_recogniser(peers, stack):
    socket = await peers.socket(stack)
    stt = {
        "commit_strategy": "vad",
        "vad_threshold": 7,
        "vad_silence_threshold_secs": 0.01,
        "min_speech_duration_ms": 1,
        "min_silence_duration_ms": 99_999,
        "include_timestamps": True,
        "language_code": "de",
    }
    await socket.say("session.configure", backend=BUILT_IN, stt=stt)
    started = await socket.until("stt.session_started")
    asked = {
        "vad_threshold": "0.9",
        "vad_silence_threshold_secs": "0.3",
        "min_speech_duration_ms": "50",
        "min_silence_duration_ms": "2000",
        "include_timestamps": "true",
        "language_code": "de",
    }
    session = await peers.live.session()
    assert {name: session.query[name] for name in asked} == asked
    assert started["config"]["vad_threshold"] == "0.9", "the recogniser's own echo"
    await session.commits("guten tag")
    committed = await socket.until("transcript.committed")
    assert [word["text"] for word in committed["words"]] == ["guten", "tag"]
    await socket.until("assistant.message")
    assert socket.kinds().count("transcript.committed") == 1, "its twin is not news"
    async with asyncio.timeout(LIMIT_S):
        await socket.connection.close()
