"""Whether the peer of a WebSocket is there, where it may answer no pings."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConcurrencyError

from desktop_app.client.errors import socket_errors

_PING = b"there?"
"""Always the same: a second one does not go out before the first was answered."""


class Pulse:
    """Of one connection. Event loop only.

    Of a peer that has not answered a ping yet, nobody knows whether it ever will: it is there as
    long as it takes what is sent. Of one that has, an answer is expected each time.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._pong: asyncio.Future[float] | None = None
        self._answers = False

    async def felt(self) -> None:
        """Return when the peer has shown that it is there.

        Raises:
            NetworkError: ``network.lost``.
        """
        with socket_errors():
            with suppress(ConcurrencyError):
                pong = await self._socket.ping(_PING)
                assert isinstance(pong, asyncio.Future)
                pong.add_done_callback(self._answered)
                self._pong = pong
            if self._answers and self._pong is not None:
                await asyncio.shield(self._pong)

    def _answered(self, pong: asyncio.Future[float]) -> None:
        self._answers = not pong.cancelled() and pong.exception() is None
