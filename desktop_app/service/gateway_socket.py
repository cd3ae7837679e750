"""The gateway's WebSocket around a session: frames in, frames out, and a clean end."""

from __future__ import annotations

import asyncio
import logging

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from desktop_app.protocol.gateway import GatewayError, GatewayServerMessage, encode
from desktop_app.service.gateway_session import GatewaySession
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.runs.runs import Runs
from desktop_app.service.store import Store

_INTERNAL_ERROR = 1011

_log = logging.getLogger(__name__)


class _Over(Exception):  # noqa: N818  (it ends the session's tasks, it is no fault)
    """The socket is closed, by either side."""


class GatewaySocket:
    """Serves any number of sockets at once."""

    def __init__(self, store: Store, source: ProviderSource, runs: Runs) -> None:
        self._store = store
        self._source = source
        self._runs = runs

    async def serve(self, websocket: WebSocket) -> None:
        """One socket, from handshake to close."""
        await websocket.accept()
        try:
            await self._hold_session(websocket)
        except* _Over:
            await _close(websocket, 1000)
        except* Exception as errors:  # the request boundary: one socket must not end the others
            _log.error("A voice session failed", exc_info=errors)
            sorry = GatewayError(message="The voice session failed unexpectedly.", fatal=True)
            await _tell(websocket, sorry)
            await _close(websocket, _INTERNAL_ERROR)

    async def _hold_session(self, websocket: WebSocket) -> None:
        async def tell(message: GatewayServerMessage) -> None:
            await _tell(websocket, message)

        async with asyncio.TaskGroup() as tasks:
            session = GatewaySession(self._store, self._source, self._runs, tell, tasks)
            await session.greet()
            while (frame := await _next_frame(websocket)) is not None:
                if not await session.receive(frame):
                    break
            raise _Over  # cancels what the session still does; its runs go on elsewhere


async def _next_frame(websocket: WebSocket) -> str | bytes | None:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text: str | None = message.get("text")
    data: bytes | None = message.get("bytes")
    return text if text is not None else data or b""


async def _tell(websocket: WebSocket, message: GatewayServerMessage) -> None:
    """Waits while the client does not read. A client that has gone is told nothing."""
    if not _is_open(websocket):
        return
    try:
        await websocket.send_text(encode(message).decode())
    except WebSocketDisconnect:
        return


async def _close(websocket: WebSocket, code: int) -> None:
    if _is_open(websocket):
        await websocket.close(code)


def _is_open(websocket: WebSocket) -> bool:
    connected = WebSocketState.CONNECTED
    return websocket.application_state is connected and websocket.client_state is connected
