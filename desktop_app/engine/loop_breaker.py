"""Notices when what was understood is what was just said by the reply itself."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from difflib import SequenceMatcher

_REMEMBERED_WORDS = 400  # of one reply
_LEAST_WORDS = 4  # people do repeat a few words of what they hear
_SHARE = 0.8
_RINGS_FOR_S = 1.5
_OVER_AFTER_S = 0.5  # without sound; a detector tells of speech this late at most
_RINGING_WORDS = 6  # what may still ring of a reply that is over
_WORD = re.compile(r"\w+")


class LoopBreaker:
    """The last line of defence against a reply that answers itself. Loop thread only.

    Args:
        now: Monotonic seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._spoken: deque[str] = deque(maxlen=_REMEMBERED_WORDS)
        self._rest = ""
        self._turn = 0
        self._sounded_s = self._ended_s = float("-inf")
        self._is_suspect = self._is_over = False
        self._meant = 0

    def spoke(self, turn: int, delta: str) -> None:
        """More text of a reply that is spoken; a new turn's takes the place of the one before."""
        if turn != self._turn:
            self._turn, self._rest = turn, ""
            self._spoken.clear()
        *whole, self._rest = re.split(r"(?<=\W)(?=\w)", self._rest + delta)
        for part in whole:
            self._spoken.extend(_words(part))

    def sounded(self) -> None:
        """The reply is being heard now."""
        self._sounded_s = self._now()

    def began(self) -> None:
        """An utterance begins."""
        silent_s = self._now() - self._sounded_s
        self._is_suspect = silent_s < _RINGS_FOR_S
        self._is_over = silent_s > _OVER_AFTER_S
        self._ended_s = float("-inf")

    def ended(self, speech_end_s: float) -> None:
        """Its last voiced sample was heard at that monotonic second."""
        self._ended_s = speech_end_s

    def meant(self, turn: int) -> None:
        """Nobody but a person begins this turn: they hold the talk key, or ask for it once more."""
        self._meant = turn

    def is_echo(self, turn: int, transcript: str) -> bool:
        """Whether these final words of a turn are the reply's own.

        Only of an utterance that began while the reply sounded, or just after, and did not go on
        for long when it was silent; at least four words, and four of five must be the reply's, in
        its order. After a reply only its last words can still ring: a person who says at once what
        it said is a person.
        """
        if self._ended_s - self._sounded_s > _RINGS_FOR_S:
            return False
        heard = _words(transcript)
        if turn == self._meant or not self._is_suspect or len(heard) < _LEAST_WORDS:
            return False
        spoken = [*self._spoken, *_words(self._rest)]
        if self._is_over:
            spoken = spoken[-_RINGING_WORDS:]
        blocks = SequenceMatcher(None, spoken, heard, autojunk=False).get_matching_blocks()
        return sum(block.size for block in blocks) >= _SHARE * len(heard)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
