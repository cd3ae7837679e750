"""One turn of a conversation over messages, on its way to the server and back."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.client.stoppable_stream import OpenStream, StoppableStream
from desktop_app.client.upload_news import UploadNews
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.stream_dialect import StreamDialect


@dataclass(slots=True, eq=False)
class MessageJob:
    """One stream to be opened, in the thread whose id it is given, and followed.

    Attributes:
        request: What was asked for; a round of tools needs parts of it again.
        stream: The newest one, once it is followed.
    """

    turn: int
    request: MessageRequest
    dialect: StreamDialect
    open: OpenStream
    is_utterance: bool = False
    uploads: UploadNews | None = None
    stream: StoppableStream | None = None

    @property
    def name(self) -> str:
        """What its task is called."""
        return f"answer {self.turn}"

    @property
    def is_partial(self) -> bool:
        """Whether the server cannot know of the turn: it never had all of it."""
        is_sent = self.uploads is None or self.uploads.is_whole
        return not is_sent and not self.dialect.has_news

    def stop_at_the_server(self) -> None:
        """Have its run stopped there, before whoever follows it leaves."""
        if self.stream is not None:
            self.stream.stop()
