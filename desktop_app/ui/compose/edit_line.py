"""The line that says that a question is being written anew."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins

_EDGE = 12
_ICON = 18


class EditLine(QWidget):
    """Says above the composer that sending asks anew, and how to have what stood there before.

    Signals:
        given_up: It is not to be edited after all.

    Attributes:
        is_on: A question is being edited; a page may hide the line meanwhile.
    """

    given_up = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.is_on = False
        words = tr("You are editing a question. Sending it asks anew.")
        briefer = (tr("Sending asks anew"),)
        self._words = Label(look, self, px=size.CAPTION, ink="dim")
        self._words.show_text(words, briefer=briefer)
        close = Button(look, self, icon="close", says=tr("Give up the edit"))
        close.describe(tr("Give up the edit"), "Esc")
        close.clicked.connect(self._on_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(*mirrored_margins(_EDGE + look.scaled(_ICON) + 8, 2, 8, 2))
        row.addWidget(self._words, 1)
        row.addWidget(close)
        self.setAccessibleName(words)
        self.hide()

    def _on_close(self) -> None:
        self.given_up.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)
        wide = self._look.scaled(_ICON)
        at = _EDGE if self.isLeftToRight() else self.width() - _EDGE - wide
        box = QRectF(at, (self.height() - wide) / 2, wide, wide)
        paint_icon(painter, "edit", box, self._look.colour("dim"))
