"""Rows of the thread list."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QModelIndex

from desktop_app.journal.records import SearchHit, ThreadRecord
from desktop_app.ui.threads.thread_rows import Row, ThreadRows, found_rows, thread_rows

NOW = datetime(2026, 5, 20, 12, 0)


def thread(thread_id: str, when: datetime, title: str = "") -> ThreadRecord:
    at = when.timestamp()
    return ThreadRecord(id=thread_id, title=title, created_at=at, updated_at=at)


def test_threads_stand_under_their_days():
    threads = (
        thread("a", datetime(2026, 5, 20, 9, 15), "Lisbon"),
        thread("b", datetime(2026, 5, 19, 9, 0)),
        thread("c", datetime(2026, 5, 16, 9, 0)),
        thread("d", datetime(2026, 2, 3, 9, 0)),
    )
    rows = thread_rows(threads, NOW)
    assert [row.title for row in rows if row.is_heading] == [
        "Today",
        "Yesterday",
        "Previous 7 days",
        "Older",
    ]
    assert [row.detail for row in rows if not row.is_heading] == ["09:15", "", "Sat", "3 Feb"]


def test_found_messages_follow_found_titles():
    threads = (thread("a", NOW, "Lisbon"), thread("b", NOW, "Porto"))
    rows = found_rows("lis", threads, (SearchHit("b", "m", "snippet", 1.0),), NOW)
    assert [(row.title, row.message_id) for row in rows] == [
        ("Today", ""),
        ("Lisbon", ""),
        ("In messages", ""),
        ("Porto", "m"),
    ]


def test_the_rows_keep_the_rules_of_qt(qtmodeltester):
    rows = ThreadRows()
    rows.show(thread_rows((thread("a", NOW), thread("b", NOW)), NOW), has_more=False)
    qtmodeltester.check(rows)
    rows.show((), has_more=False)


def test_only_what_differs_is_announced(qtbot):
    rows = ThreadRows()
    rows.show((Row("Today"), Row("A", "a"), Row("B", "b")), has_more=False)
    changed = []
    rows.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    rows.show((Row("Today"), Row("A", "a"), Row("New", "b")), has_more=False)
    assert changed == [2]


def test_more_is_asked_for_once(qtbot):
    rows = ThreadRows()
    rows.show((Row("A", "a"),), has_more=True)
    assert rows.canFetchMore(QModelIndex())
    with qtbot.waitSignal(rows.more_wanted):
        rows.fetchMore(QModelIndex())
    assert not rows.canFetchMore(QModelIndex())
