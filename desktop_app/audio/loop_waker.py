"""Wakes an event loop from a sound card's thread."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable


class LoopWaker:
    """Has a loop call a function; what is asked for before it does so is one call.

    ``call_soon_threadsafe`` costs twice as much: a handle and a context for each call, and a pipe
    that the loop reads until nothing is left. It serves where a loop watches no sockets, as on
    Windows, or there are none.

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
        self._inlet: socket.socket | None = None
        try:
            outlet, inlet = socket.socketpair()
        except OSError:  # no more files may be open
            return
        outlet.setblocking(False)
        inlet.setblocking(False)
        self._outlet = outlet
        try:
            loop.add_reader(outlet, self._on_readable)
        except NotImplementedError:  # the loop of Windows watches none
            inlet.close()
            outlet.close()
        else:
            self._inlet = inlet

    def wake(self) -> None:
        """Any thread; never blocks or raises."""
        if self._is_woken or self._is_closed:
            return
        self._is_woken = True
        try:
            if self._inlet is not None:
                self._inlet.send(b"\0")
            else:
                self._loop.call_soon_threadsafe(self._on_woken)
        except (OSError, RuntimeError):  # not "suppress": three calls more for each frame
            pass  # because it, or the loop, is being closed

    def close(self) -> None:
        """Call nothing any more. Loop only; idempotent."""
        was_closed, self._is_closed = self._is_closed, True
        if self._inlet is not None and not was_closed:
            self._loop.remove_reader(self._outlet)
            self._inlet.close()
            self._outlet.close()

    def _on_readable(self) -> None:
        self._outlet.recv(16)
        self._is_woken = False  # first: what comes from here on is another call
        self.call()

    def _on_woken(self) -> None:
        self._is_woken = False
        if not self._is_closed:
            self.call()
