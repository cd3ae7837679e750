"""Answers of threads that were read lately, as bytes, so that asking again costs one row."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

MOST_BYTES = 16 << 20


class EncodedThreads:
    """The last ones asked for, up to ``most_bytes`` in all. The event loop's only.

    Whatever changes a thread's answer changes its version: what is kept needs no telling, and a
    second process on the same folder none either.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[tuple[Any, ...], bytes]] = OrderedDict()

    def get(self, thread_id: str, version: tuple[Any, ...]) -> bytes | None:
        """The answer, if it was kept of this version."""
        kept = self._kept.get(thread_id)
        if kept is None or kept[0] != version:
            return None
        self._kept.move_to_end(thread_id)
        return kept[1]

    def keep(self, thread_id: str, version: tuple[Any, ...], body: bytes) -> None:
        """Keep it, and forget what has not been asked for longest."""
        self._forget(thread_id)
        self._kept[thread_id] = version, body
        self._bytes += len(body)
        while self._bytes > self._most_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, thread_id: str) -> None:
        if (kept := self._kept.pop(thread_id, None)) is not None:
            self._bytes -= len(kept[1])
