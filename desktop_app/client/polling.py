"""Waiting for something that the server does by and by."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from desktop_app.errors import NetworkError

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 4.0


class Settling(Protocol):
    """Something with a terminal state."""

    @property
    def is_settled(self) -> bool: ...


_State = TypeVar("_State", bound=Settling)


async def settled(
    ask: Callable[[], Awaitable[_State]],
    sleep: Callable[[float], Awaitable[None]],
    *,
    limit_s: float,
    on_change: Callable[[_State], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> _State:
    """Ask until the state is a terminal one: first often, then every few seconds.

    Args:
        ask: Asks the server once.
        sleep: Waits.
        limit_s: How long in all.
        on_change: Told of each state that differs from the one before.
        clock: Monotonic seconds.

    Raises:
        NetworkError: ``server.unfinished``: still not done; what ``ask`` raises.
    """
    ends_s = clock() + limit_s
    pause_s, last = FIRST_PAUSE_S, None
    while True:
        state = await ask()
        if on_change is not None and state != last:
            on_change(state)
        if state.is_settled:
            return state
        if clock() + pause_s > ends_s:
            raise NetworkError(
                "server.unfinished",
                f"The server was not done after {limit_s:g} seconds. It may still finish.",
                retryable=True,
            )
        last = state
        await sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
