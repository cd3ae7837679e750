"""A connected socket to a host of one or several addresses: nobody who is cancelled leaves one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

SECOND_ADDRESS_AFTER_S = 0.25
"""How long an address is waited for before the next one is tried beside it (RFC 8305)."""

_Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
_Attempt = asyncio.Task[socket.socket | OSError]


async def dial(host: str, port: int) -> socket.socket:
    """Connect to the address that answers first.

    asyncio's own way, where it is cancelled at the moment of an answer, leaves the socket open.

    Raises:
        OSError: No address answers.
        UnicodeError: No host can have this name.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    attempts: list[_Attempt] = []
    winner: socket.socket | None = None
    try:
        async with asyncio.TaskGroup() as tasks:
            winner = await _first(_by_turns(found), attempts, tasks)
            for attempt in attempts:
                attempt.cancel()
    finally:
        for made in _results(attempts):
            if isinstance(made, socket.socket) and made is not winner:
                made.close()
    if winner is None:
        raise _failure([made for made in _results(attempts) if isinstance(made, OSError)])
    return winner


async def _first(
    waiting: list[_Found], attempts: list[_Attempt], tasks: asyncio.TaskGroup
) -> socket.socket | None:
    """The first that answers; None where none does. All that were begun are in ``attempts``."""
    trying: set[_Attempt] = set()
    while waiting or trying:
        if waiting:
            attempts.append(tasks.create_task(_connected(waiting.pop(0)), name="dial"))
            trying.add(attempts[-1])
        within_s = SECOND_ADDRESS_AFTER_S if waiting else None
        done, trying = await asyncio.wait(
            trying, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
        )
        for attempt in done:
            if isinstance(made := attempt.result(), socket.socket):
                return made
    return None


def _results(attempts: list[_Attempt]) -> list[socket.socket | OSError]:
    return [one.result() for one in attempts if one.done() and not one.cancelled()]


def _by_turns(found: Sequence[_Found]) -> list[_Found]:
    """One of each family after the other, the system's choice first."""
    first = [one for one in found if one[0] == found[0][0]]
    others = [one for one in found if one[0] != found[0][0]]
    turns = zip_longest(first, others)
    return [one for turn in turns for one in turn if one is not None]


def _failure(failures: list[OSError]) -> OSError:
    if len(failures) == 1:
        return failures[0]
    return OSError("; ".join(map(str, failures)) or "the host has no address")


async def _connected(found: _Found) -> socket.socket | OSError:
    family, kind, protocol, _, address = found
    try:
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        return error
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, address)
    except OSError as error:
        made.close()
        return error
    except BaseException:
        made.close()
        raise
    return made
