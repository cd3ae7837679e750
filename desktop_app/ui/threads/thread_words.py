"""What the thread list says: headings, times, rows as they are read out, menus."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QLocale

from desktop_app.prose import mark, tr, tr_n
from desktop_app.state.thread_days import Day
from desktop_app.ui import moments, wording

MENU = {
    "rename": mark("Rename"),
    "pin": mark("Pin to the top"),
    "unpin": mark("Unpin"),
    "unread": mark("Mark as unread"),
    "read": mark("Mark as read"),
    "export": mark("Export…"),
    "delete": mark("Delete thread"),
}
_HEADINGS = {
    "pinned": mark("Pinned"),
    Day.TODAY: mark("Today"),
    Day.YESTERDAY: mark("Yesterday"),
    Day.WEEK: mark("Previous 7 days"),
    Day.MONTH: mark("Previous 30 days"),
    "titles": mark("Threads"),
    "found": mark("In messages"),
}
_SPOKEN = {Day.TODAY: mark("today"), Day.YESTERDAY: mark("yesterday")}
_SHOWN_CHARACTERS = 200  # of a title, wherever it came from
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def heading(name: str) -> str:
    """Heading of a group."""
    return tr(_HEADINGS[name])


def month_heading(updated_at: float) -> str:
    """Heading of the threads of a month that is over, e.g. ``March 2026``."""
    moment = moments.moment_of(updated_at)
    month = QLocale().standaloneMonthName(moment.month)
    return f"{month[:1].upper()}{month[1:]} {moment.year}"


def shown_title(title: str) -> str:
    """A title as one short line, whatever is in it."""
    line = " ".join(title[: 4 * _SHOWN_CHARACTERS].split())
    if not line.isprintable():  # most titles are, and need no look at each character
        line = "".join(one for one in line if one not in _OVERRIDES and not _is_control(one))
    return wording.as_written(line[:_SHOWN_CHARACTERS].strip()) or tr(wording.UNTITLED)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def when(updated_at: float, day: Day, *, is_under_day: bool) -> str:
    """The time at the right of a row: what its heading does not say already."""
    moment = moments.moment_of(updated_at)
    if day is Day.TODAY:
        return moments.clock(moment)
    if day is Day.YESTERDAY:
        return "" if is_under_day else heading(day)
    if day is Day.WEEK:
        return QLocale().dayName(moment.isoweekday(), QLocale.FormatType.ShortFormat)
    return moments.short_day(moment)


def read_out(title: str, day: str, *, is_unread: bool, is_pinned: bool) -> str:
    """A row for a screen reader, e.g. ``Trip to Lisbon, unread, pinned, yesterday``."""
    marks = [tr("unread")] if is_unread else []
    marks += [tr("pinned")] if is_pinned else []
    return ", ".join([title, *marks, day])


def spoken_day(updated_at: float, day: Day) -> str:
    """The day of a row as it is read out."""
    if day in _SPOKEN:
        return tr(_SPOKEN[day])
    moment = moments.moment_of(updated_at)
    if day is Day.WEEK:
        return QLocale().dayName(moment.isoweekday(), QLocale.FormatType.LongFormat)
    return moments.day(moment)


def delete_label(number: int) -> str:
    """The menu's word for deleting so many threads."""
    if number == 1:
        return tr(MENU["delete"])
    return tr_n("Delete {number} thread", "Delete {number} threads", number).format(number=number)
