"""Whether a server is there while a stream that it has begun says nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from desktop_app.errors import NetworkError

_AGAIN_AFTER_S = 0.5
_LEAST_TRUST_S, _MOST_TRUST_S = 1.0, 15.0


class Reach:
    """Of one conversation over requests. Event loop only.

    A stream that is silent looks the same whether a tool works or the network is gone, and TCP
    tells of that after minutes. So the server is asked for anything; one that has answered is
    trusted for longer each time, until the stream goes on.

    Args:
        ask: Returns when the server has answered anything.
        clock: Monotonic seconds.
    """

    def __init__(
        self, ask: Callable[[], Awaitable[None]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._trust_s = _LEAST_TRUST_S
        self._trusted_until_s = float("-inf")

    def heard(self) -> None:
        """The stream said something."""
        self._trust_s = _LEAST_TRUST_S
        self._trusted_until_s = float("-inf")

    async def felt(self) -> None:
        """Return when the server has answered; at once while it is trusted."""
        if self._clock() < self._trusted_until_s:
            return
        while True:
            try:
                await self._ask()
                break
            except NetworkError:  # not to be told from here: the stream itself may still go on
                await asyncio.sleep(_AGAIN_AFTER_S)
        self._trusted_until_s = self._clock() + self._trust_s
        self._trust_s = min(2 * self._trust_s, _MOST_TRUST_S)
