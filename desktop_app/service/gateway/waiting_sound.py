"""How much of what a client says may wait to be heard."""

from __future__ import annotations

from desktop_app.errors import InputError

WAITING_LIMIT_S = 60
"""Sound kept while speech to text is not ready, or slower than the speaker."""

WAITING_PIECES = 10_000
"""Pieces of sound, and marks between them: the smallest weighs nothing and takes room."""


class WaitingSound:
    """Counts what waits; who keeps it is somebody else.

    Args:
        rate_hz: Of the sound, s16le mono.
    """

    def __init__(self, rate_hz: int) -> None:
        self._most_bytes = WAITING_LIMIT_S * rate_hz * 2
        self._bytes = 0
        self._pieces = 0

    def add(self, size_bytes: int = 0) -> None:
        """One piece more, or a mark.

        Raises:
            InputError: ``audio.overflow``: too much waits already; this one does not.
        """
        if self._pieces >= WAITING_PIECES or self._bytes + size_bytes > self._most_bytes:
            raise InputError(
                "audio.overflow",
                f"More than {WAITING_LIMIT_S} s of sound wait for speech to text; some was lost.",
            )
        self._pieces += 1
        self._bytes += size_bytes

    def remove(self, size_bytes: int = 0) -> None:
        """One that was added waits no more."""
        self._pieces -= 1
        self._bytes -= size_bytes
