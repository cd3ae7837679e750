"""A stand-in for ElevenLabs' realtime sockets, on real ones, that misbehave on command.

Written from the gateway contract, section 7.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.fakes.elevenlabs_server import KEY
from tests.fakes.elevenlabs_voice import VoiceSockets, is_voice

LIMIT_S = 5.0
_SHORTEST_S = 0.3


@dataclass
class LiveSession:
    """One connection.

    Attributes:
        query: Of its address.
        sound: Everything it was sent.
        chunks: As they came.
    """

    connection: ServerConnection
    query: dict[str, str]
    sound: bytearray = field(default_factory=bytearray)
    chunks: list[dict[str, Any]] = field(default_factory=list)
    uncommitted: int = 0

    @property
    def rate_hz(self) -> int:
        return int(self.query["audio_format"].removeprefix("pcm_"))

    async def say(self, kind: str, **fields: Any) -> None:
        """One message."""
        await self.connection.send(json.dumps({"message_type": kind, **fields}))

    async def say_raw(self, frame: str | bytes) -> None:
        """One frame that need not make sense."""
        await self.connection.send(frame)

    async def commits(self, text: str) -> None:
        """A final text, as it comes with and without times."""
        self.uncommitted = 0
        await self.say("committed_transcript", text=text)
        if self.query.get("include_timestamps") == "true":
            await self.say(
                "committed_transcript_with_timestamps",
                text=text,
                language_code="en",
                words=words_of(text),
            )


@dataclass
class LiveServer:
    """Answers each commit with the next of ``texts``; with ``vad`` the test says what is heard.

    Attributes:
        status: Of a handshake that is refused.
        is_silent: It never says ``session_started``.
        greets_with: In place of ``session_started``: message type and error.
        ends_with: It ends every session as soon as sound comes: an error's type, or ``close``.
        texts: What it hears; after the last one, nothing.
        sessions: Every one there was.
        voice: Its text to speech, on the same host.
    """

    status: HTTPStatus = HTTPStatus.SWITCHING_PROTOCOLS
    is_silent: bool = False
    greets_with: tuple[str, str] | None = None
    ends_with: str = ""
    texts: list[str] = field(default_factory=list)
    answers_commits: bool = True
    sessions: list[LiveSession] = field(default_factory=list)
    voice: VoiceSockets = field(default_factory=VoiceSockets)
    _server: Server | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """The root of the API, without its version."""
        assert self._server is not None
        return f"http://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    async def session(self, number: int = 1) -> LiveSession:
        """The first, second, ... as soon as it is there."""
        await self.until(lambda: len(self.sessions) >= number)
        return self.sessions[number - 1]

    async def until(self, holds: Any) -> None:
        """Return when that is so; looked at with everything that arrives."""
        async with asyncio.timeout(LIMIT_S):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def _hold(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        if is_voice(connection.request.path):
            await self.voice.hold(connection)
            return
        query = dict(parse_qsl(urlsplit(connection.request.path).query))
        session = LiveSession(connection, query)
        self.sessions.append(session)
        self._changed.set()
        try:
            await self._greet(session)
            async for frame in connection:
                await self._take(session, json.loads(frame))
        except ConnectionClosed:
            return

    async def _greet(self, session: LiveSession) -> None:
        if self.greets_with is not None:
            kind, error = self.greets_with
            await session.say(kind, error=error)
        elif not self.is_silent:
            await session.say("session_started", session_id="el-1", config=session.query)

    async def _take(self, session: LiveSession, chunk: dict[str, Any]) -> None:
        assert chunk["message_type"] == "input_audio_chunk"
        assert chunk["sample_rate"] == session.rate_hz
        if chunk.get("previous_text") and session.chunks:
            await session.say("input_error", error="previous_text only with the first chunk")
            return
        sound = base64.b64decode(chunk["audio_base_64"])
        session.chunks.append(chunk)
        session.sound += sound
        session.uncommitted += len(sound)
        if self.ends_with == "close":
            await session.connection.close()
        elif self.ends_with:
            await session.say("partial_transcript", text="what")
            await session.say(self.ends_with, error="It is over.")
        elif chunk["commit"]:
            await self._commit(session)
        self._changed.set()

    async def _commit(self, session: LiveSession) -> None:
        if session.uncommitted < _SHORTEST_S * session.rate_hz * 2:
            await session.say("commit_throttled", error="Not enough audio")
        elif self.answers_commits:
            text = self.texts.pop(0) if self.texts else ""
            if text:
                await session.say("partial_transcript", text=text.split()[0])
            await session.commits(text)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("xi-api-key") != KEY:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "No.\n")
        wants_voice = is_voice(request.path)
        status = self.voice.status if wants_voice else self.status
        if status is not HTTPStatus.SWITCHING_PROTOCOLS:
            return connection.respond(status, "No.\n")
        return None


def words_of(text: str) -> list[dict[str, Any]]:
    """Times of its words, with the spacings between them."""
    rows: list[dict[str, Any]] = []
    for number, word in enumerate(text.split()):
        if rows:
            rows.append({"text": " ", "start": number - 0.1, "end": number, "type": "spacing"})
        rows.append({"text": word, "start": number, "end": number + 0.9, "type": "word"})
    return rows


@asynccontextmanager
async def live_server() -> AsyncIterator[LiveServer]:
    """A running one."""
    fake = LiveServer()
    async with serve(
        fake._hold,
        "127.0.0.1",
        0,
        compression=None,
        close_timeout=1,
        process_request=fake._admit,
    ) as fake._server:
        yield fake
