"""Files that are to go along with a message: what is known of each, and which are taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from desktop_app.prose import tr, tr_n
from desktop_app.protocol.backboard.documents import EXTENSIONS, IMAGES
from desktop_app.ui.numbers import file_size
from desktop_app.ui.wording import speech_length

MOST_BYTES = 256 << 20
"""Of one file; the service takes no more."""

MOST_FILES = 20
LONGEST_MESSAGE = 200_000
"""Characters that the field still edits without a pause."""


class Stage(StrEnum):
    """How far a file is on its way into the message."""

    RECORDING = "recording"
    COPYING = "copying"
    READY = "ready"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file.

    Attributes:
        name: As people know it.
        source: Where it came from, empty for what was pasted.
        kept: Path of our copy, empty until there is one.
        reason: Why it is refused or failed, in words.
        characters: Length of a pasted text, 0 for anything else.
        is_note: It is a voice note, which the message's answerer hears.
        speech_ms: How long that is, once it is recorded.
    """

    id: str
    name: str
    source: str = ""
    kept: str = ""
    size_bytes: int = 0
    stage: Stage = Stage.COPYING
    reason: str = ""
    characters: int = 0
    is_note: bool = False
    speech_ms: int = 0

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as one."""
        return _ending(self.name) in IMAGES

    @property
    def is_coming(self) -> bool:
        """Whether it will be ready by itself, or by finishing it."""
        return self.stage in (Stage.RECORDING, Stage.COPYING)

    @property
    def can_become_text(self) -> bool:
        """Whether it is a pasted text that the field can hold."""
        return self.stage is Stage.READY and 0 < self.characters <= LONGEST_MESSAGE

    @property
    def words(self) -> str:
        """The state, as it stands beside the name."""
        if self.stage is Stage.COPYING:
            return tr("Being read")
        if self.stage is Stage.RECORDING:
            return tr("Being recorded")
        if self.stage is Stage.READY and self.is_note:
            return tr("{size}, ready to send").format(size=speech_length(self.speech_ms))
        if self.stage is Stage.READY:
            return tr("{size}, ready to send").format(size=file_size(self.size_bytes))
        return self.reason


def refusal(name: str, size_bytes: int) -> str:
    """Why a file cannot be used, with the limit; empty when it can be."""
    if _ending(name) not in EXTENSIONS:
        return tr("This kind of file is not taken. {kinds}").format(kinds=kinds_taken())
    if size_bytes == 0:
        return tr("The file is empty")
    if size_bytes > MOST_BYTES:
        return tr("{size} is too large: {most} is the most").format(
            size=file_size(size_bytes), most=file_size(MOST_BYTES)
        )
    return ""


def kinds_taken() -> str:
    """What can be attached, in words."""
    return tr(
        "Taken are PDF, Office, text, code, pictures, sound and video, up to {most} each."
    ).format(most=file_size(MOST_BYTES))


def offer(names: tuple[str, ...]) -> str:
    """What a drop of these files would do."""
    usable = [name for name in names if _ending(name) in EXTENSIONS]
    if not usable:
        return tr_n(
            "This file cannot be attached", "These {number} files cannot be attached", len(names)
        ).format(number=len(names))
    if len(usable) < len(names):
        words = tr_n(
            "Drop to attach {usable} of {number} file",
            "Drop to attach {usable} of {number} files",
            len(names),
        )
        return words.format(usable=len(usable), number=len(names))
    if len(names) == 1:
        return tr("Drop to attach {name}").format(name=names[0])
    words = tr_n("Drop to attach {number} file", "Drop to attach {number} files", len(names))
    return words.format(number=len(names))


def are_any_usable(names: tuple[str, ...]) -> bool:
    """Whether one of them, at least, is of a kind that is taken."""
    return any(_ending(name) in EXTENSIONS for name in names)


def clock(milliseconds: int) -> str:
    """How far a recording has come, in whole seconds that are over."""
    return f"{milliseconds // 60_000}:{milliseconds // 1000 % 60:02d}"


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()
