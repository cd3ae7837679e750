"""Text that shortens itself, and the hairline that separates what scrolls from what stays."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.look import Look, fill
from desktop_app.ui.mirroring import shortened
from desktop_app.ui.one_lines import drop_to_line
from desktop_app.ui.tips import plain_tip


class Label(QWidget):
    """One line of plain text in a token's colour; elided where it does not fit, with a tooltip.

    Args:
        beside: Size of larger letters that it stands on one line with.
    """

    spoken_role = "StaticText"

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        text: str = "",
        *,
        px: int = size.SMALL,
        ink: str = "text",
        weight: int = QFont.Weight.Normal,
        beside: int = 0,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._ink = ink
        self._text = ""
        self._briefer: tuple[str, ...] = ()
        self._rest = ""  # what the tooltip says of it
        self.alignment = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self.setFont(look.font(px, weight))
        self._beside = look.font(beside) if beside else None
        self._drop = drop_to_line(self.font(), self._beside) if self._beside else 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_text(text)

    @property
    def text(self) -> str:
        """The whole text, as shown when there is room."""
        return self._text

    @property
    def shown(self) -> str:
        """What of it there is room for; its end is elided where even the briefest is too long."""
        room, metrics = self.contentsRect().width(), self.fontMetrics()
        said = (self._text, *self._briefer)
        fitting = next((one for one in said if metrics.horizontalAdvance(one) <= room), said[-1])
        return shortened(fitting, metrics, room)

    def show_text(self, text: str, ink: str = "", *, briefer: tuple[str, ...] = ()) -> None:
        """Exchange the text and, if given, the colour's token.

        Args:
            briefer: What stands there where the whole text does not fit, the longest first.
        """
        if briefer != self._briefer:
            self._briefer = briefer
            self.update()
        if text != self._text or (ink and ink != self._ink):
            self._text, self._ink = text, ink or self._ink
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()
            self._show_rest()

    def _show_rest(self) -> None:
        """Let the tooltip say what is elided, unless somebody else has given it one."""
        if self.toolTip() == self._rest:
            room = self.contentsRect().width()
            is_cut = self.fontMetrics().horizontalAdvance(self._text) > room
            self._rest = plain_tip(self._text) if is_cut else ""
            self.setToolTip(self._rest)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._show_rest()

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics, around = self.fontMetrics(), self.contentsMargins()
        width = metrics.horizontalAdvance(self._text) + 2 + around.left() + around.right()
        high = QFontMetrics(self._beside or self.font()).height() + 4
        return QSize(width, high + around.top() + around.bottom())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self._look.colour(self._ink))
        painter.setFont(self.font())
        place = QRectF(self.contentsRect()).translated(0, self._drop)
        painter.drawText(place, self.alignment, self.shown)


class Rule(QWidget):
    """A hairline at the edge of what scrolls, lest what is cut there be read as one with it."""

    def __init__(self, look: Look, parent: QWidget, *, is_shown: bool = True) -> None:
        super().__init__(parent)
        self._look = look
        self.is_shown = is_shown
        self.setFixedHeight(1)

    def show_scrolled(self, by: int) -> None:
        """Show it while something is scrolled out of sight above."""
        is_above = by > 0
        if is_above != self.is_shown:
            self.is_shown = is_above
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self.is_shown:
            fill(QPainter(self), event.rect(), self._look.colour("line"))
