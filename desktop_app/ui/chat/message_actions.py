"""What is mostly done with a message: below it while one points at it, or is there by keyboard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.prose import mark, tr
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

    def tell_copied(self) -> None:
        """Say for a moment that the message is on the clipboard."""
        step = self._steps["copy"]
        place = step.mapToGlobal(QPoint(0, 0))
        QToolTip.showText(place, tr("Copied"), step, step.rect(), _COPIED_MS)

    def _on_clicked(self, kind: str, _checked: bool = False) -> None:
        if kind == "menu":
            step = self._steps[kind]
            below = step.mapToGlobal(QPoint(0, step.height()))
            self.menu_wanted.emit(self._message_id, below)
        else:
            self.step_chosen.emit(kind, self._message_id)
