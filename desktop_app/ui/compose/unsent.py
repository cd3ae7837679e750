"""What was written and is not safe yet: drafts, and messages the engine has not written down."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from desktop_app.link.messages import SendText
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.compose.kept_files import note_ms


@dataclass(frozen=True, slots=True)
class Unsent:
    """The content of the file.

    Attributes:
        thread_id: The thread that was open.
        drafts: What stood in the composer, by thread; none is empty.
        files: What was attached and not sent, by thread.
        newest: The thread that was made last; it may be nowhere else than here.
        messages: In the order they were sent.
    """

    thread_id: str = ""
    drafts: dict[str, str] = field(default_factory=dict)
    messages: tuple[SendText, ...] = ()
    files: dict[str, tuple[Attachment, ...]] = field(default_factory=dict)
    newest: str = ""

    @property
    def needs_its_thread(self) -> bool:
        """Whether the thread that was open holds something that is nowhere else."""
        if not self.thread_id:
            return False
        of_messages = any(message.thread_id == self.thread_id for message in self.messages)
        return of_messages or self.thread_id in {**self.drafts, **self.files}


def read(path: Path) -> Unsent:
    """What an earlier window left; a missing or broken file leaves nothing. Blocks."""
    try:
        left = msgspec.json.decode(path.read_bytes(), type=Unsent)
    except (OSError, ValueError):
        return Unsent()
    files = {thread_id: _with_notes(found) for thread_id, found in left.files.items()}
    return replace(left, files={thread_id: found for thread_id, found in files.items() if found})


def _with_notes(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """A voice note that was being recorded is as long as its file; one of no length is none."""
    lengths = {one.id: note_ms(one.kept) for one in files if one.stage is Stage.RECORDING}
    mended = (
        replace(one, stage=Stage.READY, speech_ms=lengths[one.id]) if one.id in lengths else one
        for one in files
    )
    return tuple(one for one in mended if lengths.get(one.id, 1))


def write(path: Path, unsent: Unsent) -> None:
    """Replace the file as a whole, for this user alone. Blocks.

    Raises:
        OSError: The disk is full or the folder cannot be written; the old file stays.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        with open(new, "wb", opener=_private) as file:
            file.write(msgspec.json.encode(unsent))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
