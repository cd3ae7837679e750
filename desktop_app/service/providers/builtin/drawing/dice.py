"""Chance that falls the same way each time for the same words, on every computer."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

_Option = TypeVar("_Option")


class Dice:
    """Numbers drawn from a hash of ``words``."""

    def __init__(self, *words: str) -> None:
        digest = hashlib.sha256("\x1f".join(words).encode()).digest()
        # Its ``random()`` is promised to stay as it is; everything else here is made from it.
        self._random = random.Random(int.from_bytes(digest, "big"))

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` up to, but not including, ``high``."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number, both bounds included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, options: Sequence[_Option]) -> _Option:
        """One of them."""
        return options[self.whole(0, len(options) - 1)]
