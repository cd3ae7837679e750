"""A spoken conversation over the gateway's WebSocket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Literal

from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from desktop_app.client.addresses import GatewayAddress
from desktop_app.client.encoded_speech import EncodedSpeech
from desktop_app.client.errors import closed, handshake_errors, socket_errors
from desktop_app.client.goodbye import say_goodbye
from desktop_app.client.masked_frame import masked_frame
from desktop_app.client.reply_media import Decode
from desktop_app.client.socket_route import socket_route
from desktop_app.client.whole_messages import WholeMessageConnection
from desktop_app.errors import AccessError, AppError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.wire import error_code
from desktop_app.protocol.commands import AppendAudio, ClientCommand, ConfigureSession
from desktop_app.protocol.events import ServerEvent, SessionReady, TranscriptUpdated
from desktop_app.protocol.gateway import (
    AssistantAudioChunk,
    GatewayError,
    GatewayReady,
    GatewayServerMessage,
    decode_server_message,
)
from desktop_app.protocol.gateway_dialect import GatewayDialect
from desktop_app.protocol.gateway_frames import LONGEST_CHUNK_BYTES, Frame
from desktop_app.protocol.gateway_speech import MakeResample

logger = logging.getLogger(__name__)

OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 1.0
CONFIGURED_WITHIN_S = 15.0
"""As for a session of the API's sockets: a recogniser may have to be reached for it."""

BEGUN_AFTER_FAULT_S = 2.0
"""How long a gateway that said that something is wrong may take to begin the session for all that.

One whose recogniser is away may still read and write (contract section 5)."""

MORE_WORDS_WITHIN_S = 0.5
"""How soon words follow an empty transcript, from a peer that may tell one in several pieces."""

MAX_MESSAGE_BYTES = 8 << 20
"""A whole spoken reply in one message is allowed (``assistant.audio``)."""

_FOR_NOW = (1001, 1012, 1013)
"""Closed by who goes away, starts anew, or has no room at the moment."""

_OPEN = State.OPEN  # looked up once: an enum is slow at that

_SPEECH, _TYPE_WITHIN = b'"assistant.audio.chunk"', 128
"""How a piece of speech is told, and among how many of its first bytes to look for that."""

_NOTHING = b"nothing"

Sound = Literal["binary", "json"]


