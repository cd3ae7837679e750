"""How much sound to gather before playing, learnt from how late it came."""

from __future__ import annotations

_MOST_S = 0.4
_PAUSE_S = 1.0
_HALVES_EVERY_S = 20.0


class Cushion:
    """The largest lateness seen lately; nothing while sound comes ahead of real time.

    Lateness is how much later a chunk arrives than the sound before it lasts, counted from the
    turn's first chunk. More than a second is no jitter but a pause, and starts the count anew.
    """

    def __init__(self) -> None:
        self._target_s = 0.0
        self._set_at_s = 0.0
        self._due_s: float | None = None

    def begin(self) -> None:
        """A new turn: its first chunk sets the pace."""
        self._due_s = None

    def arrived(self, at_s: float, duration_s: float) -> None:
        """Take note of a chunk that came at ``at_s`` (monotonic) and lasts ``duration_s``."""
        if self._due_s is None or at_s - self._due_s > _PAUSE_S:
            self._due_s = at_s
        late_s = at_s - self._due_s
        if late_s > self.target_s(at_s):
            self._target_s = min(late_s, _MOST_S)
            self._set_at_s = at_s
        self._due_s += duration_s

    def target_s(self, at_s: float) -> float:
        """Seconds of sound to gather before playing; eases off over a minute."""
        return float(self._target_s * 0.5 ** ((at_s - self._set_at_s) / _HALVES_EVERY_S))
