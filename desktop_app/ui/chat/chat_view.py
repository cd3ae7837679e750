"""The conversation: painted rows in a scroll area that follows only from the bottom."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop_app.journal.records import MessageRecord, MessageStatus
from desktop_app.state.app_state import Playing
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import BY_KEYBOARD, Button, Tone
from desktop_app.ui.chat.answer_bar import AnswerBar
from desktop_app.ui.chat.block_column import Place
from desktop_app.ui.chat.chat_painting import paint_ring, paint_rows
from desktop_app.ui.chat.finding import places_in
from desktop_app.ui.chat.link_bar import LinkBar, says_where
from desktop_app.ui.chat.message_menu import message_menu
from desktop_app.ui.chat.message_row import MessageRow
from desktop_app.ui.chat.message_stack import MessageStack
from desktop_app.ui.chat.picture_shelf import InlinePicture
from desktop_app.ui.chat.target_walk import Pressable, next_of, pressable_in
from desktop_app.ui.chat.targets import Target
from desktop_app.ui.chat.text_selection import Selection, Spot
from desktop_app.ui.look import Look

_TOP, _BOTTOM = 24, 0  # room before the first and after the last message, px
_MARGIN = 20
_NEAR_BOTTOM = 16
_NEAR_TOP = 400
_SETTLE_ROUNDS = 8
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_DESCRIBED = 6  # messages that screen readers are given as text

Anchor = tuple[str, Place]  # a message, the block in it and px below that block's top


class ChatView(QAbstractScrollArea):
    """Messages of one thread.

    Signals:
        older_wanted: The view is near the first message it has.
        retry_requested: Id of the message to deliver again.
        link_chosen: The address of a link.
        tool_answered: Id of a reply, of a call that waits in it, and what it gives.
        tool_refused: Id of a reply, and of a call that shall not be.
        pictures_wanted: The InlinePictures that came in sight and are not loaded.
        picture_chosen: Id of a picture.
        step_requested: ``play``, ``again``, ``edit`` or ``details``, and the id of a message.
    """

    older_wanted = Signal()
    retry_requested = Signal(str)
    link_chosen = Signal(str)
    tool_answered = Signal(str, str, str)
    tool_refused = Signal(str, str)
    step_requested = Signal(str, str)
    pictures_wanted = Signal(object)
    picture_chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._stack = MessageStack(look)
        self._thread_id = ""
        self._has_older = False
        self._follows = True
        self._anchor: Anchor = ("", (0, 0))  # what is at the upper edge of the view
        self._is_settling = False
        self._shows_focus = False
        self._chosen: Pressable | None = None  # by keyboard
        self._selection: Selection | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        self.verticalScrollBar().setSingleStep(24)
        self._jump = Button(look, self, text=wording.JUMP, icon="down", tone=Tone.OUTLINE)
        self._jump.hide()
        self._jump.clicked.connect(self.jump_to_latest)
        self._links = LinkBar(look, self)
        self._links.agreed.connect(self.link_chosen)
        self._answers = AnswerBar(look, self)
        self._answers.answered.connect(self.tool_answered)
        look.changed.connect(self._on_look_changed)

    # ---- what is shown ------------------------------------------------------------------

    def show_messages(
        self, thread_id: str, messages: tuple[MessageRecord, ...], *, has_older: bool
    ) -> None:
        """Show a thread as it is now; a new thread is shown from its end."""
        if thread_id != self._thread_id:
            self._thread_id = thread_id
            self._follows = True
            self._selection = None
            self._stack.show(())
        self._has_older = has_older
        self._stack.set_width(self._column())
        self._stack.show(messages)
        self._describe(messages)
        self._settle()

    def _describe(self, messages: tuple[MessageRecord, ...]) -> None:
        """Give screen readers the newest messages as text, but not a reply that still grows."""
        newest = messages[-_DESCRIBED:]
        if newest and newest[-1].status is not MessageStatus.STREAMING:
            words = "\n".join(wording.message_words(one.role, one.text) for one in newest)
            if words != self.accessibleDescription():
                self.setAccessibleDescription(words)

    @property
    def is_following(self) -> bool:
        """Whether new text keeps the end in sight."""
        return self._follows

    def show_playing(self, playing: Playing | None) -> None:
        """Show which recording is being heard, and how far."""
        self._stack.show_playing(playing)
        self.viewport().update()

    def show_pictures(self, by_message: Mapping[str, tuple[InlinePicture, ...]]) -> None:
        """Show which pictures belong to which message."""
        self._stack.show_pictures(by_message)
        self._settle()

    def put_image(self, picture_id: str, image: QImage) -> None:
        """Show a picture that was wanted; null where it is none."""
        self._stack.shelf.put(picture_id, image)
        self.viewport().update()

    def jump_to_latest(self) -> None:
        """Show the end and follow it again."""
        self._follows = True
        self._settle()

    def show_message(self, message_id: str) -> None:
        """Bring one message to the top of the view."""
        if self._stack.number_of(message_id) >= 0:
            self._follows = False
            self._anchor = (message_id, (0, -_TOP))
            self._settle()

    def show_found(self, message_id: str, text: str, which: int = 0) -> bool:
        """Select a place of the text in a message and bring it into view.

        Returns:
            Whether the message is here at all.
        """
        number = self._stack.number_of(message_id)
        if number < 0:
            return False
        places = places_in(self._stack.row(number), text)
        if not places:
            self.show_message(message_id)
            return True
        start, end, below = places[min(which, len(places) - 1)]
        self._selection = Selection(Spot(message_id, start), Spot(message_id, end))
        self._follows = False
        self._anchor = (message_id, (start[0], below - self.viewport().height() // 3))
        self._settle()
        bar = self.verticalScrollBar()
        if bar.value() >= bar.maximum():
            self.jump_to_latest()  # it stands at the end: there is nothing to jump to
        return True

    def clear_selection(self) -> None:
        """Select nothing."""
        self._selection = None
        self.viewport().update()

    def _on_look_changed(self) -> None:
        self._stack.forget()
        self._settle()

    # ---- layout -------------------------------------------------------------------------

    def _column(self) -> int:
        return max(120, min(size.COLUMN, self.width() - 2 * _MARGIN))

    def _left(self) -> int:
        return (self.width() - self._stack.width) // 2  # beside the composer, bar or no bar

    def _settle(self) -> None:
        """Lay out what is in sight and put the view where it belongs, without a jump."""
        self._is_settling = True
        height = self.viewport().height()
        for _ in range(_SETTLE_ROUNDS):
            value = self._wanted_value(height)
            if not self._stack.measure(value - _TOP, height):
                break
        bar = self.verticalScrollBar()
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._content_height() - height))
        bar.setValue(self._wanted_value(height))
        self._is_settling = False
        self._after_moving()

    def _content_height(self) -> int:
        return _TOP + self._stack.total + _BOTTOM

    def _wanted_value(self, height: int) -> int:
        longest = max(0, self._content_height() - height)
        number = self._stack.number_of(self._anchor[0])
        if self._follows or number < 0:
            return longest
        below = self._stack.row(number).y_of(self._anchor[1])
        return min(longest, max(0, _TOP + self._stack.top(number) + below))

    def _after_moving(self) -> None:
        value = self.verticalScrollBar().value()
        self._drop_anchor(value)
        self._stack.forget_far_rows(24)
        self._jump.setVisible(not self._follows)
        if self._has_older and value < _NEAR_TOP and len(self._stack):
            self._has_older = False  # asked once; the answer says whether there is more
            self.older_wanted.emit()
        self.viewport().update()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:  # noqa: N802
        if self._is_settling:
            return
        bar = self.verticalScrollBar()
        self._follows = bar.value() >= bar.maximum() - _NEAR_BOTTOM
        self._drop_anchor(bar.value())
        self._settle()

    def _drop_anchor(self, value: int) -> None:
        """Remember what is at the upper edge, so that it stays there whatever is found above."""
        number = self._stack.number_at(value - _TOP)
        if number >= 0:
            inside = value - _TOP - self._stack.top(number)
            row = self._stack.row(number)
            self._anchor = (self._stack.messages[number].id, row.anchor_at(inside))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._stack.set_width(self._column())
        hint = self._jump.sizeHint()
        x = (self.viewport().width() - hint.width()) // 2
        self._jump.setGeometry(x, self.height() - hint.height() - 12, hint.width(), hint.height())
        high = self._links.wanted_height()
        for bar in (self._links, self._answers):
            bar.setGeometry(self._left(), self.height() - high - 8, self._column(), high)
        self._settle()

    # ---- painting -----------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QRectF(event.rect())
        painter.fillRect(clip, self._look.colour("background"))
        offset = self.verticalScrollBar().value() - _TOP
        origin = QPointF(self._left(), -offset)
        paint_rows(painter, self._stack, clip, origin, self._selection)
        if wanted := self._stack.shelf.take_wanted():
            self.pictures_wanted.emit(wanted)
        if self._chosen is not None:
            paint_ring(painter, self._look, self._stack, origin, self._chosen)
        if self._shows_focus and self._chosen is None:
            painter.setPen(QPen(self._look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(4, 4, -4, -4), 8, 8)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._shows_focus = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._shows_focus = False
        self._chosen = None
        super().focusOutEvent(event)
        self.viewport().update()

    # ---- pointer and keys ---------------------------------------------------------------

    def _at(self, point: QPointF) -> tuple[MessageRow, QPointF] | None:
        y = int(point.y()) + self.verticalScrollBar().value() - _TOP
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

    def _act(self, target: Target, message_id: str) -> None:
        if target.kind == "retry":
            self.retry_requested.emit(message_id)
        elif target.kind in ("copy", "wrap", "fold", "chip"):
            self._act_here(target, message_id)
        elif target.kind == "picture":
            self.picture_chosen.emit(target.value)
        elif target.kind == "play":
            self.step_requested.emit("play", message_id)
        elif target.kind == "refuse":
            self.tool_refused.emit(message_id, target.value)
        elif target.kind == "answer":
            self._answers.ask(message_id, target.value, target.label.partition(": ")[2])
        elif says_where(target.label, target.value):
            self.link_chosen.emit(target.value)
        else:
            self._links.ask(target.value)

    def _act_here(self, target: Target, message_id: str) -> None:
        number = self._stack.number_of(message_id)
        row = self._stack.row(number)
        if target.kind == "copy":
            QGuiApplication.clipboard().setText(row.code_of(target))
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
        top = self.verticalScrollBar().value() - _TOP
        pressable = pressable_in(self._stack, top, self.viewport().height())
        self._chosen = next_of(pressable, self._chosen, backwards=not forwards)
        self.viewport().update()
        if self._chosen is not None:
            self._say(self._chosen.target.label)
            return True
        return super().focusNextPrevChild(forwards)

    def _say(self, words: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

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
        found = self._at(QPointF(self.viewport().mapFrom(self, event.pos())))
        menu = message_menu(self, found[0].message if found else None)
        menu.popup(event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Leave:
            self.viewport().unsetCursor()
        return super().viewportEvent(event)
