"""Threads and messages found, made into the rows of the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from desktop_app.journal.records import SearchHit, ThreadRecord
from desktop_app.state.thread_days import Day, Days
from desktop_app.ui.threads import thread_words as words
from desktop_app.ui.threads.thread_rows import Row


class _Made(NamedTuple):
    thread: ThreadRecord
    day: Day
    row: Row
    heading: str


class ListedThreads:
    """Makes rows; what has not changed since the last time is not made again."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, bool], _Made] = {}

    def by_day(self, threads: Iterable[ThreadRecord], now: datetime) -> list[Row]:
        """Pinned threads, then the others under the headings of their days and months."""
        days = Days(now)
        rows: list[Row] = []
        last = ""
        for thread in threads:
            day = days.of(thread.updated_at)
            made = self._made_of(thread, day, is_under_day=not thread.is_pinned)
            if made.heading != last:
                last = made.heading
                rows.append(Row(last))
            rows.append(made.row)
        return rows

    def found(
        self, threads: Sequence[ThreadRecord], hits: Sequence[SearchHit], now: datetime
    ) -> list[Row]:
        """Threads found by their titles, then messages found by their words."""
        days = Days(now)
        rows = [Row(words.heading("titles"))] if threads else []
        rows += [
            self._made_of(one, days.of(one.updated_at), is_under_day=False).row for one in threads
        ]
        if hits:
            rows.append(Row(words.heading("found")))
        rows += [
            Row(words.shown_title(hit.title), hit.thread_id, hit.message_id, hit.snippet)
            for hit in hits
        ]
        return rows

    def _made_of(self, thread: ThreadRecord, day: Day, *, is_under_day: bool) -> _Made:
        key = (thread.id, is_under_day)
        made = self._made.get(key)
        if made is None or made.thread != thread or made.day is not day:
            row = _row(thread, day, is_under_day=is_under_day)
            made = self._made[key] = _Made(thread, day, row, _heading(thread, day))
        return made


def _row(thread: ThreadRecord, day: Day, *, is_under_day: bool) -> Row:
    title = words.shown_title(thread.title)
    return Row(
        title,
        thread.id,
        detail=words.when(thread.updated_at, day, is_under_day=is_under_day),
        is_pinned=thread.is_pinned,
        is_unread=thread.is_unread,
        spoken=words.read_out(
            title,
            words.spoken_day(thread.updated_at, day),
            is_unread=thread.is_unread,
            is_pinned=thread.is_pinned,
        ),
    )


def _heading(thread: ThreadRecord, day: Day) -> str:
    if thread.is_pinned:
        return words.heading("pinned")
    if day is Day.OLDER:
        return words.month_heading(thread.updated_at)
    return words.heading(day)
