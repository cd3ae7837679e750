"""A message on its way: files in every state, and a voice note that is being recorded."""

from __future__ import annotations

import errno
import os

from desktop_app.prose import tr
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.compose.note_row import NoteRow
from desktop_app.ui.conversation_pane import ConversationPane


def _files() -> tuple[Attachment, ...]:
    """In the words of the language that is spoken now."""
    reason = tr("It cannot be read: {reason}").format(reason=os.strerror(errno.EACCES))
    return (
        Attachment("1", "lisbon-guide.pdf"),
        Attachment("2", "tram.png", size_bytes=230_000, stage=Stage.READY),
        Attachment("3", "tickets.docx", stage=Stage.FAILED, reason=reason),
        Attachment("4", tr("Voice note"), stage=Stage.RECORDING, is_note=True),
    )


def show_composing(pane: ConversationPane) -> None:
    """Show them in the tray."""
    assert pane.tray is not None
    pane.tray.show_attachments(_files())
    note = pane.tray.rows[-1]
    assert isinstance(note, NoteRow)
    note.show_recording(7_200, is_silent=False)
    for number in range(100):
        note.show_level(0.1 + 0.8 * (number % 9) / 9)
    pane.composer.show_recording(True)
    pane.arrange()


def show_nothing(pane: ConversationPane) -> None:
    """Take them away again."""
    assert pane.tray is not None
    pane.tray.show_attachments(())
    pane.composer.show_recording(False)
    pane.arrange()
