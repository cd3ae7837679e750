"""The one kind of button: an icon, a word or both, in a few tones."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.ui import look as size
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look

_ICON = 18
ICON_AIR = 7
"""px around an icon that stands alone."""
LABELLED_ICON_AIR = 9
"""px before an icon with a word."""
_AIR = 12  # px beside the words of a choice
_SHORTEST = 96  # px; a longer word gives way before a row of buttons is cut off
_MIRRORED = {
    "back": "forward",
    "left": "right",
    "right": "left",
    "side-left": "side-right",
    "side-right": "side-left",
}
"""Icons that point: where people read from the right, they point the other way."""

BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class Tone(Enum):
    """How loud a button is."""

    QUIET = "quiet"  # no outline until hovered
    OUTLINE = "outline"
    ACCENT = "accent"  # the one main step
    LINK = "link"  # a word in the accent colour
    CHOICE = "choice"  # one of several below each other; the chosen one has a mark


class EnterButton(QAbstractButton):
    """A button that Enter presses as Space does; Qt leaves that to buttons of dialogs."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()


class Button(EnterButton):
    """A button that paints itself from the look.

    A word, an icon name of ``resources/icons``, or both; an icon alone needs ``says``.
    """

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        *,
        text: str = "",
        icon: str = "",
        says: str = "",
        tone: Tone = Tone.QUIET,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self._tone = tone
        self._shows_focus = False
        self.setText(text)
        bold, usual = QFont.Weight.DemiBold, QFont.Weight.Normal
        self.setFont(look.font(size.SMALL, bold if tone is Tone.ACCENT else usual))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.describe(says or text)

    def describe(self, says: str, shortcut: str = "") -> None:
        """Name it for screen readers and in the tooltip, with the key that does the same."""
        self.setAccessibleName(says)
        self._look.tips.set(self, says, shortcut)

    def show_icon(self, icon: str) -> None:
        """Exchange the icon."""
        if icon != self._icon:
            self._icon = icon
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        icon = self._look.scaled(_ICON)
        if not self.text():
            return QSize(icon + 2 * ICON_AIR, icon + 2 * ICON_AIR)
        width = self.fontMetrics().horizontalAdvance(self.text())
        padding = 0 if self._tone is Tone.LINK else 2 * 12
        height = max(30, self.fontMetrics().height() + 10)
        return QSize(width + padding + (icon + 6 if self._icon else 0), height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        wanted = self.sizeHint()
        return QSize(min(wanted.width(), _SHORTEST), wanted.height())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._shows_focus = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)

    @property
    def is_on(self) -> bool:
        """Whether it looks like what is chosen."""
        return self.isChecked()

    @property
    def focus_reason(self) -> Qt.FocusReason:
        """With which another button takes the keys over, and shows them or not as this one."""
        reasons = Qt.FocusReason
        return reasons.TabFocusReason if self._shows_focus else reasons.OtherFocusReason

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        self._paint_ground(painter, box)
        self._paint_content(painter, box)
        if self.hasFocus() and self._shows_focus:
            self._paint_focus(painter, box)

    def _paint_focus(self, painter: QPainter, box: QRectF) -> None:
        """A ring that is seen on every ground; a link, whose words fill it, is underlined."""
        is_filled = self._tone is Tone.ACCENT and self.isEnabled()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._look.colour("on_accent" if is_filled else "accent"), 2))
        if self._tone is Tone.LINK:
            below = box.center().y() + self.fontMetrics().height() / 2 + 1
            painter.drawLine(QPointF(box.left(), below), QPointF(box.right(), below))
            return
        inset, radius = (3, 6) if is_filled else (1, 8)
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)

    def _paint_ground(self, painter: QPainter, box: QRectF) -> None:
        is_over = self.isEnabled() and self.underMouse()
        fill = self._fill(is_over)
        outline = self._look.colour("line") if self._has_outline else None
        painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(outline, 1) if outline is not None else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, 8, 8)

    def _fill(self, is_over: bool) -> QColor | None:
        if self._tone is Tone.ACCENT:
            if not self.isEnabled():
                return self._look.colour("hover")
            return self._look.colour("accent_hover" if is_over else "accent")
        if self._tone is Tone.LINK:
            return None
        if self.is_on or self.isDown():
            return self._look.colour("accent_soft" if self.is_on else "line")
        if is_over:
            return self._look.colour("hover")
        return self._look.colour("raised") if self._has_outline else None

    def _ink(self) -> QColor:
        if not self.isEnabled():
            return self._look.colour("faint")
        if self._tone is Tone.ACCENT:
            return self._look.colour("on_accent")
        if self._tone is Tone.LINK or self.is_on:
            return self._look.colour("accent")
        return self._look.colour("text" if self._has_outline else "dim")

    @property
    def _has_outline(self) -> bool:
        return self._tone in (Tone.OUTLINE, Tone.CHOICE)

    def _pointing(self) -> str:
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return _MIRRORED.get(self._icon, self._icon) if is_mirrored else self._icon

    def _paint_content(self, painter: QPainter, box: QRectF) -> None:
        ink, side = self._ink(), self._look.scaled(_ICON)
        if not self.text():
            paint_icon(painter, self._pointing(), _centred(box, side), ink)
            return
        if self._icon:
            is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            air = LABELLED_ICON_AIR
            left = box.right() - air - side if is_mirrored else box.left() + air
            place = QRectF(left, box.center().y() - side / 2, side, side)
            paint_icon(painter, self._pointing(), place, ink)
            taken = (0, 0, -side - 6, 0) if is_mirrored else (side + 6, 0, 0, 0)
            box = box.adjusted(*taken)
        font = self.font()
        if self._tone is Tone.LINK and self.underMouse():
            font.setUnderline(True)
        painter.setFont(font)
        painter.setPen(ink)
        room = int(box.width()) + 2 if self._tone is Tone.LINK else int(box.width()) - 8
        if self._tone is Tone.CHOICE:
            self._paint_choice(painter, box)
            return
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_choice(self, painter: QPainter, box: QRectF) -> None:
        """The words where lines begin, the mark where they end."""
        side = self._look.scaled(_ICON)
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        taken = side + 2 * _AIR
        room = box.adjusted(taken if is_mirrored else _AIR, 0, -_AIR if is_mirrored else -taken, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        elided = Qt.TextElideMode.ElideRight
        words = painter.fontMetrics().elidedText(self.text(), elided, int(room.width()))
        painter.drawText(room, flags, words)
        if self.isChecked():
            left = box.left() + _AIR if is_mirrored else box.right() - _AIR - side
            place = QRectF(left, box.center().y() - side / 2, side, side)
            paint_icon(painter, "check", place, self._ink())


def _centred(box: QRectF, side: int) -> QRectF:
    centre = box.center()
    return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
