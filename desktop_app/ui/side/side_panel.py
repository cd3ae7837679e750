"""The right side: tabs about the open thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop_app.journal.records import MessageRecord
from desktop_app.journal.spending import Spent
from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.accessible import SpokenPart, tell_current
from desktop_app.ui.button import Button
from desktop_app.ui.chat.empty_state import EmptyPane
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import is_mirrored, mirrored, mirrored_margins
from desktop_app.ui.panels.files_panel import FilesPanel
from desktop_app.ui.panels.memory_panel import MemoryPanel
from desktop_app.ui.side.turn_panel import TurnPanel

TABS = (mark("Turn"), mark("Images"), mark("Files"), mark("Memory"))
_HEADER = 52
_GAP, _LEAST_GAP = 16, 4  # px between two tabs
_PAD = 6  # px around the word of one that has the keys


class TabBar(QWidget):
    """Words in a row, the open one underlined; arrow keys move between them.

    Signals:
        chosen: The number of the tab.
    """

    spoken_role = "PageTabList"

    chosen = Signal(int)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._open = 0
        self.setFont(look.font(size.SMALL))
        self.setFixedHeight(_HEADER)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("What belongs to this thread"))
        self._describe()

    @property
    def open(self) -> int:
        """The number of the tab that is open."""
        return self._open

    def open_tab(self, number: int) -> None:
        """Open a tab."""
        if number != self._open and 0 <= number < len(TABS):
            self._open = number
            self._describe()
            self.update()
            if self.hasFocus():
                tell_current(self, number)
            self.chosen.emit(number)

    def spoken_count(self) -> int:
        """How many tabs there are."""
        return len(TABS)

    def spoken_part(self, number: int) -> SpokenPart:
        """A tab, for screen readers."""
        box = self.box(number).toRect()
        return SpokenPart(tr(TABS[number]), "PageTab", box, number == self._open, can_press=True)

    def press_part(self, number: int) -> None:
        """Open the tab."""
        self.open_tab(number)

    def _describe(self) -> None:
        words = tr("{name}, tab {number} of {all}")
        self.setAccessibleName(
            words.format(name=tr(TABS[self._open]), number=self._open + 1, all=len(TABS))
        )

    def box(self, number: int) -> QRectF:
        """Where the word of a tab stands."""
        words = [self.fontMetrics().horizontalAdvance(tr(word)) for word in TABS]
        gaps = len(words) - 1
        gap = max(_LEAST_GAP, min(_GAP, (self.width() - 2 * _PAD - sum(words)) // gaps))
        left = _PAD + sum(words[:number]) + gap * number
        return mirrored(QRectF(left, 0, words[number], self.height()), self.width())

    def sizeHint(self) -> QSize:  # noqa: N802
        words = [self.fontMetrics().horizontalAdvance(tr(word)) for word in TABS]
        return QSize(sum(words) + _GAP * (len(words) - 1) + 2 * _PAD, _HEADER)

    def mousePressEvent(self, event: object) -> None:  # noqa: N802
        x = event.position().x()  # type: ignore[attr-defined]  # a QMouseEvent
        near = [n for n in range(len(TABS)) if self.box(n).adjusted(-8, 0, 8, 0).contains(x, 4)]
        if near:
            self.open_tab(near[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        step = -step if is_mirrored() else step
        if step:
            self.open_tab((self._open + step) % len(TABS))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setFont(self.font())
        for number, word in enumerate(TABS):
            is_open = number == self._open
            box = self.box(number)
            if is_open and self.hasFocus():
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._look.colour("accent_soft"))
                painter.drawRoundedRect(box.adjusted(-_PAD, 12, _PAD, -10), 6, 6)
            painter.setPen(self._look.colour("text" if is_open else "dim"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr(word))
            if is_open:
                height = 3 if self.hasFocus() else 2
                line = QRectF(box.left(), self.height() - height, box.width(), height)
                painter.fillRect(line, self._look.colour("accent"))


class SidePanel(QWidget):
    """The right side of the window.

    Signals:
        collapse_requested: The side is to be hidden.
        page_opened: The word of the tab that a person sees now.
    """

    spoken_role = "Pane"

    collapse_requested = Signal()
    page_opened = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.tabs = TabBar(look, self)
        self._turn = TurnPanel(look, self)
        self._no_turn = EmptyPane(
            look, self, "clock", tr(wording.NO_TURN), tr(wording.NO_TURN_HINT)
        )
        self.files = FilesPanel(look, self)
        self.memory = MemoryPanel(look, self)
        self._pages = QStackedLayout()
        for page in (
            self._turn,
            EmptyPane(look, self, "image", tr(wording.NO_IMAGES), tr(wording.NO_IMAGES_HINT)),
            self.files,
            self.memory,
            self._no_turn,
        ):
            self._pages.addWidget(page)
        self._tab = 0
        self.tabs.chosen.connect(self._show_page)
        self._lay_out()
        self._show_page(0)

    def _lay_out(self) -> None:
        hide = Button(self._look, self, icon="close", says=tr("Hide this side"))
        hide.describe(tr("Hide this side"), "Ctrl+Shift+D")
        hide.clicked.connect(self.collapse_requested)
        top = QHBoxLayout()
        top.setContentsMargins(*mirrored_margins(16 - _PAD, 0, 8, 0))
        top.addWidget(self.tabs)
        top.addStretch()
        top.addWidget(hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(*mirrored_margins(1, 0, 0, 0))
        column.setSpacing(0)
        column.addLayout(top)
        room = QHBoxLayout()
        room.setContentsMargins(16, 10, 16, 10)
        room.addLayout(self._pages)
        column.addLayout(room, 1)

    @property
    def tab(self) -> str:
        """Name of the open tab."""
        return TABS[self._tab]

    def open_tab(self, tab: str) -> None:
        """Open the tab of that word."""
        self.tabs.open_tab(TABS.index(tab))

    def put_page(self, tab: str, page: QWidget) -> None:
        """Show this under a tab instead of what was there."""
        number = TABS.index(tab)
        before = self._pages.widget(number)
        if before is not None:
            self._pages.removeWidget(before)
            before.deleteLater()
        self._pages.insertWidget(number, page)
        self._show_page(self._tab)

    def show_messages(self, messages: tuple[MessageRecord, ...]) -> None:
        """Show what belongs to these messages."""
        self._turn.show_messages(messages)
        self._show_page(self._tab)

    def show_sums(self, thread: Spent, today: Spent) -> None:
        """Show what the whole thread took, and every thread today."""
        self._turn.show_sums(thread, today)

    def show_turn(self, message_id: str) -> None:
        """Show the details of the turn of one reply."""
        self._turn.choose(message_id)
        self.tabs.open_tab(0)

    def _show_page(self, number: int) -> None:
        is_other, self._tab = number != self._tab, number
        page = len(TABS) if number == 0 and self._turn.is_empty else number
        self._pages.setCurrentIndex(page)
        if is_other and self.isVisible():
            self.page_opened.emit(TABS[number])

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.page_opened.emit(TABS[self._tab])

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.colour("background"))
        painter.setPen(self._look.colour("line"))
        edge = self.width() - 1 if is_mirrored() else 0
        painter.drawLine(edge, 0, edge, self.height())
        painter.drawLine(0, _HEADER - 1, self.width(), _HEADER - 1)
