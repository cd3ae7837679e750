"""Times and days as people read them: one way in the whole window, by their language."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QDate, QLocale, QTime

from desktop_app.prose import tr, tr_in

_LAST_S = datetime(3000, 12, 30, tzinfo=UTC).timestamp()
"""Windows knows no local time after the year 3000, and raises for one."""


def moment_of(unix_s: float) -> datetime:
    """A Unix time here; what no calendar has, as an archive or a wrong clock may, is its end."""
    return datetime.fromtimestamp(min(max(unix_s, 0.0), _LAST_S))


def clock(moment: datetime) -> str:
    """``17:05``, or ``5:05 PM`` where people write it so."""
    return QLocale().toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)


def day(moment: datetime) -> str:
    """``26 November 2026``."""
    return _dated(moment, tr_in("pattern of a day, see QDate", "d MMMM yyyy"))


def short_day(moment: datetime) -> str:
    """``26 Nov``; the year is known from elsewhere."""
    return _dated(moment, tr_in("pattern of a day, see QDate", "d MMM"))


def day_and_clock(moment: datetime) -> str:
    """``26 November 2026, 17:05``."""
    return tr("{day}, {time}").format(day=day(moment), time=clock(moment))


def _dated(moment: datetime, pattern: str) -> str:
    return QLocale().toString(QDate(moment.year, moment.month, moment.day), pattern)
