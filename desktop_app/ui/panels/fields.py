"""Fields to write into, drawn like the rest of the window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look, let_ground_through

_ICON = 16


class LineField(QLineEdit):
    """One line, with an icon before it where there is one."""

    def __init__(self, look: Look, parent: QWidget, says: str, *, icon: str = "") -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self.setFrame(False)
        self.setFont(look.font(size.SMALL))
        self.setPlaceholderText(says)
        self.setAccessibleName(says)
        self.setMinimumHeight(self.fontMetrics().height() + 16)
        before = 30 if icon else 10
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        margins = (10, before) if is_mirrored else (before, 10)
        self.setTextMargins(margins[0], 0, margins[1], 0)
        self.setStyleSheet("QLineEdit { background: transparent; border: none; }")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(self._look.colour("accent" if self.hasFocus() else "line"))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(box, 8, 8)
        if self._icon:
            is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            left = self.width() - 9 - _ICON if is_mirrored else 9
            room = QRectF(left, (self.height() - _ICON) / 2, _ICON, _ICON)
            paint_icon(painter, self._icon, room, self._look.colour("dim"))
        painter.end()
        super().paintEvent(event)


class _Page(QPlainTextEdit):
    """The text itself; Tab goes on to the next field.

    Signals:
        submitted: Ctrl+Enter was pressed.
    """

    submitted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
        else:
            super().keyPressEvent(event)


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
        self.page = _Page(self)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.setFont(look.mono() if is_code else look.font(size.SMALL))
        self.page.setTabChangesFocus(True)
        self.page.setPlaceholderText(says)
        self.page.setAccessibleName(says)
        let_ground_through(self.page)
        self.page.setFixedHeight(self.page.fontMetrics().lineSpacing() * lines + 8)
        self.page.textChanged.connect(self.changed)
        self.page.submitted.connect(self.submitted)
        self.setFocusProxy(self.page)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 5, 6, 5)
        column.addWidget(self.page)

    @property
    def text(self) -> str:
        """What is written."""
        return self.page.toPlainText()

    def show_text(self, text: str) -> None:
        """Exchange the text."""
        self.page.setPlainText(text)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(self._look.colour("accent" if self.page.hasFocus() else "line"))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(box, 8, 8)
