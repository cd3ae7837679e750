"""Language turns: one question, one streamed and stored answer, shared by HTTP and sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.events import Usage
from desktop_app.service.clock import now
from desktop_app.service.conversation_store import interruption
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import (
    ChatMessage,
    Finished,
    Language,
    LanguageRequest,
    ToolsCalled,
)
from desktop_app.service.runs.events import QuestionStored, RunEnded, RunStarted
from desktop_app.service.runs.hosted_tools import HostedMaker
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.run import Run, reply_facts
from desktop_app.service.store import Store

HISTORY_CHARACTERS = 24_000
DEFAULT_PROMPT = (
    "You are Parley, a voice assistant. Your answers are read aloud: be brief and friendly, and"
    " prefer plain sentences to lists and tables."
)

_log = logging.getLogger(__name__)


class Runs:
    """Starts turns, one per thread at a time, and finishes them whoever listens."""

    def __init__(self, store: Store, source: ProviderSource, tasks: asyncio.TaskGroup) -> None:
        self._store = store
        self._source = source
        self._tasks = tasks
        self._floors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._going: dict[str, Run] = {}
        self._makers: dict[str, HostedMaker] = {}

    def host(self, name: str, maker: HostedMaker) -> None:
        """Let turns choose a tool that the service carries out."""
        self._makers[name] = maker

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

    def cancel_assistant(self, assistant_id: str) -> None:
        """Stop what the assistant is answering, in all its threads."""
        for run in list(self._going.values()):
            if run.question.assistant_id == assistant_id:
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


@asynccontextmanager
async def open_runs(store: Store, source: ProviderSource) -> AsyncIterator[Runs]:
    """Runs that are cancelled, and stored, at the end."""
    async with asyncio.TaskGroup() as tasks:
        runs = Runs(store, source, tasks)
        try:
            yield runs
        finally:
            runs.cancel_all()
