"""The line above the conversation: its title, who answers, and the sides."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import Button, EnterButton
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import shortened
from desktop_app.ui.threads.connection_label import ConnectionLabel

HEIGHT = 52
_LEAST_CHIP = 120
_LEAST_TITLE = 64  # px at 1x, beside the word that the service is lost


class Chip(EnterButton):
    """A fact in a pill, which opens what it can be changed with."""

    def __init__(self, look: Look, parent: QWidget, says: str) -> None:
        super().__init__(parent)
        self._look = look
        self._says = says
        self._is_marked = False
        self.setFont(look.font(size.SMALL))
        self._height = max(28, self.fontMetrics().height() + 8)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_text(
        self, text: str, shortcut: str = "", *, whole: str = "", is_marked: bool = False
    ) -> None:
        """Show a fact, said whole where it is read out; one that is marked does not last."""
        self._is_marked = is_marked
        self.setText(text)
        self.setAccessibleName(f"{self._says}: {whole or text}")
        self._look.tips.set(self, f"{self._says}: {whole or text}", shortcut)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(
            min(
                self._look.scaled(260),
                self.fontMetrics().horizontalAdvance(self.text()) + 28 + self._look.scaled(14),
            ),
            self._height,
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        least = self._look.scaled(_LEAST_CHIP)
        return QSize(min(least, self.sizeHint().width()), self._height)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_loud = self._is_marked or self.hasFocus()
        wide = 1 + self.hasFocus()
        painter.setPen(QPen(self._look.colour("accent" if is_loud else "line"), wide))
        painter.setBrush(self._look.colour("hover" if self.underMouse() else "background"))
        inset = wide / 2
        pill = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = self._look.scaled(14)
        x = 9 if is_mirrored else self.width() - 9 - side
        ink = self._look.colour("accent" if self._is_marked else "dim")
        paint_icon(painter, "chevron-down", QRectF(x, (self.height() - side) / 2, side, side), ink)
        painter.setPen(ink)
        room = self.rect().adjusted(
            *((12 + side, 0, -12, 0) if is_mirrored else (12, 0, -12 - side, 0))
        )
        words = shortened(self.text(), self.fontMetrics(), room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


class Header(QWidget):
    """Title, model and the buttons of the sides.

    Signals:
        left_requested, right_requested: A side is to be shown or hidden.
        gallery_requested: The gallery is to be shown or hidden.
        new_requested: A new thread is wanted.
        model_requested, assistant_requested, voice_requested: Another one is to be chosen.

    Attributes:
        model_chip, assistant_chip, voice_chip: Who answers and speaks.
        connection: Shown while the service is lost and the threads, below which it is said, hidden.
    """

    spoken_role = "ToolBar"

    left_requested = Signal()
    right_requested = Signal()
    gallery_requested = Signal()
    new_requested = Signal()
    model_requested = Signal()
    assistant_requested = Signal()
    voice_requested = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._title = Label(look, self, px=size.TEXT, weight=QFont.Weight.DemiBold)
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words = ""
        self._page = ""
        self.assistant_chip = Chip(look, self, tr("Assistant"))
        self.model_chip = Chip(look, self, tr("Model"))
        self.voice_chip = Chip(look, self, tr("Voice"))
        self.assistant_chip.clicked.connect(self.assistant_requested)
        self.model_chip.clicked.connect(self.model_requested)
        self.voice_chip.clicked.connect(self.voice_requested)
        self._left = self._button("side-left", tr("Show the threads"), "Ctrl+Shift+S")
        self._new = self._button("compose", tr(wording.NEW_THREAD), "Ctrl+N")
        self._gallery = self._button("image", tr("Gallery"), "Ctrl+Shift+G")
        self._right = self._button("side-right", tr("Show details"), "Ctrl+Shift+D")
        self._left.clicked.connect(self.left_requested)
        self._new.clicked.connect(self.new_requested)
        self._gallery.clicked.connect(self.gallery_requested)
        self._right.clicked.connect(self.right_requested)
        self.connection = ConnectionLabel(look, self)
        self._was_reached = self._is_lost = self._is_left_open = False
        self.setFixedHeight(HEIGHT)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self._left)
        row.addWidget(self._new)
        row.addSpacing(8)
        row.addWidget(self._title)
        row.addSpacing(8)
        row.addWidget(self.assistant_chip)
        row.addSpacing(2)
        row.addWidget(self.model_chip)
        row.addSpacing(2)
        row.addWidget(self.voice_chip)
        row.addSpacing(2)
        row.addWidget(self.connection)
        row.addStretch(1)
        row.addWidget(self._gallery)
        row.addWidget(self._right)
        self.show_model("")
        self.show_assistant("")
        self.show_voice("")
        self._show_lost()

    def _button(self, icon: str, says: str, shortcut: str) -> Button:
        button = Button(self._look, self, icon=icon, says=says)
        button.describe(says, shortcut)
        return button

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What Tab comes to, in the order in which it is read."""
        chips = (self.assistant_chip, self.model_chip, self.voice_chip)
        return (self._left, self._new, *chips, self._gallery, self._right)

    def show_title(self, title: str) -> None:
        """Name the open thread."""
        self._words = title
        self._show_words()

    def show_model(self, model: str, *, is_once: bool = False) -> None:
        """Name what answers, as ``provider/model``; ``is_once``: only the next message."""
        whole = wording.peer_words(model) or tr("Automatic")
        words = whole if model.startswith("builtin/") or not model else model.rpartition("/")[2]
        if is_once:
            whole = tr("{model}, this message").format(model=whole)
            words = tr("{model}, this message").format(model=words)
        key = wording.MODEL_KEY
        self.model_chip.show_text(words, key, whole=whole, is_marked=is_once)

    def show_assistant(self, name: str) -> None:
        """Name who answers; empty is Parley's own."""
        self.assistant_chip.show_text(name or wording.NAME)

    def show_voice(self, name: str, *, is_once: bool = False) -> None:
        """Name whom replies are spoken as; ``is_once``: only the next turn."""
        words, whole = name or tr("Voice"), name or tr("Automatic")
        if is_once:
            words = whole = tr("{model}, this message").format(model=whole)
        self.voice_chip.show_text(words, whole=whole, is_marked=is_once)

    def show_connection(
        self, connection: str, profile: str, retry_in_s: float | None = None
    ) -> None:
        """How the service stands; its first start is not worth a word here."""
        self._was_reached = self._was_reached or connection == "ready"
        self._is_lost = connection == "reconnecting" or (
            connection == "starting" and self._was_reached
        )
        self.connection.show_connection(connection, profile, retry_in_s)
        self._show_lost()

    def _show_lost(self) -> None:
        self.connection.setVisible(self._is_lost and not self._is_left_open)
        self._fit()

    def _fit(self) -> None:
        """That the service is lost is said in whole; who answers stands there if there is room."""
        is_told = not self.connection.isHidden()
        self.connection.setMinimumWidth(self.connection.sizeHint().width())
        chips = (self.model_chip, self.assistant_chip, self.voice_chip)
        widths = [chip.minimumSizeHint().width() + self._row.spacing() for chip in chips]
        shown = sum(wide for chip, wide in zip(chips, widths, strict=True) if not chip.isHidden())
        title = min(self._look.scaled(_LEAST_TITLE), self._title.sizeHint().width())
        beside = self._row.minimumSize().width() - self._title.minimumSizeHint().width() + title
        room = self.width() - (beside - shown)
        for chip, wide in zip(chips, widths, strict=True):
            room -= wide
            chip.setVisible(not self._page and (not is_told or room >= 0))

    def event(self, event: QEvent) -> bool:
        """Fit again when words beside each other became longer or shorter."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def show_page(self, title: str) -> None:
        """Name the page that stands in place of the thread; empty for the thread."""
        self._page = title
        self._show_words()

    def _show_words(self) -> None:
        self._title.show_text(self._page or self._words)
        self._fit()

    def show_open_sides(self, *, left: bool, right: bool) -> None:
        """The buttons of the left side are only needed while it is hidden."""
        self._left.setVisible(not left)
        self._new.setVisible(not left)
        self._right.setVisible(not right)
        self._is_left_open = left
        self._show_lost()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self._look.colour("line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
