"""Notices when what was understood is what was just said by the reply itself."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from difflib import SequenceMatcher

_REMEMBERED_WORDS = 400
_LEAST_WORDS = 4  # people do repeat a few words of what they hear
_SHARE = 0.8
_RINGS_FOR_S = 1.5
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
        self._sounded_s = float("-inf")
        self._is_suspect = False

    def spoke(self, delta: str) -> None:
        """More text of a reply that is spoken."""
        *whole, self._rest = re.split(r"(?<=\W)(?=\w)", self._rest + delta)
        for part in whole:
            self._spoken.extend(_words(part))

    def sounded(self) -> None:
        """The reply is being heard now."""
        self._sounded_s = self._now()

    def began(self) -> None:
        """An utterance begins."""
        self._is_suspect = self._now() - self._sounded_s < _RINGS_FOR_S

    def is_echo(self, transcript: str) -> bool:
        """Whether these final words are the reply's own.

        Only of an utterance that began while the reply sounded, or just after; at least four
        words, and four of five must be the reply's, in its order.
        """
        heard = _words(transcript)
        if not self._is_suspect or len(heard) < _LEAST_WORDS:
            return False
        spoken = [*self._spoken, *_words(self._rest)]
        blocks = SequenceMatcher(None, spoken, heard, autojunk=False).get_matching_blocks()
        return sum(block.size for block in blocks) >= _SHARE * len(heard)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
