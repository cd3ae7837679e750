"""What window and engine say of files that go along with what is said aloud."""

from __future__ import annotations

from msgspec import Struct

from desktop_app.protocol.events import snake


class CarryFiles(Struct, frozen=True, tag=snake):
    """The next spoken turn of this thread takes these files along; none takes back earlier ones.

    Attributes:
        files: Paths of copies that stay where they are.
    """

    thread_id: str
    files: tuple[str, ...] = ()


class FilesCarried(Struct, frozen=True, tag=snake):
    """These files have gone along with what was said; the others are still there to be sent."""

    thread_id: str
    turn: int
    files: tuple[str, ...]
