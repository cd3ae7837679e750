"""What is said while a half duplex server does not listen. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

PIECE_BYTES = 3_200
"""Of sound that is sent afterwards, at a time."""


@dataclass(slots=True)
class _Utterance:
    """One of them.

    Attributes:
        is_begun: Some of its sound has left.
    """

    turn: int
    sound: bytearray = field(default_factory=bytearray)
    is_committed: bool = False
    is_begun: bool = False


class HeldSpeech:
    """Utterances in the order in which they were said, each with its own end.

    Args:
        most_bytes: Sound beyond that is dropped.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._utterances: deque[_Utterance] = deque()

    def __bool__(self) -> bool:
        return bool(self._utterances)

    def append(self, turn: int, pcm: bytes) -> None:
        """More sound of the turn that is being said."""
        if sum(len(one.sound) for one in self._utterances) < self._most_bytes:
            self._said(turn).sound += pcm

    def commit(self, turn: int) -> None:
        """The turn is complete."""
        self._said(turn).is_committed = True

    def drop(self, turn: int) -> bool:
        """Forget a turn; False where the server has some of it, and its end must be told."""
        for one in self._utterances:
            if one.turn == turn and not one.is_begun:
                self._utterances.remove(one)
                return True
            if one.turn == turn:
                one.sound.clear()
        return False

    def piece(self) -> bytes:
        """The next sound of the first utterance, or nothing: then ``end`` says how that is."""
        if not self._utterances:
            return b""
        first = self._utterances[0]
        piece = bytes(first.sound[:PIECE_BYTES])
        del first.sound[:PIECE_BYTES]
        first.is_begun = True
        return piece

    def end(self) -> bool:
        """Leave the first utterance, all of whose sound has gone; whether it is complete."""
        return bool(self._utterances) and self._utterances.popleft().is_committed

    def _said(self, turn: int) -> _Utterance:
        for one in self._utterances:
            if one.turn == turn:
                return one
        self._utterances.append(_Utterance(turn))
        return self._utterances[-1]
