"""Asks, where the conversation is, before a link opens that does not say where it leads."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins

SAFE_SCHEMES = ("http", "https", "mailto")
_HEIGHT = 60
_SCHEME = re.compile("https?://|mailto:")


def says_where(words: str, address: str) -> bool:
    """Whether the words of a link are its address, which leads where it seems to.

    Nothing needs to be asked then. An address seems to lead elsewhere where a name stands before
    its host, or where letters look like others: those of other scripts, and marks that nobody sees.
    """
    shown, whole = words.strip().rstrip("/"), address.strip().rstrip("/")
    if shown not in (whole, _SCHEME.sub("", whole)):
        return False
    is_as_spelled = place_of(address).casefold() in shown.casefold()
    return is_as_spelled and not QUrl(address).userName() and shown.isprintable()


def place_of(address: str) -> str:
    """Whom a link leads to: the host as it is really spelled, or the mailbox."""
    url = QUrl(address)
    host = url.host(QUrl.ComponentFormattingOption.FullyEncoded)
    return host or url.path() or address


class LinkBar(QWidget):
    """One question about one link.

    Signals:
        agreed: The address that shall be opened.
    """

    agreed = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._conversation = parent
        self._address = ""
        self._open = Button(look, self, text=tr("Open"), tone=Tone.ACCENT)
        self._copy = Button(look, self, text=tr("Copy link"), tone=Tone.OUTLINE)
        self._cancel = Button(look, self, text=tr("Cancel"), tone=Tone.OUTLINE)
        row = QHBoxLayout(self)
        row.setContentsMargins(*mirrored_margins(16, 10, 12, 10))
        row.setSpacing(8)
        row.addStretch(1)
        for button in (self._open, self._copy, self._cancel):
            row.addWidget(button)
        self._open.clicked.connect(self._on_open)
        self._copy.clicked.connect(self._on_copy)
        self._cancel.clicked.connect(self.leave)
        self.hide()

    def ask(self, address: str) -> None:
        """Ask about a link; what cannot be opened safely can only be copied."""
        self._address = address
        self._open.setVisible(QUrl(address).scheme() in SAFE_SCHEMES)
        question = tr("Open {place}?").format(place=place_of(address))
        self.setAccessibleName(f"{question} {address}")
        self.show()
        self.raise_()
        first = self._copy if self._open.isHidden() else self._cancel
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def leave(self) -> None:
        """Do not open it."""
        self.hide()
        self._conversation.setFocus(Qt.FocusReason.OtherFocusReason)

    def wanted_height(self) -> int:
        """px."""
        return self._look.scaled(_HEIGHT)

    def _on_open(self) -> None:
        self.leave()
        self.agreed.emit(self._address)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(ground, size.RADIUS, size.RADIUS)
        shown = [b for b in (self._open, self._copy, self._cancel) if not b.isHidden()]
        edge = min(button.x() for button in shown) if not self._is_mirrored() else 0
        start = 16.0 if edge else max(b.geometry().right() for b in shown) + 16.0
        room = (edge or self.width()) - start - 12
        self._write(painter, QPointF(start, 10), room)

    def _is_mirrored(self) -> bool:
        return self.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def _write(self, painter: QPainter, start: QPointF, room: float) -> None:
        known = QUrl(self._address).scheme() in SAFE_SCHEMES
        question = tr("Open {place}?") if known else tr("This link cannot be opened: {place}")
        lines = (
            (
                size.TEXT,
                "text",
                question.format(place=place_of(self._address)),
                Qt.TextElideMode.ElideMiddle,
            ),
            (size.CAPTION, "faint", self._address, Qt.TextElideMode.ElideRight),
        )
        y = start.y()
        for text_size, ink, words, mode in lines:
            painter.setFont(self._look.font(text_size))
            painter.setPen(self._look.colour(ink))
            metrics = painter.fontMetrics()
            fitting = metrics.elidedText(words, mode, int(room))
            box = QRectF(start.x(), y, room, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeading, fitting)
            y += metrics.height() + 2
