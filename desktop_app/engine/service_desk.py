"""Where the window's questions to the service are taken: several at once, none beside a turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from desktop_app.engine.ports import ServiceCalls
from desktop_app.errors import AppError
from desktop_app.link.asks import Answered, Ask, AskAdvanced
from desktop_app.link.codec import MAX_MESSAGE_BYTES, encode
from desktop_app.link.messages import LinkEvent
from desktop_app.protocol.service_calls import Answer, Failed, Question, UploadDocument
from desktop_app.tasks import Background

logger = logging.getLogger(__name__)

AT_ONCE = 4
UPLOADS_AT_ONCE = 2
MOST_WAITING = 200


class ServiceDesk:
    """Answers each ``Ask`` once, with an answer or a failure. Event loop only.

    A few questions are asked at once, uploads in a line of their own; the others wait. More than
    ``MOST_WAITING`` are refused at once.

    Args:
        calls: Asks the service.
        publish: Takes the answers.
    """

    def __init__(self, calls: ServiceCalls, publish: Callable[[LinkEvent], None]) -> None:
        self._calls = calls
        self._publish = publish
        self._background = Background(self._report)
        self._open: set[str] = set()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._upload_turn = asyncio.Semaphore(UPLOADS_AT_ONCE)

    def take(self, ask: Ask) -> None:
        """Begin to answer; an id that is known already is answered once."""
        if ask.ask_id in self._open:
            return
        if len(self._open) >= MOST_WAITING:
            self._publish(Answered(ask.ask_id, Failed("ask.too_many", is_retryable=True)))
            return
        self._open.add(ask.ask_id)
        self._background.run(self._work(ask), name=ask.ask_id)

    def cancel(self, ask_id: str) -> None:
        """Stop asking; nothing more is told of it. Idempotent."""
        self._open.discard(ask_id)
        self._background.cancel(ask_id)

    async def aclose(self) -> None:
        """Stop all that is being asked. Idempotent."""
        await self._background.aclose()

    async def _work(self, ask: Ask) -> None:
        is_upload = isinstance(ask.question, UploadDocument)
        async with self._upload_turn if is_upload else self._turn:
            answered = await self._answered(ask)
        self._finish(answered)

    async def _answered(self, ask: Ask) -> Answered:
        def advance(done: int, total: int, part: Answer | None = None) -> None:
            if ask.ask_id in self._open:
                self._publish(_fitting_part(AskAdvanced(ask.ask_id, done, total, part)))

        try:
            answer = await self._calls.answer(ask.question, advance)
        except AppError as error:
            logger.info("%s was not answered: %s", _kind(ask.question), error.code)
            return Answered(ask.ask_id, _failed(error))
        return _fitting(Answered(ask.ask_id, answer))

    def _finish(self, answered: Answered) -> None:
        if answered.ask_id in self._open:
            self._open.discard(answered.ask_id)
            self._publish(answered)

    def _report(self, ask_id: str, error: BaseException) -> None:
        """A fault of ours: who asked must not wait for ever."""
        logger.error("a question could not be answered", exc_info=error)
        self._finish(Answered(ask_id, Failed("something.failed")))


def _failed(error: AppError) -> Failed:
    facts = {"message": str(error), **error.facts}
    return Failed(error.code, facts, is_retryable=error.retryable)


def _fitting(answered: Answered) -> Answered:
    """The link breaks off on a message that is too long, so that is found out before."""
    if _is_too_long(answered):
        return Answered(answered.ask_id, Failed("ask.too_long"))
    return answered


def _fitting_part(advanced: AskAdvanced) -> AskAdvanced:
    if advanced.part is not None and _is_too_long(advanced):
        raise AppError("ask.too_long", "What the service answers is too long to be shown.")
    return advanced


def _is_too_long(event: Answered | AskAdvanced) -> bool:
    try:
        encode(event)
    except AppError:
        logger.info("an answer is longer than the %d bytes that fit", MAX_MESSAGE_BYTES)
        return True
    return False


def _kind(question: Question) -> str:
    return type(question).__name__
