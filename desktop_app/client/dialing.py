"""A connected socket to a host of one or several addresses: nobody who is cancelled leaves one."""

from __future__ import annotations

import asyncio
import socket

from aiohappyeyeballs import start_connection

SECOND_ADDRESS_AFTER_S = 0.25
"""How long an address is waited for before the next one is tried beside it (RFC 8305)."""


async def dial(host: str, port: int) -> socket.socket:
    """Connect to the address that answers first.

    asyncio's own way, where it is cancelled at the moment of an answer, leaves the socket open.

    Raises:
        OSError: No address answers.
        UnicodeError: No host can have this name.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return await start_connection(found, happy_eyeballs_delay=SECOND_ADDRESS_AFTER_S)
