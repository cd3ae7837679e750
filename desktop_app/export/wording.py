"""What exported conversations say of their messages."""

from __future__ import annotations

import time

from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
)
from desktop_app.prose import mark, tr
from desktop_app.sentences import failure_sentence

_SPEAKERS = {Role.USER: mark("You"), Role.ASSISTANT: mark("Assistant")}
_STATUSES = {
    MessageStatus.QUEUED: mark("not sent yet"),
    MessageStatus.STREAMING: mark("not complete yet"),
    MessageStatus.INTERRUPTED: mark("interrupted"),
}


def title_of(thread: ThreadRecord) -> str:
    """Its title, or a word for one that has none."""
    return " ".join(thread.title.split()) or tr("New conversation")


def speaker_of(message: MessageRecord) -> str:
    """Whose words they are."""
    return tr(_SPEAKERS[message.role])


def moment(unix_s: float) -> str:
    """Date and time on a clock here."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(unix_s))
    except (OverflowError, OSError, ValueError):
        return ""


def notes_of(message: MessageRecord) -> tuple[str, ...]:
    """What else is to be said of it, in short words: spoken, by which model, not complete."""
    notes = [moment(message.created_at)]
    if message.is_spoken:
        seconds = round(message.speech_ms / 1000)
        notes.append(tr("spoken, {seconds} s").format(seconds=seconds) if seconds else tr("spoken"))
    if message.model:
        notes.append(message.model)
    if message.status in _STATUSES:
        notes.append(tr(_STATUSES[message.status]))
    notes.extend(tr("with {file}").format(file=name) for name in _attached(message))
    return tuple(note for note in notes if note)


def failure_of(message: MessageRecord) -> str:
    """Why it failed; empty where it did not."""
    return failure_sentence(message.error) if message.status is MessageStatus.FAILED else ""


def video_words(picture: PictureRecord) -> str:
    """Names a video where it cannot be played."""
    return tr("Video: {prompt}").format(prompt=picture.prompt)


def _attached(message: MessageRecord) -> list[str]:
    paths = [*message.wishes.files, message.wishes.recording]
    return [path.replace("\\", "/").rpartition("/")[2] for path in paths if path]
