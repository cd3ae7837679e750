"""Turns of one thread, one after the other, and what becomes of those that are cut short."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.errors import InputError, NetworkError, StorageError
from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.ports import (
    BUILT_IN,
    ReasoningDelta,
    TextDelta,
    Tool,
    ToolsCalled,
)
from desktop_app.service.runs import answering
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.run import Run

WEATHER = Tool("weather", parameters={"type": "object"})
CALLED = (ToolsCalled((ToolCall("c1", "weather", "{}"),)),)
REPLY = "Hello there. How are you?"


async def test_of_two_questions_at_once_each_is_answered_with_what_came_before_it(turns):
    turns.language.pause()
    first = turns.runs.start(turns.question("One"))
    second = turns.runs.start(turns.question("Two"))
    await _asked(turns, 1)
    turns.language.resume()
    await second.ended()
    histories = [[each.content for each in one.history] for one in turns.language.requests]
    assert histories == [["One"], ["One", REPLY, "Two"]]
    assert first.end.status == second.end.status == "COMPLETED"
    assert [row.content for row in await turns.rows()] == ["One", "Two", REPLY, REPLY]


async def test_a_question_that_waits_for_its_turn_can_be_cancelled(turns):
    turns.language.pause()
    first = turns.runs.start(turns.question("One"))
    second = turns.runs.start(turns.question("Two"))
    await _asked(turns, 1)
    assert await turns.runs.cancel(turns.thread_id, second.run_id)
    assert (await second.ended()).status == "CANCELLED"
    turns.language.resume()
    assert (await first.ended()).status == "COMPLETED"
    assert len(turns.language.requests) == 1


async def test_a_run_that_goes_on_and_waits_for_its_turn_can_be_cancelled(turns):
    turns.language.rounds = [CALLED]
    await turns.ask(tools=(WEATHER,))
    turns.language.pause()
    other = turns.runs.start(turns.question("Two"))
    await _asked(turns, 2)
    waiting = await turns.runs.rows.waiting(turns.thread_id)
    resumed = await turns.runs.resume(waiting, {"c1": "rain"})
    assert await turns.runs.cancel(turns.thread_id, resumed.run_id)
    assert (await resumed.ended()).status == "CANCELLED"
    turns.language.resume()
    await other.ended()
    statuses = {row.message_id: row.status for row in await turns.rows()}
    assert statuses[resumed.message_id] == "CANCELLED"
    assert "IN_PROGRESS" not in statuses.values()


async def test_a_run_goes_on_with_its_own_turn_however_much_was_said_meanwhile(turns):
    turns.language.rounds = [CALLED, *[(TextDelta("word " * 4_000),)] * 4]
    await turns.ask("How is it?", tools=(WEATHER,))
    for number in range(4):
        await turns.ask(f"Go on {number}")
    waiting = await turns.runs.rows.waiting(turns.thread_id)
    resumed = await turns.runs.resume(waiting, {"c1": "rain"})
    assert (await resumed.ended()).status == "COMPLETED"
    history = turns.language.requests[-1].history
    assert [each.content for each in history] == ["How is it?", "", "rain"]


async def test_a_run_of_another_thread_is_not_cancelled(turns):
    turns.language.pause()
    run = turns.runs.start(turns.question())
    await _asked(turns, 1)
    assert not await turns.runs.cancel("elsewhere", run.run_id)
    turns.language.resume()
    assert (await run.ended()).status == "COMPLETED"


async def test_reasoning_and_wishes_are_kept_with_the_reply_and_reasoning_is_not_its_text(turns):
    turns.language.pieces = (ReasoningDelta("Hm. "), ReasoningDelta("Yes."), TextDelta("{}"))
    run, end = await turns.ask(wants_json=True, thinking={"effort": "low"})
    assert end.text == "{}"
    assert run.reasoning == "Hm. Yes."
    facts = (await turns.rows())[-1].metadata_
    assert facts["reasoning"] == "Hm. Yes."
    assert facts["json_output"] is True
    assert facts["thinking"] == {"effort": "low"}


async def test_a_run_that_cannot_be_kept_waiting_has_failed(turns, monkeypatch, caplog):
    async def full(*_: object) -> None:
        raise StorageError("storage.failed", "The disk is full.")

    monkeypatch.setattr(turns.runs.rows, "wait", full)
    turns.language.rounds = [CALLED]
    _, end = await turns.ask(tools=(WEATHER,))
    assert (end.status, end.error, end.calls) == ("FAILED", "The disk is full.", ())
    caplog.clear()


async def test_a_reply_that_cannot_be_stored_has_failed(turns, monkeypatch, caplog):
    async def full(*_: object) -> None:
        raise StorageError("storage.failed", "The disk is full.")

    monkeypatch.setattr(turns.store.conversations, "settle", full)
    _, end = await turns.ask()
    assert (end.status, end.text, end.error) == ("FAILED", REPLY, "The disk is full.")
    assert "could not be stored" in caplog.text
    caplog.clear()


async def test_a_submission_that_cannot_be_stored_leaves_the_run_waiting(turns, monkeypatch):
    async def full(*_: object) -> None:
        raise StorageError("storage.failed", "The disk is full.")

    turns.language.rounds = [CALLED]
    await turns.ask(tools=(WEATHER,))
    waiting = await turns.runs.rows.waiting(turns.thread_id)
    with monkeypatch.context() as patch:
        patch.setattr(turns.store.database, "write", full)
        with pytest.raises(StorageError):
            await turns.runs.resume(waiting, {"c1": "rain"})
    assert await turns.runs.rows.waiting(turns.thread_id) == waiting


async def test_a_question_over_the_models_context_is_refused_before_it_is_kept(turns):
    with pytest.raises(InputError, match="more than") as refused:
        await turns.runs.check("", "", "x" * 40_000)
    assert refused.value.code == "prompt.too_long"
    turns.language.row["context_limit"] = 128_000
    await turns.ask("x" * 40_000)  # its row is read once in a while
    assert (await turns.rows())[-1].status == "FAILED"


async def test_a_failure_keeps_what_was_written_and_says_why(turns):
    turns.language.failure = NetworkError("http.429", "Too many requests.")
    run, end = await turns.ask()
    assert (end.status, end.text, end.error) == ("FAILED", REPLY, "Too many requests.")
    last = (await turns.rows())[-1]
    assert (last.message_id, last.content, last.status) == (run.message_id, REPLY, "FAILED")
    assert last.metadata_["error"] == "Too many requests."


async def test_who_listens_late_hears_everything(turns):
    run, _ = await turns.ask()
    heard = [type(event).__name__ async for event in run.events()]
    assert heard == ["QuestionStored", "RunStarted", "TextDelta", "TextDelta", "RunEnded"]


def test_a_run_knows_nothing_before_it_starts():
    run = Run(Question("t", "a", "Hi"))
    assert (run.started.provider, run.text, run.reasoning, run.media) == ("", "", "", [])
    assert run.end is None
    assert run.files == []


async def _asked(turns, count: int) -> None:
    async with asyncio.timeout(10):
        while len(turns.language.requests) < count:  # noqa: ASYNC110 - the run's own moment
            await asyncio.sleep(0)


async def test_a_model_that_never_ends_is_stopped_and_what_it_wrote_kept(turns, monkeypatch):
    monkeypatch.setattr(answering, "MOST_WRITTEN_CHARACTERS", 1_000)
    turns.language.pieces = (TextDelta("word " * 100),) * 50
    _, end = await turns.ask()
    assert (end.status, end.error) == ("FAILED", "The language model did not come to an end.")
    assert len(end.text) == 1_500
    assert (await turns.rows())[-1].content == end.text
    assert turns.language.closed == 1


async def test_a_model_that_the_built_in_provider_does_not_have_is_refused(turns):
    turns.language.provider = BUILT_IN
    with pytest.raises(InputError, match="There is no model 'nonsense'"):
        await turns.runs.check("", "nonsense", "Hi")
    await turns.runs.check("", turns.language.model, "Hi")
