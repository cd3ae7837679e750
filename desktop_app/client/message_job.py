"""One turn of a conversation over messages, on its way to the server and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from desktop_app.client.upload_news import UploadNews
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.stream_dialect import StreamDialect


@dataclass(frozen=True, slots=True)
class MessageJob:
    """One stream to be opened, in the thread whose id it is given, and followed.

    Attributes:
        request: What was asked for; a round of tools needs parts of it again.
    """

    turn: int
    request: MessageRequest
    dialect: StreamDialect
    open: Callable[[str], AsyncGenerator[bytes, None]]
    is_utterance: bool = False
    uploads: UploadNews | None = None

    @property
    def name(self) -> str:
        """What its task is called."""
        return f"answer {self.turn}"

    @property
    def is_partial(self) -> bool:
        """Whether the server cannot know of the turn: it never had all of it."""
        is_sent = self.uploads is None or self.uploads.is_whole
        return not is_sent and not self.dialect.has_news
