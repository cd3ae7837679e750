"""Peers of live conversations on real sockets, whose every word and every loss is the test's."""

from __future__ import annotations

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import GatewayTransport, open_gateway
from desktop_app.client.json_socket import JsonSocket
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.realtime_transport import RealtimeTerms, RealtimeTransport, open_realtime
from desktop_app.client.voice_socket_transport import VoiceSocketTransport, open_voice_transport
from desktop_app.engine.ports import Transport
from desktop_app.errors import NetworkError
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import ConfigureSession
from desktop_app.protocol.events import ServerEvent
from tests.fakes.gateway import ScriptedGateway
from tests.fakes.session_server import SessionServer

LIMIT_S = 5.0
_STILL_S = 0.25


class WatchedLine:
    """A transport of ours, and whether the engine has left it.

    Attributes:
        transport: As it is.
        is_left: It was closed from this side.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.is_left = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def events(self) -> AsyncIterator[ServerEvent]:
        return self.transport.events()

    async def aclose(self) -> None:
        await self.transport.aclose()
        self.is_left = True


class Peer(ABC):
    """One kind of server, and the lines that were opened to it.

    Replies are text; sessions end utterances by a commit.

    Attributes:
        lines: Every one, in order.
        sessions: Which conversation each of them asked for.
        is_away: There is no way to the server.
    """

    def __init__(self, server: ScriptedGateway | SessionServer) -> None:
        self.server = server
        self.lines: list[WatchedLine] = []
        self.sessions: list[str] = []
        self.is_away = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve."""
        async with self.server.running():
            yield

    async def open(self, configuration: ConfigureSession) -> WatchedLine:
        """Satisfies ``engine.ports.OpenTransport``.

        Raises:
            NetworkError: While ``is_away``, besides what the transport raises.
        """
        if self.is_away:
            raise NetworkError("network.unreachable", retryable=True)
        self.sessions.append(configuration.session_id)
        opened = await self._open(replace(configuration, speech_output=None))
        self.lines.append(WatchedLine(opened))
        return self.lines[-1]

    async def meet(self) -> None:
        """Turn to the next client, and begin its session."""
        await self.server.next_client()

    @property
    def is_open(self) -> bool:
        """The newest line is open here."""
        return bool(self.lines) and not self.lines[-1].is_left

    async def some_sound(self) -> bytes:
        """The next piece of speech."""
        while not isinstance(heard := await self.server.hears(), bytes):
            pass
        return heard

    async def utterance(self) -> bytes:
        """All speech from here to the commit that ends it."""
        sound = b""
        while not self._is_commit(heard := await self.server.hears()):
            sound += heard if isinstance(heard, bytes) else b""
        return sound

    async def cut(self, how: str) -> None:
        """End the newest line: ``reset``, ``gone``, ``closed`` or ``failed``."""
        match how:
            case "reset":
                await self.server.reset()
            case "gone":
                await self.server.vanish()
            case "closed":
                await self.server.close()
            case "failed":
                await self.server.close(1011, "The server fails.")

    async def freeze(self) -> None:
        """Read nothing more of the newest line."""
        await self.server.freeze()

    async def narrow(self) -> None:
        """Let the newest line hold a few seconds of sound on its way, and no more."""
        ours, theirs = self._socket(), await self.server.connection()
        for transport, size in (
            (ours.transport, socket.SO_SNDBUF),
            (theirs.transport, socket.SO_RCVBUF),
        ):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, size, 4096)

    async def is_full(self) -> None:
        """Return when the way to a frozen peer takes no more of what is said."""
        left, before = self._socket().transport.get_write_buffer_size, -1
        async with asyncio.timeout(LIMIT_S):
            while left() != before or not before:
                before = left()
                await asyncio.sleep(_STILL_S)  # what the systems still move is told by nobody

    async def has_shown_life(self) -> None:
        """Return when it is known on our side that this peer answers."""
        async with asyncio.timeout(LIMIT_S):
            await self.lines[-1].sign_of_life()

    async def answer(self, heard: str, text: str) -> None:
        """Understand what was said last, and answer it."""
        await self.understand(heard)
        await self.reply(text)

    @abstractmethod
    async def understand(self, heard: str) -> None:
        """The final words of what was said last."""

    @abstractmethod
    async def reply(self, text: str) -> None:
        """A whole answer."""

    @abstractmethod
    async def _open(self, configuration: ConfigureSession) -> Transport:
        """A line to it."""

    @abstractmethod
    def _socket(self) -> ClientConnection:
        """Our end of the newest line."""

    def _is_commit(self, frame: Any) -> bool:
        return isinstance(frame, dict) and frame.get("type") == "commit"


