"""One turn in progress, and what is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from desktop_app.protocol.backboard.messages import Media
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.events import Usage
from desktop_app.service.clock import new_id, now
from desktop_app.service.providers.ports import Knowledge, Passage, ReasoningDelta, TextDelta
from desktop_app.service.runs.events import (
    KnowledgeFound,
    MediaMade,
    RunEnded,
    RunEvent,
    RunStarted,
)
from desktop_app.service.runs.question import Question
from desktop_app.service.storage.conversation_store import Heard

MOST_PASSAGES = 20
LONGEST_PASSAGE = 4000  # characters


class Run:
    """One turn in progress. Its events are kept, so one may listen from any time on.

    Attributes:
        is_resumed: Whether it goes on after the outputs of tools.
        has_begun: Whether the row of its reply is there.
        prompt: The user's message as it is stored.
        message_id: The reply's.
        heard: How much of the speech was heard, where someone who cancelled knows.
        sources: Names of the files that tools drew on, in order.
        found: Passages that tools found in them, in order.
        drew_on: Passages that its reply rests on; None where its model does not say.
        unmet: Wishes of the turn that could not be met: sentences, in order.
        lists_calls: Its reply shall say all that was called in the run, as ``all_run_tool_calls``.
    """

    def __init__(self, question: Question, run_id: str = "", *, is_resumed: bool = False) -> None:
        self.is_resumed = self.has_begun = is_resumed
        self.run_id = run_id or new_id()
        self.message_id = new_id()
        self.question = question
        self.prompt = StoredMessage(
            message_id=question.message_id,
            role="user",
            content=question.text,
            created_at=question.said_at or now(),
            metadata_=question.metadata,
        )
        self.heard: Heard | None = None
        self.sources: dict[str, None] = {}
        self.found: list[Passage] = []
        self.drew_on: tuple[Passage, ...] | None = None
        self.unmet: dict[str, None] = {}
        self.lists_calls = False
        self._events: list[RunEvent] = []
        self._news = asyncio.Condition()
        self._task: asyncio.Task[Any] | None = None
        self._is_unwanted = self._is_written = False

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
        found = (event for event in self._events[:3] if isinstance(event, RunStarted))
        return next(found, RunStarted("", ""))

    @property
    def knowledge(self) -> Knowledge:
        """What was known before about the question."""
        found = (event for event in self._events[:2] if isinstance(event, KnowledgeFound))
        return next((event.knowledge for event in found), Knowledge())

    @property
    def passages(self) -> tuple[Passage, ...]:
        """What the reply could draw on, or did, where its model says."""
        given = self.knowledge.passages if self.drew_on is None else self.drew_on
        return (*given, *self.found)

    @property
    def files(self) -> list[str]:
        """Names of the documents that ``passages`` and tools come from, each once."""
        found = (passage.filename for passage in self.passages)
        return list(dict.fromkeys((*found, *self.sources)))

    @property
    def text(self) -> str:
        """What has been written so far."""
        return "".join(event.text for event in self._events if isinstance(event, TextDelta))

    @property
    def reasoning(self) -> str:
        """What the model thought so far, where it says."""
        return "".join(event.text for event in self._events if isinstance(event, ReasoningDelta))

    @property
    def media(self) -> list[Media]:
        """What tools made, each piece once."""
        made = (event.media for event in self._events if isinstance(event, MediaMade))
        return list({each.document_id: each for each in made}.values())

    def cancel(self, heard: Heard | None = None) -> bool:
        """Stop; question and what was written so far are kept. False where it is written."""
        if self.end is not None or (self._is_written and not self._is_unwanted):
            return False
        if not self._is_unwanted:
            self._is_unwanted = True
            self.heard = heard
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
        self._is_written = True

    async def tell(self, event: RunEvent) -> None:
        """Add an event."""
        self._events.append(event)
        async with self._news:
            self._news.notify_all()


def reply_facts(run: Run, end: RunEnded) -> dict[str, Any]:
    """What is known about a reply besides its text, as its metadata.

    Links to media expire and are not part of it: their ids are.
    """
    usage = end.usage or Usage()
    facts: dict[str, Any] = {
        "model_provider": run.started.provider,
        "model_name": run.started.model,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_input_tokens": usage.cached_input_tokens,
        "cache_write_input_tokens": usage.cache_write_input_tokens,
        "unmet": list(run.unmet),
        "reasoning": run.reasoning,
        "json_output": run.question.wants_json or None,
        "thinking": run.question.thinking,
        "retrieved_memories": retrieved_memories(run),
        "retrieved_files": run.files,
        "memory_operation_id": end.memory_operation_id,
        "generated_media": [msgspec.structs.asdict(each) | {"url": ""} for each in run.media],
        "context_usage": end.context and msgspec.structs.asdict(end.context),
        "system_one": end.judged and msgspec.to_builtins(end.judged),
        "error": end.error,
    }
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def retrieved_passages(run: Run) -> list[dict[str, str]]:
    """``passages`` word for word: an addition to the API, for people to check."""
    found = {(one.filename, one.text): one for one in run.passages}
    return [
        {"file": one.filename, "place": one.place, "text": one.text[:LONGEST_PASSAGE]}
        for one in list(found.values())[:MOST_PASSAGES]
    ]


def retrieved_memories(run: Run) -> list[dict[str, Any]]:
    """What was found for the question, as the API writes it.

    A model is also told the newest memories, which match nothing: those have a score of 0.
    """
    return [
        {"id": each.id, "memory": each.text, "score": each.score}
        for each in run.knowledge.memories
        if each.score != 0
    ]
