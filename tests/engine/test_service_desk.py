"""Every question gets one answer, whatever becomes of it."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.engine.service_desk import AT_ONCE, MOST_WAITING, UPLOADS_AT_ONCE, ServiceDesk
from desktop_app.errors import NetworkError
from desktop_app.link.asks import Answered, Ask, AskAdvanced
from desktop_app.link.codec import MAX_MESSAGE_BYTES
from desktop_app.protocol.service_calls import (
    AddMemory,
    Done,
    Failed,
    ListModels,
    MemorySaved,
    ModelList,
    ModelRow,
    UploadDocument,
)

ROWS = ModelList((ModelRow("p", "m"),))
TOO_MANY_ROWS = ModelList((ModelRow("p", "m" * MAX_MESSAGE_BYTES),))


class Calls:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.advances: list[object] = []
        self.stopped: list[object] = []
        self.gate = asyncio.Event()
        self.answer_is: object = Done()
        self.parts: tuple[object, ...] = ()
        self.news = asyncio.Event()

    async def answer(self, question, advance):
        self.asked.append(question)
        self.news.set()
        for number, part in enumerate(self.parts):
            advance(number + 1, len(self.parts), part)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.stopped.append(question)
            self.news.set()
            raise
        if isinstance(self.answer_is, Exception):
            raise self.answer_is
        return self.answer_is


class Rig:
    def __init__(self) -> None:
        self.calls = Calls()
        self.told: list[object] = []
        self.heard = asyncio.Event()
        self.desk = ServiceDesk(self.calls, self._hear)

    def _hear(self, event: object) -> None:
        self.told.append(event)
        self.heard.set()

    async def until(self, condition, news: asyncio.Event) -> None:
        async with asyncio.timeout(5):
            while not condition():
                news.clear()
                await news.wait()

    async def asked(self, count: int) -> None:
        await self.until(lambda: len(self.calls.asked) >= count, self.calls.news)

    async def hears(self, count: int) -> None:
        await self.until(lambda: len(self.told) >= count, self.heard)


@pytest.fixture
async def rig():
    made = Rig()
    yield made
    await made.desk.aclose()


async def test_a_question_is_answered_under_its_id(rig):
    rig.calls.gate.set()
    rig.calls.answer_is = MemorySaved("m", "tea")
    rig.desk.take(Ask("x", AddMemory("tea")))
    await rig.hears(1)
    assert rig.told == [Answered("x", MemorySaved("m", "tea"))]
    assert rig.calls.asked == [AddMemory("tea")]


async def test_a_failure_is_told_with_its_code_and_facts(rig):
    rig.calls.gate.set()
    rig.calls.answer_is = NetworkError("http.503", "Come again.", retryable=True, seconds="3")
    rig.desk.take(Ask("x", ListModels()))
    await rig.hears(1)
    facts = {"message": "Come again.", "seconds": "3"}
    assert rig.told == [Answered("x", Failed("http.503", facts, is_retryable=True))]


async def test_a_fault_of_ours_leaves_nobody_waiting(rig, caplog):
    rig.calls.gate.set()
    rig.calls.answer_is = ValueError("oh no")
    rig.desk.take(Ask("x", ListModels()))
    await rig.hears(1)
    assert rig.told == [Answered("x", Failed("something.failed"))]
    assert "oh no" in caplog.text
    caplog.clear()


async def test_a_few_are_asked_at_once_and_the_others_wait(rig):
    for number in range(AT_ONCE + 2):
        rig.desk.take(Ask(str(number), ListModels()))
    await rig.asked(AT_ONCE)
    await asyncio.sleep(0)
    assert len(rig.calls.asked) == AT_ONCE
    rig.calls.gate.set()
    await rig.hears(AT_ONCE + 2)
    assert {one.ask_id for one in rig.told} == {str(number) for number in range(AT_ONCE + 2)}


async def test_uploads_hold_nothing_else_up(rig):
    for number in range(UPLOADS_AT_ONCE + 1):
        rig.desk.take(Ask(f"up{number}", UploadDocument(f"/{number}")))
    rig.desk.take(Ask("x", ListModels()))
    await rig.asked(UPLOADS_AT_ONCE + 1)
    assert rig.calls.asked[-1] == ListModels()
    assert len(rig.calls.asked) == UPLOADS_AT_ONCE + 1


async def test_too_many_are_refused_at_once(rig):
    for number in range(MOST_WAITING + 1):
        rig.desk.take(Ask(str(number), ListModels()))
    assert rig.told == [Answered(str(MOST_WAITING), Failed("ask.too_many", is_retryable=True))]


async def test_nothing_more_is_told_of_what_nobody_waits_for(rig):
    rig.desk.take(Ask("x", ListModels()))
    await rig.asked(1)
    rig.desk.cancel("x")
    rig.desk.cancel("x")
    await rig.until(lambda: rig.calls.stopped, rig.calls.news)
    rig.calls.gate.set()
    rig.desk.take(Ask("y", ListModels()))
    await rig.hears(1)
    assert rig.told == [Answered("y", Done())]


async def test_what_is_taken_back_before_its_turn_is_never_asked(rig):
    rig.desk.take(Ask("x", AddMemory("tea")))
    rig.desk.cancel("x")
    rig.calls.gate.set()
    rig.desk.take(Ask("y", ListModels()))
    await rig.hears(1)
    assert rig.calls.asked == [ListModels()]


async def test_parts_are_told_before_the_answer(rig):
    rig.calls.gate.set()
    rig.calls.parts, rig.calls.answer_is = (ROWS, None), ROWS
    rig.desk.take(Ask("x", ListModels()))
    await rig.hears(3)
    assert rig.told == [
        AskAdvanced("x", 1, 2, ROWS),
        AskAdvanced("x", 2, 2),
        Answered("x", ROWS),
    ]


@pytest.mark.parametrize(("parts", "answer"), [((), TOO_MANY_ROWS), ((TOO_MANY_ROWS,), ROWS)])
async def test_an_answer_that_would_break_the_link_is_a_failure(rig, parts, answer):
    rig.calls.gate.set()
    rig.calls.parts, rig.calls.answer_is = parts, answer
    rig.desk.take(Ask("x", ListModels()))
    await rig.hears(1)
    (told,) = rig.told
    assert told.answer.code == "ask.too_long"
