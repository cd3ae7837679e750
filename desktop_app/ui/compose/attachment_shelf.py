"""The files of every thread's unsent message, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app.prose import tr
from desktop_app.ui.compose.attachments import Attachment, Stage


class AttachmentShelf(QObject):
    """Holds attachments by thread. Main thread only.

    Signals:
        changed: Some file came, went or got further.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._of: dict[str, tuple[Attachment, ...]] = {}
        self._aside: dict[str, tuple[str, Attachment]] = {}  # with its thread

    @property
    def all(self) -> dict[str, tuple[Attachment, ...]]:
        """What is attached and not sent, by thread."""
        return dict(self._of)

    @property
    def aside(self) -> tuple[Attachment, ...]:
        """What was taken away and may come back."""
        return tuple(one for _, one in self._aside.values())

    def of(self, thread_id: str) -> tuple[Attachment, ...]:
        """The files of one thread, in the order they came."""
        return self._of.get(thread_id, ())

    def find(self, attachment_id: str) -> Attachment | None:
        """A file by its id."""
        known = (one for files in self._of.values() for one in files)
        return next((one for one in known if one.id == attachment_id), None)

    def add(self, thread_id: str, attachment: Attachment) -> None:
        """Put a file at the end."""
        self._put(thread_id, (*self.of(thread_id), attachment))

    def update(self, attachment: Attachment) -> None:
        """Replace a file by its id; one that was removed meanwhile stays away."""
        if attachment.id in self._aside:
            self._aside[attachment.id] = (self._aside[attachment.id][0], attachment)
        for thread_id, files in self._of.items():
            if any(one.id == attachment.id for one in files):
                now = (attachment if one.id == attachment.id else one for one in files)
                self._put(thread_id, tuple(now))
                return

    def remove(self, attachment_id: str) -> None:
        """Take a file away."""
        for thread_id, files in tuple(self._of.items()):
            self._put(thread_id, tuple(one for one in files if one.id != attachment_id))

    def drop(self, thread_id: str) -> None:
        """Take all files of a thread away."""
        self._put(thread_id, ())

    def put_aside(self, attachment_id: str) -> None:
        """Take a file away so that ``bring_back`` can undo it; nobody sees it until then."""
        for thread_id, files in tuple(self._of.items()):
            for one in files:
                if one.id == attachment_id:
                    self._aside[attachment_id] = (thread_id, one)
        self.remove(attachment_id)

    def bring_back(self, attachment_id: str) -> None:
        """Put a file that lay aside at the end of its thread's."""
        if attachment_id in self._aside:
            self.add(*self._aside.pop(attachment_id))

    def let_go(self, attachment_id: str) -> Attachment | None:
        """A file that lay aside does not come back; as it is now."""
        return self._aside.pop(attachment_id, ("", None))[1]

    def take_ready(self, thread_id: str) -> tuple[Attachment, ...]:
        """Take what can be sent; what failed stays, what was refused goes."""
        files = self.of(thread_id)
        self._put(thread_id, tuple(one for one in files if one.stage is Stage.FAILED))
        return tuple(one for one in files if one.stage is Stage.READY)

    def move(self, before: str, after: str) -> None:
        """What was attached before any thread was open belongs to the first."""
        moved = self._of.pop(before, ())
        if moved:
            self._put(after, (*self.of(after), *moved))

    def restore(self, left: Mapping[str, tuple[Attachment, ...]]) -> None:
        """Take over what an earlier window left; a copy it had not finished can be tried again."""
        cut = tr("Reading it was cut short")
        for thread_id, files in left.items():
            mended = (
                replace(one, stage=Stage.FAILED, reason=cut) if one.stage is Stage.COPYING else one
                for one in files
            )
            self._of[thread_id] = (*mended, *self.of(thread_id))
        self.changed.emit()

    def _put(self, thread_id: str, files: tuple[Attachment, ...]) -> None:
        if files == self.of(thread_id):
            return
        if files:
            self._of[thread_id] = files
        else:
            del self._of[thread_id]
        self.changed.emit()
