"""Language turns: one question, one streamed and stored answer, shared by HTTP and sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.events import Usage
from desktop_app.service.clock import new_id, now
from desktop_app.service.conversation_store import interruption
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import (
    ChatMessage,
    Finished,
    Language,
    LanguageRequest,
    MemoryUse,
    ReasoningDelta,
    TextDelta,
    ToolsCalled,
)
from desktop_app.service.store import Store

HISTORY_CHARACTERS = 24_000
DEFAULT_PROMPT = (
    "You are Parley, a voice assistant. Your answers are read aloud: be brief and friendly, and"
    " prefer plain sentences to lists and tables."
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What a turn answers.

    Attributes:
        provider: Name of a language provider, or empty for the default.
        model: Model name, or empty for the provider's default.
        system_prompt: For this turn only, or empty for the assistant's.
        memory: What may be done with the assistant's memory.
        metadata: Kept with the user's message.
    """

    thread_id: str
    assistant_id: str
    text: str
    provider: str = ""
    model: str = ""
    system_prompt: str = ""
    memory: MemoryUse = "auto"
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class QuestionStored:
    """The first event: the question is safe, whatever comes."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The thread is free and the language model is asked."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of every run.

    Attributes:
        status: ``COMPLETED``, ``CANCELLED`` or ``FAILED``.
        text: All that was written.
        error: A sentence, where it failed.
    """

    status: str
    text: str
    usage: Usage | None = None
    error: str = ""


RunEvent = QuestionStored | RunStarted | TextDelta | ReasoningDelta | RunEnded


class Run:
    """One turn in progress. Its events are kept, so one may listen from any time on.

    Attributes:
        prompt: The user's message as it is stored.
        message_id: The reply's.
        heard_ms: How much of the speech was heard, where someone who cancelled knows.
    """

    def __init__(self, question: Question) -> None:
        self.run_id = new_id()
        self.message_id = new_id()
        self.question = question
        self.prompt = StoredMessage(
            message_id=new_id(),
            role="user",
            content=question.text,
            created_at=now(),
            metadata_=question.metadata,
        )
        self.heard_ms: int | None = None
        self._events: list[RunEvent] = []
        self._news = asyncio.Condition()
        self._task: asyncio.Task[Any] | None = None
        self._is_unwanted = False

    async def events(self) -> AsyncGenerator[RunEvent, None]:
        """All events from the first on, ending with RunEnded."""
        told = 0
        while self.end is None or told < len(self._events):
            async with self._news:
                while told == len(self._events):
                    await self._news.wait()
            fresh = self._events[told:]
            told += len(fresh)
            for event in fresh:
                yield event

    async def ended(self) -> RunEnded:
        """Wait for the end."""
        async with self._news:
            while self.end is None:
                await self._news.wait()
        return self.end

    @property
    def end(self) -> RunEnded | None:
        """How it ended, or None while it goes on."""
        last = self._events[-1] if self._events else None
        return last if isinstance(last, RunEnded) else None

    @property
    def started(self) -> RunStarted:
        """Who answers; empty names until that is known."""
        for event in self._events[:2]:
            if isinstance(event, RunStarted):
                return event
        return RunStarted("", "")

    @property
    def text(self) -> str:
        """What has been written so far."""
        return "".join(event.text for event in self._events if isinstance(event, TextDelta))

    def cancel(self, heard_ms: int | None = None) -> bool:
        """Stop; question and what was written so far are kept. False where it has ended."""
        if self.end is not None:
            return False
        if not self._is_unwanted:
            self._is_unwanted = True
            self.heard_ms = heard_ms
            if self._task is not None:
                self._task.cancel()
        return True

    def open_to_cancel(self) -> None:
        """Called by the task that answers: from here on ``cancel`` interrupts it."""
        self._task = asyncio.current_task()
        if self._is_unwanted:
            raise asyncio.CancelledError

    def close_to_cancel(self) -> None:
        """Called by the same task: what is written must now be stored."""
        self._task = None

    async def tell(self, event: RunEvent) -> None:
        """Add an event."""
        self._events.append(event)
        async with self._news:
            self._news.notify_all()


