"""A panel over the window: opened at a place, closed with Esc or a click beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.look import Look

_MARGIN = 12


class Overlay(QWidget):
    """Covers the window, shows a panel in it and keeps the keys while it is open.

    A popup of the system would take them from input methods and screen readers on some systems.
    """

    def __init__(self, look: Look, window: QWidget, wanted: QSize) -> None:
        super().__init__(window)
        self._look = look
        self._wanted = wanted
        self._before: QWidget | None = None
        self._anchor: QWidget | None = None
        self.panel = QWidget(self)
        self.column = QVBoxLayout(self.panel)
        self.column.setContentsMargins(14, 14, 14, 12)
        window.installEventFilter(self)
        self.hide()

    def open_below(self, anchor: QWidget) -> None:
        """Open at this widget, inside of its window."""
        if self.isHidden():
            self._before = QApplication.focusWidget()
        self._anchor = anchor
        self._place()
        self.show()
        self.raise_()
        self.panel.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_panel(self) -> None:
        """Out of the way; the keys go where they went before. Idempotent."""
        if self.isHidden():
            return
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()

    def _place(self) -> None:
        if self._anchor is None:
            return
        self.setGeometry(self.window().rect())
        room = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        wanted = self.panel.minimumSizeHint().expandedTo(self._wanted).boundedTo(room.size())
        at = self._anchor.mapTo(self.window(), QPoint(0, self._anchor.height() + 4))
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            at.setX(at.x() + self._anchor.width() - wanted.width())
        x = max(room.left(), min(at.x(), room.right() - wanted.width()))
        y = max(room.top(), min(at.y(), room.bottom() - wanted.height()))
        self.panel.setGeometry(QRect(QPoint(x, y), wanted))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Esc is meant for the panel, not for the shortcut of the window."""
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]  # a QKeyEvent
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """No key gets past the panel: the window would write it into the message."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.close_panel()

    def focusNextPrevChild(self, is_next: bool) -> bool:  # noqa: N802
        """Tab stays among the parts of the panel."""
        if not super().focusNextPrevChild(is_next):
            return False
        focus = QApplication.focusWidget()
        if focus is None or not self.isAncestorOf(focus):
            self.panel.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.panel.geometry()).adjusted(0.5, 0.5, -0.5, -0.5)
        for spread in (6, 4, 2):  # a soft shadow
            shadow = QColor(0, 0, 0, 50 if self._look.is_dark else 9)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shadow)
            grown = box.adjusted(-spread, -spread + 3, spread, spread + 3)
            painter.drawRoundedRect(grown, size.RADIUS + spread, size.RADIUS + spread)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("background"))
        painter.drawRoundedRect(box, size.RADIUS, size.RADIUS)
