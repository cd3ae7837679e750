"""One answer that is being written by a task of its own, and read by whoever speaks it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol, Self
from weakref import WeakSet

from desktop_app.errors import AppError, ProtocolError
from desktop_app.service.gateway.answers import AnswerEnd
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.storage.conversation_store import Heard
from desktop_app.tasks import start_in

LONGEST_CHARACTERS = 200_000
"""No reply is longer; a model that never ends must not fill the memory."""

_log = logging.getLogger(__name__)


class Writer(Protocol):
    """Who writes one answer."""

    async def write(self, tell: Callable[[str], None]) -> Mapping[str, Any]:
        """Write it all, telling each piece; cancelled where nobody wants more.

        Returns:
            What is known of it besides its text.

        Raises:
            AppError: It failed; what was told stands.
        """

    async def keep(self, end: AnswerEnd, heard: Heard | None) -> None:
        """Remember the turn, for the next one.

        Raises:
            AppError: It could not be remembered.
        """

    async def mark_heard(self, heard: Heard) -> None:
        """It was kept whole, but only so much of it was heard.

        Raises:
            AppError: It could not be remembered.
        """


class StreamedAnswer:
    """Satisfies ``Answer``. What was written is kept before ``ended`` returns."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._pieces: list[str] = []
        self._characters = 0
        self._facts: Mapping[str, Any] | None = None
        self._failure: AppError | None = None
        self._heard: Heard | None = None
        self._writing: asyncio.Task[None] | None = None
        self._is_unwanted = False
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._end: AnswerEnd | None = None

    def begin(self, tasks: asyncio.TaskGroup) -> Self:
        """Start writing, as a task of the group."""
        if start_in(tasks, self._perform(), name="answer") is None:
            self._finish(AnswerEnd("CANCELLED", ""))
        return self

    async def parts(self) -> AsyncGenerator[str, None]:
        """See ``Answer``. One reader."""
        told = 0
        while self._end is None or told < len(self._pieces):
            if told == len(self._pieces):
                self._news.clear()
                await self._news.wait()
                continue
            told += 1
            yield self._pieces[told - 1]

    async def ended(self) -> AnswerEnd:
        """See ``Answer``."""
        await self._over.wait()
        assert self._end is not None
        return self._end

    def cancel(self, heard: Heard | None = None) -> bool:
        """See ``Answer``."""
        if self._end is not None or self._facts is not None:
            return False
        if not self._is_unwanted:
            self._is_unwanted = True
            self._heard = heard
            if self._writing is not None:
                self._writing.cancel()
        return True

    def leave(self) -> None:
        """See ``Answer``: it would cost, and nobody would hear it."""
        self.cancel()

    async def mark_heard(self, heard: Heard) -> None:
        """See ``Answer``."""
        await self._writer.mark_heard(heard)

    def _tell(self, piece: str) -> None:
        self._characters += len(piece)
        if self._characters > LONGEST_CHARACTERS:
            raise ProtocolError("language.endless", "The answer did not come to an end.")
        if piece:
            self._pieces.append(piece)
            self._news.set()

    async def _perform(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:  # cancelling the child ends nothing else
                self._writing = tasks.create_task(self._write(), name="write")
                if self._is_unwanted:
                    self._writing.cancel()
            self._finish(await self._kept(self._written()))
        finally:
            if self._end is None:  # the process ends
                self._finish(AnswerEnd("CANCELLED", "".join(self._pieces)))

    async def _write(self) -> None:
        try:
            with provider_failures("language.broken", "The answer failed unexpectedly."):
                self._facts = await self._writer.write(self._tell)
        except AppError as error:
            self._failure = error

    def _written(self) -> AnswerEnd:
        text = "".join(self._pieces)
        if self._failure is not None:
            return AnswerEnd("FAILED", text, str(self._failure), self._failure.code)
        if self._facts is None:
            return AnswerEnd("CANCELLED", text)
        return AnswerEnd("COMPLETED", text, metadata=self._facts)

    async def _kept(self, end: AnswerEnd) -> AnswerEnd:
        """The end; a turn that could not be remembered says so beside its text."""
        try:
            with provider_failures("state.broken", "The turn could not be remembered."):
                await self._writer.keep(end, self._heard)
        except AppError as error:
            _log.warning("A turn could not be kept: %s", error.code)
            if end.status == "COMPLETED":
                return AnswerEnd("FAILED", end.text, str(error), error.code, end.metadata)
        return end

    def _finish(self, end: AnswerEnd) -> None:
        self._end = end
        self._news.set()
        self._over.set()


class AnswerTasks:
    """The answers in progress, however long somebody listens to them."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._running: WeakSet[StreamedAnswer] = WeakSet()

    def begin(self, writer: Writer) -> StreamedAnswer:
        """Start an answer."""
        answer = StreamedAnswer(writer).begin(self._tasks)
        self._running.add(answer)
        return answer

    def stop_all(self) -> None:
        """Stop them; what was written so far is kept."""
        for answer in list(self._running):
            answer.cancel()


@asynccontextmanager
async def answer_tasks() -> AsyncIterator[AnswerTasks]:
    """Where answers can be started; those that are left at the end are stopped."""
    async with asyncio.TaskGroup() as tasks:
        answers = AnswerTasks(tasks)
        try:
            yield answers
        finally:
            answers.stop_all()
