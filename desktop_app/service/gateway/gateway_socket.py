"""The gateway's WebSocket around a session: frames in, frames out, and a clean end."""

from __future__ import annotations

import asyncio
import logging

from starlette.websockets import WebSocket

from desktop_app.protocol.gateway import GatewayError, GatewayServerMessage, encode
from desktop_app.service.gateway.answers import Answers
from desktop_app.service.gateway.gateway_session import GatewaySession
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.sockets.socket_frames import (
    INTERNAL_ERROR,
    NORMAL,
    close,
    next_frame,
    send_json,
)

_log = logging.getLogger(__name__)


class _Over(Exception):  # noqa: N818  (it ends the session's tasks, it is no fault)
    """The socket is closed, by either side."""


class GatewaySocket:
    """Serves any number of sockets at once.

    Args:
        answers: Who answers.
        source: Who hears and speaks.
    """

    def __init__(self, answers: Answers, source: ProviderSource) -> None:
        self._answers = answers
        self._source = source

    async def serve(self, websocket: WebSocket) -> None:
        """One socket, from handshake to close."""
        await websocket.accept()
        try:
            await self._hold_session(websocket)
        except* _Over:
            await close(websocket, NORMAL)
        except* Exception as errors:  # the request boundary: one socket must not end the others
            _log.error("A voice session failed", exc_info=errors)
            sorry = GatewayError(message="The voice session failed unexpectedly.", fatal=True)
            await send_json(websocket, encode(sorry))
            await close(websocket, INTERNAL_ERROR)

    async def _hold_session(self, websocket: WebSocket) -> None:
        async def tell(message: GatewayServerMessage) -> None:
            await send_json(websocket, encode(message))

        async with asyncio.TaskGroup() as tasks:
            session = GatewaySession(self._answers, self._source, tell, tasks)
            await session.greet()
            while (frame := await next_frame(websocket)) is not None:
                if not await session.receive(frame):
                    break
            raise _Over  # cancels what the session still does; its runs go on elsewhere
