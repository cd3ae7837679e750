"""Language turns: one question, one streamed and stored answer, shared by HTTP and sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from desktop_app.errors import AppError
from desktop_app.protocol.backboard.system_one import SystemOneConfig
from desktop_app.service.provider_failures import code_for_clients
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.ports import Language, Tool
from desktop_app.service.runs.answering import Answering
from desktop_app.service.runs.direct import DirectAnswers
from desktop_app.service.runs.events import Output, QuestionStored, RunEnded
from desktop_app.service.runs.hosted_tools import HostedMaker
from desktop_app.service.runs.judging import Judging
from desktop_app.service.runs.knowledge import KnowledgeSource
from desktop_app.service.runs.languages import Languages
from desktop_app.service.runs.ports import AttachedPictures, Library, Memories
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.run import Run, reply_facts
from desktop_app.service.runs.run_store import RunStore, WaitingRun
from desktop_app.service.storage.conversation_store import Heard, interruption
from desktop_app.service.storage.store import Store
from desktop_app.tasks import start_in

_log = logging.getLogger(__name__)


class Runs:
    """Starts turns, one per thread at a time, and finishes them whoever listens.

    Attributes:
        rows: What is stored of runs; those that wait among them.
    """

    def __init__(
        self,
        store: Store,
        source: ProviderSource,
        tasks: asyncio.TaskGroup,
        knowledge: KnowledgeSource,
        pictures: AttachedPictures,
    ) -> None:
        self.rows = RunStore(store.database)
        self._conversations = store.conversations
        self._languages = Languages(source)
        self._answering = Answering(
            self.rows, store.assistants, self._languages, knowledge, pictures
        )
        self._direct = DirectAnswers(self.rows, self._answering.makers)
        self._judging = Judging(self.rows, source)
        self._tasks = tasks
        self._floors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._going: dict[str, Run] = {}

    def host(self, name: str, maker: HostedMaker) -> None:
        """Let turns choose a tool that the service carries out."""
        self._answering.makers[name] = maker

    def start(self, question: Question, run_id: str = "") -> Run:
        """Store the question and answer it, after what the thread is answering already.

        Args:
            question: As it is to be stored.
            run_id: By which the run is known already, or empty.
        """
        return self._begin(Run(question, run_id))

    async def resume(
        self,
        waiting: WaitingRun,
        outputs: Mapping[str, str],
        *,
        tools: tuple[Tool, ...] | None = None,
        thinking: dict[str, Any] | None = None,
        lists_calls: bool = False,
    ) -> Run | None:
        """Go on with a run that waits.

        Args:
            waiting: As ``rows.waiting`` gives it.
            outputs: One for each of its calls, by id.
            tools: In place of those the turn had, or None.
            thinking: In place of what the turn had, or None.
            lists_calls: See ``Run``.

        Returns:
            The run, or None where somebody else was faster.

        Raises:
            StorageError: It still waits.
        """
        question = replace(
            waiting.question,
            tools=waiting.question.tools if tools is None else tools,
            thinking=waiting.question.thinking if thinking is None else thinking,
        )
        run = Run(question, waiting.run_id, is_resumed=True)
        run.lists_calls = lists_calls
        given = [Output(call, outputs[call.id]) for call in waiting.calls]
        if not await self.rows.resume(waiting, run.message_id, given):
            return None
        return self._begin(run)

    async def language(self, provider: str) -> Language:
        """A language provider by name, or the default one.

        Raises:
            InputError: ``language.unknown``.
            AppError: The providers could not be opened.
        """
        return await self._languages.get(provider)

    async def cancel(self, thread_id: str, run_id: str) -> bool:
        """Whether there was such a run to cancel, going on or waiting for outputs."""
        run = self._going.get(run_id)
        if run is not None and run.question.thread_id == thread_id:
            return run.cancel()
        return await self.rows.abandon(thread_id, run_id)

    async def interrupt(self, thread_id: str, run_id: str, heard: Heard) -> None:
        """Stop a run whose reply was heard so far; one that is written is cut where it is kept."""
        run = self._going.get(run_id)
        if run is not None and run.question.thread_id == thread_id:
            if run.cancel(heard):
                return
            await run.ended()
        await self._conversations.cut(thread_id, run_id, heard)

    async def check(
        self, provider: str, model: str, text: str, typed: SystemOneConfig | None = None
    ) -> None:
        """Refuse, before anything is stored, what nobody here can answer.

        Raises:
            InputError: ``language.unknown`` or ``prompt.too_long``.
            AppError: The providers could not be opened.
        """
        if typed is not None:
            await self._judging.check(provider, model, text, typed)
        else:
            await self._answering.check(provider, model, text)

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

    def _begin(self, run: Run) -> Run:
        if start_in(self._tasks, self._carry_out(run), name=f"run {run.run_id}") is None:
            raise AppError("service.stopping", "The service is stopping.")
        self._going[run.run_id] = run
        return run

    async def _carry_out(self, run: Run) -> None:
        """Never fails: whatever happens becomes the run's end, stored and told."""
        try:
            end = await self._on_floor(run)
        except AppError as error:
            end = _failed("", error)
        except Exception:  # the request boundary: one bad turn must not end the service
            _log.exception("A turn could not be stored")
            end = RunEnded(
                "FAILED", "", error="The question could not be stored.", code="turn.failed"
            )
        if self._going.get(run.run_id) is run:
            del self._going[run.run_id]
        await run.tell(end)

    async def _on_floor(self, run: Run) -> RunEnded:
        """One run of a thread at a time: the next one reads what this one has stored."""
        floor = self._floors.setdefault(run.question.thread_id, asyncio.Lock())
        if self._is_alone(run):
            async with floor:  # nobody holds it
                await self._ask(run, begins=True)
                return await self._settled(run, await self._attempt(run))
        await self._ask(run, begins=False)
        try:
            run.open_to_cancel()
            await floor.acquire()
        except asyncio.CancelledError:
            run.close_to_cancel()
            return await self._settled(run, RunEnded("CANCELLED", ""))
        try:
            return await self._settled(run, await self._attempt(run))
        finally:
            floor.release()

    def _is_alone(self, run: Run) -> bool:
        thread_id = run.question.thread_id
        others = (one for one in self._going.values() if one is not run)
        return all(one.question.thread_id != thread_id for one in others)

    async def _ask(self, run: Run, *, begins: bool) -> None:
        """Keep the question, and with it the reply's row where the reply begins at once."""
        if run.is_resumed:
            return
        reply_id = run.message_id if begins else ""
        await self.rows.ask(run.question, run.prompt, run.run_id, reply_id=reply_id)
        run.has_begun = begins
        await run.tell(QuestionStored())

    async def _attempt(self, run: Run) -> RunEnded:
        try:
            run.open_to_cancel()
            if run.question.system_one is not None:
                return await self._judging.answer(run, run.question.system_one)
            if run.question.direct is not None:
                return await self._direct.answer(run, run.question.direct)
            return await self._answering.answer(run)
        except asyncio.CancelledError:
            return RunEnded("CANCELLED", run.text)
        except AppError as error:
            return _failed(run.text, error)
        except Exception:  # the request boundary: one bad turn must not end the service
            _log.exception("A turn failed")
            said = "The language model failed unexpectedly."
            return RunEnded("FAILED", run.text, error=said, code="turn.failed")
        finally:
            run.close_to_cancel()

    async def _settled(self, run: Run, end: RunEnded) -> RunEnded:
        """Write down how it ended; what cannot be written down has failed."""
        facts = reply_facts(run, end)
        if end.status == "CANCELLED":
            facts |= interruption(run.heard)
        try:
            if end.status == "REQUIRES_ACTION":
                waiting = WaitingRun(run.run_id, run.message_id, run.question, end.calls)
                await self.rows.wait(waiting, end.text, facts, end.hosted)
            else:
                if run.lists_calls:
                    called = await self.rows.calls(run.question.thread_id, run.run_id)
                    facts["all_run_tool_calls"] = called
                await self._conversations.settle(run.message_id, end.text, end.status, facts)
        except AppError as error:
            _log.exception("A reply could not be stored")
            if end.status != "CANCELLED":
                return replace(_failed(end.text, error), usage=end.usage)
        return end


def _failed(text: str, error: AppError) -> RunEnded:
    return RunEnded("FAILED", text, error=str(error), code=code_for_clients(error))


@asynccontextmanager
async def open_runs(
    store: Store,
    source: ProviderSource,
    library: Library,
    memories: Memories,
    pictures: AttachedPictures,
) -> AsyncIterator[Runs]:
    """Runs that are cancelled, and stored, at the end.

    Args:
        store: Where they are kept.
        source: Who answers.
        library: What they look up.
        memories: What they recall and learn.
        pictures: What they show to models that see.
    """
    async with asyncio.TaskGroup() as tasks:
        runs = Runs(store, source, tasks, KnowledgeSource(library, memories), pictures)
        try:
            yield runs
        finally:
            runs.cancel_all()
