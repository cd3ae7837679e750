"""What is mostly done with a message: below it while one points at it, or is there by keyboard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import within

WIDE, HIGH = 28, 24  # px at 1x, of each button
_AIR = 5  # px at 1x beside the icon of each
_COPIED_MS = 1500
MENU = mark("What can be done with this message")


def steps_of(message: MessageRecord) -> tuple[str, ...]:
    """What is offered, in this order; none while it is being written."""
    if message.status is MessageStatus.STREAMING:
        return ()
    copy = ("copy",) if message.text else ()
    if message.role is Role.USER:
        return (*copy, *(("edit",) if message.text else ()), "menu")
    return (*copy, "again", "menu")


def actions_box(look: Look, message: MessageRecord, gap: QRectF) -> QRectF:
    """Where it stands in the gap below a message: where a reply begins, or a question ends."""
    wide = look.scaled(WIDE) * len(steps_of(message))
    air = look.scaled(_AIR)
    is_right = message.role is Role.USER
    left = gap.right() + air - wide if is_right else gap.left() - air
    return within(QRectF(left, gap.top(), wide, gap.height()), gap)


class CopiedNote(QWidget):
    """Says for a moment that something is on the clipboard."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._around = parent
        self.setFont(look.font(size.CAPTION))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._time = QTimer(self)
        self._time.setSingleShot(True)
        self._time.setInterval(_COPIED_MS)
        self._time.timeout.connect(self.hide)
        self.hide()

    def tell(self, place: QRect) -> None:
        """Stand above a place of the parent, or below it where there is no room."""
        metrics = self.fontMetrics()
        wide, high = metrics.horizontalAdvance(tr("Copied")) + 20, metrics.height() + 8
        x = max(4, min(place.center().x() - wide // 2, self._around.width() - wide - 4))
        above = place.top() - high - 4
        self.setGeometry(x, above if above >= 4 else place.bottom() + 4, wide, high)
        self.show()
        self.raise_()
        self._time.start()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(self._look.colour("text"))
        painter.setFont(self.font())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Copied"))


class _Step(Button):
    """A button that fits between two messages."""

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._look.scaled(WIDE), self._look.scaled(HIGH))


class MessageActions(QWidget):
    """A few icons without a ground; with the keyboard all of them are in the message's menu.

    Signals:
        step_chosen: ``copy``, ``edit`` or ``again``, and the id of the message.
        menu_wanted: Id of the message, and where its menu is to be shown, on the screen.
    """

    step_chosen = Signal(str, str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._message_id = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._steps: dict[str, Button] = {}
        for kind, icon, says in (
            ("copy", "copy", tr("Copy")),
            ("edit", "edit", tr("Edit and send again")),
            ("again", "retry", tr("Ask again")),
            ("menu", "more", tr(MENU)),
        ):
            step = self._steps[kind] = _Step(look, self, icon=icon, says=says)
            step.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            step.clicked.connect(partial(self._on_clicked, kind))
            row.addWidget(step)
        self.hide()

    def offer(self, message: MessageRecord, place: QRect) -> None:
        """Stand at ``actions_box`` of a message."""
        self._message_id = message.id
        offered = steps_of(message)
        for kind, step in self._steps.items():
            step.setVisible(kind in offered)
        self.setGeometry(place)
        self.show()

    def _on_clicked(self, kind: str, _checked: bool = False) -> None:
        if kind == "menu":
            step = self._steps[kind]
            below = step.mapToGlobal(QPoint(0, step.height()))
            self.menu_wanted.emit(self._message_id, below)
        else:
            self.step_chosen.emit(kind, self._message_id)
