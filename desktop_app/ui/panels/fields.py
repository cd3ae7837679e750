"""Fields to write into, drawn like the rest of the window."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QToolTip, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.data_wrapping import DataWrapping
from desktop_app.ui.look import Look, let_ground_through
from desktop_app.ui.mirroring import mirrored_margins
from desktop_app.ui.numbers import whole
from desktop_app.ui.text_field import (
    begin_leading,
    begin_page_leading,
    icon_room,
    paint_field,
    paint_field_icon,
)
from desktop_app.ui.written_text import written_text

_CURSOR = 1  # px, room for it where words begin at the right
LONGEST_PASTE = 1_000_000
"""Characters; a field stands still for a moment with so many, and for long with more."""

_TOLD_MS = 8000


class LineField(QLineEdit):
    """One line, with an icon before it where there is one."""

    def __init__(self, look: Look, parent: QWidget, says: str, *, icon: str = "") -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self._is_faulty = False
        self.setFrame(False)
        self.setFont(look.font(size.SMALL))
        self.setPlaceholderText(says)
        self.setAccessibleName(says)
        self.setMinimumHeight(self.fontMetrics().height() + 16)
        before = icon_room(look) if icon else 10
        self.setTextMargins(*mirrored_margins(before, 0, 10, 0))
        begin_leading(self)
        self.setStyleSheet("QLineEdit { background: transparent; border: none; }")

    def show_fault(self, *, is_there: bool) -> None:
        """Mark it as what is to be mended."""
        self._is_faulty = is_there
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        paint_field(painter, self._look, self, is_faulty=self._is_faulty)
        if self._icon:
            paint_field_icon(painter, self._look, self, self._icon)
        painter.end()
        super().paintEvent(event)


class _Page(QPlainTextEdit):
    """The text itself; Tab goes on to the next field.

    Signals:
        submitted: Ctrl+Enter was pressed.
        focus_changed: The keys go here, or do so no more.
    """

    submitted = Signal()
    focus_changed = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802
        if len(source.text()) <= LONGEST_PASTE:
            super().insertFromMimeData(source)
            return
        words = tr("This is too long to be pasted here: {most} characters are the most.")
        at = self.mapToGlobal(self.rect().bottomLeft())
        QToolTip.showText(at, words.format(most=whole(LONGEST_PASTE)), self, self.rect(), _TOLD_MS)


class TextField(QWidget):
    """Several lines.

    Signals:
        changed: The text is another one.
        submitted: Ctrl+Enter was pressed.
    """

    changed = Signal()
    submitted = Signal()

    def __init__(
        self, look: Look, parent: QWidget, says: str, *, lines: int = 4, is_code: bool = False
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._is_faulty = False
        self.page = _Page(self)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.document().setDocumentMargin(_CURSOR)  # Qt puts it before a hint alone
        self.page.setFont(look.mono() if is_code else look.font(size.SMALL))
        self.page.setTabChangesFocus(True)
        self.page.setPlaceholderText(says)
        self.page.setAccessibleName(says)
        let_ground_through(self.page)
        DataWrapping(self.page)
        if not is_code:
            begin_page_leading(self.page)
        self.page.setFixedHeight(self.page.fontMetrics().lineSpacing() * lines + 2 * _CURSOR)
        self.page.textChanged.connect(self.changed)
        self.page.submitted.connect(self.submitted)
        self.page.focus_changed.connect(self.update)
        self.setFocusProxy(self.page)
        column = QVBoxLayout(self)
        aside, above = 12 - _CURSOR, 9 - _CURSOR
        column.setContentsMargins(
            aside, above, aside, above
        )  # words begin where those of a line do
        column.addWidget(self.page)

    @property
    def text(self) -> str:
        """What is written."""
        return written_text(self.page.document().toRawText())

    def show_text(self, text: str) -> None:
        """Exchange the text."""
        self.page.setPlainText(text)

    def show_fault(self, *, is_there: bool) -> None:
        """Mark it as what is to be mended."""
        self._is_faulty = is_there
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        paint_field(QPainter(self), self._look, self, is_faulty=self._is_faulty)
