"""A WebSocket whose first frame configures a session: handshake, frames, and a clean end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import msgspec
from starlette.websockets import WebSocket

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.voice_socket import SocketError
from desktop_app.protocol.backboard.wire import WireObject
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.service.sockets.socket_frames import (
    INTERNAL_ERROR,
    NORMAL,
    POLICY_VIOLATION,
    close,
    next_frame,
    send_json,
)

CONFIG_WITHIN_S = 30.0

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode

Tell = Callable[[WireObject], Awaitable[None]]
Config = TypeVar("Config", bound=msgspec.Struct)


class Session(Protocol):
    """What a socket holds."""

    async def begin(self) -> None:
        """Tell ``session.begin``.

        Raises:
            AppError: It cannot be had; the socket says why and closes.
        """

    async def run(self) -> None:
        """Do what has to be done beside taking frames, until cancelled."""

    async def receive(self, frame: str | bytes) -> None:
        """Take one frame; a bad one is answered and changes nothing."""


OpenSession = Callable[[str, Tell], Awaitable[Session]]
"""Opens a session from the client's first frame.

Raises:
    AppError: It cannot be had.
"""


class _Over(Exception):  # noqa: N818  (it ends the session's tasks, it is no fault)
    """The client has gone."""


class SessionSocket:
    """Serves any number of sockets at once."""

    def __init__(self, open_session: OpenSession) -> None:
        self._open_session = open_session

    async def serve(self, websocket: WebSocket) -> None:
        """One socket, from handshake to close."""
        await websocket.accept()
        try:
            await self._hold_session(websocket)
        except* _Over:
            await close(websocket, NORMAL)
        except* AppError as errors:
            await _refuse(websocket, _first(errors))
        except* Exception as errors:  # the request boundary: one socket must not end the others
            _log.error("A session failed", exc_info=errors)
            sorry = SocketError(message="The session failed unexpectedly.")
            await send_json(websocket, _encode(sorry))
            await close(websocket, INTERNAL_ERROR)

    async def _hold_session(self, websocket: WebSocket) -> None:
        async def tell(event: WireObject) -> None:
            await send_json(websocket, _encode(event))

        async with asyncio.TaskGroup() as tasks:
            session = await self._open_session(await _first_frame(websocket), tell)
            await session.begin()
            tasks.create_task(session.run(), name="session")
            while (frame := await next_frame(websocket)) is not None:
                await session.receive(frame)
            raise _Over  # cancels what the session still does; its runs go on elsewhere


def read_config(frame: str, shape: type[Config]) -> Config:
    """The first frame.

    Raises:
        InputError: ``session.config``.
    """
    try:
        return msgspec.json.decode(frame, type=shape, strict=False)
    except UNREADABLE as error:
        raise InputError("session.config", f"The session cannot be set up: {error}.") from error


async def _first_frame(websocket: WebSocket) -> str:
    try:
        async with asyncio.timeout(CONFIG_WITHIN_S):
            frame = await next_frame(websocket)
    except TimeoutError as error:
        raise InputError("session.config", "The session was not set up in time.") from error
    if frame is None:
        raise _Over
    if isinstance(frame, bytes):
        raise InputError("session.config", "Set the session up as JSON text before any sound.")
    return frame


async def _refuse(websocket: WebSocket, error: AppError) -> None:
    await send_json(websocket, _encode(SocketError(message=str(error), code=error.code)))
    await close(websocket, POLICY_VIOLATION)


def _first(errors: BaseExceptionGroup[AppError]) -> AppError:
    first = errors.exceptions[0]
    return first if isinstance(first, AppError) else _first(first)
