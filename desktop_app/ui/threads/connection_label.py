"""Whether the service can be reached, in words: below the threads, and beside them if hidden."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.ui import look as size
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import leading, mirrored
from desktop_app.ui.tips import plain_tip
from desktop_app.ui.wording import connection_words

_INKS = {
    "none": "edge",
    "ready": "accent",
    "starting": "edge",
    "reconnecting": "warn",
    "no_key": "warn",
    "offline": "danger",
}
_AROUND, _AFTER = 10, 4  # px, on both sides of the dot and behind the words
_DOT = 8  # px at 1x
_LEAST = 190  # px at 1x, before others beside it have to be shorter


class ConnectionLabel(QWidget):
    """A dot and a sentence; while reconnecting, a count down."""

    spoken_role = "StatusBar"

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._connection = "starting"
        self._profile = ""
        self._left_s = 0
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._count_down)
        self.setFixedHeight(40)
        self._describe()

    def show_connection(
        self, connection: str, profile: str, retry_in_s: float | None = None
    ) -> None:
        """Say how the service stands; ``retry_in_s`` is counted down here."""
        self._connection, self._profile = connection, profile
        self._left_s = round(retry_in_s or 0)
        if self._left_s:
            self._second.start()
        else:
            self._second.stop()
        self._describe()

    @property
    def words(self) -> str:
        """The sentence shown."""
        return connection_words(self._connection, self._profile, self._left_s)

    @property
    def _before(self) -> int:
        """px before the words."""
        return 2 * _AROUND + self._look.scaled(_DOT)

    def words_within(self, width: int, metrics: QFontMetrics) -> str:
        """What of it stands in so many px: without the seconds before it is cut."""
        without_seconds = connection_words(self._connection, self._profile)
        for words in (self.words, without_seconds):
            if metrics.horizontalAdvance(words) <= width:
                return words
        return metrics.elidedText(without_seconds, Qt.TextElideMode.ElideRight, width)

    def _count_down(self) -> None:
        self._left_s = max(0, self._left_s - 1)
        if not self._left_s:
            self._second.stop()
        self._describe()

    def _describe(self) -> None:
        self.setAccessibleName(self.words)
        self.setToolTip(plain_tip(self.words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = QFontMetrics(self._look.font(size.SMALL))
        return QSize(self._before + metrics.horizontalAdvance(self.words) + _AFTER + 2, 40)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(min(self._look.scaled(_LEAST), self.sizeHint().width()), 40)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour(_INKS[self._connection]))
        side = self._look.scaled(_DOT)
        dot = QRectF(_AROUND, (self.height() - side) / 2, side, side)
        painter.drawEllipse(mirrored(dot, self.width()))
        painter.setFont(self._look.font(size.SMALL))
        painter.setPen(self._look.colour("dim"))
        width = max(0, self.width() - self._before - _AFTER)
        box = mirrored(QRectF(self._before, 0, width, self.height()), self.width())
        words = self.words_within(int(box.width()), painter.fontMetrics())
        painter.drawText(box, leading(), words)
