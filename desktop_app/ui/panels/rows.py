"""Rows of things with what can be done to each, and what is said where there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.announcer import say_through
from desktop_app.ui.button import ICON_AIR, Button, Tone
from desktop_app.ui.labels import Label
from desktop_app.ui.long_words import LongWords
from desktop_app.ui.look import Look, let_ground_through
from desktop_app.ui.mirroring import leading, mirrored_margins
from desktop_app.ui.settings.row_widgets import WrappedText

_DELETED = mark("Deleted")
_UNDO = mark("Undo")


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done to a row: an icon, and its name for people."""

    name: str
    icon: str
    says: str


@dataclass(frozen=True, slots=True)
class RowText:
    """What a row says.

    Attributes:
        key: Of the thing.
        title: In full, over as many lines as it takes.
        caption: In small, below it.
        ink: Token of the caption's colour.
        is_deleted: It is being deleted, and can be taken back.
        progress: Part that is done, from 0 to 1; negative shows none.
        is_chosen: It is the one in use.
        without: Actions that it has not.
    """

    key: str
    title: str
    caption: str = ""
    ink: str = "dim"
    is_deleted: bool = False
    progress: float = -1.0
    is_chosen: bool = False
    without: tuple[str, ...] = ()


def wrapped(look: Look, parent: QWidget, text: str, px: int = size.SMALL) -> QLabel:
    """Plain text over as many lines as it takes; it can be selected."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setAlignment(leading())
    label.setFont(look.font(px))
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setText(text)
    return label


class Row(QWidget):
    """One thing.

    Args:
        outset: px around what it says, for the ground of the one in use.
        press: Name of the action that a click on its words takes; without it they can be selected.

    Signals:
        acted: The name of an action, or ``undo``.
    """

    acted = Signal(str)

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        text: RowText,
        actions: Sequence[Action],
        *,
        outset: int = 0,
        press: str = "",
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._text = text
        self._outset = outset
        self._press = "" if text.is_deleted else press
        self.setAccessibleName(", ".join(filter(None, (text.title, text.caption))))
        row = QHBoxLayout(self)
        air = 0 if text.is_deleted else ICON_AIR
        row.setContentsMargins(*mirrored_margins(outset, 8, max(0, outset - air), 8))
        row.setSpacing(2)
        words = QVBoxLayout()
        words.setSpacing(1)
        row.addLayout(words, 1)
        if text.is_deleted:
            words.addWidget(
                Label(look, self, wording.labelled(tr(_DELETED), text.title), ink="dim")
            )
            undo = Button(look, self, text=tr(_UNDO), tone=Tone.LINK)
            undo.setAccessibleName(f"{tr(_UNDO)}: {text.title}")
            self._add_button(row, undo, "undo")
            return
        title = LongWords(text.title, self)
        title.setAlignment(leading())
        title.setFont(look.font(size.SMALL))
        if press:
            title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        words.addWidget(title)
        if text.caption and text.ink == "danger":  # what to do about it stands at its end
            words.addWidget(WrappedText(look, self, text.caption, size.CAPTION, text.ink))
        elif text.caption:
            words.addWidget(Label(look, self, text.caption, px=size.CAPTION, ink=text.ink))
        for action in (one for one in actions if one.name not in text.without):
            button = Button(look, self, icon=action.icon, says=action.says)
            button.setAccessibleName(f"{action.says}: {text.title}")
            self._add_button(row, button, action.name)

    def _add_button(self, row: QHBoxLayout, button: Button, name: str) -> None:
        button.setObjectName(name)
        button.clicked.connect(partial(self._act, name))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        is_left = event.button() is Qt.MouseButton.LeftButton
        if self._press and is_left and self.rect().contains(event.position().toPoint()):
            self._act(self._press)

    def _act(self, name: str, _checked: bool = False) -> None:
        self.acted.emit(name)

    def focus_action(self, name: str, reason: Qt.FocusReason) -> None:
        """Give the keys to the button of an action, or to its first one where it has not that."""
        found = self.findChild(Button, name) or self.findChild(Button)
        if found is not None:
            found.setFocus(reason)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._text.is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("accent_soft"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0, 1, 0, -2), 8, 8)
        hairline = QRect(self._outset, self.height() - 1, self._line_width, 1)
        painter.fillRect(hairline, self._look.colour("line"))
        if 0 <= self._text.progress < 1:
            width = self._line_width * self._text.progress
            is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            left = self._line_width - width if is_mirrored else 0.0
            bar = QRectF(self._outset + left, self.height() - 2, width, 2)
            painter.fillRect(bar, self._look.colour("accent"))

    @property
    def _line_width(self) -> int:
        return self.width() - 2 * self._outset


class Rows(QWidget):
    """A list that scrolls, or a sentence about why there is none.

    Args:
        outset: px around what it says, for the ground of the one in use.
        press: Name of the action that a click on the words of a row takes.

    Signals:
        acted: The key of a row, and the name of the action or ``undo``.
        retry_requested: What failed shall be tried again.
        more_requested: Further rows are wanted.
    """

    acted = Signal(str, str)
    retry_requested = Signal()
    more_requested = Signal()

    def __init__(
        self,
        look: Look,
        parent: QWidget,
        actions: Sequence[Action],
        *,
        outset: int = 0,
        press: str = "",
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._outset, self._press = outset, press
        self._actions = tuple(actions)
        self._shown: tuple[RowText, ...] | None = None
        self._rows: dict[str, Row] = {}
        self.note = wrapped(look, self, "")
        self.note.setContentsMargins(outset, 8, outset, 0)
        self.retry = Button(look, self, text=tr(mark("Try again")), tone=Tone.OUTLINE)
        self.retry.clicked.connect(self.retry_requested)
        self.more = Button(look, self, text=tr(mark("Show more")), tone=Tone.OUTLINE)
        self.more.clicked.connect(self.more_requested)
        self.more.hide()
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        let_ground_through(self._area)
        self._page = QWidget()
        self._page.setAutoFillBackground(False)
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._area.setWidget(self._page)
        self._area.viewport().setAutoFillBackground(False)
        self._page.setAutoFillBackground(False)
        self._lay_out()
        self.show_note("")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.note)
        column.addLayout(self._beginning(self.retry))
        column.addWidget(self._area, 1)
        column.addLayout(self._beginning(self.more))

    def _beginning(self, button: Button) -> QHBoxLayout:
        """Where lines begin."""
        line = QHBoxLayout()
        line.setContentsMargins(self._outset, 0, self._outset, 0)
        line.addWidget(button)
        line.addStretch(1)
        return line

    def row(self, key: str) -> Row:
        """The row of a thing."""
        return self._rows[key]

    def focus_action(self, key: str, name: str, reason: Qt.FocusReason) -> bool:
        """Give the keys to an action of a thing; whether it is listed."""
        row = self._rows.get(key)
        if row is not None:
            row.focus_action(name, reason)
        return row is not None

    @property
    def texts(self) -> tuple[RowText, ...]:
        """What is listed."""
        return self._shown or ()

    def show_note(self, text: str, *, can_retry: bool = False) -> None:
        """Say something above the rows; empty says nothing.

        What failed while somebody looks is told to a screen reader, too.
        """
        if can_retry and self.isVisible():
            say_through(self)(text)
        self.note.setText(text)
        self.note.setVisible(bool(text))
        self.retry.setVisible(can_retry)

    def show_rows(self, rows: Sequence[RowText], *, has_more: bool = False) -> None:
        """Show these things; where they are the same, nothing moves."""
        self.more.setVisible(has_more)
        if tuple(rows) == self._shown:
            return
        before, button = self._rows, self._button_with_keys()
        self._shown = tuple(rows)
        self._rows = {text.key: self._made(text) for text in rows}
        for known in before.values():
            self._column.removeWidget(known)
        for number, row in enumerate(self._rows.values()):
            self._column.insertWidget(number, row)
        self._put_in_order()
        if button is not None:
            self._pass_keys_on(before, button)
        for known in before.values():
            known.hide()
            known.deleteLater()

    def _put_in_order(self) -> None:
        """Tab goes through the rows where they stand, and not behind all that was there before."""
        stops = [one for row in self._rows.values() for one in row.findChildren(Button)]
        for one, other in pairwise((self.retry, *stops, self.more)):
            QWidget.setTabOrder(one, other)

    def _button_with_keys(self) -> Button | None:
        focus = QApplication.focusWidget()
        return focus if isinstance(focus, Button) and self._page.isAncestorOf(focus) else None

    def _pass_keys_on(self, before: Mapping[str, Row], button: Button) -> None:
        """From a button that goes to the same one of its row, or of the one in its place."""
        keys, rows = list(before), list(self._rows.values())
        number = next(n for n, key in enumerate(keys) if before[key].isAncestorOf(button))
        place = rows[min(number, len(rows) - 1)] if rows else None
        row = self._rows.get(keys[number], place)
        if row is not None:
            row.show()  # its layout would do so later, when the keys have gone elsewhere
            row.focus_action(button.objectName(), button.focus_reason)

    def _made(self, text: RowText) -> Row:
        outset, press = self._outset, self._press
        row = Row(self._look, self._page, text, self._actions, outset=outset, press=press)
        row.acted.connect(partial(self.acted.emit, text.key))
        return row
