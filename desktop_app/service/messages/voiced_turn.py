"""One turn with a voice in progress, and how it is listened to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.messages import MessageReply, Voice
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.service.clock import new_id
from desktop_app.service.media.media_store import StoredMedia
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.run import Run

INTERRUPTED = "turn.interrupted"


@dataclass(frozen=True, slots=True)
class SpokenQuestion:
    """A question that is spoken, or whose reply shall be.

    Attributes:
        question: Its text is what was typed; what is heard comes after it.
        recording: None where everything was typed.
        is_answered: False where the words alone are wanted.
        opens_thread: Its thread was made for it, and goes where the question cannot be kept.
    """

    question: Question
    voice: Voice
    recording: StoredMedia | None = None
    is_answered: bool = True
    opens_thread: bool = False


class VoicedTurn:
    """It goes on to its end whoever listens; events that nobody waits for are not kept.

    Attributes:
        run_id: Its run's, told from the start: what is heard can be stopped by it, too.
        run: As soon as the language model is asked.
        records: What is known about what was heard and spoken, so far.
    """

    def __init__(self, asked: SpokenQuestion, *, is_streamed: bool) -> None:
        self.asked = asked
        self.run_id = new_id()
        self.run: Run | None = None
        self.records: dict[str, Any] = {}
        self._is_heard = is_streamed
        self._news: asyncio.Queue[StreamEvent | None] = asyncio.Queue()
        self._outcome: asyncio.Future[MessageReply | AppError] = (
            asyncio.get_running_loop().create_future()
        )

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """The events of the stream as they come, for one listener."""
        try:
            while (event := await self._news.get()) is not None:
                yield event
        finally:
            self._is_heard = False
            self._news = asyncio.Queue()

    async def reply(self) -> MessageReply:
        """The whole reply.

        Raises:
            AppError: There is none.
        """
        outcome = await asyncio.shield(self._outcome)
        if isinstance(outcome, AppError):
            raise outcome
        return outcome

    def tell(self, event: StreamEvent | None) -> None:
        """Add an event; None is the end."""
        if self._is_heard:
            self._news.put_nowait(event)

    def end(self, outcome: MessageReply | AppError) -> None:
        """Nothing follows."""
        if isinstance(outcome, AppError) and outcome.code == INTERRUPTED:
            self.tell(StreamEvent(type="run_cancelled", run_id=self.run_id))
        elif isinstance(outcome, AppError):
            self.tell(StreamEvent(type="error", error=str(outcome), code=outcome.code))
        self.tell(None)
        self._outcome.set_result(outcome)