class GatewayPeer(Peer):
    """A voice gateway with our extensions."""

    server: ScriptedGateway

    def __init__(self) -> None:
        super().__init__(ScriptedGateway())
        self._turns = 0
        self._heard = ""

    async def meet(self) -> None:
        await super().meet()
        await self.server.expect("session.configure")
        await self.server.say(g.GatewayConfigured(session_id="t", extensions=g.EXTENSIONS))

    async def understand(self, heard: str) -> None:
        self._heard = heard
        await self.server.say(g.TranscriptCommitted(text=heard))

    async def reply(self, text: str) -> None:
        self._turns += 1
        await self.server.say(
            g.AssistantStarted(text=self._heard, turn_id=self._turns),
            g.AssistantMessage(text=text, turn_id=self._turns),
        )

    async def _open(self, configuration: ConfigureSession) -> Transport:
        return await open_gateway(GatewayAddress(self.server.url), configuration)

    def _socket(self) -> ClientConnection:
        line = self.lines[-1].transport
        assert isinstance(line, GatewayTransport)
        return line._socket

    def _is_commit(self, frame: Any) -> bool:
        return isinstance(frame, dict) and frame.get("type") == "audio.commit"


class _SessionPeer(Peer):
    server: SessionServer

    def __init__(self) -> None:
        super().__init__(SessionServer())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with super().running():
            self._address = ApiAddress(self.server.base_url, "k")
            async with BackboardApi(self._address) as self._api:
                yield

    def _socket(self) -> ClientConnection:
        return self._json_socket()._socket

    def _json_socket(self) -> JsonSocket:
        line = self.lines[-1].transport
        assert isinstance(line, VoiceSocketTransport | RealtimeTransport)
        return line._socket._socket


class VoicePeer(_SessionPeer):
    """Backboard's voice socket."""

    async def understand(self, heard: str) -> None:
        await self.server.say({"type": "transcript.final", "text": heard})

    async def reply(self, text: str) -> None:
        await self.server.say(
            {"type": "input.paused"},
            {"type": "run_started", "run_id": "r"},
            {"type": "content_streaming", "content": text},
            {"type": "run_ended", "status": "completed"},
            {"type": "input.resumed"},
        )

    async def has_shown_life(self) -> None:
        await super().has_shown_life()
        pulse = self._json_socket()._pulse
        async with asyncio.timeout(LIMIT_S):
            while not pulse._answers:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0)

    async def _open(self, configuration: ConfigureSession) -> Transport:
        return await open_voice_transport(self._api, self._address, configuration, MessageTerms())


class RealtimePeer(_SessionPeer):
    """Backboard's realtime socket, which takes sound as it is captured."""

    def __init__(self) -> None:
        super().__init__()
        self._turns = 0
        self.server.opening[0] |= {
            "input_format": {"encoding": "pcm16", "sample_rate": 16_000, "channels": 1}
        }

    async def understand(self, heard: str) -> None:
        await self.server.say({"type": "transcript.final", "role": "user", "text": heard})

    async def reply(self, text: str) -> None:
        self._turns += 1
        facts = {"response_id": f"r{self._turns}"}
        await self.server.say(
            {"type": "text.delta", "text": text, **facts}, {"type": "response.done", **facts}
        )

    async def _open(self, configuration: ConfigureSession) -> Transport:
        terms = RealtimeTerms("openai", "gpt-realtime", "", resample_capture, resample_speech)
        return await open_realtime(self._api, self._address, configuration, terms)
