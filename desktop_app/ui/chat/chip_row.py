"""Small marks below a message: memories, documents, files. One opens a card with its text."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.chat.folds import Chip
from desktop_app.ui.chat.targets import Target
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import is_mirrored, leading, mirrored, within

_CHIP = 24
_ICON = 12
_APART = 8
_BEFORE, _AFTER = 14, 8  # px beside the words, without the icon
_PERCENT = "100 %"
_CARD = 12  # px around the text of a card


class ChipRow:
    """Chips in lines at one width, and the card of the one that is open."""

    def __init__(self, look: Look, width: int, *, is_right: bool = False) -> None:
        self._look = look
        self._width = width
        self._chip = look.scaled(_CHIP)
        self._icon = look.scaled(_ICON)
        self._is_right = is_right
        self._chips: tuple[Chip, ...] = ()
        self._boxes: tuple[QRectF, ...] = ()
        self._open = ""
        self._card: TextBlock | None = None

    def show(self, chips: tuple[Chip, ...]) -> None:
        """Show these chips."""
        if chips == self._chips:
            return
        self._chips = chips
        self._boxes = tuple(self._placed())
        self._lay_out_card()

    def toggle(self, key: str) -> None:
        """Open the card of a chip, or close it."""
        self._open = "" if key == self._open else key
        self._lay_out_card()

    def _lay_out_card(self) -> None:
        chip = next((chip for chip in self._chips if chip.key == self._open), None)
        self._card = None
        if chip is not None:
            self._card = TextBlock(self._look)
            self._card.show_plain(chip.body, self._width - 2 * _CARD)

    def _placed(self) -> Iterator[QRectF]:
        metrics = QFontMetricsF(self._look.font(size.CAPTION))
        lines: list[list[float]] = [[]]
        for chip in self._chips:
            number = metrics.horizontalAdvance(_PERCENT) + 8 if chip.percent is not None else 0
            wide = (
                metrics.horizontalAdvance(chip.label) + _BEFORE + self._icon + _AFTER + 2 + number
            )
            wide = min(float(self._width), wide)
            if lines[-1] and sum(lines[-1]) + len(lines[-1]) * _APART + wide > self._width:
                lines.append([])
            lines[-1].append(wide)
        y = float(_APART)
        for line in lines:
            taken = sum(line) + (len(line) - 1) * _APART
            x = self._width - taken if self._is_right else 0.0
            for wide in line:
                yield mirrored(QRectF(x, y, wide, self._chip), self._width)
                x += wide + _APART
            y += self._chip + _APART

    @property
    def height(self) -> int:
        """px, with the gap to what is above."""
        if not self._boxes:
            return 0
        card = self._card.height + 2 * _CARD + _APART if self._card is not None else 0
        return int(self._boxes[-1].bottom()) + card

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Paint at the painter's origin."""
        for chip, box in zip(self._chips, self._boxes, strict=True):
            is_open = chip.key == self._open
            painter.setPen(self._look.colour("edge" if is_open else "line"))
            painter.setBrush(self._look.colour("accent_soft" if is_open else "background"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            icon = QRectF(box.left() + 8, box.center().y() - self._icon / 2, self._icon, self._icon)
            paint_icon(painter, chip.icon, within(icon, box), self._look.colour("dim"))
            painter.setFont(self._look.font(size.CAPTION))
            painter.setPen(self._look.colour("dim"))
            words = box.adjusted(_BEFORE + self._icon, 0, -_AFTER, 0)
            if chip.percent is not None:
                self._paint_percent(painter, chip.percent, box)
                words.adjust(0, 0, -painter.fontMetrics().horizontalAdvance(_PERCENT) - 8, 0)
            fitting = painter.fontMetrics().elidedText(
                chip.label, Qt.TextElideMode.ElideRight, int(words.width()) + 1
            )
            painter.drawText(within(words, box), leading(), fitting)
        if self._card is not None:
            self._paint_card(painter, clip)

    def _paint_percent(self, painter: QPainter, percent: int, box: QRectF) -> None:
        """A number at the end and a line below, which grows as people read."""
        words = box.adjusted(_BEFORE + self._icon, 0, -_AFTER, 0)
        trailing = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, flags if is_mirrored() else trailing, _percent(percent))
        done = QRectF(box.left() + 6, box.bottom() - 3.5, (box.width() - 12) * percent / 100, 2)
        painter.fillRect(within(done, box), self._look.colour("accent"))

    def _paint_card(self, painter: QPainter, clip: QRectF) -> None:
        assert self._card is not None
        top = self._boxes[-1].bottom() + _APART
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        box = QRectF(0.5, top + 0.5, self._width - 1, self._card.height + 2 * _CARD - 1)
        painter.drawRoundedRect(box, size.RADIUS, size.RADIUS)
        painter.save()
        painter.translate(_CARD, top + _CARD)
        self._card.paint(painter, None, clip.translated(-_CARD, -(top + _CARD)))
        painter.restore()

    def targets(self) -> Iterator[Target]:
        """What can be pressed."""
        for chip, box in zip(self._chips, self._boxes, strict=True):
            label = (
                chip.label if chip.percent is None else f"{chip.label}, {_percent(chip.percent)}"
            )
            yield Target("chip", chip.key, label, box)


def _percent(number: int) -> str:
    return tr("{percent}%").format(percent=number)
