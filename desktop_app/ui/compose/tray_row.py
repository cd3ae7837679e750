"""What the rows of the tray have in common: a sign, a name, a state, and how it is taken away."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.compose.attachments import Attachment
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins

_EDGE = 12
_ICON = 18


class TrayRow(QWidget):
    """One thing that goes along with the message.

    Args:
        remove: What taking it away is called.

    Attributes:
        shown: How it stands.
        column: The line of its parts, and what stands below that.

    Signals:
        remove_requested: Its id.
    """

    remove_requested = Signal(str)

    def __init__(self, look: Look, parent: QWidget, shown: Attachment, remove: str) -> None:
        super().__init__(parent)
        self._look = look
        self._sign = ("file", "dim")
        self.shown = shown
        self._name = Label(look, self)
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._state = Label(look, self, px=size.CAPTION, ink="dim", beside=size.SMALL)
        self.remove = Button(look, self, icon="close", says=remove)
        self.remove.clicked.connect(self._on_remove)

    def lay_out(self, *parts: QWidget) -> None:
        """Put these between the name and the button; labels and waves take what is left."""
        self.column = QVBoxLayout(self)
        before = _EDGE + self._look.scaled(_ICON) + 8
        self.column.setContentsMargins(*mirrored_margins(before, 2, 8, 2))
        self.column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.column.addLayout(row)
        row.addWidget(self._name)
        for part in parts:
            row.addWidget(part, 0 if isinstance(part, Button) else 1)
        row.addWidget(self.remove)
        self.setTabOrder(parts[-1], self.remove)

    def height_in(self, _width: int) -> int:
        """px that it takes at a width."""
        return self.sizeHint().height()

    @property
    def words(self) -> str:
        """What is said of its state."""
        return self.shown.words if self.shown.reason else self._state.text

    def show_state(self, shown: Attachment, icon: str, ink: str) -> None:
        """Show its name, with this icon in this ink before it."""
        self.shown = shown
        self._sign = (icon, ink)
        self._name.show_text(shown.name)
        self.setAccessibleName(f"{shown.name}, {shown.words}")
        self.update()

    def _on_remove(self) -> None:
        self.remove_requested.emit(self.shown.id)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        icon_px = self._look.scaled(_ICON)
        at = _EDGE if self.isLeftToRight() else self.width() - _EDGE - icon_px
        icon, ink = self._sign
        middle = self.remove.geometry().center().y() + 0.5
        box = QRectF(at, middle - icon_px / 2, icon_px, icon_px)
        paint_icon(painter, icon, box, self._look.colour(ink))
