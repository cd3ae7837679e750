"""The bar that finds words in the open thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins
from desktop_app.ui.text_field import begin_leading

_MARGIN = 12
_WIDEST = 420


class _Field(QLineEdit):
    """Keeps its keys from the window.

    Signals:
        next_wanted, previous_wanted, close_wanted: Enter, Shift+Enter, Esc.
    """

    next_wanted = Signal()
    previous_wanted = Signal()
    close_wanted = Signal()

    def event(self, event: QEvent) -> bool:
        """Esc closes the bar; only then it is the window's key."""
        is_asked = event.type() is QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.close_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.previous_wanted if is_back else self.next_wanted).emit()
        else:
            super().keyPressEvent(event)


class FindBar(QWidget):
    """Floats over the upper corner of the view that it belongs to, or the lower one.

    Signals:
        text_changed: What to look for.
        next_wanted, previous_wanted: The place after or before the one shown.
        closed: The bar was closed.
    """

    text_changed = Signal(str)
    next_wanted = Signal()
    previous_wanted = Signal()
    closed = Signal()

    def __init__(self, look: Look, over: QWidget) -> None:
        super().__init__(over)
        self._look = look
        self._over = over
        self._is_below = False
        self.field = _Field(self)
        self.field.setFrame(False)
        self.field.setFont(look.font(size.SMALL))
        self.field.setPlaceholderText(tr("Find in this thread"))
        self.field.setAccessibleName(tr("Find in this thread"))
        begin_leading(self.field)
        self.field.setStyleSheet("QLineEdit { background: transparent; border: none; }")
        self._count = Label(look, self, px=size.CAPTION)
        self._count.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        previous = Button(look, self, icon="up", says=tr("Previous"))
        previous.describe(tr("Previous"), "Shift+F3")
        previous.clicked.connect(self.previous_wanted)
        following = Button(look, self, icon="down", says=tr("Next"))
        following.describe(tr("Next"), "F3")
        following.clicked.connect(self.next_wanted)
        close = Button(look, self, icon="close", says=tr("Close"))
        close.describe(tr("Close"), "Esc")
        close.clicked.connect(self.close_bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(*mirrored_margins(12, 4, 4, 4))
        row.setSpacing(2)
        row.addWidget(self.field, 1)
        row.addWidget(self._count)
        for part in (previous, following, close):
            row.addWidget(part)
        self.field.textChanged.connect(self.text_changed)
        self.field.next_wanted.connect(self.next_wanted)
        self.field.previous_wanted.connect(self.previous_wanted)
        self.field.close_wanted.connect(self.close_bar)
        self.setAccessibleName(tr("Find in this thread"))
        over.installEventFilter(self)
        self.hide()

    def open_bar(self) -> None:
        """Show the bar, ready to be typed into."""
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def leave_free(self, y: int) -> None:
        """Do not cover the line at this height of the view."""
        self._is_below = y < _MARGIN + self.sizeHint().height() + _MARGIN
        self._place()

    def close_bar(self) -> None:
        """Take the bar away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def show_count(self, at: int, total: int) -> None:
        """Say which of how many places is shown; at 0 of 0 nothing was found."""
        words = ""
        if self.field.text().strip():
            found = tr("{at} of {total}").format(at=at, total=total)
            words = found if total else tr("Not found")
        self._count.show_text(words, "dim" if total else "danger")

    @property
    def count_words(self) -> str:
        """What is said of the places found."""
        return self._count.text

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        over = self._over
        width = min(_WIDEST, over.width() - 2 * _MARGIN)
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        x = _MARGIN if is_mirrored else over.width() - width - _MARGIN
        height = self.sizeHint().height()
        y = over.height() - height - _MARGIN if self._is_below else _MARGIN
        self.setGeometry(x, y, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._look.colour("raised"))
        painter.setPen(self._look.colour("accent" if self.field.hasFocus() else "edge"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, size.RADIUS, size.RADIUS)
