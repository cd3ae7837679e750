"""Rows of the thread list."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from desktop_app.ui.threads.thread_rows import IS_OPEN, Row, ThreadRows

LISTED = (Row("Today"), Row("A", "a"), Row("B", "b"), Row("C", "c"))


@pytest.fixture
def rows(qapp):
    made = ThreadRows()
    made.show(LISTED, has_more=False)
    return made


def titles(rows: ThreadRows) -> list[str]:
    return [rows.row(rows.index(number)).title for number in range(rows.rowCount())]


def test_the_rows_keep_the_rules_of_qt(rows, qtmodeltester):
    qtmodeltester.check(rows)
    rows.show((), has_more=False)


@pytest.mark.parametrize(
    "after",
    [
        (Row("Today"), Row("C", "c"), Row("A", "a"), Row("B", "b")),
        (Row("Pinned"), Row("B", "b"), Row("Today"), Row("A", "a"), Row("C", "c")),
        (Row("Today"), Row("B", "b")),
        (Row("Older"), Row("X", "x")),
        (*LISTED, Row("Older"), Row("D", "d")),
        (),
        LISTED,
    ],
)
def test_rows_move_by_steps_that_qt_can_follow(rows, qtmodeltester, after):
    resets = []
    rows.modelReset.connect(lambda: resets.append(True))
    qtmodeltester.check(rows)
    rows.show(after, has_more=False)
    assert titles(rows) == [row.title for row in after]
    assert not resets


def test_what_stays_keeps_its_selection(rows):
    kept = QPersistentModelIndex(rows.index(2))
    rows.show((Row("Today"), Row("New", "n"), *LISTED[1:]), has_more=False)
    assert (kept.row(), rows.row(kept).thread_id) == (3, "b")


def test_only_what_differs_is_announced(rows):
    changed = []
    rows.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    rows.show((LISTED[0], LISTED[1], Row("New", "b"), LISTED[3]), has_more=False)
    assert changed == [2]


def test_a_list_of_thousands_is_exchanged_whole(rows):
    many = [Row(str(number), f"t{number}") for number in range(5000)]
    rows.show(many, has_more=False)
    rows.show([*reversed(many)], has_more=False)
    assert titles(rows)[:2] == ["4999", "4998"]
    assert rows.rowCount() == 5000


def test_more_is_asked_for_once(rows, qtbot):
    rows.show(LISTED, has_more=True)
    assert rows.canFetchMore(QModelIndex())
    with qtbot.waitSignal(rows.more_wanted):
        rows.fetchMore(QModelIndex())
    assert not rows.canFetchMore(QModelIndex())


def test_the_open_thread_is_marked_wherever_it_stands(rows):
    rows.mark_open("b")
    rows.show((Row("Today"), Row("B", "b"), Row("A", "a")), has_more=False)
    assert [rows.index(number).data(IS_OPEN) for number in range(3)] == [False, True, False]


def test_a_row_is_read_out_with_its_marks(rows):
    rows.show((Row("Lisbon", "a", said=lambda: "Lisbon, unread, today"),), has_more=False)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert rows.index(0).data(role) == "Lisbon, unread, today"


@pytest.mark.parametrize(
    ("typed", "told"), [("  New \n name ", ["New name"]), ("  ", []), ("A", [])]
)
def test_a_title_is_told_when_it_is_another_one(rows, typed, told):
    named = []
    rows.renamed.connect(lambda _thread_id, title: named.append(title))
    rows.setData(rows.index(1), typed)
    assert named == told


def test_neighbours_go_round_the_ends_and_over_headings(rows):
    assert [rows.neighbour(*one) for one in (("a", 1), ("c", 1), ("a", -1), ("x", -1))] == [
        "b",
        "a",
        "c",
        "c",
    ]
    rows.show((Row("Today"),), has_more=False)
    assert rows.neighbour("a", 1) == ""
