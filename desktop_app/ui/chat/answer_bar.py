"""Takes what a tool gives from the person, where the conversation is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import mirrored_margins


class AnswerBar(QWidget):
    """One line for the output of one call.

    Signals:
        answered: Id of the message, of the call, and what it gives.
    """

    answered = Signal(str, str, str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._conversation = parent
        self._call = ("", "")
        self._name = QLabel(self)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setFont(look.font(size.SMALL))
        self._field = QLineEdit(self)
        self._field.setFont(look.font(size.SMALL))
        self._field.setFrame(False)
        self._send = Button(look, self, text=tr("Send"), tone=Tone.ACCENT)
        self._cancel = Button(look, self, text=tr("Cancel"), tone=Tone.OUTLINE)
        row = QHBoxLayout(self)
        row.setContentsMargins(*mirrored_margins(16, 10, 12, 10))
        row.setSpacing(8)
        row.addWidget(self._name)
        row.addWidget(self._field, 1)
        row.addWidget(self._send)
        row.addWidget(self._cancel)
        self._send.clicked.connect(self._on_send)
        self._field.returnPressed.connect(self._on_send)
        self._cancel.clicked.connect(self.leave)
        self.hide()

    def ask(self, message_id: str, call_id: str, name: str) -> None:
        """Ask what the call of a tool gives."""
        self._call = (message_id, call_id)
        words = tr("Result of {tool}").format(tool=name)
        self._name.setText(words)
        self._field.clear()
        self._field.setAccessibleName(words)
        self._field.setPlaceholderText(tr("Text or JSON"))
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Do not answer now; the call waits on."""
        self.hide()
        self._conversation.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_send(self) -> None:
        text = self._field.text().strip()
        if text:
            self.leave()
            self.answered.emit(*self._call, text)

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
