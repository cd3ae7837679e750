"""Frames that no well-behaved peer sends, and some that it does, in any order; by seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from websockets.frames import Frame as WsFrame
from websockets.frames import Opcode

Frame = str | bytes

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 1.5, 1e308, 2**63, -(2**70)),
    *("", "a", "pcm_16000", "pcm_24000", "mp3_44100_128", "AAAA", "AA=", "\u0000", "\ud83d\ude00"),
    *("manual", "vad", "x" * 5_000, [], [[]], {}, {"a": {"b": [None]}}, [{"type": "x"}] * 50),
)


class Grammar(NamedTuple):
    """The words of one kind of socket.

    Attributes:
        types, fields: Names of messages, and of their fields.
        tag: The field that says which message it is.
        good: Frames that make sense, each at its time: they come at any.
    """

    types: tuple[str, ...]
    fields: tuple[str, ...]
    tag: str = "type"
    good: tuple[Frame, ...] = ()

    @classmethod
    def of(cls, types: str, fields: str, *, tag: str = "type") -> Grammar:
        """From words between spaces."""
        return cls(tuple(types.split()), tuple(fields.split()), tag)

    def with_good(self, *good: Frame | dict[str, Any]) -> Grammar:
        """The same, which can make sense, too: in most of its frames, in any order."""
        frames = (json.dumps(one) if isinstance(one, dict) else one for one in good)
        return self._replace(good=tuple(frames))


class Noise:
    """Makes frames for one kind of socket.

    Args:
        seed: The same frames for the same seed.
        grammar: What the peer knows.
    """

    def __init__(self, seed: int, grammar: Grammar) -> None:
        self._random = random.Random(seed)
        self._types, self._fields, self._tag, self._good = grammar

    def frames(self, count: int) -> list[Frame]:
        """So many of them."""
        makers = [self._bytes, self._text, self._message, self._message, self._message, self._cut]
        if self._good:
            makers += [self._sensible] * (2 * len(makers))
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
        return json.dumps({self._tag: kind, **body})

    def _sensible(self) -> Frame:
        return self._random.choice(self._good)

    def _value(self, depth: int = 0) -> Any:
        if depth < 2 and self._random.random() < 0.3:
            names = self._random.sample(self._fields, min(4, len(self._fields)))
            return {name: self._value(depth + 1) for name in names}
        return self._random.choice(_VALUES)

    def _cut(self) -> Frame:
        whole = self._message()
        return whole[: self._random.randrange(len(whole) + 1)]


class WireNoise:
    """Makes bytes of a WebSocket's wire around frames: good ones, and what breaks the protocol.

    Args:
        seed: The same bytes for the same seed.
        is_masked: As a client's frames must be, and a server's must not.
    """

    def __init__(self, seed: int, *, is_masked: bool) -> None:
        self._random = random.Random(seed)
        self._is_masked = is_masked

    def pieces(self, frames: Sequence[Frame]) -> list[bytes]:
        """These frames, pings, and now and then what breaks the protocol; cut anywhere."""
        makers: list[Callable[[Frame], bytes]] = [*[self._whole] * 6, self._in_parts, self._control]
        if self._random.random() < 0.5:  # nothing behind it is read
            makers += [self._broken, self._random_bytes]
        return self._cut(b"".join(self._random.choice(makers)(frame) for frame in frames))

    def pieces_of(self, frames: Sequence[Frame]) -> list[bytes]:
        """These frames and nothing else, cut anywhere."""
        return self._cut(b"".join(map(self._whole, frames)))

    def _cut(self, wire: bytes) -> list[bytes]:
        cuts = sorted(self._random.randrange(len(wire) + 1) for _ in range(9))
        return [wire[start:end] for start, end in pairwise((0, *cuts, len(wire)))]

    def _whole(self, frame: Frame) -> bytes:
        return self._serialized(_opcode(frame), _payload(frame))

    def _in_parts(self, frame: Frame) -> bytes:
        payload = _payload(frame)
        middle = self._random.randrange(len(payload) + 1)
        first = self._serialized(_opcode(frame), payload[:middle], is_last=False)
        between = self._control(frame) if self._random.random() < 0.3 else b""
        return first + between + self._serialized(Opcode.CONT, payload[middle:])

    def _control(self, frame: Frame) -> bytes:
        kind = self._random.choice((Opcode.PING, Opcode.PONG))
        return self._serialized(kind, _payload(frame)[:125])

    def _random_bytes(self, _: Frame) -> bytes:
        return self._random.randbytes(self._random.randrange(40))

    def _broken(self, frame: Frame) -> bytes:
        """A header with anything in it, a close with any code, or a mask where none belongs."""
        payload = _payload(frame)
        kind = self._random.randrange(4)
        if kind == 0:
            return self._random.randbytes(2) + payload[:200]
        if kind == 1:
            return self._serialized(Opcode.CLOSE, self._random.randbytes(2) + payload[:50])
        if kind == 2:
            return bytes((0x82, 0xFF)) + self._random.randbytes(8) + payload
        return WsFrame(_opcode(frame), payload).serialize(mask=not self._is_masked)

    def _serialized(self, kind: Opcode, payload: bytes, *, is_last: bool = True) -> bytes:
        return WsFrame(kind, payload, is_last).serialize(mask=self._is_masked)


def _opcode(frame: Frame) -> Opcode:
    return Opcode.TEXT if isinstance(frame, str) else Opcode.BINARY


def _payload(frame: Frame) -> bytes:
    return frame.encode(errors="surrogatepass") if isinstance(frame, str) else frame
