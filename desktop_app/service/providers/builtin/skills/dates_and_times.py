"""Tells times and dates, here and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from desktop_app.service.providers.builtin.skills.calendar_words import WEEKDAYS, named_day, say_day
from desktop_app.service.providers.builtin.skills.places import all_places

_TIME = re.compile(
    r"(?:what time is it|what time it is|what is the time|what's the time|the time|what's time"
    r"|what is the current time|what time do we have|current time|time)"
    r"(?: right now| now| currently)?(?: in (?P<place>[^\d]{2,40}?))?(?: right now| now)?"
)
_DAY = re.compile(
    r"(?:what|which) (?:day|weekday|day of the week) (?:is it|is|was|will it be|will be)"
    r"(?: (?P<day>.+))?"
)
_DATE = re.compile(
    r"(?:(?:what is|what's|whats|tell me|what will be) )?(?:(?:the|today's|todays) date"
    r"|what date (?:is it|is|will it be)|what date it is)(?: (?P<day>.+))?"
)
_TODAY = ("what is today", "what's today", "whats today")
_UNTIL = re.compile(
    r"how (?:many (?P<unit>days|weeks)|long)(?: are| is| it is| is it| left)?(?: there)?(?: left)?"
    r"(?: it is)? (?:until|till|til|to|before) (?P<day>.+)"
)
_WHEN = re.compile(r"(?:when is|what date is) (?P<day>.+)")
_WRITTEN = {"the": "the", "of": "of", "and": "and", "uk": "UK", "utc": "UTC"}
_YEAR = re.compile(r"what (?P<what>year|month) (?:is it|is this)(?: now)?")


class Clock:
    """Answers questions about times and dates. The first place name reads the zone table."""

    def __init__(self) -> None:
        self._places: Mapping[str, str] = {}

    def answer(self, text: str, now: datetime) -> str | None:
        """A sentence, or None when ``text`` asks for no time or date.

        Args:
            text: Lower case, without punctuation at its end.
            now: With a time zone.
        """
        if len(text) > 120:
            return None
        if found := _TIME.fullmatch(text):
            return self._time(found["place"], now)
        try:
            return _about_days(text, now.date())
        except OverflowError:
            return "That is too far away for my calendar."

    def _time(self, place: str | None, now: datetime) -> str:
        if place is None or place in ("here", "my place"):
            return f"It is {_clock(now)}."
        self._places = self._places or all_places()
        name = " ".join(_WRITTEN.get(word, word.capitalize()) for word in place.split())
        zone = self._places.get(place) or self._places.get(place.removeprefix("the "))
        if zone is None:
            return f"I do not know the time zone of {name}."
        there = now.astimezone(ZoneInfo(zone))
        day = "" if there.date() == now.date() else f" on {WEEKDAYS[there.weekday()].capitalize()}"
        return f"It is {_clock(there)}{day} in {name}."


def _clock(time: datetime) -> str:
    return f"{time.hour % 12 or 12}:{time.minute:02d} {'AM' if time.hour < 12 else 'PM'}"


def _about_days(text: str, today: date) -> str | None:
    if text in _TODAY:
        return f"Today is {say_day(today)}."
    if found := _YEAR.fullmatch(text):
        return f"It is {today.year if found['what'] == 'year' else today.strftime('%B %Y')}."
    for form in (_DAY, _DATE):
        if found := form.fullmatch(text):
            return _which_day(found["day"], today)
    if found := _UNTIL.fullmatch(text):
        return _until(found["day"], found["unit"] or "days", today)
    if (found := _WHEN.fullmatch(text)) and (day := named_day(found["day"], today)):
        return f"It is on {say_day(day)}."
    return None


def _which_day(words: str | None, today: date) -> str | None:
    words = re.sub(r"^(?:it |on )", "", words or "today")
    day = named_day(words, today)
    if day is None:
        return None
    if day == today:
        return f"Today is {say_day(day)}."
    verb = "was" if day < today else "is"
    said = words if words in ("tomorrow", "yesterday") else "that"
    return f"{said.capitalize()} {verb} {say_day(day)}."


def _until(words: str, unit: str, today: date) -> str | None:
    day = named_day(words, today)
    if day is None:
        return None
    days = (day - today).days
    name = say_day(day, with_year=day.year != today.year)
    if days == 0:
        return "That is today."
    if days < 0:
        return f"That was {_counted(-days, 'day')} ago, on {name}."
    if unit == "weeks":
        weeks, rest = divmod(days, 7)
        parts = [_counted(weeks, "week")] * (weeks > 0) + [_counted(rest, "day")] * (rest > 0)
        return f"It is {' and '.join(parts)} until {name}."
    return f"It is {_counted(days, 'day')} until {name}."


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
