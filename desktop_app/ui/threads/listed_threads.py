"""Threads and messages found, made into the rows of the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from desktop_app.journal.records import SearchHit, ThreadRecord
from desktop_app.state.thread_days import Day, Days
from desktop_app.ui import moments
from desktop_app.ui.threads import thread_words as words
from desktop_app.ui.threads.thread_rows import Row


class _Made(NamedTuple):
    thread: ThreadRecord
    day: Day
    row: Row


class ListedThreads:
    """Makes rows; what has not changed since the last time is not made again."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], _Made] = {}
        self._headings: dict[tuple[int, int], str] = {}  # by year and month
        self._dates: dict[tuple[int, int], str] = {}  # by month and day

    def by_day(self, threads: Iterable[ThreadRecord], now: datetime) -> list[Row]:
        """Pinned threads, then the others under the headings of their days and months."""
        days = Days(now)
        rows: list[Row] = []
        last = ""
        for thread in threads:
            day = days.of(thread.updated_at)
            heading = self._heading(thread, day)
            if heading != last:
                last = heading
                rows.append(Row(last))
            rows.append(self._row_of(thread, day, is_under_day=not thread.is_pinned))
        return rows

    def found(
        self, threads: Sequence[ThreadRecord], hits: Sequence[SearchHit], now: datetime
    ) -> list[Row]:
        """Threads found by their titles, then messages found by their words."""
        days = Days(now)
        rows = [Row(words.heading("titles"))] if threads else []
        rows += [self._row_of(one, days.of(one.updated_at), is_under_day=False) for one in threads]
        if hits:
            rows.append(Row(words.heading("found")))
        rows += [
            Row(words.shown_title(hit.title), hit.thread_id, hit.message_id, hit.snippet)
            for hit in hits
        ]
        return rows

    def _row_of(self, thread: ThreadRecord, day: Day, *, is_under_day: bool) -> Row:
        key = (thread.id, is_under_day)
        made = self._made.get(key)
        if made is None or made.day is not day or made.thread != thread:
            row = self._made_row(thread, day, is_under_day=is_under_day)
            made = self._made[key] = _Made(thread, day, row)
        return made.row

    def _made_row(self, thread: ThreadRecord, day: Day, *, is_under_day: bool) -> Row:
        title = words.shown_title(thread.title)
        return Row(
            title,
            thread.id,
            detail=self._when(thread.updated_at, day, is_under_day=is_under_day),
            is_pinned=thread.is_pinned,
            is_unread=thread.is_unread,
            said=partial(_spoken, thread, title, day),
        )

    def _when(self, updated_at: float, day: Day, *, is_under_day: bool) -> str:
        if day not in (Day.MONTH, Day.OLDER):
            return words.when(updated_at, day, is_under_day=is_under_day)
        moment = moments.moment_of(updated_at)
        date = (moment.month, moment.day)
        if date not in self._dates:
            self._dates[date] = words.when(updated_at, day, is_under_day=is_under_day)
        return self._dates[date]

    def _heading(self, thread: ThreadRecord, day: Day) -> str:
        if thread.is_pinned:
            return words.heading("pinned")
        if day is not Day.OLDER:
            return words.heading(day)
        moment = moments.moment_of(thread.updated_at)
        month = (moment.year, moment.month)
        if month not in self._headings:
            self._headings[month] = words.month_heading(thread.updated_at)
        return self._headings[month]


def _spoken(thread: ThreadRecord, title: str, day: Day) -> str:
    return words.read_out(
        title,
        words.spoken_day(thread.updated_at, day),
        is_unread=thread.is_unread,
        is_pinned=thread.is_pinned,
    )
