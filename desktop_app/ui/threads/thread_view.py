"""The list of threads itself: what is chosen, and by which keys and clicks."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from desktop_app.ui.look import let_ground_through
from desktop_app.ui.typed_text import typed_text

_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ThreadView(QListView):
    """Rows of which several can be chosen; a plain click or Enter opens one.

    Signals:
        row_opened: The index of the row.
        delete_pressed: What is chosen is to be deleted.
        menu_wanted: Where the menu of what is chosen is to be shown, on the screen.
        carried: What is chosen is dragged out of the list.
        let_go: No row is pressed any more.
    """

    row_opened = Signal(QModelIndex)
    delete_pressed = Signal()
    menu_wanted = Signal(QPoint)
    carried = Signal()
    let_go = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._was_plain = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        let_ground_through(self)
        self.clicked.connect(self._on_clicked)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        is_left = event.button() is Qt.MouseButton.LeftButton
        self._was_plain = is_left and event.modifiers() == Qt.KeyboardModifier.NoModifier
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        super().mouseReleaseEvent(event)
        self.let_go.emit()

    def _on_clicked(self, index: QModelIndex) -> None:
        if self._was_plain:
            self.row_opened.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        index = self.currentIndex()
        if self.state() is QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # what the field of a title does not take
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        elif event.key() in _OPENS and index.isValid():
            self.row_opened.emit(index)
        elif event.key() == Qt.Key.Key_F2 and index.isValid():
            self.edit(index)
        elif typed_text(event):
            event.ignore()  # it goes into the message
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            row = self.visualRect(self.currentIndex())
            place = self.viewport().mapToGlobal(row.center())
        self.menu_wanted.emit(place)

    def startDrag(self, _actions: Qt.DropAction) -> None:  # noqa: N802
        self.carried.emit()