class GatewayTransport:
    """Satisfies ``engine.ports.Transport``. Event loop only; open it with ``open_gateway``."""

    takes_files = False

    def __init__(
        self,
        socket: WholeMessageConnection,
        dialect: GatewayDialect,
        encoded: EncodedSpeech,
    ) -> None:
        self._socket = socket
        self._dialect = dialect
        self._encoded = encoded
        self._is_closed = False
        self._session: ConfigureSession | None = None
        self._is_ready = False
        self._is_awaited = False
        self._is_unreadable = False

    async def send(self, command: ClientCommand) -> None:
        """Say one thing; waits while the peer does not keep up.

        Raises:
            NetworkError: ``network.lost``: the connection is gone.
        """
        if isinstance(command, ConfigureSession):
            command = self._of_session(command)
        await self._send(self._dialect.frames(command))

    def send_now(self, command: ClientCommand) -> bool:
        """Say sound while the peer keeps up: a task woken for each frame costs more than the rest.

        It goes where ``ClientConnection.send`` would write it, too, which would wait only for a
        peer that does not read; no extension of the protocol was asked for.
        """
        if not isinstance(command, AppendAudio) or self._socket.protocol.state is not _OPEN:
            return False
        dialect, wire = self._dialect, self._socket.transport
        if wire.is_closing() or wire.get_write_buffer_size():
            return False
        pcm = command.pcm
        if dialect.is_binary and len(pcm) <= LONGEST_CHUNK_BYTES:
            dialect.turns.appended(command.turn, len(pcm))
            wire.write(masked_frame(pcm, is_text=False))
            return True
        for frame in dialect.frames(command):
            wire.write(masked_frame(frame.data, is_text=frame.is_text))
        return True

    def hand_speech_to(
        self, take: Callable[[ServerEvent], None], has_room: Callable[[], bool]
    ) -> None:
        """Speech goes to ``take`` within the callback that brings it: tasks take their time."""

        def take_speech(frame: bytes) -> bool:
            if not self._is_awaited or _SPEECH not in frame[:_TYPE_WITHIN] or not has_room():
                return False
            try:
                message = decode_server_message(frame)
            except ProtocolError:
                return False  # whoever reads ``events`` is told
            if not isinstance(message, AssistantAudioChunk) or self._encoded.concerns(message):
                return False
            for event in self._dialect.events(message):
                take(event)
            return True

        self._socket.takes = take_speech

    async def events(self) -> AsyncIterator[ServerEvent]:
        """What the gateway says, until it or we close normally. One reader at a time.

        Faults before the session begins are told once it has begun: they were of its parts.

        Raises:
            NetworkError: ``network.lost``; ``network.timeout``: it has not configured the session
                within CONFIGURED_WITHIN_S. Both are retryable. In its own words, with its own code
                or ``gateway.refused`` or ``gateway.model``: it refuses the session.
            AccessError: It closed with 1008, or refused the key otherwise.
        """
        due = asyncio.get_running_loop().time() + CONFIGURED_WITHIN_S
        faults: list[GatewayError] = []
        try:
            while (frame := await self._received_by(due)) is not None:
                message = self._read(frame)
                if isinstance(message, GatewayError) and not self._is_ready:
                    faults.append(message)
                    due = min(due, asyncio.get_running_loop().time() + BEGUN_AFTER_FAULT_S)
                    continue
                async for event in self._told(message):
                    yield event
                if self._is_ready and faults:
                    known, faults = faults, []
                    for event in (one for fault in known for one in self._dialect.events(fault)):
                        yield event
        except NetworkError as error:
            if faults and not _is_for_now(error):
                raise self._refused(faults[0]) from error
            raise
        if faults:
            raise self._refused(faults[0])

    async def _told(self, message: GatewayServerMessage | None) -> AsyncIterator[ServerEvent]:
        if message is None:
            if (turn := self._dialect.turns.nothing_followed()) is not None:
                yield TranscriptUpdated(turn, "", is_final=True)
            return
        for event in await self._events_of(message):
            self._is_ready = self._is_ready or isinstance(event, SessionReady)
            yield event
        if self._dialect.answers:
            answers, self._dialect.answers = self._dialect.answers, []
            await self._send(answers)

    def _refused(self, fault: GatewayError) -> NetworkError:
        """Why the session never began: to ask for the same once more would be answered alike."""
        if fault.code == "access.refused":
            return AccessError(fault.code, fault.sentence)
        has_model = self._session is not None and bool(self._session.model)
        otherwise = "gateway.model" if has_model else "gateway.refused"
        code = error_code({"code": fault.code}) or otherwise
        return NetworkError(code, fault.sentence)

    def _read(self, frame: bytes) -> GatewayServerMessage | None:
        """What a frame says; None where it says nothing that we know: one does not end a line."""
        if frame is _NOTHING:
            return None
        try:
            message = decode_server_message(frame)
        except ProtocolError as error:
            if not self._is_unreadable:  # once for all that come in a row
                logger.info("What the gateway says was skipped: %s", error)
            self._is_unreadable = True
            return None
        self._is_unreadable = False
        return message

    async def _events_of(self, message: GatewayServerMessage) -> list[ServerEvent]:
        if not self._encoded.concerns(message):
            return self._dialect.events(message)
        readable = await self._encoded.readable(message)
        return [event for one in readable for event in self._dialect.events(one)]

    async def sign_of_life(self) -> None:
        """Return when the gateway's end of the WebSocket has answered a ping (RFC 6455, 5.5.2).

        Raises:
            NetworkError: ``network.lost``, retryable.
        """
        with socket_errors():
            await (await self._socket.ping())

    async def aclose(self) -> None:
        """Close within CLOSE_TIMEOUT_S. Idempotent."""
        self._is_closed = True
        await say_goodbye(self._socket)

    def _of_session(self, command: ConfigureSession) -> ConfigureSession:
        """Later configurations change who ends utterances; all else stays the first's."""
        if self._session is None:
            self._session = command
        first, heard = self._session, command.speech_input
        if heard is not None and first.speech_input is not None:
            heard = replace(heard, model=first.speech_input.model)
        return replace(
            command,
            session_id=first.session_id,
            model=first.model,
            speech_input=heard,
            speech_output=first.speech_output,
        )

    async def _send(self, frames: list[Frame]) -> None:
        with socket_errors():
            for frame in frames:
                await self._socket.send(frame.data, text=frame.is_text)

    async def _received_by(self, due: float) -> bytes | None:
        """The next frame, by then where the session is not ready; _NOTHING came for a while."""
        if self._is_ready:
            if not self._dialect.turns.may_have_words:
                return await self._received()
            with suppress(TimeoutError):
                async with asyncio.timeout(MORE_WORDS_WITHIN_S):
                    return await self._received()
            return _NOTHING
        try:
            async with asyncio.timeout_at(due):
                return await self._received()
        except TimeoutError as error:
            text = f"The gateway began no session within {CONFIGURED_WITHIN_S:g} seconds."
            raise NetworkError("network.timeout", text, retryable=True) from error

    async def _received(self) -> bytes | None:
        """The next frame; None after a normal close."""
        self._is_awaited = True
        try:
            return await self._socket.recv(decode=False)
        except ConnectionClosed as error:
            if self._is_closed or (error.rcvd is not None and error.rcvd.code == 1000):
                return None
            raise closed(error) from error
        finally:
            self._is_awaited = False


