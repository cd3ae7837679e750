"""The thread list as rows: headings, threads, and messages found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop_app.ui.tips import plain_tip

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
IS_OPEN = int(Qt.ItemDataRole.UserRole)
_TITLE_ROLES = (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.EditRole))
_SPOKEN_ROLE = int(Qt.ItemDataRole.AccessibleTextRole)
_HINT_ROLE = int(Qt.ItemDataRole.ToolTipRole)
_FOUND = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_THREAD = _FOUND | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
_COMPARED_ROWS = 2000  # beyond that, what lies between equal ends is replaced as a whole


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list.

    Attributes:
        thread_id: Empty for a heading.
        message_id: The message found, or empty.
        detail: The time at the right, or the snippet of a message found.
        said: Tells how the row is read out, None for the title alone; few rows are ever asked.
        hint: More, for the tooltip.
    """

    title: str
    thread_id: str = ""
    message_id: str = ""
    detail: str = ""
    is_pinned: bool = False
    is_unread: bool = False
    said: Callable[[], str] | None = field(default=None, compare=False)
    hint: str = ""

    @property
    def is_heading(self) -> bool:
        """A heading cannot be chosen."""
        return not self.thread_id

    @property
    def is_thread(self) -> bool:
        """Neither a heading nor a message found."""
        return bool(self.thread_id) and not self.message_id

    @property
    def spoken(self) -> str:
        """The row as it is read out."""
        return self.title if self.said is None else self.said()

    @property
    def key(self) -> tuple[str, str]:
        """What it is about, whatever it says."""
        return (self.thread_id, self.message_id) if self.thread_id else ("", self.title)


class ThreadRows(QAbstractListModel):
    """Rows made from threads; more are asked for when the end comes into sight.

    Signals:
        more_wanted: The list was scrolled to its end and the journal has more.
        renamed: Id of a thread and the title that a person gave it.
    """

    more_wanted = Signal()
    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._has_more = False
        self._open_thread = ""

    def show(self, rows: Sequence[Row], *, has_more: bool, afresh: bool = False) -> None:
        """Replace the rows; unless it is another list, what stays keeps place and selection."""
        self._has_more = has_more
        if afresh:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        self._move_to(rows)
        for number, row in enumerate(rows):
            if row is not self._rows[number] and row != self._rows[number]:
                self._rows[number] = row
                self.dataChanged.emit(self.index(number), self.index(number))

    def _move_to(self, rows: Sequence[Row]) -> None:
        """Take out and put in until every key stands where it shall."""
        old, new = [row.key for row in self._rows], [row.key for row in rows]
        if old == new:
            return
        first = 0
        while first < min(len(old), len(new)) and old[first] == new[first]:
            first += 1
        last = 0
        while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
            last += 1
        before, after = old[first : len(old) - last], new[first : len(new) - last]
        for tag, start, end, put_from, put_to in reversed(_steps(before, after)):
            if tag in ("delete", "replace"):
                self.beginRemoveRows(QModelIndex(), first + start, first + end - 1)
                del self._rows[first + start : first + end]
                self.endRemoveRows()
            if tag in ("insert", "replace"):
                put = rows[first + put_from : first + put_to]
                self.beginInsertRows(QModelIndex(), first + start, first + start + len(put) - 1)
                self._rows[first + start : first + start] = put
                self.endInsertRows()

    def mark_open(self, thread_id: str) -> None:
        """Say which thread is open."""
        if thread_id == self._open_thread:
            return
        changed = (self._open_thread, thread_id)
        self._open_thread = thread_id
        for number, row in enumerate(self._rows):
            if row.thread_id and row.thread_id in changed:
                self.dataChanged.emit(self.index(number), self.index(number))

    def row(self, index: _Index) -> Row:
        """The row at a valid index."""
        return self._rows[index.row()]

    def is_open(self, row: Row) -> bool:
        """Whether it is the row of the open thread."""
        return row.is_thread and row.thread_id == self._open_thread

    def number_of(self, thread_id: str) -> int:
        """Where a thread stands, -1 when it is not listed; messages found in it do not count."""
        numbered = enumerate(self._rows)
        found = (at for at, row in numbered if row.is_thread and row.thread_id == thread_id)
        return next(found, -1)

    def first_found(self) -> Row | None:
        """The first row that can be opened."""
        return next((row for row in self._rows if not row.is_heading), None)

    def neighbour(self, thread_id: str, step: int) -> str:
        """The thread so many threads below (or above) this one, round the ends; empty if none."""
        threads = [row.thread_id for row in self._rows if row.is_thread]
        if not threads:
            return ""
        if thread_id not in threads:
            return threads[0 if step > 0 else -1]
        return threads[(threads.index(thread_id) + step) % len(threads)]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role in _TITLE_ROLES:
            return row.title
        if role == _SPOKEN_ROLE:
            return row.spoken
        if role == _HINT_ROLE:
            words = "\n".join(filter(None, (row.title, row.hint)))
            return None if row.is_heading else plain_tip(words)
        return self.is_open(row) if role == IS_OPEN else None

    def setData(  # noqa: N802
        self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        title = " ".join(str(value).split())
        row = self._rows[index.row()]
        if role != Qt.ItemDataRole.EditRole or not title or title == row.title:
            return False
        self.renamed.emit(row.thread_id, title)
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return _THREAD if self._rows[index.row()].is_thread else _FOUND

    def canFetchMore(self, parent: _Index) -> bool:  # noqa: N802
        return not parent.isValid() and self._has_more

    def fetchMore(self, _parent: _Index) -> None:  # noqa: N802
        self._has_more = False  # asked once; the answer says whether there is more
        self.more_wanted.emit()


_Step: TypeAlias = tuple[str, int, int, int, int]


def _steps(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[_Step]:
    if max(len(old), len(new)) > _COMPARED_ROWS:
        kind = "insert" if not old else "delete" if not new else "replace"
        return [(kind, 0, len(old), 0, len(new))]
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
