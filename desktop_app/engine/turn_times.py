"""When the stages of one turn happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import structs

from desktop_app.journal.records import TurnTimes

TurnStage = Literal[
    "speech_end", "commit", "transcript", "first_text", "first_audio", "first_sound", "reply_end"
]


class TurnStopwatch:
    """Notes each stage once: the first time counts.

    Attributes:
        times: What has been noted so far.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.times = TurnTimes()

    def mark(self, stage: TurnStage, at_s: float | None = None) -> None:
        """Note that the stage was reached, now or at a monotonic second measured elsewhere."""
        if getattr(self.times, stage) is None:
            seen = self._now() if at_s is None else at_s
            self.times = structs.replace(self.times, **{stage: seen})
