"""Whether the peer at the other end of an open line is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from desktop_app.engine.inputs import Input, LineResumed, LineStalled
from desktop_app.engine.ports import Time, Timer, Transport
from desktop_app.errors import NetworkError

BUSY_EVERY_S = 0.9
IDLE_EVERY_S = 5.0
_BUSY_S = 15.0
"""How long after a word of either side a line counts as busy."""

STALLED_AFTER_S = 1.0
"""Within two seconds of the last word of a busy peer, it is told."""

LOST_AFTER_S = 10.0
_SOON_S = 0.001  # nearer is now
_WAITED_S = 0.02  # less may have been anything


class LineLife:
    """Asks for a sign of life where none came by itself. Loop thread only.

    A peer that does not answer soon is told as stalled: a wireless network may be away
    for so long, and nothing is lost yet. After ten it counts as gone. Each of its words is an
    answer, too: what was asked for may come far behind them.

    Args:
        transport: The open line.
        tell: Takes LineStalled and LineResumed.
        is_needed: Whether a turn runs: then it is busy, too, however long nobody says a word.

    Attributes:
        is_kept_waiting: What the peer said waits with us, and its answer may be behind that.
    """

    def __init__(
        self,
        transport: Transport,
        tell: Callable[[Input], None],
        time: Time,
        is_needed: Callable[[], bool] = lambda: False,
    ) -> None:
        self.is_kept_waiting = False
        self._is_needed = is_needed
        self._transport = transport
        self._tell = tell
        self._time = time
        self._heard_s = self._spoke_s = time.now()
        self._is_stalled = self._is_told = False
        self._is_silent = asyncio.Event()
        self._timers: dict[float, Timer] = {}  # by how long they wait for a word

    def heard(self) -> None:
        """The peer said something."""
        self._heard_s = self._time.now()
        if self._is_stalled:
            self._is_stalled = False
            self._resume()
            self._wait(STALLED_AFTER_S, self._stall)

    def spoke(self, waited_s: float = 0.0) -> None:
        """Something was said to the peer.

        Args:
            waited_s: How long the way to it was full; that it is not any more shows that the peer
                takes what is sent, though an answer is still behind all that.
        """
        self._spoke_s = self._time.now()
        if waited_s >= _WAITED_S:
            self.heard()

    async def ask(self) -> None:
        """Ask until cancelled; nothing is told from then on, whatever is still heard.

        Raises:
            NetworkError: What the transport found.
        """
        asked_s = self._time.now()
        while True:
            last_s = max(self._heard_s, self._spoke_s)
            is_busy = self._time.now() - last_s < _BUSY_S or self._is_needed()
            every_s = BUSY_EVERY_S if is_busy else IDLE_EVERY_S
            wait_s = max(self._heard_s, asked_s) + every_s - self._time.now()
            if wait_s > 0:
                await self._time.sleep(min(wait_s, BUSY_EVERY_S))  # it may be busy by then
                continue
            asked_s = self._time.now()
            await self._ask()

    async def until_silent(self) -> None:
        """Wait for as long as the peer answers.

        Raises:
            NetworkError: ``line.silent``: it has not for LOST_AFTER_S.
        """
        await self._is_silent.wait()
        raise NetworkError("line.silent", "The server does not answer any more.", retryable=True)

    def leave(self) -> None:
        """Nobody needs it any more: it is not stalled for anybody."""
        if self._is_told:
            self._resume()

    async def _ask(self) -> None:
        self._wait(STALLED_AFTER_S, self._stall)
        self._wait(LOST_AFTER_S, self._is_silent.set)
        try:
            await self._transport.sign_of_life()
        finally:
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()
            was_stalled, self._is_stalled = self._is_stalled, False
        if was_stalled:
            self._resume()

    def _wait(self, patience_s: float, give_up: Callable[[], None]) -> None:
        """Give up when nothing has come for so long from now on, unless it waits with us."""
        asked_s = self._time.now()

        def look() -> None:
            now_s = self._time.now()
            since_s = now_s if self.is_kept_waiting else max(self._heard_s, asked_s)
            left_s = since_s + patience_s - now_s
            if left_s > _SOON_S:
                self._timers[patience_s] = self._time.after(left_s, look)
            else:
                give_up()

        self._timers[patience_s] = self._time.after(patience_s, look)

    def _stall(self) -> None:
        self._is_stalled = self._is_told = True
        self._tell(LineStalled())

    def _resume(self) -> None:
        self._is_told = False
        self._tell(LineResumed())
