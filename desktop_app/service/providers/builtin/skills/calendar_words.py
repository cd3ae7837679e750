"""Days that people name: tomorrow, in three weeks, christmas, the third of march."""

from __future__ import annotations

import re
from datetime import date, timedelta

from desktop_app.service.providers.builtin.skills.numbers_in_words import with_digits

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_FEASTS = {
    "christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24),
    "new year": (1, 1), "new years": (1, 1), "new year's": (1, 1), "new years day": (1, 1),
    "new year's day": (1, 1), "new years eve": (12, 31), "new year's eve": (12, 31),
    "halloween": (10, 31), "valentines day": (2, 14), "valentine's day": (2, 14),
}  # fmt: skip
_MONTH = f"(?P<month>{'|'.join(MONTHS)})"
_DAY = r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(rf"{_MONTH} {_DAY}(?:,? (?P<year>\d{{4}}))?"),
    re.compile(rf"{_DAY} (?:of )?{_MONTH}(?:,? (?P<year>\d{{4}}))?"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
)
_AHEAD = re.compile(r"(?:in )?(\d{1,9}) (day|week)s?(?: from (?:now|today))?")
_AGO = re.compile(r"(\d{1,9}) (day|week)s? ago")
_NEAR = {"today": 0, "tomorrow": 1, "the day after tomorrow": 2, "yesterday": -1}


def named_day(words: str, today: date) -> date | None:
    """The day that ``words`` name, from ``today`` on where no year is said; None for no day."""
    words = with_digits(_with_numbers(words.strip()))
    words = re.sub(r"^in an? (day|week)$", r"in 1 \1", words)
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    if words in _FEASTS:
        return _next(today, *_FEASTS[words])
    bare = re.sub(r"^(?:next|this|on) ", "", words)
    if bare in WEEKDAYS:
        return today + timedelta(days=(WEEKDAYS.index(bare) - today.weekday() - 1) % 7 + 1)
    return _relative(words, today) or _written(words, today)


def say_day(day: date, *, with_year: bool = True) -> str:
    """``Saturday, November 21, 2026``."""
    year = f", {day.year}" if with_year else ""
    weekday, month = WEEKDAYS[day.weekday()], MONTHS[day.month - 1]
    return f"{weekday.capitalize()}, {month.capitalize()} {day.day}{year}"


def _relative(words: str, today: date) -> date | None:
    found = _AHEAD.fullmatch(words)
    sign = 1
    if found is None:
        found, sign = _AGO.fullmatch(words), -1
    if found is None:
        return None
    count = int(found[1]) * (7 if found[2] == "week" else 1)
    return today + timedelta(days=sign * count)


def _written(words: str, today: date) -> date | None:
    for form in _DATES:
        if found := form.fullmatch(words):
            month = found["month"]
            number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
            if found["year"] is None:
                return _next(today, number, int(found["day"]))
            return _day(int(found["year"]), number, int(found["day"]))
    return None


def _next(today: date, month: int, day: int) -> date | None:
    """The next such day; February 29 may be years away."""
    days = (_day(today.year + ahead, month, day) for ahead in range(9))
    return next((each for each in days if each is not None and each >= today), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _with_numbers(words: str) -> str:
    """``march twenty first`` -> ``march 21``."""
    out: list[str] = []
    for word in words.split():
        is_ordinal = word in _ORDINALS or word == "thirtieth"
        number = _ORDINALS.index(word) + 1 if word in _ORDINALS else 30
        if is_ordinal and out and out[-1] in ("twenty", "thirty") and number < 10:
            out[-1] = str((20 if out[-1] == "twenty" else 30) + number)
        else:
            out.append(str(number) if is_ordinal else word)
    return " ".join(out)
