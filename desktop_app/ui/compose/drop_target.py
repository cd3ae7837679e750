"""What the conversation becomes while something is dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.compose.attachments import are_any_usable, kinds_taken, offer
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look


class DropTarget(QWidget):
    """Lies over the conversation during a drag and says what a drop would do.

    Signals:
        files_dropped: Their paths.
        text_dropped: Words from another program.
    """

    files_dropped = Signal(list)
    text_dropped = Signal(str)

    def __init__(self, look: Look, pane: QWidget) -> None:
        super().__init__(pane)
        self._look = look
        self._pane = pane
        self._title = Label(look, self, px=size.TITLE)
        self._title.alignment = Qt.AlignmentFlag.AlignCenter
        self._hint = QLabel(self)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setFont(look.font(size.SMALL))
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.setSpacing(6)
        column.addStretch()
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addStretch()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.watch(pane)
        self.hide()

    def watch(self, widget: QWidget) -> None:
        """Take what is dropped on this widget, and on its parts that take nothing themselves."""
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    @property
    def words(self) -> tuple[str, str]:
        """What it says: what a drop does, and what is taken."""
        return self._title.text, self._hint.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if watched is not self._pane and event.source() is not None:
                event.ignore()  # a thread on its way out of the list
            else:
                self._on_enter(event)
            return True
        if kind == QEvent.Type.DragLeave:
            self.hide()
            return True
        if kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self._on_drop(event)
            return True
        return False

    def _on_enter(self, event: QDragEnterEvent) -> None:
        files = _paths(event.mimeData())
        if files:
            names = tuple(path.replace("\\", "/").rpartition("/")[2] for path in files)
            self._show(offer(names), kinds_taken())
            if not are_any_usable(names):
                event.ignore()
                return
        elif event.mimeData().hasText():
            self._show(tr("Drop to put the text into the message"), "")
        else:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def _show(self, title: str, hint: str) -> None:
        self._title.show_text(title)
        self._hint.setText(hint)
        palette = self._hint.palette()
        palette.setColor(self._hint.foregroundRole(), self._look.colour("dim"))
        self._hint.setPalette(palette)
        self.setAccessibleName(title)
        self.setGeometry(self._pane.rect())
        self.show()
        self.raise_()

    def _on_drop(self, event: QDropEvent) -> None:
        self.hide()
        files = _paths(event.mimeData())
        if files:
            self.files_dropped.emit(files)
        elif event.mimeData().hasText():
            self.text_dropped.emit(event.mimeData().text())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(self._look.colour("background"))
        ground.setAlphaF(0.97)  # words of the conversation must not be read through it
        painter.fillRect(self.rect(), ground)
        pen = QPen(self._look.colour("accent"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 14, 14)


def _paths(dragged: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in dragged.urls() if url.isLocalFile()]
