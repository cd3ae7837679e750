"""Follows what the service learns from a turn, and keeps it with the reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from desktop_app.engine.ports import Journal, ServiceCalls, Time
from desktop_app.errors import AppError
from desktop_app.journal.records import MessageRecord
from desktop_app.journal.reply_details import Learned, Learning, LearningState
from desktop_app.link.messages import LinkEvent, MessageSaved, TurnTimed
from desktop_app.protocol.backboard.memories import MemoryOperation
from desktop_app.protocol.service_calls import Answer, GetMemoryOperation, OperationState
from desktop_app.tasks import Background

WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Between one look and the next; after the last one nobody knows what became of it."""

_RECENT = 6  # messages among which the reply of a turn that ended just now is


class LearningWatch:
    """Looks until each operation has settled. Event loop only.

    Args:
        journal: Where replies are.
        calls: Asks the service.
        publish: Takes the news.
        time: Waits between looks.
        report: Told what went wrong.
    """

    def __init__(
        self,
        journal: Journal,
        calls: ServiceCalls,
        publish: Callable[[LinkEvent], None],
        time: Time,
        report: Callable[[str, BaseException], None],
    ) -> None:
        self._journal = journal
        self._calls = calls
        self._publish = publish
        self._time = time
        self._background = Background(report)

    def notice(self, event: LinkEvent) -> None:
        """A turn that is over may have taught something: nothing else changes its reply now."""
        if isinstance(event, TurnTimed):
            name = f"learning of {event.thread_id}, {event.turn}"
            self._background.run(self._follow_turn(event), name=name)

    async def resume(self) -> None:
        """Take up what an earlier run did not see settled."""
        for message in await self._journal.learning_messages():
            self._background.run(self._follow(message), name=f"learning of {message.id}")

    async def aclose(self) -> None:
        """Look no more; the next run takes it up. Idempotent."""
        await self._background.aclose()

    async def _follow_turn(self, event: TurnTimed) -> None:
        newest = reversed(await self._journal.messages(event.thread_id, limit=_RECENT))
        for message in newest:
            learning = message.details.learning
            if message.turn == event.turn and learning is not None and learning.is_pending:
                await self._follow(message)
                return

    async def _follow(self, message: MessageRecord) -> None:
        learning = message.details.learning
        assert learning is not None
        settled = await self._settled(learning)
        if settled is None:
            return
        saved = await self._journal.note_learning(message.id, settled)
        if saved is not None:
            self._publish(MessageSaved(saved))

    async def _settled(self, learning: Learning) -> Learning | None:
        """What came of it; None while the service is away, which is for the next run."""
        is_away = False
        for wait_s in WAITS_S:
            await self._time.sleep(wait_s)
            try:
                question = GetMemoryOperation(learning.operation_id)
                answer = await self._calls.answer(question, _unheard)
            except AppError as error:
                is_away = error.retryable
                if is_away:
                    continue
                break
            is_away = False
            if isinstance(answer, OperationState) and answer.operation.is_settled:
                return learned_by(learning, answer.operation)
        return None if is_away else replace(learning, state=LearningState.FAILED)


def learned_by(learning: Learning, operation: MemoryOperation) -> Learning:
    """What came of a settled operation, as far as the service says it."""
    if operation.status.upper() not in ("COMPLETED", "SUCCESS", "SUCCEEDED", "DONE"):
        return replace(learning, state=LearningState.FAILED)
    found = tuple(_learned(one) for one in operation.memory_ids or ())
    changes = tuple(one for one in found if one.id and one.event != "NONE")
    return replace(learning, state=LearningState.DONE, changes=changes)


def _learned(told: Any) -> Learned:
    if not isinstance(told, dict):
        return Learned(str(told))
    event = str(told.get("event") or "ADD").upper()
    return Learned(str(told.get("id") or ""), event, str(told.get("memory") or ""))


def _unheard(done: int, total: int, part: Answer | None = None) -> None:
    """An operation comes in one piece."""