async def open_gateway(
    address: GatewayAddress,
    configuration: ConfigureSession,
    *,
    sound: Sound = "binary",
    make_resample: MakeResample | None = None,
    decode: Decode | None = None,
) -> GatewayTransport:
    """Connect, wait for ``session.ready`` and ask for the configuration.

    The answer arrives as SessionReady, the first of ``events``.

    Args:
        address: Where, and with which key (sent as a Bearer header).
        configuration: What the session shall be.
        sound: ``binary`` frames cost least; ``json`` for peers that take only ``audio.append``.
        make_resample: Converts replies of other rates to 24 kHz; may be left out.
        decode: Decodes replies in mp3 and the like; without it they are a fault and can be read.

    Raises:
        NetworkError: ``network.unreachable`` or ``network.lost``, both retryable;
            ``gateway.refused``, in its own words.
        AccessError: The key was refused.
        ProtocolError: ``gateway.not_a_gateway``: something else listens there.
    """
    with handshake_errors():
        socket = await connect(
            address.url,
            additional_headers={"Authorization": f"Bearer {address.key}"} if address.key else {},
            user_agent_header="Parley",
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,  # ``sign_of_life`` knows when an answer waits behind speech
            **await socket_route(address.url),
        )
    assert isinstance(socket, WholeMessageConnection)
    socket.read_ahead()
    dialect = GatewayDialect(
        configuration, is_binary=sound == "binary", make_resample=make_resample
    )
    transport = GatewayTransport(socket, dialect, EncodedSpeech(decode))
    try:
        with handshake_errors():
            dialect.events(await _wait_until_ready(socket))
        try:
            await transport.send(configuration)
        except NetworkError as error:
            raise await _why_closed(socket, error) from error
    except BaseException:
        await transport.aclose()
        raise
    return transport


async def _wait_until_ready(socket: ClientConnection) -> GatewayReady:
    """The first word of a gateway."""
    try:
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            first = decode_server_message(await socket.recv(decode=False))
    except TimeoutError as error:
        raise _not_a_gateway("says nothing") from error
    except ProtocolError as error:
        raise _not_a_gateway("speaks something else") from error
    match first:
        case GatewayReady():
            return first
        case GatewayError():
            raise _refusal(first)
        case _:
            raise _not_a_gateway("speaks something else")


async def _why_closed(socket: ClientConnection, lost: NetworkError) -> AppError:
    """The refusal that a gateway said before it closed, or else that it is lost."""
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            while True:
                message = decode_server_message(await socket.recv(decode=False))
                if isinstance(message, GatewayError):
                    return _refusal(message)
    except (ConnectionClosed, ProtocolError, TimeoutError):
        return lost


def _refusal(message: GatewayError) -> AppError:
    if message.code == "access.refused":
        return AccessError("access.refused", message.sentence)
    return NetworkError("gateway.refused", message.sentence, retryable=not message.fatal)


def _is_for_now(error: NetworkError) -> bool:
    """Whether who closed is away, or may take us in a while."""
    ended = error.__cause__
    if not isinstance(ended, ConnectionClosed):
        return False
    return ended.rcvd is None or ended.rcvd.code in _FOR_NOW


def _not_a_gateway(why: str) -> ProtocolError:
    return ProtocolError("gateway.not_a_gateway", f"What answers there {why}.")
