"""What an empty place says: what it is for and how to begin."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import EnterButton
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import within

_ABOVE_EXAMPLES, _BETWEEN = 28, 8
_ISOLATE, _END = "\u2068", "\u2069"  # the words have their own direction, not the window's


class ExampleCard(EnterButton):
    """One thing to try."""

    def __init__(self, look: Look, parent: QWidget, icon: str, text: str) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(tr("Ask this"))
        self.setFont(look.font(size.SMALL))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:  # noqa: N802
        lines = self.fontMetrics().lineSpacing()
        return QSize(self._look.scaled(300), max(52, 2 * lines + 16))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        is_lit = self.underMouse() or self.hasFocus()
        painter.setPen(self._look.colour("accent" if self.hasFocus() else "line"))
        painter.setBrush(self._look.colour("hover" if is_lit else "raised"))
        painter.drawRoundedRect(box, size.RADIUS, size.RADIUS)
        side = self._look.scaled(18)
        icon = within(QRectF(14, box.center().y() - side / 2, side, side), box)
        paint_icon(painter, self._icon, icon, self._look.colour("accent"))
        painter.setPen(self._look.colour("text"))
        words = within(box.adjusted(26 + side, 4, -12, -4), box)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(words, flags, f"{_ISOLATE}{self.text()}{_END}")


class Invitation(QWidget):
    """The empty conversation.

    Signals:
        example_chosen: The text of the example.
    """

    example_chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._cards = [ExampleCard(look, self, icon, text) for icon, text in wording.EXAMPLES]
        for card in self._cards:
            card.clicked.connect(self._on_clicked)
        title = Label(
            look, self, tr(wording.INVITATION), px=size.DISPLAY, weight=QFont.Weight.DemiBold
        )
        self.hint = Label(look, self, wording.invitation_hint(), px=size.TEXT, ink="dim")
        self._foot = Label(look, self, tr(wording.INVITATION_FOOT), px=size.CAPTION, ink="faint")
        for label in (title, self.hint, self._foot):
            label.alignment = Qt.AlignmentFlag.AlignCenter
        self._rows: list[tuple[int, Sequence[QWidget]]] = []  # with the room above each
        self._arrange(title, self._foot)

    def show_service(self, *, is_embedded: bool) -> None:
        """Who would answer: it is said what the built-in answers need, and of others nothing."""
        self._foot.show_text(tr(wording.INVITATION_FOOT) if is_embedded else "")

    def _arrange(self, title: Label, foot: Label) -> None:
        examples = QWidget(self)
        grid = QGridLayout(examples)
        grid.setContentsMargins(0, _ABOVE_EXAMPLES, 0, 0)
        grid.setSpacing(_BETWEEN)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(3, 1)
        for number, card in enumerate(self._cards):
            grid.addWidget(card, number // 2, 1 + number % 2)
        self.hint.setContentsMargins(0, 6, 0, 0)
        foot.setContentsMargins(0, 16, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 24, 0)
        column.setSpacing(0)
        column.addStretch(4)
        for part in (title, self.hint, examples, foot):
            column.addWidget(part)
        column.addStretch(5)
        pairs = [self._cards[at : at + 2] for at in range(0, len(self._cards), 2)]
        first, *others = [[*pairs[0], examples], *pairs[1:]]
        self._rows = [(0, [title]), (0, [self.hint]), (_ABOVE_EXAMPLES, first)]
        self._rows += [*((_BETWEEN, pair) for pair in others), (0, [foot])]

    def sizeHint(self) -> QSize:  # noqa: N802
        """Of all of it, whatever there is room for now."""
        high = sum(gap + parts[0].sizeHint().height() for gap, parts in self._rows)
        return QSize(super().sizeHint().width(), high)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave out from the end what there is no room for, so that nothing is cut."""
        room = self.height()
        for gap, parts in self._rows:
            room -= gap + parts[0].sizeHint().height()
            for part in parts:
                part.setVisible(room >= 0)
        super().resizeEvent(event)

    def _on_clicked(self) -> None:
        card = self.sender()
        if isinstance(card, ExampleCard):
            self.example_chosen.emit(card.text())


class EmptyPane(QWidget):
    """A quiet icon with one line and a hint, for a pane that has nothing yet."""

    spoken_role = "StaticText"

    def __init__(self, look: Look, parent: QWidget, icon: str, title: str, hint: str) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self._title = title
        self._hint = ""
        self.show_hint(hint)

    def show_hint(self, hint: str) -> None:
        """Say what can be done now."""
        if hint != self._hint:
            self._hint = hint
            self.setAccessibleName(f"{self._title}. {hint}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = min(self._look.scaled(320), self.width() - 32)
        left = (self.width() - width) / 2
        top = max(24.0, self.height() * 0.30)
        side = self._look.scaled(48)
        disc = QRectF((self.width() - side) / 2, top, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("accent_soft"))
        painter.drawEllipse(disc)
        inset = side * 13 / 48
        inner = disc.adjusted(inset, inset, -inset, -inset)
        paint_icon(painter, self._icon, inner, self._look.colour("accent"))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.setFont(self._look.font(size.TEXT, QFont.Weight.DemiBold))
        painter.setPen(self._look.colour("text"))
        room = QRectF(left, top + side + 16, width, self.height())
        below = painter.boundingRect(room, flags, self._title).bottom() + 6
        painter.drawText(room, flags, self._title)
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        painter.drawText(QRectF(left, below, width, self.height()), flags, self._hint)
