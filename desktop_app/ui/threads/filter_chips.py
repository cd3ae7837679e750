"""The wishes that a search can have, as chips under its field."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look

_CHIPS = (
    ("is:spoken", mark("Spoken")),
    ("has:picture", mark("With pictures")),
    ("from:me", mark("From me")),
    ("from:parley", mark("Answers")),
    ("after:7d", mark("Last 7 days")),
)
_GAP = 4
_ABOVE = 6
_RIVALS = {"from:me": "from:parley", "from:parley": "from:me"}


class FilterChips(QWidget):
    """As many lines of chips as the width needs.

    Signals:
        toggled: The wish, as it is typed, that was switched on or off.
    """

    toggled = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips: dict[str, Button] = {}
        for wish, label in _CHIPS:
            chip = Button(look, self, text=tr(label), tone=Tone.OUTLINE)
            chip.describe(tr(label), wish)
            chip.setFont(look.font(size.CAPTION))
            chip.setCheckable(True)
            chip.clicked.connect(self._on_clicked)
            self._chips[wish] = chip
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(tr("Search only"))

    def show_text(self, text: str) -> None:
        """Check the chips whose wishes stand in the text."""
        parts = text.split()
        for wish, chip in self._chips.items():
            chip.setChecked(wish in parts)

    def _on_clicked(self) -> None:
        chip = self.sender()
        self.toggled.emit(next(wish for wish, one in self._chips.items() if one is chip))

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return self._lay_out(width, is_moving=False)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, self._lay_out(max(self.width(), 120), is_moving=False))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.setFixedHeight(self._lay_out(self.width(), is_moving=True))

    def _lay_out(self, width: int, *, is_moving: bool) -> int:
        x, y, height = 0, _ABOVE, 0
        for chip in self._chips.values():
            words = chip.fontMetrics()
            hint = QSize(words.horizontalAdvance(chip.text()) + 16, words.height() + 8)
            if x and x + hint.width() > width:
                x, y = 0, y + hint.height() + _GAP
            if is_moving:
                place = QRect(x, y, min(hint.width(), width), hint.height())
                if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
                    place.moveRight(width - 1 - x)
                chip.setGeometry(place)
            x += hint.width() + _GAP
            height = y + hint.height()
        return height


def with_wish(text: str, wish: str) -> str:
    """The text with the wish put after its words, or taken out where it stands already."""
    parts = text.split()
    if wish in parts:
        return " ".join(part for part in parts if part != wish)
    return " ".join([*(part for part in parts if part != _RIVALS.get(wish)), wish])
