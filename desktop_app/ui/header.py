"""The line above the conversation: its title, who answers, and the sides."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import Button
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look

HEIGHT = 52


class Chip(QWidget):
    """A fact in a pill."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._text = ""
        self.setFont(look.font(size.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a fact; an empty one hides the pill."""
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(min(240, self.fontMetrics().horizontalAdvance(self._text) + 24), 26)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(48, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 13, 13)
        painter.setPen(self._look.colour("dim"))
        room = self.rect().adjusted(11, 0, -11, 0)
        metrics = self.fontMetrics()
        words = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


class Header(QWidget):
    """Title, model and the buttons of the sides.

    Signals:
        left_requested, right_requested: A side is to be shown or hidden.
        gallery_requested: The gallery is to be shown or hidden.
        new_requested: A new thread is wanted.
    """

    left_requested = Signal()
    right_requested = Signal()
    gallery_requested = Signal()
    new_requested = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._title = Label(look, self, px=size.TEXT, weight=QFont.Weight.DemiBold)
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words = ("", "")
        self._page = ""
        self._model = Chip(look, self)
        self._left = self._button("side-left", "Show the threads", "Ctrl+Shift+S")
        self._new = self._button("compose", wording.NEW_THREAD, "Ctrl+N")
        self._gallery = self._button("image", "Gallery", "Ctrl+Shift+G")
        self._right = self._button("side-right", "Show details", "Ctrl+Shift+D")
        self._left.clicked.connect(self.left_requested)
        self._new.clicked.connect(self.new_requested)
        self._gallery.clicked.connect(self.gallery_requested)
        self._right.clicked.connect(self.right_requested)
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self._left)
        row.addWidget(self._new)
        row.addSpacing(8)
        row.addWidget(self._title)
        row.addSpacing(8)
        row.addWidget(self._model)
        row.addStretch(1)
        row.addWidget(self._gallery)
        row.addWidget(self._right)

    def _button(self, icon: str, says: str, shortcut: str) -> Button:
        button = Button(self._look, self, icon=icon, says=says)
        button.describe(says, shortcut)
        return button

    def show_title(self, title: str) -> None:
        """Name the open thread."""
        self._words = (title, self._words[1])
        self._show_words()

    def show_model(self, model: str) -> None:
        """Name what answers, as ``provider/model``; empty hides it."""
        self._words = (self._words[0], wording.peer_words(model))
        self._show_words()

    def show_page(self, title: str) -> None:
        """Name the page that stands in place of the thread; empty for the thread."""
        self._page = title
        self._show_words()

    def _show_words(self) -> None:
        title, model = self._words
        self._title.show_text(self._page or title)
        self._model.show_text("" if self._page else model)

    def show_open_sides(self, *, left: bool, right: bool) -> None:
        """The buttons of the left side are only needed while it is hidden."""
        self._left.setVisible(not left)
        self._new.setVisible(not left)
        self._right.setVisible(not right)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self._look.colour("line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
