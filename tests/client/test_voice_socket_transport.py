"""What is said while the server answers reaches it afterwards, whole and in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from desktop_app.client import voice_socket_transport
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.voice_socket_transport import VoiceSocketTransport, open_voice_transport
from desktop_app.errors import NetworkError
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    SpeechInput,
    SpeechOutput,
)
from desktop_app.protocol.events import (
    ReplyEnded,
    ReplyStatus,
    ReplyText,
    ReplyWritten,
    ServerFault,
    SessionReady,
    TranscriptUpdated,
)
from tests.fakes.scripted_peer import LIMIT_S
from tests.fakes.session_server import SessionServer

COMMIT = {"type": "commit"}


class Line:
    """A transport whose server is the test's, and which is answering."""

    def __init__(self, server: SessionServer, transport: VoiceSocketTransport) -> None:
        self.server = server
        self.transport = transport
        self._events = transport.events()

    async def next(self):
        async with asyncio.timeout(LIMIT_S):
            return await anext(self._events)

    async def say(self, turn: int, sound: bytes) -> None:
        await self.transport.send(AppendAudio(turn, sound))

    async def ask(self, turn: int, sound: bytes) -> None:
        await self.say(turn, sound)
        await self.transport.send(CommitAudio(turn))

    async def hears(self, count: int) -> list[object]:
        """The next frames of sound and words at the server."""
        return [await self.server.hears() for _ in range(count)]

    async def is_heard(self, turn: int, text: str) -> None:
        """A transcript comes, and is the turn's."""
        await self.server.say({"type": "transcript.final", "text": text})
        assert await self.next() == TranscriptUpdated(turn, text, is_final=True)

    async def begins_to_answer(self, turn: int) -> None:
        await self.is_heard(turn, f"words of {turn}")
        await self.server.say({"type": "input.paused"}, {"type": "run_started", "run_id": "r"})
        await self.next()

    async def ends_its_answer(self) -> None:
        await self.server.say({"type": "run_ended"}, {"type": "input.resumed"})


@asynccontextmanager
async def opened(server: SessionServer, spoken: SpeechOutput | None = None) -> AsyncIterator[Line]:
    address = ApiAddress(server.base_url, "k")
    asked = ConfigureSession("t", SpeechInput(), spoken)
    async with BackboardApi(address) as api:
        transport = await open_voice_transport(api, address, asked, MessageTerms())
        line = Line(server, transport)
        assert isinstance(await line.next(), SessionReady)
        yield line
        await transport.aclose()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with SessionServer().running() as server, opened(server) as line:
        await line.ask(1, b"a")
        assert await line.hears(2) == [b"a", COMMIT]
        await line.begins_to_answer(1)
        yield line


async def test_each_utterance_that_was_held_is_asked_when_the_one_before_is_answered(line: Line):
    await line.ask(2, b"b")
    await line.ask(3, b"c")
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    assert await line.hears(2) == [b"b", COMMIT]
    await line.begins_to_answer(2)
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    assert await line.hears(2) == [b"c", COMMIT]
    await line.is_heard(3, "words of 3")


async def test_an_utterance_without_words_does_not_hold_up_the_next(line: Line):
    await line.ask(2, b"b")
    await line.ask(3, b"c")
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    assert await line.hears(2) == [b"b", COMMIT]
    await line.is_heard(2, "")
    assert await line.hears(2) == [b"c", COMMIT]
    await line.is_heard(3, "words of 3")


async def test_a_fault_does_not_hold_up_the_next(line: Line):
    await line.ask(2, b"b")
    await line.ask(3, b"c")
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    assert await line.hears(2) == [b"b", COMMIT]
    await line.server.say({"type": "error", "message": "Nobody heard it."})
    fault = await line.next()
    assert isinstance(fault, ServerFault)
    assert (fault.message, fault.turn) == ("Nobody heard it.", 2)
    assert await line.hears(2) == [b"c", COMMIT]
    await line.server.say({"type": "transcript.final", "text": "words of three"})
    assert await line.next() == TranscriptUpdated(3, "words of three", is_final=True)


@pytest.mark.parametrize("kind", ["error", "run_failed"])
async def test_a_question_that_is_refused_at_once_does_not_hold_up_the_next(line: Line, kind: str):
    await line.ask(2, b"b")
    await line.ask(3, b"c")
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    assert await line.hears(2) == [b"b", COMMIT]
    await line.is_heard(2, "words of 2")
    await line.server.say({"type": kind, "error": "There is no credit left."})
    refused = await line.next()
    assert isinstance(refused, ServerFault)
    assert (refused.turn, refused.message) == (2, "There is no credit left.")
    assert await line.hears(2) == [b"c", COMMIT]
    await line.is_heard(3, "words of 3")


async def test_a_cough_takes_no_question_with_it(line: Line):
    await line.ask(2, b"b")
    await line.say(3, b"c")
    await line.transport.send(DiscardAudio(3))
    await line.ends_its_answer()
    assert await line.hears(2) == [b"b", COMMIT]
    await line.say(4, b"d")
    assert await line.hears(1) == [b"d"]


async def test_who_speaks_after_a_cough_is_heard(line: Line):
    await line.ask(2, b"b")
    await line.say(3, b"c")
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    assert await line.hears(2) == [b"b", COMMIT]
    await line.transport.send(DiscardAudio(3))
    await line.is_heard(2, "")
    await line.say(4, b"d")
    assert await line.hears(1) == [b"d"]


