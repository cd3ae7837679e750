"""Frames that no well-behaved peer sends, and some that it does, in any order; by seed."""

from __future__ import annotations

import json
import random
from typing import Any, NamedTuple

Frame = str | bytes

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, 1e308, 2**63, -(2**70)),
    *("", "a", "pcm_16000", "pcm_24000", "mp3_44100_128", "AAAA", "AA=", "\u0000", "\ud83d\ude00"),
    *("manual", "vad", "x" * 5_000, [], [[]], {}, {"a": {"b": [None]}}, [{"type": "x"}] * 50),
)


class Grammar(NamedTuple):
    """The words of one kind of socket: names of messages, and of their fields."""

    types: tuple[str, ...]
    fields: tuple[str, ...]

    @classmethod
    def of(cls, types: str, fields: str) -> Grammar:
        """From words between spaces."""
        return cls(tuple(types.split()), tuple(fields.split()))


class Noise:
    """Makes frames for one kind of socket.

    Args:
        seed: The same frames for the same seed.
        grammar: What the peer knows.
    """

    def __init__(self, seed: int, grammar: Grammar) -> None:
        self._random = random.Random(seed)
        self._types, self._fields = grammar

    def frames(self, count: int) -> list[Frame]:
        """So many of them."""
        makers = (self._bytes, self._text, self._message, self._message, self._message, self._cut)
        return [self._random.choice(makers)() for _ in range(count)]

    def _bytes(self) -> Frame:
        return self._random.randbytes(self._random.choice((0, 1, 639, 640, 3_200, 9_999)))

    def _text(self) -> Frame:
        pool = '{}[]",:\\ \n0aé\u202e\U0001f600'
        return "".join(self._random.choices(pool, k=self._random.randrange(60)))

    def _message(self) -> Frame:
        kind = self._random.choice((*self._types, "unknown", 7, None))
        names = self._random.sample(self._fields, self._random.randrange(len(self._fields)))
        body = {name: self._value() for name in names}
        return json.dumps({"type": kind, **body})

    def _value(self, depth: int = 0) -> Any:
        if depth < 2 and self._random.random() < 0.3:
            names = self._random.sample(self._fields, min(4, len(self._fields)))
            return {name: self._value(depth + 1) for name in names}
        return self._random.choice(_VALUES)

    def _cut(self) -> Frame:
        whole = self._message()
        return whole[: self._random.randrange(len(whole) + 1)]
