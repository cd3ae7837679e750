"""Which heading of the thread list a thread belongs under."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Day(StrEnum):
    """Headings, newest first; older threads stand under their month."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    OLDER = "older"


_REACH = ((Day.TODAY, 0), (Day.YESTERDAY, 1), (Day.WEEK, 7), (Day.MONTH, 30))


class Days:
    """The headings as they are at one moment, by calendar days of ``now``'s local time."""

    def __init__(self, now: datetime) -> None:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._begins = [
            (day, (midnight - timedelta(days=reach)).timestamp()) for day, reach in _REACH
        ]

    def of(self, updated_at: float) -> Day:
        """The heading for a Unix time."""
        for day, begins_at in self._begins:
            if updated_at >= begins_at:
                return day
        return Day.OLDER
