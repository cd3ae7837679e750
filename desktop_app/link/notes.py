"""What window and engine say of voice notes: recordings that are sent later, as messages."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from desktop_app.protocol.events import snake


class NoteState(StrEnum):
    """What becomes of a note."""

    RECORDING = "recording"
    KEPT = "kept"  # its file is whole
    GONE = "gone"  # there is no file


class StartNote(Struct, frozen=True, tag=snake):
    """Record a note, with the settings' microphone, until it is stopped.

    Attributes:
        note_id: The window's.
        path: The file that is written; its folder is made, and goes with it.
    """

    note_id: str
    path: str


class StopNote(Struct, frozen=True, tag=snake):
    """What was said is the note; its last word is still heard. Idempotent."""


class DiscardNote(Struct, frozen=True, tag=snake):
    """A note that is being recorded, or was stopped just now, shall not be kept. Idempotent."""

    note_id: str


class NoteChanged(Struct, frozen=True, tag=snake):
    """How a note stands, 5 times a second while it is recorded; its level is ``LevelMeasured``.

    Attributes:
        device: Which microphone hears it.
        code: Why it ended, did not begin, or hears nothing; empty where all is well.
    """

    note_id: str
    state: NoteState
    duration_ms: int = 0
    device: str = ""
    code: str = ""


NoteIntent = StartNote | StopNote | DiscardNote
