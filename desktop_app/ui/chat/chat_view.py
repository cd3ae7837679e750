"""What a person does in the conversation: press, select, copy, go through it by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import MessageRecord
from desktop_app.ui import wording
from desktop_app.ui.accessible import SpokenPart, tell_current
from desktop_app.ui.chat.answer_bar import AnswerBar
from desktop_app.ui.chat.conversation_scroll import TOP, ConversationScroll
from desktop_app.ui.chat.folds import LEARNED
from desktop_app.ui.chat.link_bar import LinkBar, says_where
from desktop_app.ui.chat.message_actions import CopiedNote, MessageActions, steps_of
from desktop_app.ui.chat.message_menu import copy_message, message_menu
from desktop_app.ui.chat.message_row import MessageRow
from desktop_app.ui.chat.target_walk import Pressable, next_of, pressable_in
from desktop_app.ui.chat.targets import Target
from desktop_app.ui.chat.text_selection import Selection, Spot
from desktop_app.ui.look import Look

_SHIFT = Qt.KeyboardModifier.ShiftModifier


class ChatView(ConversationScroll):
    """Messages of one thread, and what is done with them.

    Signals:
        retry_requested: Id of the message to deliver again.
        link_chosen: The address of a link.
        tool_answered: Id of a reply, of a call that waits in it, and what it gives.
        tool_refused: Id of a reply, and of a call that shall not be.
        tool_allowed, tool_always: The same, of a call that the person's program shall answer;
            and others like it in the future.
        picture_chosen: Id of a picture.
        picture_menu_wanted: Id of a picture, and where its menu is to be shown, on the screen.
        step_requested: ``play``, ``again``, ``edit`` or ``details``, and the id of a message.
    """

    spoken_role = "List"

    retry_requested = Signal(str)
    link_chosen = Signal(str)
    tool_answered = Signal(str, str, str)
    tool_refused = Signal(str, str)
    tool_allowed = Signal(str, str)
    tool_always = Signal(str, str)
    step_requested = Signal(str, str)
    picture_chosen = Signal(str)
    picture_menu_wanted = Signal(str, QPoint)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._links = LinkBar(look, self)
        self._links.agreed.connect(self.link_chosen)
        self._answers = AnswerBar(look, self)
        self._answers.answered.connect(self.tool_answered)
        self._pointed = ""  # id of the message that the pointer is over
        self.copied = CopiedNote(look, self)
        self.offered = MessageActions(look, self.viewport())
        self.offered.step_chosen.connect(self._on_step)
        self.offered.menu_wanted.connect(self._show_menu)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        high = self._links.wanted_height()
        for bar in (self._links, self._answers):
            bar.setGeometry(
                self.viewport().x() + self._left(), self.height() - high - 8, self._column(), high
            )

    def _overlays(self) -> tuple[QWidget, ...]:
        return (*super()._overlays(), self._links, self._answers, self.offered, self.copied)

    # ---- pointer and keys ---------------------------------------------------------------

    def _at(self, point: QPointF) -> tuple[MessageRow, QPointF] | None:
        y = int(point.y()) + self.verticalScrollBar().value() - TOP
        number = self._stack.number_at(y)
        if number < 0:
            return None
        return self._stack.row(number), QPointF(
            point.x() - self._left(), y - self._stack.top(number)
        )

    def _spot(self, point: QPointF) -> Spot | None:
        found = self._at(point)
        return found and Spot(found[0].message.id, found[0].place_at(found[1]))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        found = self._at(event.position())
        target = found and found[0].target_at(found[1])
        if target:
            self._act(target, found[0].message.id if found else "")
            return
        spot = self._spot(event.position())
        self._selection = Selection(spot, spot) if spot else None
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.buttons() & Qt.MouseButton.LeftButton and self._selection:
            spot = self._spot(event.position())
            if spot:
                self._selection = Selection(self._selection.anchor, spot)
                self._scroll_along(int(event.position().y()))
                self.viewport().update()
            return
        self._show_pointer(event.position())
        found = self._at(event.position())
        self._pointed = found[0].message.id if found else ""
        self._offer_actions()

    def _show_pointer(self, point: QPointF) -> None:
        found = self._at(point)
        shape = Qt.CursorShape.ArrowCursor
        if found and found[0].target_at(found[1]):
            shape = Qt.CursorShape.PointingHandCursor
        elif found and found[0].is_text(found[1]):
            shape = Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)

    def _scroll_along(self, y: int) -> None:
        bar = self.verticalScrollBar()
        if y < 0:
            bar.setValue(bar.value() + max(-60, y))
        elif y > self.viewport().height():
            bar.setValue(bar.value() + min(60, y - self.viewport().height()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        found = self._at(event.position())
        if found:
            start, end = found[0].word_at(found[1])
            message_id = found[0].message.id
            self._selection = Selection(Spot(message_id, start), Spot(message_id, end))
            self.viewport().update()

    # ---- what is mostly done with a message -------------------------------------------------

    def _offer_actions(self) -> None:
        """Below the message that is pointed at, else below the one that the keyboard is in."""
        chosen = self._chosen.message_id if self._chosen is not None else ""
        number = self._stack.number_of(self._pointed or chosen)
        message = self._stack.messages[number] if number >= 0 else None
        if message is not None and steps_of(message):
            place = self._actions_place(number)
            if self.viewport().rect().contains(place):
                self.offered.offer(message, place)
                return
        self.offered.hide()

    def _actions_place(self, number: int) -> QRect:
        top = TOP + self._stack.top(number) - self.verticalScrollBar().value()
        return self._stack.row(number).actions_box.translated(self._left(), top).toRect()

    def _repaint_what_changed(self) -> None:
        """What moves away from the pointer is not pointed at any more."""
        if not self.offered.isHidden():
            number = self._stack.number_of(self._pointed)
            if number < 0 or self._actions_place(number) != self.offered.geometry():
                self._pointed = ""
            self._offer_actions()
        super()._repaint_what_changed()

    def _on_step(self, kind: str, message_id: str) -> None:
        message = self._message(message_id)
        if kind != "copy":
            self.step_requested.emit(kind, message_id)
        elif message is not None:
            copy_message(message, as_markdown=True)
            self.copied.tell(self.offered.geometry().translated(self.viewport().pos()))

    def _message(self, message_id: str) -> MessageRecord | None:
        number = self._stack.number_of(message_id)
        return self._stack.messages[number] if number >= 0 else None

    def _show_menu(self, message_id: str, place: QPoint) -> None:
        message_menu(self, self._message(message_id)).popup(place)

    def _menu_place(self, message_id: str) -> QPoint:
        """Below what is offered of a message, on the screen, and within the view."""
        box = self._actions_place(self._stack.number_of(message_id))
        within = self.viewport().rect()
        y = max(within.top(), min(box.bottom(), within.bottom()))
        return self.viewport().mapToGlobal(QPoint(box.left(), y))

    def _act(self, target: Target, message_id: str) -> None:
        if target.kind == "menu":
            self._show_menu(message_id, self._menu_place(message_id))
        elif target.kind == "retry":
            self.retry_requested.emit(message_id)
        elif target.kind == "chip" and target.value == LEARNED:
            self.step_requested.emit("memories", message_id)
        elif target.kind in ("copy", "wrap", "fold", "chip"):
            self._act_here(target, message_id)
        elif target.kind == "picture":
            self.picture_chosen.emit(target.value)
        elif target.kind == "play":
            self.step_requested.emit("play", message_id)
        elif target.kind in ("refuse", "run", "always"):
            self._decide_tool(target, message_id)
        elif target.kind == "answer":
            self._answers.ask(message_id, target.value, target.label.partition(": ")[2])
        elif says_where(target.label, target.value):
            self.link_chosen.emit(target.value)
        else:
            self._links.ask(target.value)

    def _decide_tool(self, target: Target, message_id: str) -> None:
        decisions = {
            "refuse": self.tool_refused,
            "run": self.tool_allowed,
            "always": self.tool_always,
        }
        decisions[target.kind].emit(message_id, target.value)

    def _act_here(self, target: Target, message_id: str) -> None:
        number = self._stack.number_of(message_id)
        row = self._stack.row(number)
        if target.kind == "copy":
            QGuiApplication.clipboard().setText(row.code_of(target))
            above = TOP + self._stack.top(number) - self.verticalScrollBar().value()
            place = target.box.translated(self._left(), above).toRect()
            self.copied.tell(place.translated(self.viewport().pos()))
            return
        row.toggle(target)
        self._stack.settle(number)
        self._follows = False  # what was opened stays where it is
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Sideways over what is too wide; everything else moves the conversation."""
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
        across = delta.x() or (delta.y() if event.modifiers() & _SHIFT else 0)
        found = self._at(event.position()) if across else None
        if found and found[0].scroll_at(found[1], -across):
            self.viewport().update()
            event.accept()
        elif not across:
            super().wheelEvent(event)

    def selected_text(self) -> str:
        """The selected text, or empty."""
        return self._selection.text(self._stack) if self._selection else ""

    def select_all(self) -> None:
        """Select the whole conversation as far as it is here."""
        if len(self._stack):
            first, last = self._stack.messages[0].id, self._stack.messages[-1].id
            end = self._stack.row(len(self._stack) - 1).end
            self._selection = Selection(Spot(first, (0, 0)), Spot(last, end))
            self.viewport().update()

    def copy(self) -> None:
        """Put the selected text on the clipboard."""
        text = self.selected_text()
        if text:
            QGuiApplication.clipboard().setText(text)

    def focusNextPrevChild(self, forwards: bool) -> bool:  # noqa: N802
        """Tab goes through what can be pressed in sight, then on."""
        if not self.hasFocus():  # a bar over the view was hidden, and Qt looks for who is next
            return super().focusNextPrevChild(forwards)
        pressable = self._pressable()
        self._chosen = next_of(pressable, self._chosen, backwards=not forwards)
        self._offer_actions()
        self.viewport().update()
        if self._chosen is not None:
            tell_current(self, len(self._stack) + pressable.index(self._chosen))
            return True
        return super().focusNextPrevChild(forwards)

    # ---- for screen readers: each message, then what can be pressed in sight ----------------

    def spoken_count(self) -> int:
        """How many messages and pressable things there are."""
        return len(self._stack) + len(self._pressable())

    def spoken_part(self, number: int) -> SpokenPart:
        """A message, or behind the last one something that can be pressed."""
        top = self.verticalScrollBar().value() - TOP
        if number < len(self._stack):
            message = self._stack.messages[number]
            start, end = self._stack.top(number), self._stack.top(number + 1)
            box = QRect(self._left(), start - top, self._column(), end - start)
            return SpokenPart(wording.message_words(message.role, message.text), "ListItem", box)
        one = self._pressable()[number - len(self._stack)]
        row_top = int(one.y - one.target.box.top())
        box = one.target.box.toRect().translated(self._left(), row_top - top)
        role = "Link" if one.target.kind == "link" else "Button"
        is_current = self._chosen is not None and self._chosen.key == one.key
        return SpokenPart(one.target.label, role, box, is_current, can_press=True)

    def press_part(self, number: int) -> None:
        """Press what ``spoken_part`` tells as a button or a link."""
        one = self._pressable()[number - len(self._stack)]
        self._act(one.target, one.message_id)

    def _pressable(self) -> list[Pressable]:
        top = self.verticalScrollBar().value() - TOP
        return pressable_in(self._stack, top, self.viewport().height(), has_menus=True)

    @property
    def is_pressed_by_space(self) -> bool:
        """Whether something was chosen with Tab."""
        return self._chosen is not None

    def _press_chosen(self) -> bool:
        chosen = self._chosen
        if chosen is None:
            return False
        self._act(chosen.target, chosen.message_id)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if is_enter and self._press_chosen():
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Home:
            self.verticalScrollBar().setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.jump_to_latest()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        if event.reason() is QContextMenuEvent.Reason.Keyboard and len(self._stack):
            last = self._stack.number_at(self.verticalScrollBar().value() + self.height() - TOP)
            chosen, message_id = self._chosen, self._stack.messages[last].id
            if chosen is not None and self._stack.number_of(chosen.message_id) < 0:
                chosen = None  # of another thread
            if chosen is not None:
                message_id = chosen.message_id
            place = self._menu_place(message_id)
            if chosen is not None and chosen.target.kind == "picture":
                self.picture_menu_wanted.emit(chosen.target.value, place)
            else:
                self._show_menu(message_id, place)
            return
        found = self._at(QPointF(self.viewport().mapFrom(self, event.pos())))
        target = found and found[0].target_at(found[1])
        if target and target.kind == "picture":
            self.picture_menu_wanted.emit(target.value, event.globalPos())
        else:
            message_menu(self, found[0].message if found else None).popup(event.globalPos())

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self._offer_actions()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Leave:
            self.viewport().unsetCursor()
            self._pointed = ""
            self._offer_actions()
        return super().viewportEvent(event)
