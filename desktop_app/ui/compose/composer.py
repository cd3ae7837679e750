"""Where a person writes: grows with the text, sends with Enter, and holds the microphone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui import wording
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.data_wrapping import DataWrapping
from desktop_app.ui.look import Look, let_ground_through
from desktop_app.ui.mirroring import is_mirrored
from desktop_app.ui.text_field import begin_page_leading
from desktop_app.ui.written_text import written_text

if TYPE_CHECKING:
    from PySide6.QtGui import QInputMethodEvent

LONGEST_PASTE = 20_000
"""Characters; a longer text becomes a file unless the person wants it in the message."""

_MOST_LINES = 8
_FRAME = 2  # px that the field is higher than its lines
_AROUND = 18  # px above and below the field, together
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class _Field(QPlainTextEdit):
    """The text field.

    Signals:
        pasted: The QMimeData of something that is more than a short text.
        entered: Enter was pressed outside of an input method's composition.
        page_pressed: A page key without another key while all that is written is in view:
            -1 up, 1 down.
        focus_changed: It gained or lost the focus.

    Attributes:
        is_composing: An input method holds words that are not written yet.
    """

    pasted = Signal(QMimeData)
    entered = Signal()
    page_pressed = Signal(int)
    focus_changed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_composing = False
        self.setAcceptDrops(False)  # the whole conversation takes what is dropped
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(look.font())
        self.setTabChangesFocus(True)
        self.setPlaceholderText(wording.placeholder())
        self.setAccessibleName(tr("Message"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        let_ground_through(self)
        self.document().setDocumentMargin(int(is_mirrored()))  # room for a cursor at the right
        begin_page_leading(self)
        DataWrapping(self)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802
        self.is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in _ENTER and not shifted:
            if not self.is_composing:
                self.entered.emit()
            return
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pages = _PAGES.get(Qt.Key(event.key()), 0)
        if pages and is_plain and not self.verticalScrollBar().maximum():
            self.page_pressed.emit(pages)
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802
        return source.hasText() or source.hasImage() or source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802
        self.pasted.emit(source)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.focus_changed.emit()


class Composer(QWidget):
    """The message being written.

    Signals:
        send_requested: The text to send, a str; the field is already empty.
        stop_requested: The running reply is to end.
        voice_requested: The microphone button was pressed.
        attach_requested: Files are to be chosen.
        note_requested: A voice note is to be begun or finished.
        files_pasted: Paths of files.
        image_pasted: A QImage.
        long_text_pasted: A text that is better a file, a str.
        page_requested: The conversation is to be scrolled: -1 a page up, 1 down.
        height_changed: The wanted height is another one.
    """

    spoken_role = "Grouping"

    # objects: in a str, Qt would take a mark of the order of bytes at the start for one
    send_requested = Signal(object)
    stop_requested = Signal()
    voice_requested = Signal()
    attach_requested = Signal()
    note_requested = Signal()
    files_pasted = Signal(list)
    image_pasted = Signal(object)
    long_text_pasted = Signal(object)
    page_requested = Signal(int)
    height_changed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._is_replying = False
        self._has_files = False
        self._most_lines = _MOST_LINES
        self.field = _Field(look, self)
        self._attach = Button(look, self, icon="plus", says=tr("Attach files"))
        self._attach.describe(tr("Attach files"), "Ctrl+U")
        self._note = Button(look, self, icon="record", says=tr("Record a voice note"))
        self._note.describe(tr("Record a voice note"), wording.NOTE_KEY)
        self._note.setCheckable(True)
        self._microphone = Button(look, self, icon="microphone", says=tr("Talk"))
        self._microphone.describe(tr("Start a spoken conversation"), wording.VOICE_KEY)
        self._send = Button(look, self, icon="send", tone=Tone.ACCENT, says=tr("Send"))
        self._send.describe(tr("Send"), "Enter")
        self._lay_out()
        self.field.textChanged.connect(self._on_text_changed)
        self.field.entered.connect(self.submit)
        self.field.pasted.connect(self._on_pasted)
        self.field.page_pressed.connect(self.page_requested)
        self._attach.clicked.connect(self.attach_requested)
        self._note.clicked.connect(self.note_requested)
        self.field.focus_changed.connect(self.update)
        self._microphone.clicked.connect(self.voice_requested)
        self._send.clicked.connect(self._on_send_clicked)
        self.setFocusProxy(self.field)
        self._on_text_changed()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 9, 9, 9)
        row.setSpacing(4)
        bottom = Qt.AlignmentFlag.AlignBottom
        row.addWidget(self._attach, 0, bottom)
        row.addWidget(self._note, 0, bottom)
        row.addWidget(self.field, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._microphone, 0, bottom)
        row.addWidget(self._send, 0, bottom)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What Tab comes to, in the order in which it is read."""
        return (self._attach, self._note, self.field, self._microphone, self._send)

    @property
    def text(self) -> str:
        """What is written and not sent."""
        return written_text(self.field.document().toRawText())

    def set_text(self, text: str) -> None:
        """Put a text there to be edited and sent."""
        self.field.setPlainText(text)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)

    def edit(self, text: str) -> None:
        """Put a text there in place of what is written, which Ctrl+Z brings back."""
        self.field.selectAll()
        self.insert(text)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)

    def insert(self, text: str) -> None:
        """Put a text where the cursor is."""
        self.field.insertPlainText(text)
        self.field.setFocus()

    def show_has_files(self, has_files: bool) -> None:
        """Files go along: they can be sent without a word."""
        self._has_files = has_files
        self._show_button()

    def show_recording(self, is_recording: bool) -> None:
        """Mark that a voice note is being recorded."""
        says = tr("Finish the voice note" if is_recording else "Record a voice note")
        self._note.describe(says, wording.NOTE_KEY)
        self._note.setChecked(is_recording)

    def show_replying(self, is_replying: bool) -> None:
        """While a reply runs and nothing is written, send is stop."""
        self._is_replying = is_replying
        self._show_button()

    def show_voice(self, is_on: bool) -> None:
        """Mark the microphone as open."""
        says = tr("End the spoken conversation" if is_on else "Start a spoken conversation")
        self._microphone.describe(says, wording.VOICE_KEY)
        self._microphone.setCheckable(True)
        self._microphone.setChecked(is_on)

    def submit(self) -> None:
        """Send what is written, as it is, if there is anything."""
        text = self.text
        is_blank = not text.strip()
        if self._has_files or not is_blank:
            self.field.clear()
            self.send_requested.emit("" if is_blank else text)

    def _on_pasted(self, source: QMimeData) -> None:
        files = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if files:
            self.files_pasted.emit(files)
        elif source.hasImage() and not source.hasText():
            from PySide6.QtGui import QImage  # its enumerations cost the start

            self.image_pasted.emit(QImage(source.imageData()))
        elif source.hasText():
            self.take_text(source.text())

    def take_text(self, text: str) -> None:
        """Take what was pasted or dropped; a long text as a file, lest the field stand still."""
        if len(text) > LONGEST_PASTE:
            self.long_text_pasted.emit(text)
        else:
            self.insert(text)

    def _on_send_clicked(self) -> None:
        if self._is_stop():
            self.stop_requested.emit()
        else:
            self.submit()

    def _is_stop(self) -> bool:
        return self._is_replying and self._is_empty()

    def _is_empty(self) -> bool:
        return not self._has_files and not self.text.strip()

    def _on_text_changed(self) -> None:
        self._show_button()
        if self._fit_field():
            self.height_changed.emit()

    def keep_within(self, height: int) -> None:
        """Be no higher than that from now on, but for one line; more of the text is scrolled."""
        room = height - _AROUND - _FRAME
        lines = room // self.field.fontMetrics().lineSpacing()
        self._most_lines = max(1, min(_MOST_LINES, lines))
        self._fit_field()

    def _fit_field(self) -> bool:
        """Make the field as high as its text; whether it has another height now."""
        lines = max(1, int(self.field.document().size().height()))
        spacing = self.field.fontMetrics().lineSpacing()
        wanted = min(lines, self._most_lines) * spacing + _FRAME
        policy = Qt.ScrollBarPolicy
        self.field.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if lines > self._most_lines else policy.ScrollBarAlwaysOff
        )
        if wanted == self.field.height():
            return False
        self.field.setFixedHeight(wanted)
        self.field.ensureCursorVisible()
        return True

    def _show_button(self) -> None:
        is_stop = self._is_stop()
        self._send.show_icon("stop" if is_stop else "send")
        says = tr("Stop the reply" if is_stop else "Send")
        self._send.describe(says, "Esc" if is_stop else "Enter")
        self._send.setEnabled(is_stop or not self._is_empty())

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(
            size.COLUMN, max(self.field.height(), self._send.sizeHint().height()) + _AROUND
        )

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_active = self.field.hasFocus()
        ink = self._look.colour("accent" if is_active else "edge")
        painter.setPen(QPen(ink, 1))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)
