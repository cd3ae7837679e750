"""What looking through models and through voices has in common: a search, a list, three steps."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

from desktop_app.prose import tr
from desktop_app.ui.announcer import say_through
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.clear_mark import ClearMark
from desktop_app.ui.look import Look, let_ground_through
from desktop_app.ui.models.model_delegate import ModelDelegate, RowWords, words_of_model
from desktop_app.ui.panels.fields import LineField
from desktop_app.ui.panels.rows import wrapped

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
TOLD_AFTER_MS = 1000
"""How long nobody has typed when what was found is told to a screen reader."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Scope(Enum):
    """What is chosen for."""

    THREAD = "thread"
    MESSAGE = "message"
    NEW_THREADS = "new_threads"


class ChoiceBrowser(QWidget):
    """The keys stay in the search: arrows mark, Enter uses here, Ctrl+Enter for the next message.

    Who derives from it makes its own parts before and after ``_make_list``, as Tab goes through
    them in that order, lays all out, and says what is chosen.

    Args:
        search: Name of the search.

    Signals:
        chosen: What was chosen; the Scope.
        retry_requested: The lists shall be asked for again.
        taken: The Scope in which the marked row is wanted.
        marked_changed: Another row is marked.
    """

    chosen = Signal(object, object)
    retry_requested = Signal()
    taken = Signal(object)
    marked_changed = Signal()

    def __init__(self, look: Look, parent: QWidget, search: str) -> None:
        super().__init__(parent)
        self._look = look
        self.search = LineField(look, self, search, icon="search")
        ClearMark(look, self.search)
        self.search.installEventFilter(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TOLD_AFTER_MS)
        self._pause.timeout.connect(self._tell_found)
        self.search.textEdited.connect(self._pause.start)
        self.setFocusProxy(self.search)

    def _make_list(
        self,
        rows: QAbstractListModel,
        name: str,
        always: str,
        words_of: Callable[[Any], RowWords] = words_of_model,
    ) -> None:
        """The list, what is said of it, and the steps.

        Args:
            name: Of the list.
            always: What the step for all threads says.
            words_of: What stands in a row.
        """
        look = self._look
        rows.setParent(self)
        self.list = QListView(self)
        self._set_up(rows, ModelDelegate(look, self.list, words_of), name)
        self.note = wrapped(look, self, "")
        self.retry = Button(look, self, text=tr("Try again"), tone=Tone.OUTLINE)
        self.use = Button(look, self, text=tr("Use here"), tone=Tone.ACCENT)
        self.once = Button(look, self, text=tr("Only the next message"), tone=Tone.OUTLINE)
        self.always = Button(look, self, text=always, tone=Tone.OUTLINE)
        self.use.describe(tr("Use here"), "Enter")
        self.once.describe(tr("Only the next message"), "Ctrl+Enter")
        self.list.installEventFilter(self)
        self.list.doubleClicked.connect(self._on_use)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.retry.clicked.connect(self.retry_requested)
        self.use.clicked.connect(self._on_use)
        self.once.clicked.connect(self._on_once)
        self.always.clicked.connect(self._on_always)

    def _set_up(self, rows: QAbstractListModel, delegate: ModelDelegate, name: str) -> None:
        view = self.list
        view.setModel(rows)
        view.setItemDelegate(delegate)
        view.setUniformItemSizes(True)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setMouseTracking(True)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.setAccessibleName(name)
        let_ground_through(view)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _ENTER:
                is_once = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self.taken.emit(Scope.MESSAGE if is_once else Scope.THREAD)
                return True
            if watched is self.search and event.key() in _MOVES:
                self.list.keyPressEvent(event)
                self._tell_found()
                return True
        return super().eventFilter(watched, event)

    def _tell_found(self) -> None:
        """Tell a screen reader what Enter would take: it looks only where the keys are."""
        marked = self.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        if self.isVisible():
            say_through(self.search)(self.note.text() or marked or "")

    def _on_current(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self.marked_changed.emit()

    def _on_use(self) -> None:
        self.taken.emit(Scope.THREAD)

    def _on_once(self) -> None:
        self.taken.emit(Scope.MESSAGE)

    def _on_always(self) -> None:
        self.taken.emit(Scope.NEW_THREADS)