class Runs:
    """Starts turns, one per thread at a time, and finishes them whoever listens."""

    def __init__(self, store: Store, source: ProviderSource, tasks: asyncio.TaskGroup) -> None:
        self._store = store
        self._source = source
        self._tasks = tasks
        self._floors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._going: dict[str, Run] = {}

    def start(self, question: Question) -> Run:
        """Store the question and answer it, after what the thread is answering already."""
        run = Run(question)
        self._going[run.run_id] = run
        self._tasks.create_task(self._carry_out(run), name=f"run {run.run_id}")
        return run

    async def language(self, provider: str) -> Language:
        """A language provider by name, or the default one.

        Raises:
            InputError: ``language.unknown``.
            AppError: The providers could not be opened.
        """
        providers = await self._source.get()
        await providers.look_again()
        if not provider:
            return providers.default_language
        found = providers.languages.get(provider)
        if found is None:
            known = ", ".join(sorted(providers.languages))
            raise InputError(
                "language.unknown",
                f"There is no language provider {provider!r} here, only {known}.",
            )
        return found

    def cancel(self, thread_id: str, run_id: str) -> bool:
        """Whether there was such a run to cancel."""
        run = self._going.get(run_id)
        return run is not None and run.question.thread_id == thread_id and run.cancel()

    def cancel_thread(self, thread_id: str) -> None:
        """Stop what the thread is answering."""
        for run in list(self._going.values()):
            if run.question.thread_id == thread_id:
                run.cancel()

    def cancel_all(self) -> None:
        """Stop every run; each keeps what it has written."""
        for run in list(self._going.values()):
            run.cancel()

    async def _carry_out(self, run: Run) -> None:
        """Never fails: whatever happens becomes the run's end, stored and told."""
        floor = self._floors.setdefault(run.question.thread_id, asyncio.Lock())
        try:
            await self._store.conversations.add(run.question.thread_id, run.prompt, run.run_id)
            await run.tell(QuestionStored())
            run.open_to_cancel()
            async with floor:
                end = await self._attempt(run)
                run.close_to_cancel()
                await self._settle(run, end)
        except asyncio.CancelledError:  # before anything was written
            end = RunEnded("CANCELLED", "")
        except AppError as error:
            end = RunEnded("FAILED", "", error=str(error))
        except Exception:  # the request boundary: one bad turn must not end the service
            _log.exception("A turn could not be stored")
            end = RunEnded("FAILED", "", error="The question could not be stored.")
        del self._going[run.run_id]
        await run.tell(end)

    async def _attempt(self, run: Run) -> RunEnded:
        try:
            usage = await self._answer(run)
            return RunEnded("COMPLETED", run.text, usage)
        except asyncio.CancelledError:
            return RunEnded("CANCELLED", run.text)
        except AppError as error:
            return RunEnded("FAILED", run.text, error=str(error))
        except Exception:  # the request boundary: one bad turn must not end the service
            _log.exception("A turn failed")
            return RunEnded("FAILED", run.text, error="The language model failed unexpectedly.")

    async def _answer(self, run: Run) -> Usage | None:
        language = await self.language(run.question.provider)
        reply = StoredMessage(
            message_id=run.message_id,
            role="assistant",
            content="",
            created_at=now(),
            status="IN_PROGRESS",
        )
        await self._store.conversations.add(run.question.thread_id, reply, run.run_id)
        await run.tell(RunStarted(language.provider, run.question.model or language.model))
        try:
            return await self._stream(run, language)
        except NetworkError as error:
            if error.code.startswith("network."):
                (await self._source.get()).lost(language)
            raise

    async def _stream(self, run: Run, language: Language) -> Usage | None:
        request = await self._request(run)
        events = language.reply(request)
        try:
            async for event in events:
                if isinstance(event, Finished):
                    return event.usage
                if not isinstance(event, ToolsCalled):  # none were offered
                    await run.tell(event)
        finally:
            if (close := getattr(events, "aclose", None)) is not None:
                await close()
        return None

    async def _request(self, run: Run) -> LanguageRequest:
        question = run.question
        assistant = await self._store.assistants.get(question.assistant_id)
        own = (assistant.system_prompt or assistant.description or "") if assistant else ""
        messages = await self._store.conversations.history(question.thread_id, HISTORY_CHARACTERS)
        return LanguageRequest(
            history=tuple(ChatMessage(each.role, each.content or "") for each in messages),
            system_prompt=question.system_prompt or own or DEFAULT_PROMPT,
            model=question.model,
            assistant_id=question.assistant_id,
            thread_id=question.thread_id,
            memory=question.memory,
        )

    async def _settle(self, run: Run, end: RunEnded) -> None:
        facts = reply_facts(run, end)
        if end.status == "CANCELLED":
            facts |= interruption(run.heard_ms)
        try:
            await self._store.conversations.settle(run.message_id, end.text, end.status, facts)
        except AppError:
            _log.exception("A reply could not be stored")


def reply_facts(run: Run, end: RunEnded) -> dict[str, Any]:
    """What is known about a reply besides its text, as its metadata."""
    facts: dict[str, Any] = {
        "model_provider": run.started.provider,
        "model_name": run.started.model,
    }
    if end.usage is not None:
        facts["input_tokens"] = end.usage.input_tokens
        facts["output_tokens"] = end.usage.output_tokens
    if end.error:
        facts["error"] = end.error
    return {name: value for name, value in facts.items() if value not in (None, "")}


@asynccontextmanager
async def open_runs(store: Store, source: ProviderSource) -> AsyncIterator[Runs]:
    """Runs that are cancelled, and stored, at the end."""
    async with asyncio.TaskGroup() as tasks:
        runs = Runs(store, source, tasks)
        try:
            yield runs
        finally:
            runs.cancel_all()
