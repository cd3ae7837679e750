"""The thread list as rows: headings, threads, and messages found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop_app.journal.records import SearchHit, ThreadRecord
from desktop_app.state.thread_days import Day, day_of
from desktop_app.ui import wording

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list.

    Attributes:
        thread_id: Empty for a heading.
        message_id: The message found, or empty.
        detail: The time at the right, or the snippet of a message found.
    """

    title: str
    thread_id: str = ""
    message_id: str = ""
    detail: str = ""

    @property
    def is_heading(self) -> bool:
        """A heading cannot be chosen."""
        return not self.thread_id


class ThreadRows(QAbstractListModel):
    """Rows made from threads; more are asked for when the end comes into sight.

    Signals:
        more_wanted: The list was scrolled to its end and the journal has more.
    """

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self._has_more = False

    def show(self, rows: tuple[Row, ...], *, has_more: bool) -> None:
        """Replace the rows, announcing only what differs."""
        self._has_more = has_more
        if rows == self._rows:
            return
        same_shape = [row.thread_id for row in rows] == [row.thread_id for row in self._rows]
        if same_shape and len(rows) == len(self._rows):
            before, self._rows = self._rows, rows
            for number, (old, new) in enumerate(zip(before, rows, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(number), self.index(number))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, index: _Index) -> Row:
        """The row at a valid index."""
        return self._rows[index.row()]

    def number_of(self, thread_id: str) -> int:
        """Where a thread stands, -1 when it is not listed."""
        found = (at for at, row in enumerate(self._rows) if row.thread_id == thread_id)
        return next(found, -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return None if row.is_heading else row.title
        return row if role == ROW else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if index.isValid() and self._rows[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def canFetchMore(self, parent: _Index) -> bool:  # noqa: N802
        return not parent.isValid() and self._has_more

    def fetchMore(self, _parent: _Index) -> None:  # noqa: N802
        self._has_more = False  # asked once; the answer says whether there is more
        self.more_wanted.emit()


def thread_rows(threads: tuple[ThreadRecord, ...], now: datetime) -> tuple[Row, ...]:
    """Threads under the headings of their days."""
    rows: list[Row] = []
    heading = None
    for thread in threads:
        day = day_of(thread.updated_at, now)
        if day is not heading:
            heading = day
            rows.append(Row(wording.day_heading(day)))
        rows.append(
            Row(
                wording.as_written(thread.title) or wording.UNTITLED,
                thread.id,
                "",
                _when(thread, day),
            )
        )
    return tuple(rows)


def found_rows(
    text: str,
    threads: tuple[ThreadRecord, ...],
    hits: tuple[SearchHit, ...],
    now: datetime,
) -> tuple[Row, ...]:
    """Threads whose title holds the text, then messages that do."""
    wanted = text.casefold()
    by_title = tuple(thread for thread in threads if wanted in thread.title.casefold())
    titles = {thread.id: thread.title for thread in threads}
    rows = list(thread_rows(by_title, now))
    if hits:
        rows.append(Row(wording.day_heading("found")))
    rows.extend(
        Row(
            wording.as_written(titles.get(hit.thread_id, "")) or wording.UNTITLED,
            hit.thread_id,
            hit.message_id,
            hit.snippet,
        )
        for hit in hits
    )
    return tuple(rows)


def _when(thread: ThreadRecord, day: Day) -> str:
    moment = datetime.fromtimestamp(thread.updated_at)
    if day is Day.TODAY:
        return moment.strftime("%H:%M")
    if day is Day.WEEK:
        return moment.strftime("%a")
    return f"{moment.day} {moment:%b}" if day is Day.OLDER else ""
