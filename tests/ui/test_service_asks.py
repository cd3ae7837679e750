"""Questions to the service find their answers, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.errors import ProtocolError
from desktop_app.link.asks import Answered, Ask, AskAdvanced, CancelAsk
from desktop_app.link.codec import MAX_MESSAGE_BYTES
from desktop_app.link.messages import Pong
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.service_calls import (
    AddMemory,
    AssistantList,
    Done,
    Failed,
    ListAssistants,
    ListModels,
    ModelList,
    ModelRow,
)
from desktop_app.ui.service_asks import AskError, ServiceAsks


class Rig:
    def __init__(self) -> None:
        self.sent: list[object] = []
        self.asks = ServiceAsks(self.sent.append)

    async def begun(self, tasks, question, on_advance=None):
        """A task that waits, and the id of its question; it gives its failure, too."""
        task = tasks.create_task(self._outcome(question, on_advance))
        await asyncio.sleep(0)
        assert isinstance(self.sent[-1], Ask)
        return task, self.sent[-1].ask_id

    async def _outcome(self, question, on_advance):
        try:
            return await self.asks.ask(question, on_advance)
        except AskError as error:
            return error


@pytest.fixture
def rig():
    return Rig()


async def test_each_gets_its_own_answer_in_whatever_order_they_come(rig):
    async with asyncio.TaskGroup() as tasks:
        first, first_id = await rig.begun(tasks, AddMemory("tea"))
        second, second_id = await rig.begun(tasks, ListModels())
        models = ModelList((ModelRow("p", "m"),))
        rig.asks.on_event(Pong())
        rig.asks.on_event(Answered("of another window", Done()))
        rig.asks.on_event(Answered(second_id, models))
        rig.asks.on_event(Answered(first_id, Done()))
        assert (await first, await second) == (Done(), models)
    assert [one.question for one in rig.sent] == [AddMemory("tea"), ListModels()]


async def test_a_failure_is_raised_with_its_code_and_facts(rig):
    async with asyncio.TaskGroup() as tasks:
        task, ask_id = await rig.begun(tasks, ListModels())
        facts = {"message": "Come again.", "seconds": "3"}
        rig.asks.on_event(Answered(ask_id, Failed("http.503", facts, is_retryable=True)))
        error = await task
    assert (error.code, error.facts, str(error)) == ("http.503", facts, "Come again.")
    assert error.retryable


async def test_the_rows_of_all_parts_are_one_list(rig):
    async with asyncio.TaskGroup() as tasks:
        told = []
        task, ask_id = await rig.begun(tasks, ListModels(), told.append)
        parts = [ModelList((ModelRow("p", name),)) for name in "abc"]
        news = [AskAdvanced(ask_id, 1, 3, parts[0]), AskAdvanced(ask_id, 2, 3, parts[1])]
        for event in news:
            rig.asks.on_event(event)
        rig.asks.on_event(Answered(ask_id, parts[2]))
        assert [row.name for row in (await task).models] == ["a", "b", "c"]
    assert told == news


async def test_assistants_in_parts_keep_who_is_parleys_own(rig):
    async with asyncio.TaskGroup() as tasks:
        task, ask_id = await rig.begun(tasks, ListAssistants())
        ada, bob = Assistant(assistant_id="a"), Assistant(assistant_id="b")
        rig.asks.on_event(AskAdvanced(ask_id, 1, 0, AssistantList((ada,), "b")))
        rig.asks.on_event(Answered(ask_id, AssistantList((bob,), "b")))
        assert await task == AssistantList((ada, bob), "b")


async def test_who_stops_waiting_takes_the_question_back(rig):
    async with asyncio.TaskGroup() as tasks:
        task, ask_id = await rig.begun(tasks, ListModels())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert rig.sent[-1] == CancelAsk(ask_id)
    rig.asks.on_event(Answered(ask_id, Done()))  # too late, and no error


async def test_nobody_waits_for_an_engine_that_is_gone(rig):
    async with asyncio.TaskGroup() as tasks:
        task, ask_id = await rig.begun(tasks, AddMemory("tea"))
        rig.asks.on_engine_lost()
        error = await task
        rig.asks.on_event(Answered(ask_id, Done()))
    assert (error.code, error.retryable) == ("ask.lost", True)
    assert rig.sent[-1] == CancelAsk(ask_id)


async def test_what_is_too_long_for_the_link_is_refused_before_it_is_sent(rig):
    with pytest.raises(ProtocolError):
        await rig.asks.ask(AddMemory("x" * MAX_MESSAGE_BYTES))
    assert rig.sent == []