async def test_a_question_that_was_held_and_taken_back_is_never_asked(line: Line):
    await line.ask(2, b"b")
    await line.ask(3, b"c")
    await line.transport.send(CancelReply(2))
    assert await line.next() == ReplyEnded(2, ReplyStatus.CANCELLED)
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    assert await line.hears(2) == [b"c", COMMIT]
    await line.is_heard(3, "words of 3")


async def test_what_is_said_while_held_sound_is_on_its_way_follows_it(line: Line):
    long = bytes(range(256)) * 16_384  # more than the line takes at once
    await line.say(2, long)
    await line.ends_its_answer()
    heard = await line.server.hears()
    await line.ask(2, b"the end")
    while (more := await line.server.hears()) != COMMIT:
        heard += more
    assert heard == long + b"the end"


async def test_speech_that_is_taken_back_on_its_way_is_ended_and_no_news(line: Line):
    await line.say(2, bytes(4 << 20))
    await line.ends_its_answer()
    assert isinstance(await line.next(), ReplyEnded)
    await line.server.hears()
    await line.transport.send(DiscardAudio(2))
    await line.ask(3, b"c")
    while await line.server.hears() != COMMIT:
        pass
    await line.server.say({"type": "transcript.final", "text": ""})
    assert await line.hears(2) == [b"c", COMMIT]
    await line.is_heard(3, "words of 3")


async def test_a_server_that_holds_the_line_and_is_away_gives_no_sign_of_life(line: Line):
    for _ in range(3):
        await is_there(line)
        await is_answered(line)
    await line.server.freeze()
    sign = asyncio.create_task(line.transport.sign_of_life())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(sign), 0.2)
    await line.server.thaw()
    async with asyncio.timeout(LIMIT_S):
        await sign


async def test_a_server_that_is_away_when_it_is_first_asked_gives_no_sign_of_life(line: Line):
    await is_answered(line)
    await line.server.freeze()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.transport.sign_of_life(), 0.2)
    await line.server.thaw()


async def test_a_server_that_answers_no_pings_is_there_as_long_as_it_takes_what_is_said():
    async with SessionServer().running() as server:
        server.answers_pings = False
        async with opened(server) as line:
            for _ in range(3):
                await is_there(line)
            assert len(pending_pings(line)) == 1
            await server.vanish()
            with pytest.raises(NetworkError):
                await line.next()
            with pytest.raises(NetworkError):
                await line.transport.sign_of_life()


def pending_pings(line: Line) -> Mapping[bytes, object]:
    return line.transport._socket._socket._socket.pending_pings


async def is_answered(line: Line) -> None:
    async with asyncio.timeout(LIMIT_S):
        while pending_pings(line):  # noqa: ASYNC110 - the library's own
            await asyncio.sleep(0)


async def is_there(line: Line) -> None:
    async with asyncio.timeout(LIMIT_S):
        await line.transport.sign_of_life()


async def test_a_server_without_a_word_for_what_was_heard_is_only_told_to_stop():
    async with SessionServer().running() as server, opened(server, SpeechOutput()) as line:
        await line.ask(1, b"a")
        assert await line.hears(2) == [b"a", COMMIT]
        await line.begins_to_answer(1)
        await server.say({"type": "content_streaming", "content": "One two"})
        await line.next()
        await line.transport.send(CancelReply(1, heard_ms=100))
        assert await line.hears(1) == [{"type": "stop"}]
        await line.ends_its_answer()
        await line.ask(2, b"b")
        assert await line.hears(2) == [b"b", COMMIT]


async def test_that_all_words_are_there_is_told_where_the_end_of_the_speech_is_awaited():
    async with SessionServer().running() as server, opened(server, SpeechOutput()) as line:
        await line.ask(1, b"a")
        await line.begins_to_answer(1)
        await server.say({"type": "content_streaming", "content": "Noon."})
        assert await line.next() == ReplyText(1, "Noon.")
        await server.say({"type": "run_ended", "status": "completed"})
        assert await line.next() == ReplyWritten(1)
        await server.say({"type": "tts_stream_end"})
        await line.ends_its_answer()
        assert await line.next() == ReplyEnded(1)


@pytest.mark.parametrize("is_paused", [True, False])
async def test_a_server_that_never_listens_again_is_a_lost_line(
    line: Line, monkeypatch: pytest.MonkeyPatch, is_paused: bool
):
    monkeypatch.setattr(voice_socket_transport, "LISTENS_WITHIN_S", 1.0)
    if not is_paused:
        await line.ends_its_answer()
        assert isinstance(await line.next(), ReplyEnded)
        await line.ask(2, b"b")
        assert await line.hears(2) == [b"b", COMMIT]
        await line.begins_to_answer(2)
    await line.transport.send(CancelReply(2 - is_paused))
    assert isinstance(await line.next(), ReplyEnded)
    await line.ask(3, b"c")
    for _ in range(4):  # as long as it says something it may come to that
        await asyncio.sleep(0.4)
        await line.server.say({"type": "content_streaming", "content": "late"})
    with pytest.raises(NetworkError) as lost:
        await line.next()
    assert (lost.value.code, lost.value.retryable) == ("line.silent", True)
