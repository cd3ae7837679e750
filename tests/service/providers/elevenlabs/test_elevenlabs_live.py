"""ElevenLabs' realtime recogniser over a real socket, through everything it may say or do."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, AppError, InputError, NetworkError
from desktop_app.service.providers.elevenlabs import elevenlabs_live
from desktop_app.service.providers.elevenlabs.elevenlabs_live import ElevenLabsLiveStt
from desktop_app.service.providers.live_ports import LiveRecognition, LiveWish
from desktop_app.service.providers.ports import SpokenWord, Transcript
from tests.fakes.elevenlabs_live import LIMIT_S, LiveServer, live_server
from tests.fakes.elevenlabs_server import KEY

SECOND = b"\x01\x00" * 16_000
FATAL = ("auth_error", "quota_exceeded", "unaccepted_terms", "invalid_request")
PASSING = (
    "session_time_limit_exceeded",
    "insufficient_audio_activity",
    "resource_exhausted",
    "queue_overflow",
    "transcriber_error",
    "error",
    "an_error_of_tomorrow_error",
)


class Heard:
    """Who listens, and waits for what it wants to hear."""

    def __init__(self, recognition: LiveRecognition) -> None:
        self.recognition = recognition
        self.started: list[tuple[str, Mapping[str, Any]]] = []
        self.transcripts: list[Transcript] = []
        self.troubles: list[AppError] = []
        self._changed = asyncio.Event()
        self.task = asyncio.create_task(recognition.listen(self))

    async def on_started(self, session_id: str, config: Mapping[str, Any]) -> None:
        self.started.append((session_id, config))
        self._changed.set()

    async def on_transcript(self, transcript: Transcript) -> None:
        self.transcripts.append(transcript)
        self._changed.set()

    async def on_trouble(self, error: AppError) -> None:
        self.troubles.append(error)
        self._changed.set()

    @property
    def finals(self) -> list[str]:
        return [one.text for one in self.transcripts if one.is_final]

    async def until(self, holds: Any) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def says(self, pcm: bytes = SECOND) -> None:
        """An utterance of a client that commits."""
        self.recognition.append(pcm)
        self.recognition.commit()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveServer]:
    monkeypatch.setattr(elevenlabs_live, "_WAITS_S", (0.0, 0.0))
    async with live_server() as running:
        yield running


@asynccontextmanager
async def listening(
    server: LiveServer, wish: LiveWish | None = None, *, key: str = KEY
) -> AsyncIterator[Heard]:
    recognition = ElevenLabsLiveStt(server.url, Secret(key)).open(wish or LiveWish())
    heard = Heard(recognition)
    try:
        yield heard
    finally:
        heard.task.cancel()
        await asyncio.wait({heard.task})


async def test_each_commit_is_answered_with_its_words(server):
    server.texts = ["what time is it", "thank you"]
    async with listening(server) as heard:
        await heard.says()
        await heard.until(lambda: heard.finals == ["what time is it"])
        await heard.says()
        await heard.until(lambda: heard.finals == ["what time is it", "thank you"])
        assert heard.transcripts[0] == Transcript("what", is_final=False)
        assert heard.started[0][0] == "el-1"
        session = await server.session()
        assert bytes(session.sound) == SECOND * 2, "every sample once, in order"


async def test_settings_go_into_the_address_within_their_ranges(server):
    wish = LiveWish(
        rate_hz=24_000,
        language="de",
        is_manual=False,
        vad_threshold=7,
        silence_s=0.1,
        min_speech_ms=9,
        min_silence_ms=9_999,
        wants_words=True,
    )
    async with listening(server, wish) as heard:
        await heard.until(lambda: heard.started)
        assert (await server.session()).query == {
            "model_id": "scribe_v2_realtime",
            "audio_format": "pcm_24000",
            "commit_strategy": "vad",
            "vad_silence_threshold_secs": "0.3",
            "vad_threshold": "0.9",
            "min_speech_duration_ms": "50",
            "min_silence_duration_ms": "2000",
            "language_code": "de",
            "include_timestamps": "true",
        }


@pytest.mark.parametrize("first", ["plain", "timed"])
async def test_a_final_that_comes_with_and_without_times_is_told_once(server, first):
    wish = LiveWish(is_manual=False, wants_words=True)
    async with listening(server, wish) as heard:
        session = await server.session()
        plain = ("committed_transcript", {"text": "good day"})
        word = {"text": "good", "start": 0.1, "end": 0.4, "type": "word"}
        timed = ("committed_transcript_with_timestamps", {"text": "good day", "words": [word]})
        for kind, fields in (plain, timed) if first == "plain" else (timed, plain):
            await session.say(kind, **fields)
        await session.say("committed_transcript", text="next")
        await heard.until(lambda: "next" in heard.finals)
        assert heard.finals == ["good day", "next"]
        assert heard.transcripts[0].words == (SpokenWord("good", 0.1, 0.4),)


async def test_a_final_whose_times_do_not_come_is_told_without(server):
    async with listening(server, LiveWish(is_manual=False, wants_words=True)) as heard:
        await (await server.session()).say("committed_transcript", text="good day")
        await heard.until(lambda: heard.finals == ["good day"])


@pytest.mark.parametrize("kind", PASSING)
async def test_a_session_that_ends_is_renewed_and_loses_no_word(server, kind):
    server.texts, server.answers_commits = ["all of it"], False
    async with listening(server) as heard:
        await heard.says()
        session = await server.session()
        await server.until(lambda: session.chunks and session.chunks[-1]["commit"])
        server.answers_commits = True
        await session.say(kind, error="it is over")
        again = await server.session(2)
        await heard.until(lambda: heard.finals == ["all of it"])
        assert bytes(again.sound) == SECOND, "the utterance was sent again as a whole"
        assert heard.troubles == []
        assert len(heard.started) == 1, "a renewal is nobody's business"


@pytest.mark.parametrize("code", [1000, 1011])
async def test_a_closed_connection_is_made_again_with_the_next_words(server, code):
    server.texts = ["one", "two"]
    async with listening(server) as heard:
        await heard.says()
        await heard.until(lambda: heard.finals == ["one"])
        await (await server.session()).connection.close(code)
        await heard.says()
        await heard.until(lambda: heard.finals == ["one", "two"])
        assert len(server.sessions) == 2


@pytest.mark.parametrize("kind", FATAL)
@pytest.mark.parametrize("when", ["at once", "later"])
async def test_what_a_new_session_would_not_mend_is_raised(server, kind, when):
    if when == "at once":
        server.greets_with = (kind, "No.")
    async with listening(server) as heard:
        if when == "later":
            await (await server.session()).say(kind, error="No.")
        await asyncio.wait({heard.task}, timeout=LIMIT_S)
        error = heard.task.exception()
        assert isinstance(error, AppError)
        assert "No" in str(error)
        assert len(server.sessions) == 1
        expected = {"auth_error": AccessError, "invalid_request": InputError}
        assert isinstance(error, expected.get(kind, NetworkError))


async def test_a_wrong_key_is_refused(server):
    async with listening(server, key="wrong") as heard:
        await asyncio.wait({heard.task}, timeout=LIMIT_S)
        assert isinstance(heard.task.exception(), AccessError)
        assert "wrong" not in str(heard.task.exception())


async def test_a_recogniser_that_cannot_be_reached_is_told_once_and_tried_again(server):
    server.status = HTTPStatus.SERVICE_UNAVAILABLE
    async with listening(server) as heard:
        await heard.says()
        await heard.until(lambda: len(heard.troubles) == 1)
        assert heard.troubles[0].retryable
        server.status, server.texts = HTTPStatus.SWITCHING_PROTOCOLS, ["back again"]
        await heard.says()
        await heard.until(lambda: heard.finals == ["back again"])


async def test_a_recogniser_that_never_begins_is_told(server, monkeypatch):
    monkeypatch.setattr(elevenlabs_live, "_BEGIN_WITHIN_S", 0.05)
    server.is_silent = True
    async with listening(server) as heard:
        await heard.says()
        await heard.until(lambda: heard.troubles)
        assert "in time" in str(heard.troubles[0])


async def test_sound_before_the_session_is_kept_for_five_seconds(server):
    server.texts = ["early words"]
    recognition = ElevenLabsLiveStt(server.url, Secret(KEY)).open(LiveWish())
    for _ in range(5):
        recognition.append(SECOND)
    with pytest.raises(InputError, match="5 s"):
        recognition.append(SECOND)
    recognition.commit()
    heard = Heard(recognition)
    try:
        await heard.until(lambda: heard.finals == ["early words"])
        assert len((await server.session()).sound) == 5 * len(SECOND)
    finally:
        heard.task.cancel()


async def test_a_short_utterance_is_made_long_enough_and_an_empty_one_answered_here(server):
    server.texts = ["hm"]
    async with listening(server) as heard:
        await heard.says(SECOND[:640])
        await heard.until(lambda: heard.finals == ["hm"])
        heard.recognition.commit()
        await heard.until(lambda: heard.finals == ["hm", ""])
        assert sum(chunk["commit"] for chunk in (await server.session()).chunks) == 1


async def test_what_was_not_meant_is_not_told(server):
    server.texts = ["never mind", "this is meant"]
    async with listening(server) as heard:
        heard.recognition.append(SECOND)
        session = await server.session()
        await server.until(lambda: len(session.sound) == len(SECOND))
        heard.recognition.discard()
        await heard.says()
        await heard.until(lambda: "this is meant" in heard.finals)
        assert heard.finals == ["this is meant"]


async def test_what_was_said_before_goes_with_the_first_sound_only(server):
    async with listening(server) as heard:
        heard.recognition.append(SECOND, "Hello")
        heard.recognition.append(SECOND, "Hello again")
        heard.recognition.commit()
        await heard.until(lambda: heard.finals)
        hints = [chunk.get("previous_text") for chunk in (await server.session()).chunks]
        assert hints[0] == "Hello"
        assert set(hints[1:]) == {None}


async def test_what_was_said_before_goes_with_the_first_sound_of_a_session_that_waits(server):
    async with listening(server) as heard:
        await heard.until(lambda: heard.started)
        heard.recognition.append(SECOND, "Hello")
        session = await server.session()
        await server.until(lambda: session.chunks)
        assert session.chunks[0]["previous_text"] == "Hello"


async def test_what_was_said_before_is_no_news_after_silence(server, monkeypatch):
    monkeypatch.setattr(elevenlabs_live, "_SILENT_AFTER_S", 0.02)
    async with listening(server) as heard:
        session = await server.session()
        await server.until(lambda: session.chunks)
        heard.recognition.append(SECOND, "Hello")
        await server.until(lambda: len(session.sound) > 2 * len(SECOND[:16_000]))
        assert {chunk.get("previous_text") for chunk in session.chunks} == {None}


async def test_silence_keeps_a_quiet_session_open(server, monkeypatch):
    monkeypatch.setattr(elevenlabs_live, "_SILENT_AFTER_S", 0.02)
    async with listening(server):
        session = await server.session()
        await server.until(lambda: len(session.chunks) >= 2)
        chunk = session.chunks[0]
        assert base64.b64decode(chunk["audio_base_64"]) == bytes(640)
        assert not chunk["commit"]


async def test_a_session_in_which_nobody_speaks_is_let_go_until_somebody_does(server, monkeypatch):
    monkeypatch.setattr(elevenlabs_live, "_SILENT_AFTER_S", 0.01)
    monkeypatch.setattr(elevenlabs_live, "_ASLEEP_AFTER_S", 0.05)
    server.texts = ["awake"]
    async with listening(server) as heard:
        session = await server.session()
        async with asyncio.timeout(LIMIT_S):
            await session.connection.wait_closed()
        assert len(server.sessions) == 1
        await heard.says()
        await heard.until(lambda: heard.finals == ["awake"])


@pytest.mark.parametrize("partial", ["", "thank"])
async def test_silence_behind_the_last_words_keeps_no_session_awake(server, monkeypatch, partial):
    monkeypatch.setattr(elevenlabs_live, "_SILENT_AFTER_S", 0.01)
    monkeypatch.setattr(elevenlabs_live, "_ASLEEP_AFTER_S", 0.05)
    async with listening(server, LiveWish(is_manual=False)) as heard:
        heard.recognition.append(SECOND)
        session = await server.session()
        await session.commits("hello")
        await heard.until(lambda: heard.finals == ["hello"])
        heard.recognition.append(bytes(3_200))
        await session.say("partial_transcript", text=partial)
        async with asyncio.timeout(LIMIT_S):
            await session.connection.wait_closed()
        assert len(server.sessions) == 1
        heard.recognition.append(SECOND)
        again = await server.session(2)
        await server.until(lambda: len(again.sound) >= len(SECOND))
        assert bytes(again.sound[: len(SECOND)]) == SECOND, "and nothing of before"


@pytest.mark.parametrize(("partial", "given_again"), [("", b""), ("thank", SECOND)])
async def test_a_session_that_ends_in_silence_is_renewed_for_words_alone(
    server, monkeypatch, partial, given_again
):
    other = b"\x02\x00" * 16_000
    async with listening(server, LiveWish(is_manual=False)) as heard:
        heard.recognition.append(SECOND)
        session = await server.session()
        await server.until(lambda: session.chunks)
        await session.say("partial_transcript", text=partial)
        await heard.until(lambda: heard.transcripts)
        monkeypatch.setattr(elevenlabs_live, "_SILENT_AFTER_S", 0.01)
        heard.recognition.append(b"")  # so that it waits anew
        quiet = len(session.chunks) + 3
        await server.until(lambda: len(session.chunks) >= quiet)
        await session.say("session_time_limit_exceeded", error="It is over.")
        await session.connection.wait_closed()
        heard.recognition.append(other)
        again = await server.session(2)
        await server.until(lambda: other in bytes(again.sound))
        assert bytes(again.sound).startswith(given_again + other)


@pytest.mark.parametrize("kind", ["commit_throttled", "input_error", "chunk_size_exceeded"])
async def test_a_refused_piece_does_not_end_the_session(server, kind):
    server.texts = ["still here"]
    async with listening(server) as heard:
        await (await server.session()).say(kind, error="not so")
        await heard.says()
        await heard.until(lambda: "still here" in heard.finals)
        assert len(server.sessions) == 1


@pytest.mark.parametrize("frame", ["{", "[]", '{"message_type": 7}', b"\x00\xff", "null", "{}"])
async def test_nonsense_is_skipped(server, frame):
    server.texts = ["sense"]
    async with listening(server) as heard:
        await (await server.session()).say_raw(frame)
        await heard.says()
        await heard.until(lambda: heard.finals == ["sense"])
        assert len(server.sessions) == 1


async def test_a_warning_is_no_fault(server):
    server.texts = ["fine"]
    async with listening(server) as heard:
        await (await server.session()).say("warning", warning="quota is low")
        await heard.says()
        await heard.until(lambda: heard.finals == ["fine"])
        assert heard.troubles == []


async def test_with_vad_one_commit_is_passed_on_when_there_is_enough_sound(server):
    async with listening(server, LiveWish(is_manual=False)) as heard:
        heard.recognition.append(SECOND[:1000])
        heard.recognition.commit()
        heard.recognition.append(SECOND)
        heard.recognition.commit()
        session = await server.session()
        await server.until(lambda: any(chunk["commit"] for chunk in session.chunks))
        assert sum(chunk["commit"] for chunk in session.chunks) == 1


async def test_a_commit_goes_behind_all_that_was_said_before_it(server):
    async with listening(server, LiveWish(is_manual=False)) as heard:
        heard.recognition.append(SECOND * 3)
        heard.recognition.commit()
        session = await server.session()
        await server.until(lambda: any(chunk["commit"] for chunk in session.chunks))
        assert bytes(session.sound) == SECOND * 3
        assert [chunk["commit"] for chunk in session.chunks] == [False] * 5 + [True]


async def test_a_commit_that_was_not_answered_is_said_to_the_next_session(server):
    server.texts, server.answers_commits = ["all of it"], False
    async with listening(server, LiveWish(is_manual=False)) as heard:
        await heard.says()
        session = await server.session()
        await server.until(lambda: session.chunks and session.chunks[-1]["commit"])
        server.answers_commits = True
        await session.connection.close()
        await heard.until(lambda: heard.finals == ["all of it"])
        assert bytes(server.sessions[1].sound) == SECOND


async def test_a_recogniser_that_says_nothing_of_a_commit_is_left_and_then_told(
    server, monkeypatch
):
    monkeypatch.setattr(elevenlabs_live, "_SILENT_AFTER_S", 0.01)
    monkeypatch.setattr(elevenlabs_live, "_ANSWER_WITHIN_S", 0.05)
    server.answers_commits = False
    async with listening(server) as heard:
        await heard.says()
        await heard.until(lambda: heard.troubles)
        assert "in time" in str(heard.troubles[0])
        assert len(server.sessions) == 2, "asked twice, with all the sound"
        assert bytes(server.sessions[1].sound).startswith(SECOND)
        monkeypatch.setattr(elevenlabs_live, "_ANSWER_WITHIN_S", LIMIT_S)
        server.answers_commits, server.texts = True, ["back"]
        await heard.says()
        await heard.until(lambda: heard.finals == ["back"])


@pytest.mark.parametrize("kind", [*PASSING, "close"])
async def test_a_session_that_always_ends_at_once_is_told_not_repeated_for_ever(server, kind):
    server.ends_with = kind
    async with listening(server) as heard:
        await heard.says()
        await heard.until(lambda: heard.troubles)
        assert heard.troubles[0].retryable
        assert len(server.sessions) <= 4
        server.ends_with, server.texts = "", ["better now"]
        await heard.says()
        await heard.until(lambda: heard.finals == ["better now"])


class Waits(tuple[float, ...]):
    """What is waited between sessions, and which of it was."""

    def __new__(cls, *waits_s: float) -> Waits:
        waits = super().__new__(cls, waits_s)
        waits.asked = []
        return waits

    asked: list[int]

    def __getitem__(self, at: Any) -> Any:
        self.asked.append(at)
        return super().__getitem__(at)


async def _hear_and_end(server: LiveServer, heard: Heard, number: int, text: str) -> None:
    """A session that says this and ends at once."""
    heard.recognition.append(SECOND)
    session = await server.session(number)
    await server.until(lambda: session.sound)
    await session.commits(text)
    await session.connection.close(1011)


async def test_sessions_that_end_soon_are_waited_for_and_lose_no_words(server, monkeypatch):
    waits = Waits(0.0, 0.0)
    monkeypatch.setattr(elevenlabs_live, "_WAITS_S", waits)
    async with listening(server, LiveWish(is_manual=False)) as heard:
        for number in range(1, 6):
            await _hear_and_end(server, heard, number, f"words {number}")
        await heard.until(lambda: len(heard.finals) == 5)
        heard.recognition.append(SECOND)
        await server.session(6)
        assert heard.finals == [f"words {number}" for number in range(1, 6)]
        assert waits.asked == [0, 1, 1, 1, 1]
        assert heard.troubles == []


async def test_sessions_that_hear_nothing_and_end_soon_are_told(server, monkeypatch):
    waits = Waits(0.0, 0.0)
    monkeypatch.setattr(elevenlabs_live, "_WAITS_S", waits)
    async with listening(server, LiveWish(is_manual=False)) as heard:
        for number in range(1, 4):
            await _hear_and_end(server, heard, number, "")
        await heard.until(lambda: heard.troubles)
        heard.recognition.append(SECOND)
        await server.session(4)
        assert waits.asked == [0, 1, 1]


@pytest.mark.parametrize("kind", ["commit_throttled", "input_error"])
async def test_who_waits_for_a_refused_commit_gets_no_words(server, kind):
    server.answers_commits = False
    async with listening(server) as heard:
        await heard.says()
        session = await server.session()
        await server.until(lambda: session.chunks and session.chunks[-1]["commit"])
        await session.say(kind, error="not enough")
        await heard.until(lambda: heard.finals == [""])
        assert len(server.sessions) == 1


async def test_a_configuration_that_is_not_told_is_an_empty_one(server):
    server.is_silent = True
    async with listening(server) as heard:
        await (await server.session()).say("session_started", session_id="s", config=None)
        await heard.until(lambda: heard.started)
        assert heard.started == [("s", {})]


@pytest.mark.parametrize(
    "kind", ["committed_transcript_entities", "redacted_transcript", "edited_transcript"]
)
async def test_what_nobody_asked_for_changes_nothing(server, kind):
    server.texts = ["words"]
    async with listening(server) as heard:
        await (await server.session()).say(kind, text="other words", entities=[])
        await heard.says()
        await heard.until(lambda: heard.finals == ["words"])


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
async def test_every_rate_is_named_and_sent_as_it_is(server, rate_hz):
    server.texts = ["yes"]
    async with listening(server, LiveWish(rate_hz=rate_hz)) as heard:
        await heard.says(b"\x01\x00" * rate_hz)
        await heard.until(lambda: heard.finals == ["yes"])
        session = await server.session()
        assert session.rate_hz == rate_hz
        assert len(session.sound) == rate_hz * 2


async def test_a_clock_that_jumps_changes_nothing(server, monkeypatch):
    server.texts = ["one", "two"]
    async with listening(server) as heard:
        await heard.says()
        await heard.until(lambda: heard.finals == ["one"])
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now - 86_400 * 365)
        await heard.says()
        await heard.until(lambda: heard.finals == ["one", "two"])
        assert len(server.sessions) == 1
