"""The files that will go along, one row each, between the conversation and the composer."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.prose import tr
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.compose.note_row import NoteRow
from desktop_app.ui.compose.tray_row import TrayRow
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look, let_ground_through
from desktop_app.ui.settings.row_widgets import WrappedText

_MOST_ROWS = 4  # more are scrolled to
_ASIDE = 1  # px at each side of the rows


class AttachmentRow(TrayRow):
    """One file: name, state, what can be done.

    Signals:
        retry_requested, text_requested: The file's id.
    """

    retry_requested = Signal(str)
    text_requested = Signal(str)

    def __init__(self, look: Look, parent: QWidget, shown: Attachment) -> None:
        super().__init__(look, parent, shown, tr("Remove"))
        self.step = Button(look, self, text=tr("Try again"), tone=Tone.LINK)
        self.step.clicked.connect(self._on_step)
        self.lay_out(self._state, self.step)
        self.reason = WrappedText(look, self, "", size.CAPTION, "danger")
        self.reason.setContentsMargins(0, 0, 0, 4)
        self.column.addWidget(self.reason)
        self.show_attachment(shown)

    def show_attachment(self, shown: Attachment) -> None:
        """Show another state of the same file."""
        is_bad = shown.stage in (Stage.REFUSED, Stage.FAILED)
        icon = "warning" if is_bad else "image" if shown.is_picture else "file"
        self.show_state(shown, icon, "danger" if is_bad else "dim")
        self._state.show_text("" if is_bad else shown.words)
        self._show_reason(shown.words if is_bad else "")
        self.step.setVisible(shown.stage is Stage.FAILED or shown.can_become_text)
        self.step.setText(tr("Try again") if is_bad else tr("Put into the message"))
        self.step.describe(f"{self.step.text()}: {shown.name}")
        self.remove.describe(tr("Remove {name}").format(name=shown.name))

    def _show_reason(self, reason: str) -> None:
        """Say below its name why it does not go along, over as many lines as that takes."""
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    def height_in(self, width: int) -> int:
        return self.column.heightForWidth(width) if self.reason.text() else self.sizeHint().height()

    def _on_step(self) -> None:
        wish = self.retry_requested if self.shown.stage is Stage.FAILED else self.text_requested
        wish.emit(self.shown.id)


class AttachmentTray(QWidget):
    """All files of the message being written, and its voice note.

    Signals:
        remove_requested, retry_requested, text_requested: A file's id.
        finish_requested: The voice note is complete.
        play_requested: The voice note's id: it is to be heard, or silenced.
    """

    remove_requested = Signal(str)
    retry_requested = Signal(str)
    text_requested = Signal(str)
    finish_requested = Signal()
    play_requested = Signal(str)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.rows: list[AttachmentRow | NoteRow] = []
        self._note = Label(look, self, px=size.CAPTION, ink="dim")
        self._note.setContentsMargins(12, 0, 12, 4)
        self._inner = QWidget(self)
        self._list = QVBoxLayout(self._inner)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self._inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        let_ground_through(self._scroll)
        self._scroll.viewport().setAutoFillBackground(False)
        self._inner.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(_ASIDE, 6, _ASIDE, 6)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._note)
        self.setAccessibleName(tr("Attached files"))
        self.hide()

    @property
    def note(self) -> str:
        """What is said below the files."""
        return self._note.text

    def show_attachments(self, shown: tuple[Attachment, ...], note: str = "") -> None:
        """Show these files, and what is to be known of them all."""
        if [row.shown.id for row in self.rows] != [one.id for one in shown]:
            self._rebuild(shown)
        for row, one in zip(self.rows, shown, strict=True):
            if row.shown != one:
                row.show_attachment(one)
        self._note.show_text(note)
        self._note.setVisible(bool(note))
        self.setVisible(bool(shown or note))
        self._scroll.setVisible(bool(shown))
        self.updateGeometry()

    def _rebuild(self, shown: tuple[Attachment, ...]) -> None:
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for one in shown:
            row = self._row(one)
            row.remove_requested.connect(self.remove_requested)
            self._list.addWidget(row)
            self.rows.append(row)

    def _row(self, shown: Attachment) -> AttachmentRow | NoteRow:
        if shown.is_note:
            note = NoteRow(self._look, self._inner, shown)
            note.finish_requested.connect(self._on_finish)
            note.play_requested.connect(self.play_requested)
            return note
        row = AttachmentRow(self._look, self._inner, shown)
        row.retry_requested.connect(self.retry_requested)
        row.text_requested.connect(self.text_requested)
        return row

    def _on_finish(self) -> None:
        self.finish_requested.emit()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(size.COLUMN, self.heightForWidth(size.COLUMN))

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return self._height_of(_MOST_ROWS, width - 2 * _ASIDE)

    @property
    def least_height(self) -> int:
        """px with one row, to which the others are scrolled."""
        return self._height_of(1, self.width() - 2 * _ASIDE)

    def _height_of(self, rows: int, width: int) -> int:
        heights = [row.height_in(width) for row in self.rows[:rows]]
        note = self._note.sizeHint().height() if self._note.text else 0
        return sum(heights) + note + 14

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.colour("line"))
        painter.setBrush(self._look.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 14, 14)
