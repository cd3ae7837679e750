"""The end of a WebSocket on our side."""

from __future__ import annotations

from websockets.asyncio.client import ClientConnection


async def say_goodbye(socket: ClientConnection) -> None:
    """Close a socket, though nobody takes what comes any more. Idempotent.

    The library stops to read where much was not taken, and would not see the other side's goodbye
    behind it: it would wait for its whole ``close_timeout``.
    """
    socket.recv_messages.high = None
    socket.transport.resume_reading()
    await socket.close()
