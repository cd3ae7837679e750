"""A stand-in for ElevenLabs' input-streaming voice, held by ``elevenlabs_live``.

Written from the gateway contract, section 8: each text of a socket with ``auto_mode`` is spoken at
once, as a sound that holds format and text.
"""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

_PREFIX, _SUFFIX = "/v1/text-to-speech/", "/stream-input"


def is_voice(path: str) -> bool:
    """Whether this is the address of a voice socket."""
    return urlsplit(path).path.startswith(_PREFIX)


@dataclass
class VoiceSession:
    """One socket: what was asked of it."""

    voice: str
    query: dict[str, str]
    connection: ServerConnection
    settings: dict[str, Any] | None = None
    texts: list[str] = field(default_factory=list)
    is_over: bool = False


@dataclass
class VoiceSockets:
    """Speaks in two pieces for each text.

    Attributes:
        status: Of a handshake that is refused.
        tells: In place of speaking the first text: ``error``, ``message`` and ``code``.
        raw: Frames sent before the first sound.
        is_aligned: With each sound come the characters that it speaks.
        pieces: After so many of them it does what ``then`` says: ``drop``, ``close``, ``stall``
            or ``finish``.
        sessions: Every one there was.
    """

    status: HTTPStatus = HTTPStatus.SWITCHING_PROTOCOLS
    tells: dict[str, Any] | None = None
    raw: tuple[str | bytes, ...] = ()
    is_aligned: bool = True
    pieces: int | None = None
    then: str = "drop"
    sessions: list[VoiceSession] = field(default_factory=list)
    _said: int = 0

    async def hold(self, connection: ServerConnection) -> None:
        """One socket, to its end."""
        assert connection.request is not None
        address = urlsplit(connection.request.path)
        voice = unquote(address.path.removeprefix(_PREFIX).removesuffix(_SUFFIX))
        session = VoiceSession(voice, dict(parse_qsl(address.query)), connection)
        self.sessions.append(session)
        self._said = 0
        try:
            await self._greet(session)
            async for frame in connection:
                await self._take(session, json.loads(frame))
        except ConnectionClosed:
            pass
        finally:
            session.is_over = True

    async def _greet(self, session: VoiceSession) -> None:
        first = json.loads(await session.connection.recv())
        assert first["text"] == " ", "the first text is one space"
        session.settings = first.get("voice_settings")
        for frame in self.raw:
            await session.connection.send(frame)

    async def _take(self, session: VoiceSession, message: dict[str, Any]) -> None:
        text = message["text"]
        if self.tells is not None:
            await session.connection.send(json.dumps(self.tells))
            await session.connection.close(1008)
        elif text == "":
            await session.connection.send(json.dumps({"audio": None, "isFinal": True}))
            await session.connection.close()
        else:
            assert text.endswith(" "), "words end with a space"
            session.texts.append(text)
            await self._speak(session, text)

    async def _speak(self, session: VoiceSession, text: str) -> None:
        form = session.query["output_format"]
        sound = f"<{form}:{text.strip()}>".encode()
        middle = len(text) // 2
        for part, said in ((sound[:5], text[:middle]), (sound[5:], text[middle:])):
            if self.pieces is not None and self._said >= self.pieces:
                await self._misbehave(session)
            self._said += 1
            aligned = {"chars": list(said), "charStartTimesMs": [0] * len(said)}
            told = {
                "audio": base64.b64encode(part).decode(),
                "isFinal": None,
                "alignment": aligned if self.is_aligned else None,
            }
            await session.connection.send(json.dumps(told))

    async def _misbehave(self, session: VoiceSession) -> None:
        match self.then:
            case "drop":
                session.connection.transport.abort()
            case "close":
                await session.connection.close(1011)
            case "finish":
                await session.connection.send(json.dumps({"isFinal": True}))
        await session.connection.wait_closed()
        await asyncio.sleep(0)
