"""What stands around code: its ground, its language, and the words that copy and wrap it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath

from desktop_app.prose import tr, tr_in
from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import leading, mirrored

PADDING = 12
HEADER = 28
_APART = 16


@dataclass(frozen=True, slots=True)
class CodeFrame:
    """The frame of one piece of code; long code is several pieces in one frame.

    Attributes:
        is_first: Has the header.
        is_last: Has the lower edge.
        wraps: Long lines go on below; otherwise they are scrolled sideways.
        is_titled: Its language and what can be done with it stand above it.
        header: px of the line that says so.
    """

    language: str = ""
    is_first: bool = True
    is_last: bool = True
    wraps: bool = True
    is_titled: bool = True
    header: int = HEADER

    @property
    def above(self) -> int:
        """px over the text."""
        if not self.is_titled:
            return PADDING
        return self.header if self.is_first else 0

    @property
    def below(self) -> int:
        """px under the text."""
        return PADDING if self.is_last else 0

    def words(self, look: Look, width: int) -> tuple[tuple[str, str, QRectF], ...]:
        """The words in the header: what each does, what it says, where it stands."""
        if not self.is_first or not self.is_titled:
            return ()
        metrics = QFontMetricsF(look.font(size.CAPTION))
        right, found = width - PADDING, []
        wrap = tr("Unwrap") if self.wraps else tr_in("code", "Wrap")
        for kind, word in (("copy", tr("Copy")), ("wrap", wrap)):
            wide = metrics.horizontalAdvance(word)
            place = QRectF(right - wide, 4, wide, self.header - 8)
            found.append((kind, word, mirrored(place, width)))
            right -= int(wide) + _APART
        return tuple(found)

    def paint(self, painter: QPainter, look: Look, width: int, height: int) -> None:
        """Paint everything but the code."""
        painter.setPen(look.colour("line"))
        painter.setBrush(look.colour("code"))
        painter.save()
        painter.setClipRect(QRectF(0, 0, width, height))
        painter.drawPath(self._outline(width, height))
        painter.restore()
        if not self.is_first or not self.is_titled:
            return
        painter.setFont(look.font(size.CAPTION))
        painter.setPen(look.colour("faint"))
        middle = Qt.AlignmentFlag.AlignVCenter
        words = self.words(look, width)
        for _, word, box in words:
            painter.drawText(
                box.adjusted(-4, 0, 4, 0), middle | Qt.AlignmentFlag.AlignHCenter, word
            )
        last = mirrored(words[-1][2], width)
        room = int(last.left()) - PADDING - _APART
        name = painter.fontMetrics().elidedText(
            self.language or tr_in("label of a block", "code"), Qt.TextElideMode.ElideRight, room
        )
        place = mirrored(QRectF(PADDING, 4, room, self.header - 8), width)
        painter.drawText(place, leading(), name)

    def _outline(self, width: int, height: int) -> QPainterPath:
        """Round only where the frame begins or ends."""
        top = 0.5 if self.is_first else -2.0 * size.RADIUS
        bottom = height - 0.5 if self.is_last else height + 2.0 * size.RADIUS
        path = QPainterPath()
        box = QRectF(QPointF(0.5, top), QPointF(width - 0.5, bottom))
        path.addRoundedRect(box, size.RADIUS, size.RADIUS)
        return path
