"""How a person, a system or a parent ends a service."""

from __future__ import annotations

import asyncio
import signal


def stop_on_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set ``stop`` on SIGINT and SIGTERM. Main thread only."""
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def end_from_thread(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set ``stop``; any thread, after the loop's end too."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop.set)
