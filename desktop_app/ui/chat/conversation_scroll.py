"""The conversation: painted rows in a scroll area that follows only from the bottom."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSlider, QFrame, QWidget

from desktop_app.journal.records import MessageRecord, MessageStatus
from desktop_app.link.messages import UploadAdvanced
from desktop_app.prose import tr
from desktop_app.state.app_state import Playing
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import BY_KEYBOARD, Button, Tone
from desktop_app.ui.chat.block_column import Place
from desktop_app.ui.chat.chat_painting import paint_ring, paint_strips
from desktop_app.ui.chat.finding import places_in
from desktop_app.ui.chat.message_stack import MessageStack
from desktop_app.ui.chat.painted_pieces import Piece, pieces_in, repainting
from desktop_app.ui.chat.picture_shelf import InlinePicture
from desktop_app.ui.chat.target_walk import Pressable
from desktop_app.ui.chat.text_selection import Selection, Spot
from desktop_app.ui.look import Look

TOP, _BOTTOM = 24, 0  # room before the first and after the last message, px
_MARGIN = 20
_NEAR_BOTTOM = 16
_NEAR_TOP = 400
_SETTLE_ROUNDS = 8
_DESCRIBED = 6  # messages that screen readers are given as text

Anchor = tuple[str, Place]  # a message, the block in it and px below that block's top


class ConversationScroll(QAbstractScrollArea):
    """Messages of one thread.

    Signals:
        older_wanted: The view is near the first message it has.
        pictures_wanted: The InlinePictures that came in sight and are not loaded.
    """

    older_wanted = Signal()
    pictures_wanted = Signal(object)

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
        self._found_below = 0  # px from the top of the block where it begins
        self._pieces: tuple[Piece, ...] = ()  # as they are on the screen, or will be painted
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it can be moved
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Conversation"))
        self.verticalScrollBar().setSingleStep(24)
        self._jump = Button(look, self, text=tr(wording.JUMP), icon="down", tone=Tone.OUTLINE)
        self._jump.hide()
        self._jump.clicked.connect(self.jump_to_latest)
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

    @property
    def place(self) -> Anchor | None:
        """What is at the upper edge of the view; None where it follows the end."""
        return None if self._follows or not self._anchor[0] else self._anchor

    def show_place(self, place: Anchor) -> None:
        """Bring what another view had at its upper edge to this one's."""
        if self._stack.number_of(place[0]) >= 0:
            self._follows = False
            self._anchor = place
            self._settle()

    def show_playing(self, playing: Playing | None) -> None:
        """Show which recording is being heard, and how far."""
        self._stack.show_playing(playing)
        self._repaint_what_changed()

    def show_upload(self, upload: UploadAdvanced | None) -> None:
        """Show how far the files of a question have come."""
        if self._stack.show_upload(upload):
            self._settle()
            self._repaint_what_changed()

    def show_pictures(self, by_message: Mapping[str, tuple[InlinePicture, ...]]) -> None:
        """Show which pictures belong to which message."""
        self._stack.show_pictures(by_message)
        self._settle()

    def put_image(self, picture_id: str, image: QImage) -> None:
        """Show a picture that was wanted; null where it is none."""
        self._stack.shelf.put(picture_id, image)
        self._stack.touch(picture_id)
        self._repaint_what_changed()

    def jump_to_latest(self) -> None:
        """Show the end and follow it again."""
        self._follows = True
        self._settle()

    def turn_page(self, pages: int) -> None:
        """Scroll by one page: -1 up, 1 down."""
        action = QAbstractSlider.SliderAction
        self.verticalScrollBar().triggerAction(
            action.SliderPageStepAdd if pages > 0 else action.SliderPageStepSub
        )

    def show_message(self, message_id: str) -> None:
        """Bring one message to the top of the view."""
        if self._stack.number_of(message_id) >= 0:
            self._follows = False
            self._anchor = (message_id, (0, -TOP))
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
        self._found_below = below
        self._follows = False
        self._anchor = (message_id, (start[0], below - self.viewport().height() // 3))
        self._settle()
        bar = self.verticalScrollBar()
        if bar.value() >= bar.maximum():
            self.jump_to_latest()  # it stands at the end: there is nothing to jump to
        self.viewport().update()  # what stays in place is painted again, too: it is marked now
        return True

    @property
    def found_y(self) -> int:
        """Where the place that was shown last stands in the view, px from its top."""
        if self._selection is None:
            return self.height()
        spot = self._selection.anchor
        number = self._stack.number_of(spot.message_id)
        if number < 0:
            return self.height()
        inside = self._stack.row(number).y_of((spot.place[0], 0)) + self._found_below
        return TOP + self._stack.top(number) + inside - self.verticalScrollBar().value()

    def clear_selection(self) -> None:
        """Select nothing."""
        self._selection = None
        self.viewport().update()

    def _on_look_changed(self) -> None:
        self._stack.forget()
        self._pieces = ()
        self._settle()

    # ---- layout -------------------------------------------------------------------------

    def _column(self) -> int:
        return max(120, min(self._look.scaled(size.COLUMN), self.width() - 2 * _MARGIN))

    def _left(self) -> int:
        """In line with the composer, whether or not the bar is shown, and on which side."""
        return (self.width() - self._stack.width) // 2 - self.viewport().x()

    def _settle(self) -> None:
        """Lay out what is in sight and put the view where it belongs, without a jump."""
        self._is_settling = True
        height = self.viewport().height()
        for _ in range(_SETTLE_ROUNDS):
            value = self._wanted_value(height)
            if not self._stack.measure(value - TOP, height):
                break
        bar = self.verticalScrollBar()
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._content_height() - height))
        bar.setValue(self._wanted_value(height))
        self._is_settling = False
        self._after_moving()

    def _content_height(self) -> int:
        return TOP + self._stack.total + _BOTTOM

    def _wanted_value(self, height: int) -> int:
        longest = max(0, self._content_height() - height)
        number = self._stack.number_of(self._anchor[0])
        if self._follows or number < 0:
            return longest
        below = self._stack.row(number).y_of(self._anchor[1])
        return min(longest, max(0, TOP + self._stack.top(number) + below))

    def _after_moving(self) -> None:
        value = self.verticalScrollBar().value()
        self._drop_anchor(value)
        self._stack.forget_far_rows(24)
        self._jump.setVisible(not self._follows)
        if self._has_older and value < _NEAR_TOP and len(self._stack):
            self._has_older = False  # asked once; the answer says whether there is more
            self.older_wanted.emit()
        self._repaint_what_changed()

    def _repaint_what_changed(self) -> None:
        """Move what is on the screen already to where it belongs, and paint the rest."""
        view = self.viewport()
        top, height = self.verticalScrollBar().value() - TOP, view.height()
        before, self._pieces = self._pieces, pieces_in(self._stack, top, height)
        ratio = view.devicePixelRatio()
        if self._shows_focus or self._chosen is not None or ratio != int(ratio):
            view.update()  # what is painted across the messages, or pixels that are no whole ones
            return
        covered = [one for one in self._overlays() if one.isVisible()]
        area = QRect(0, 0, view.width(), min((height, *(one.y() for one in covered))))
        needed = repainting(before, self._pieces, area)
        if needed.moved:
            view.scroll(0, needed.moved, area)
        below = QRect(0, area.height(), view.width(), height - area.height())
        if needed.moved and below.height():
            view.update(below)
        elif below.height():
            needed = repainting(before, self._pieces, view.rect())
        for one in covered:
            one.update()  # what has just been shown is not painted over
        view.update(needed.stale)

    def _overlays(self) -> tuple[QWidget, ...]:
        """What lies over the messages."""
        return (self._jump,)

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:  # noqa: N802
        if self._is_settling:
            return
        bar = self.verticalScrollBar()
        self._follows = bar.value() >= bar.maximum() - _NEAR_BOTTOM
        self._drop_anchor(bar.value())
        self._settle()

    def _drop_anchor(self, value: int) -> None:
        """Remember what is at the upper edge, so that it stays there whatever is found above."""
        number = self._stack.number_at(value - TOP)
        if number >= 0:
            inside = value - TOP - self._stack.top(number)
            row = self._stack.row(number)
            self._anchor = (self._stack.messages[number].id, row.anchor_at(inside))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._pieces = ()
        self._stack.set_width(self._column())
        hint = self._jump.sizeHint()
        x = (self.viewport().width() - hint.width()) // 2
        self._jump.setGeometry(x, self.height() - hint.height() - 12, hint.width(), hint.height())
        self._settle()

    # ---- painting -----------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(event.rect()), self._look.colour("background"))
        offset = self.verticalScrollBar().value() - TOP
        origin = QPointF(self._left(), -offset)
        paint_strips(painter, self._stack, event.region(), origin, self._selection)
        if wanted := self._stack.shelf.take_wanted():
            self.pictures_wanted.emit(wanted)
        if self._chosen is not None:
            height = self.viewport().height()
            paint_ring(painter, self._look, self._stack, origin, self._chosen, height)
        if self._shows_focus and self._chosen is None:
            painter.setPen(QPen(self._look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(4, 4, -4, -4), 8, 8)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._shows_focus = event.reason() in BY_KEYBOARD
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        if event.reason() is not Qt.FocusReason.PopupFocusReason:  # a menu gives the keys back
            self._shows_focus = False
            self._chosen = None
        super().focusOutEvent(event)
        self.viewport().update()
