"""What the engine needs of the service's records, as structural interfaces."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from desktop_app.protocol.stored_replies import StoredReply, WantedReply


class Media(Protocol):
    """What is behind a link."""

    @property
    def content(self) -> bytes | Path:
        """Its bytes, or a file with them that is its reader's now."""

    @property
    def sha256(self) -> str:
        """Of its content."""

    def drop(self) -> None:
        """Remove the file, if there is one: nobody wants it. Not on the event loop."""

    def kind(self, told: str) -> str:
        """Its MIME type, where ``told`` was said beside the link."""


class StoredReplies(Protocol):
    """The service's record of what it answered."""

    async def find(self, wanted: WantedReply) -> StoredReply | None:
        """The reply as it stands there; None where the service does not know its question.

        Raises:
            AppError: It cannot be asked.
        """

    async def picture(self, url: str, told: str = "") -> Media:
        """A picture or video of it; ``told`` is the MIME type that was told beside the link.

        Raises:
            AppError: It cannot be had, or not any more.
        """

    async def speech(self, url: str) -> bytes:
        """What was spoken of it: s16le mono 24 kHz.

        Raises:
            AppError: It cannot be had any more, or not be decoded.
        """
