"""Remembers in this process alone."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

LIMIT_BYTES = 128 << 20
"""Of all texts together, counted as four bytes a character: then the longest unused go."""


@dataclass(slots=True)
class _Entry:
    lines: deque[str] = field(default_factory=deque)
    characters: int = 0
    until_s: float = 0.0


class MemoryState:
    """Satisfies ``State``.

    Args:
        clock: Monotonic seconds.
        limit_bytes: See ``LIMIT_BYTES``.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, limit_bytes: int = LIMIT_BYTES
    ) -> None:
        self._clock = clock
        self._limit = limit_bytes // 4
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._characters = 0

    async def read(self, key: str) -> str | None:
        """See ``State``."""
        entry = self._known(key)
        return entry.lines[-1] if entry else None

    async def write(self, key: str, text: str, *, keep_s: int) -> None:
        """See ``State``."""
        self._drop(key)
        self._add(key, text, keep_s)

    async def remove(self, key: str) -> None:
        """See ``State``."""
        self._drop(key)

    async def lines(self, key: str) -> list[str]:
        """See ``State``."""
        entry = self._known(key)
        return list(entry.lines) if entry else []

    async def append(self, key: str, line: str, *, keep_s: int, most: int) -> None:
        """See ``State``."""
        self._known(key)
        self._add(key, line, keep_s)
        entry = self._entries.get(key)
        while entry is not None and len(entry.lines) > most:
            self._count(entry, -len(entry.lines.popleft()))

    async def check(self) -> None:
        """It is always there."""

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _known(self, key: str) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.until_s <= self._clock():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def _add(self, key: str, text: str, keep_s: int) -> None:
        entry = self._entries.setdefault(key, _Entry())
        self._entries.move_to_end(key)
        entry.lines.append(text)
        entry.until_s = self._clock() + keep_s
        self._count(entry, len(text))
        while self._characters > self._limit:
            self._drop(next(iter(self._entries)))

    def _count(self, entry: _Entry, characters: int) -> None:
        entry.characters += characters
        self._characters += characters

    def _drop(self, key: str) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._characters -= entry.characters
