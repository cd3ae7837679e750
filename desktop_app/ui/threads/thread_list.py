"""The left side: brand, new thread, search, the threads, the connection."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import Button
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look, fill
from desktop_app.ui.mirroring import is_mirrored, mirrored_margins
from desktop_app.ui.text_field import begin_leading, icon_room, paint_field, paint_field_icon
from desktop_app.ui.threads.connection_label import ConnectionLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from desktop_app.ui.threads.filter_chips import FilterChips
    from desktop_app.ui.threads.thread_rows import Row, ThreadRows
    from desktop_app.ui.threads.thread_view import ThreadView

_SEARCH_PAUSE_MS = 60  # between two searches while somebody types


class SearchField(QLineEdit):
    """The search box, with its icon and its key shown.

    Signals:
        left_downwards: The person goes on to what was found.
        entered: The person wants the first of what was found.
        focused: The cursor came into the box, or left it.
    """

    left_downwards = Signal()
    entered = Signal()
    focused = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setFrame(False)
        self.setFont(look.font(size.SMALL))
        self.setFixedHeight(max(34, self.fontMetrics().height() + 14))
        self.setPlaceholderText(tr(wording.SEARCH))
        self.setAccessibleName(tr(wording.SEARCH))
        look.tips.set(self, tr(wording.SEARCH), "Ctrl+K")
        self.setTextMargins(*mirrored_margins(icon_room(look), 0, 8, 0))
        begin_leading(self)
        self.setStyleSheet("QLineEdit { background: transparent; border: none; }")

    def event(self, event: QEvent) -> bool:
        """Esc empties the field first; only then it is the window's key."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and self._is_emptied_by(event):
            event.accept()
            return True
        return super().event(event)

    def _is_emptied_by(self, event: QKeyEvent) -> bool:
        is_escape = event.key() == Qt.Key.Key_Escape and not event.modifiers()
        return is_escape and bool(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self._is_emptied_by(event):
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.focused.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        paint_field(painter, self._look, self)
        paint_field_icon(painter, self._look, self, "search")
        painter.end()
        super().paintEvent(event)


class ThreadList(QWidget):
    """The left side of the window.

    Signals:
        new_requested: A new thread is wanted.
        thread_chosen: Id of the thread, id of the message found in it or empty.
        delete_requested: Ids of the threads.
        search_changed: The text to look for; empty to show everything. The first key is told at
            once, and while keys go on, what stands there every 60 ms.
        collapse_requested: The side is to be hidden.
        settings_requested: The settings are wanted.
    """

    spoken_role = "Pane"

    new_requested = Signal()
    thread_chosen = Signal(str, str)
    delete_requested = Signal(object)
    search_changed = Signal(str)
    collapse_requested = Signal()
    settings_requested = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._rows: ThreadRows | None = None
        self.search = SearchField(look, self)
        self.list: ThreadView  # after the first paint, as is the next
        self._nothing: QLabel
        self._shown_text = ""
        self._asked_text = ""
        self._marked = self._unlisted = ""
        self.connection = ConnectionLabel(look, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._on_paused)
        self.chips: FilterChips | None = None
        self.search.textChanged.connect(self._on_typed)
        self.search.textChanged.connect(self._show_chips)
        self.search.focused.connect(self._show_chips)
        self.search.entered.connect(self._open_first)
        self.search.left_downwards.connect(self._enter_list)
        self._lay_out()

    def _lay_out(self) -> None:
        new = Button(self._look, self, icon="compose", says=tr(wording.NEW_THREAD))
        new.describe(tr(wording.NEW_THREAD), "Ctrl+N")
        new.clicked.connect(self.new_requested)
        hide = Button(self._look, self, icon="side-left", says=tr("Hide the threads"))
        hide.describe(tr("Hide the threads"), "Ctrl+Shift+S")
        hide.clicked.connect(self.collapse_requested)
        brand = Label(self._look, self, wording.NAME, px=size.TEXT, weight=QFont.Weight.Bold)
        top = QHBoxLayout()
        top.setContentsMargins(*mirrored_margins(8, 0, 0, 0))
        top.setSpacing(2)
        for part in (brand, hide, new):
            top.addWidget(part)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 6)
        column.setSpacing(0)
        column.addLayout(top)
        column.addSpacing(8)
        column.addWidget(self.search)
        column.addSpacing(4)
        column.addStretch(1)
        settings = Button(self._look, self, icon="settings", says=tr("Settings"))
        settings.describe(tr("Settings"), "Ctrl+,")
        settings.clicked.connect(self.settings_requested)
        bottom = QHBoxLayout()
        bottom.addWidget(self.connection, 1)
        bottom.addWidget(settings)
        column.addLayout(bottom)

    def furnish(self) -> None:
        """Build what the first paint does not need."""
        from PySide6.QtGui import QPalette

        from desktop_app.ui.clear_mark import ClearMark
        from desktop_app.ui.panels.rows import wrapped
        from desktop_app.ui.threads.thread_view import ThreadView

        ClearMark(self._look, self.search)
        self.list = ThreadView(self)
        self.list.setAccessibleName(tr("Threads"))
        self.list.row_opened.connect(self._on_chosen)
        self.list.delete_pressed.connect(self._on_delete)
        self._nothing = wrapped(self._look, self, "")
        self._nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._nothing.setContentsMargins(10, 8, 10, 0)
        self._nothing.hide()
        place = self._column.indexOf(self.search) + 2  # a gap is between them
        self._column.takeAt(place)
        self._column.insertWidget(place, self._nothing)
        self._column.insertWidget(place + 1, self.list, 1)
        QWidget.setTabOrder(self.search, self.list)

    def use_rows(self, rows: ThreadRows) -> None:
        """Show these rows from now on."""
        from desktop_app.ui.threads.filter_chips import FilterChips  # after the first paint
        from desktop_app.ui.threads.thread_delegate import ThreadDelegate

        self._rows = rows
        self.list.setModel(rows)
        self.list.setItemDelegate(ThreadDelegate(self._look, self.list, rows))
        self.chips = FilterChips(self._look, self)
        self.chips.toggled.connect(self._on_chip)
        self.chips.hide()
        self._column.insertWidget(self._column.indexOf(self.search) + 1, self.chips)
        QWidget.setTabOrder(self.search, self.chips)
        self.list.let_go.connect(self._show_chips)

    def show_rows(self, rows: Sequence[Row], *, has_more: bool, open_thread: str) -> None:
        """Show these threads and mark the open one."""
        if self._rows is None:
            return
        text = self.search.text().strip()
        is_other_list = text != self._shown_text
        self._shown_text = text
        chosen = {row.key for row in self.chosen()}
        self._rows.show(rows, has_more=has_more, afresh=is_other_list)
        if not is_other_list:
            self._choose_again(chosen)
        self._nothing.setText(
            tr(wording.NO_MATCHES).format(text=text) if text else tr(wording.NO_THREADS)
        )
        self._nothing.setVisible(not rows)
        self._rows.mark_open(open_thread)
        if is_other_list or open_thread != self._marked:
            self._choose_open(open_thread)

    def _choose_again(self, keys: Set[tuple[str, str]]) -> None:
        """Rows that moved are new to Qt; what was chosen stays chosen."""
        lost = keys - {row.key for row in self.chosen()}
        if not lost or self._rows is None:
            return
        from PySide6.QtCore import QItemSelectionModel  # its enumerations cost the start

        select = QItemSelectionModel.SelectionFlag.Select
        for index in map(self._rows.index, range(self._rows.rowCount())):
            if self._rows.row(index).key in lost:
                self.list.selectionModel().select(index, select)
                if len(keys) == 1:
                    update = QItemSelectionModel.SelectionFlag.NoUpdate
                    self.list.selectionModel().setCurrentIndex(index, update)

    def _choose_open(self, thread_id: str) -> None:
        """Choose the row of the thread that was opened, as if a person had clicked it."""
        assert self._rows is not None
        self._marked = thread_id
        number = self._rows.number_of(thread_id)
        chosen = (self._rows.row(index).thread_id for index in self.list.selectedIndexes())
        if number < 0:
            self._marked = ""  # it is looked for again when the list has grown
            if thread_id != self._unlisted:
                self._unlisted = thread_id
                self.list.setCurrentIndex(QModelIndex())  # none of these is open
                self.list.clearSelection()
        elif thread_id not in chosen:
            self.list.setCurrentIndex(self._rows.index(number))

    def chosen(self) -> list[Row]:
        """The threads that are chosen, from the top."""
        if self._rows is None:
            return []
        indexes = sorted(self.list.selectedIndexes(), key=QModelIndex.row)
        return [row for row in map(self._rows.row, indexes) if row.is_thread]

    def rename_chosen(self) -> None:
        """Let the title of the current row be changed in its place."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.list.edit(self.list.currentIndex())

    def can_rename(self, thread_id: str) -> bool:
        """Whether the thread stands in the list."""
        return self._rows is not None and self._rows.number_of(thread_id) >= 0

    def rename(self, thread_id: str, before: QWidget | None) -> None:
        """Let the title of a listed thread be changed in its place; then go back to ``before``."""
        assert self._rows is not None  # it is listed
        self.list.setCurrentIndex(self._rows.index(self._rows.number_of(thread_id)))
        self.rename_chosen()
        delegate = self.list.itemDelegate()

        def go_back() -> None:
            delegate.closeEditor.disconnect(go_back)
            if before is not None and before.isVisible():
                before.setFocus(Qt.FocusReason.OtherFocusReason)

        delegate.closeEditor.connect(go_back)

    def _enter_list(self) -> None:
        """Give the keyboard to the list, at its first row that can be chosen."""
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        if self._rows is not None and not self.list.currentIndex().isValid():
            for number in range(self._rows.rowCount()):
                index = self._rows.index(number)
                if not self._rows.row(index).is_heading:
                    self.list.setCurrentIndex(index)
                    return

    def focus_search(self) -> None:
        """Put the cursor into the search box."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _show_chips(self, _text: str = "") -> None:
        """The chips are there while something is looked for, or may be.

        While a row is pressed they stay: it would go from under the pointer before that is let go.
        """
        if self.chips is not None:
            self.chips.show_text(self.search.text())
            focus = QApplication.focusWidget() or self.window()
            is_choosing = self.chips.isAncestorOf(focus)
            is_searching = self.search.hasFocus() or bool(self.search.text())
            is_pressing = QApplication.mouseButtons() != Qt.MouseButton.NoButton
            stays = is_pressing and self.list.hasFocus() and not self.chips.isHidden()
            self.chips.setVisible(is_searching or is_choosing or stays)

    def _on_chip(self, wish: str) -> None:
        from desktop_app.ui.threads.filter_chips import with_wish

        self.search.setText(with_wish(self.search.text(), wish))
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_first(self) -> None:
        """Open the first message found, or else the first thread."""
        self._look_for_text()
        if self._rows is not None and self.search.text().strip():
            first = self._rows.first_found()
            if first is not None:
                self.thread_chosen.emit(first.thread_id, first.message_id)

    def _on_typed(self) -> None:
        if not self._pause.isActive():
            self._look_for_text()

    def _on_paused(self) -> None:
        if self.search.text().strip() != self._asked_text:
            self._look_for_text()

    def _look_for_text(self) -> None:
        self._asked_text = self.search.text().strip()
        self._pause.start()
        self.search_changed.emit(self._asked_text)

    def _on_chosen(self, index: QModelIndex) -> None:
        if self._rows is None or self._rows.row(index).is_heading:
            return
        row = self._rows.row(index)
        self.thread_chosen.emit(row.thread_id, row.message_id)

    def _on_delete(self) -> None:
        chosen = self.chosen()
        if chosen:
            self.delete_requested.emit(tuple(row.thread_id for row in chosen))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        fill(painter, self.rect(), self._look.colour("side"))
        painter.setPen(self._look.colour("line"))
        edge = 0 if is_mirrored() else self.width() - 1
        painter.drawLine(edge, 0, edge, self.height())
        y = self.connection.y()
        painter.drawLine(10, y, self.width() - 11, y)
