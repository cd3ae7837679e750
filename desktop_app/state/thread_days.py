"""Which heading of the thread list a thread belongs under."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Day(StrEnum):
    """Headings, newest first."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    OLDER = "older"


def day_of(updated_at: float, now: datetime) -> Day:
    """The heading for a Unix time, by calendar days of ``now``'s local time."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moment = datetime.fromtimestamp(updated_at, tz=now.tzinfo)
    if moment >= midnight:
        return Day.TODAY
    if moment >= midnight - timedelta(days=1):
        return Day.YESTERDAY
    if moment >= midnight - timedelta(days=7):
        return Day.WEEK
    return Day.OLDER
