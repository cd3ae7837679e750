"""What window and engine say about what is kept: archives and room on the disk."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from desktop_app.protocol.events import snake


class Kept(StrEnum):
    """What takes room and can be cleared."""

    RECORDINGS = "recordings"
    PICTURES = "pictures"
    CONVERSATIONS = "conversations"
    SERVICE = "service"


class ImportArchive(Struct, frozen=True, tag=snake):
    """Take in what is new in this archive; answered by ``ImportAdvanced`` and a notice."""

    path: str


class CancelImport(Struct, frozen=True, tag=snake):
    """End the import that goes on; nothing of it stays. Idempotent."""


class ClearKept(Struct, frozen=True, tag=snake):
    """Delete all of a kind, but for what is being said or sent; answered by a notice.

    Recordings are gone at once, and what the embedded service keeps: it is started anew without
    documents and memories. Pictures and conversations leave every list, and the disk with
    the next start of Parley.
    """

    kind: Kept


class ImportAdvanced(Struct, frozen=True, tag=snake):
    """How far the import of an archive has come.

    Attributes:
        is_over: It has ended, and a notice has said how.
    """

    path: str
    done: int
    total: int
    is_over: bool = False
