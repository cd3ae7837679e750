"""Loops that end without leaving a socket behind."""

from __future__ import annotations

import asyncio
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Mapping


def let_go_of_sockets() -> None:
    """From now on every loop, when it is closed, first gives up what was closed but not yet sent.

    A server that closes a connection whose peer does not read keeps its socket until the rest is
    sent: for ever, once the loop is closed. The collector then says so in the middle of another
    test. What nobody closed is still found there: it is a fault.
    """
    close = BaseSelectorEventLoop.close

    def close_with_sockets(loop: BaseSelectorEventLoop) -> None:
        if not loop.is_closed() and not loop.is_running():
            closing = [each for each in _connections(loop) if each.is_closing()]
            for connection in closing:
                connection.abort()
            if closing:
                loop.run_until_complete(asyncio.sleep(0))  # they let go in the loop's next turn
        close(loop)

    BaseSelectorEventLoop.close = close_with_sockets  # type: ignore[method-assign,assignment]


def abort_connections(loop: asyncio.AbstractEventLoop) -> None:
    """Hang up on everybody, whatever is still to be sent; on the loop's thread."""
    for connection in _connections(loop):
        connection.abort()


def _connections(loop: asyncio.AbstractEventLoop) -> list[asyncio.WriteTransport]:
    known: Mapping[int, asyncio.WriteTransport] = getattr(loop, "_transports", {})
    return list(known.values())  # the loop of Windows keeps none, nor their sockets
