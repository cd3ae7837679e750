"""Wakes an event loop from a sound card's thread."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from io import FileIO
from typing import NamedTuple

_TOKEN = (1).to_bytes(8, sys.byteorder)  # what a counter of the system counts by


class _Channel(NamedTuple):
    """From one thread to the loop's: what is given makes ``fileno`` readable, until it is taken."""

    fileno: int
    give: Callable[[bytes], object]
    take: Callable[[bytearray], object]
    files: tuple[FileIO | socket.socket, ...]

    def close(self) -> None:
        for file in self.files:
            file.close()


class LoopWaker:
    """Has a loop call a function; what is asked for before it does so is one call.

    ``call_soon_threadsafe`` costs twice as much: a handle and a context for each call, and a pipe
    that the loop reads until nothing is left. It serves where a loop watches no files, as on
    Windows, or no more can be opened.

    Args:
        loop: The running one.

    Attributes:
        call: What is called, on the loop's thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
        self._loop = loop
        self.call = call
        self._is_woken = False
        self._is_closed = False
        self._channel: _Channel | None = None
        self._taken = bytearray(len(_TOKEN))
        try:
            channel = _opened()
        except OSError:  # no more files may be open
            return
        try:
            loop.add_reader(channel.fileno, self._on_readable)
        except NotImplementedError:  # the loop of Windows watches none
            channel.close()
        else:
            self._channel = channel

    def wake(self) -> None:
        """Any thread; never blocks or raises."""
        if self._is_woken or self._is_closed:
            return
        self._is_woken = True
        try:
            if self._channel is not None:
                self._channel.give(_TOKEN)
            else:
                self._loop.call_soon_threadsafe(self._on_woken)
        except (OSError, ValueError, RuntimeError):  # not "suppress": three calls more
            pass  # because it, or the loop, is being closed

    def close(self) -> None:
        """Call nothing any more. Loop only; idempotent."""
        was_closed, self._is_closed = self._is_closed, True
        if self._channel is not None and not was_closed:
            self._loop.remove_reader(self._channel.fileno)
            self._channel.close()

    def _on_readable(self) -> None:
        assert self._channel is not None
        self._channel.take(self._taken)
        self._is_woken = False  # first: what comes from here on is another call
        self.call()

    def _on_woken(self) -> None:
        self._is_woken = False
        if not self._is_closed:
            self.call()


def _opened() -> _Channel:
    """What costs both threads least here.

    Raises:
        OSError: No more files may be open.
    """
    if sys.platform == "linux" and hasattr(os, "eventfd"):
        # A file, not its number alone: who gives late finds it closed, not another in its place.
        counter = FileIO(os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC), "r+b")
        return _Channel(counter.fileno(), counter.write, counter.readinto, (counter,))
    outlet, inlet = socket.socketpair()
    outlet.setblocking(False)
    inlet.setblocking(False)
    return _Channel(outlet.fileno(), inlet.send, outlet.recv_into, (outlet, inlet))
