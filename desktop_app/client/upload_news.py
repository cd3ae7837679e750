"""The progress of an upload as events, no more of them than a person can see."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from desktop_app.client.message_body import MessageFiles
from desktop_app.client.multipart import Recording
from desktop_app.protocol.events import UploadProgressed

EVERY_S = 0.1


class UploadNews:
    """Tells how the files of one turn get on. Event loop only.

    Args:
        turn: Whose files.
        files: What is sent.
        tell: Takes the events.
        clock: Monotonic seconds.

    Attributes:
        is_whole: All has left; at once where there are no files.
    """

    def __init__(
        self,
        turn: int,
        files: MessageFiles,
        tell: Callable[[UploadProgressed], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turn = turn
        self._name = _name_of(files)
        self._files = files
        self._sizes: tuple[int, ...] = ()
        self._tell = tell
        self._clock = clock
        self._next_s = 0.0
        self.is_whole = not files.parts()

    def note(self, sent: int, total: int) -> None:
        """So many bytes of so many have left."""
        self.is_whole = sent >= total

    def progress(self, sent: int, total: int) -> None:
        """So many bytes of so many have left; the last are always told."""
        self.note(sent, total)
        now = self._clock()
        if sent < total and now < self._next_s:
            return
        self._next_s = now + EVERY_S
        self._sizes = self._sizes or tuple(_size_of(part.source) for part in self._files.parts())
        self._tell(UploadProgressed(self._turn, self._name, sent, total, self._sizes))


def _size_of(source: Path | Recording) -> int:
    if isinstance(source, Recording):
        return len(source.content)
    try:
        return source.stat().st_size
    except OSError:  # whoever sends it finds that out too
        return 0


def _name_of(files: MessageFiles) -> str:
    sources = [part.source for part in files.parts()]
    if len(sources) != 1:
        return f"{len(sources)} files"
    [source] = sources
    return source.name if isinstance(source, Path) else source.filename
