"""When to begin playing what comes bit by bit, learnt from how late it came."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

_MOST_S = 0.5
_LEAST_S = 0.002
_SPARE_S = 0.01
_PAUSE_S = 1.0
_HOLDS_S = 60.0
_EASES_OFF_S = 60.0


class _Lateness(NamedTuple):
    late_s: float
    at_s: float


class Cushion:
    """The largest lateness of the last minute; nothing while sound comes ahead of real time.

    Whoever begins so much later than the sound was due never runs dry on a link that gets no worse;
    how long its chunks are does not matter. A turn on a link that is known to be at real pace
    begins one period of a card later still: neither a card nor the ends of a link are on time to
    the millisecond. While nobody knows the pace, nothing waits.

    Lateness is how much later a chunk arrives than the sound before it lasts, counted from the
    turn's first chunk. More than a second is no jitter but a pause, and starts the count anew.
    Bursts are rare: what was learnt is kept for a minute and eases off over another one.
    """

    def __init__(self) -> None:
        self._largest: deque[_Lateness] = deque()  # each larger than all that came after it
        self._due_s: float | None = None
        self._early_s = 0.0

    def begin(self) -> None:
        """A new turn: its first chunk sets the pace."""
        self._due_s = None

    def arrived(self, at_s: float, duration_s: float) -> None:
        """Take note of a chunk that came at ``at_s`` (monotonic) and lasts ``duration_s``."""
        if self._due_s is None or at_s - self._due_s > _PAUSE_S:
            self._due_s = at_s
        elif (late_s := at_s - self._due_s) > -_SPARE_S:
            self._note(_Lateness(min(max(late_s, _LEAST_S), _MOST_S), at_s))
        self._early_s = max(0.0, self._due_s - at_s)
        self._due_s += duration_s

    def begin_s(self, at_s: float, waiting_s: float, *, is_heard: bool) -> float:
        """From when on it is safe to play, where so much waits right after ``arrived``.

        What waits lasts until the next chunk is there, if that is as late as the latest one was.

        Args:
            at_s: Now, monotonic.
            waiting_s: How much sound waits.
            is_heard: Whether some of the turn has sounded: then it goes on without a spare period.
        """
        due_s = at_s if self._due_s is None else self._due_s - self._early_s
        lateness_s = self.lateness_s(at_s)
        spare_s = _SPARE_S if lateness_s and not is_heard else 0.0
        return due_s + lateness_s + spare_s - waiting_s

    def lateness_s(self, at_s: float) -> float:
        """What must be reckoned with at ``at_s``."""
        if not self._largest:
            return 0.0
        return max(one.late_s * _weight(at_s - one.at_s) for one in self._largest)

    def _note(self, seen: _Lateness) -> None:
        largest = self._largest
        while largest and seen.at_s - largest[0].at_s > _HOLDS_S + _EASES_OFF_S:
            largest.popleft()
        while largest and largest[-1].late_s <= seen.late_s + _LEAST_S:
            largest.pop()
        largest.append(seen)


def _weight(age_s: float) -> float:
    return min(1.0, max(0.0, 1.0 - (age_s - _HOLDS_S) / _EASES_OFF_S))
