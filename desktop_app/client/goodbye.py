"""The end of a WebSocket on our side."""

from __future__ import annotations

import asyncio

from websockets.asyncio.client import ClientConnection


async def say_goodbye(socket: ClientConnection) -> None:
    """Close a socket within its ``close_timeout``, though nobody takes what comes. Idempotent.

    The library stops to read where much was not taken, and would not see the other side's goodbye
    behind it. A goodbye behind much that the other side does not read would wait for ever to be
    written: the connection is then broken off.
    """
    socket.recv_messages.high = None
    socket.transport.resume_reading()
    try:
        async with asyncio.timeout(socket.close_timeout):
            await socket.close()
    except TimeoutError:
        socket.transport.abort()
        await socket.wait_closed()
