"""Threads and messages found, as rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QLocale

from desktop_app.journal.records import SearchHit, ThreadRecord
from desktop_app.ui.moments import moment_of
from desktop_app.ui.threads.listed_threads import ListedThreads
from desktop_app.ui.threads.thread_words import shown_title

NOW = datetime(2026, 5, 20, 12, 0)


@pytest.fixture(autouse=True)
def english(qapp):
    before = QLocale(QLocale().name())  # QLocale() itself would change with the default
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


def thread(thread_id: str, when: datetime = NOW, title: str = "", **marks: bool) -> ThreadRecord:
    at = when.timestamp()
    return ThreadRecord(id=thread_id, title=title, created_at=at, updated_at=at, **marks)


def test_threads_stand_under_their_days_and_months():
    threads = (
        thread("p", datetime(2026, 1, 3, 9, 0), "Kept", is_pinned=True),
        thread("a", datetime(2026, 5, 20, 9, 15), "Lisbon"),
        thread("b", datetime(2026, 5, 19, 9, 0)),
        thread("c", datetime(2026, 5, 16, 9, 0)),
        thread("d", datetime(2026, 5, 3, 9, 0)),
        thread("e", datetime(2026, 2, 3, 9, 0)),
        thread("f", datetime(2026, 2, 1, 9, 0)),
    )
    rows = ListedThreads().by_day(threads, NOW)
    assert [row.title for row in rows if row.is_heading] == [
        "Pinned",
        "Today",
        "Yesterday",
        "Previous 7 days",
        "Previous 30 days",
        "February 2026",
    ]
    details = [row.detail for row in rows if not row.is_heading]
    assert details == ["3 Jan", "9:15\u202fAM", "", "Sat", "3 May", "3 Feb", "1 Feb"]


def test_a_row_says_its_marks_and_day():
    yesterday = datetime(2026, 5, 19, 9, 0)
    marked = thread("a", yesterday, "Trip to Lisbon", is_unread=True, is_pinned=True)
    rows = ListedThreads().by_day((marked,), NOW)
    assert rows[1].spoken == "Trip to Lisbon, unread, pinned, yesterday"
    assert rows[1].detail == "Yesterday"


def test_found_messages_follow_found_titles():
    hits = (SearchHit("b", "m", "snippet", 1.0, "Porto"),)
    rows = ListedThreads().found((thread("a", NOW, "Lisbon"),), hits, NOW)
    assert [(row.title, row.message_id, row.detail) for row in rows] == [
        ("Threads", "", ""),
        ("Lisbon", "", "12:00\u202fPM"),
        ("In messages", "", ""),
        ("Porto", "m", "snippet"),
    ]


def test_rows_of_threads_that_did_not_change_are_the_same():
    listed, known = ListedThreads(), thread("a", NOW, "Lisbon")
    before = listed.by_day((known,), NOW)
    after = listed.by_day((known, thread("b")), NOW)
    assert after[1] is before[1]
    renamed = listed.by_day((thread("a", NOW, "Porto"),), NOW)
    assert renamed[1].title == "Porto"
    tomorrow = listed.by_day((known,), datetime(2026, 5, 21, 12, 0))
    assert tomorrow[0].title == "Yesterday"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", "New thread"),
        (" \n\t ", "New thread"),
        ("\x00\x1b", "New thread"),
        ("Two\nlines\r\n here", "Two lines here"),
        ("evil\u202egnp.exe", "Evilgnp.exe"),
        ("今日の天気", "今日の天気"),
        ("رحلة إلى لشبونة", "رحلة إلى لشبونة"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
    ],
)
def test_no_title_breaks_its_line(title, shown):
    assert shown_title(title) == shown


def test_a_title_of_any_length_is_cut():
    assert len(shown_title("x" * 200_000)) == 200
    assert shown_title("\n" * 200_000) == "New thread"


@pytest.mark.parametrize("moment", [1e308, -1e308, float("inf")])
def test_a_time_that_no_calendar_has_leaves_the_list_as_it_is(moment):
    """An archive of anybody's may bring one."""
    threads = (
        ThreadRecord(id="x", title="Odd", created_at=moment, updated_at=moment),
        thread("a", datetime(2026, 5, 20, 9, 15), "Lisbon"),
    )
    rows = ListedThreads().by_day(threads, NOW)
    assert [row.said() for row in rows if not row.is_heading]
    assert {row.title for row in rows if not row.is_heading} == {"Odd", "Lisbon"}


def test_no_time_is_later_than_windows_knows():
    """Its C library raises after the end of the year 3000, in UTC."""
    last = datetime(3000, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    assert moment_of(float("inf")).timestamp() < last - 86_400, "Python looks a day around it"
