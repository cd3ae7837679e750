"""Tools that the service carries out itself while a run goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.messages import Media
from desktop_app.protocol.events import ToolCall
from desktop_app.service.messages.message_stream import said_of
from desktop_app.service.providers.ports import TextDelta, Tool, ToolsCalled
from desktop_app.service.runs.answering import MOST_ROUNDS
from desktop_app.service.runs.events import MediaMade, ToolBegun, ToolFailed
from desktop_app.service.runs.hosted_tools import HostedResult
from desktop_app.service.runs.question import HostedChoice
from desktop_app.service.runs.run import Run, reply_facts

DRAW = HostedChoice("draw", {"style": "oil"})
CAT = Media(url="http://x/1", document_id="d1", mime_type="image/png", file_size_bytes=3)
OWN = Tool("weather", parameters={"type": "object"})


class Easel:
    """Draws what it is told; ``failure`` is raised instead."""

    def __init__(self) -> None:
        self.tool = Tool("draw", "Draws.")
        self.calls: list[tuple[dict[str, Any], str]] = []
        self.settings: list[dict[str, Any]] = []
        self.failure: Exception | None = None
        self.media: tuple[Media, ...] = (CAT,)
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    def make(self, settings: dict[str, Any]) -> Easel:
        self.settings.append(settings)
        return self

    async def call(self, arguments: dict[str, Any], run: Run) -> HostedResult:
        self.calls.append((arguments, run.message_id))
        await self.may_go_on.wait()
        if self.failure is not None:
            raise self.failure
        return HostedResult("drawn", self.media, ("sketch.pdf",))


@pytest.fixture
def easel(turns) -> Easel:
    made = Easel()
    turns.runs.host("draw", made.make)
    return made


def draw(number: int = 1, arguments: str = '{"what":"cat"}') -> ToolsCalled:
    return ToolsCalled((ToolCall(f"c{number}", "draw", arguments),))


async def test_a_call_is_carried_out_and_its_output_read_by_the_model(turns, easel):
    turns.language.rounds = [(draw(),), (TextDelta("Here it is."),)]
    run, end = await turns.ask(hosted=(DRAW,))
    assert (end.status, end.text) == ("COMPLETED", "Here it is.")
    assert easel.settings == [{"style": "oil"}]
    assert easel.calls == [({"what": "cat"}, run.message_id)]
    first, second = turns.language.requests
    assert [tool.name for tool in first.tools] == ["draw"]
    assert [(each.role, each.content) for each in second.history] == [
        ("user", "How is it?"),
        ("assistant", ""),
        ("tool", "drawn"),
    ]


async def test_the_round_is_stored_before_the_reply_which_keeps_its_id(turns, easel):
    turns.language.rounds = [(TextDelta("A moment."), draw()), (TextDelta("Here."),)]
    run, _ = await turns.ask(hosted=(DRAW,))
    rows = await turns.rows()
    assert [(row.role, row.content, row.status) for row in rows] == [
        ("user", "How is it?", "COMPLETED"),
        ("assistant", "", "COMPLETED"),
        ("tool", "drawn", "COMPLETED"),
        ("assistant", "A moment.\n\nHere.", "COMPLETED"),
    ]
    assert rows[-1].message_id == run.message_id
    assert {row.metadata_["run_id"] for row in rows} == {run.run_id}


async def test_media_are_told_before_the_end_and_kept_without_their_links(turns, easel):
    turns.language.rounds = [(draw(1),), (draw(2),)]
    run, end = await turns.ask(hosted=(DRAW,))
    events = [event async for event in run.events()]
    assert [event.media for event in events if isinstance(event, MediaMade)] == [CAT, CAT]
    assert run.media == [CAT]
    facts = (await turns.rows())[-1].metadata_
    assert [each["document_id"] for each in facts["generated_media"]] == ["d1"]
    assert facts["generated_media"][0]["url"] == ""
    assert facts["retrieved_files"] == ["sketch.pdf"]
    assert reply_facts(run, end)["generated_media"] == facts["generated_media"]


async def test_a_call_is_told_before_it_is_carried_out(turns, easel):
    turns.language.rounds = [(draw(),)]
    run, _ = await turns.ask(hosted=(DRAW,))
    events = [event async for event in run.events()]
    (begun,) = (one for one in events if isinstance(one, ToolBegun))
    assert begun.call == ToolCall("c1", "draw", '{"what":"cat"}')
    assert events.index(begun) < events.index(MediaMade(CAT))


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (InputError("image.size", "There is no such size."), "It failed. There is no such size."),
        (ZeroDivisionError("secret"), "It failed unexpectedly."),
    ],
)
async def test_a_call_that_fails_is_told_to_the_model_which_goes_on(
    turns, easel, caplog, failure, told
):
    easel.failure = failure
    turns.language.rounds = [(draw(),)]
    run, end = await turns.ask(hosted=(DRAW,))
    assert end.status == "COMPLETED"
    assert turns.language.requests[-1].history[-1].content == told
    events = [event async for event in run.events()]
    assert [one.call.id for one in events if isinstance(one, ToolFailed)] == ["c1"]
    assert "tool_call_failed" in [one.type for event in events for one in said_of(run, event)]
    caplog.clear()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (ToolCall("c", "sing", "{}"), "There is no tool 'sing'."),
        (ToolCall("c", "draw", "[1]"), "The arguments are no JSON object."),
        (ToolCall("c", "draw", "{"), "The arguments are no JSON object."),
    ],
)
async def test_a_call_that_makes_no_sense_is_answered_in_words(turns, easel, call, told):
    turns.language.rounds = [(ToolsCalled((call,)),)]
    _, end = await turns.ask(hosted=(DRAW,))
    assert end.status == "COMPLETED"
    assert turns.language.requests[-1].history[-1].content == told
    assert easel.calls == []


async def test_a_model_that_only_calls_is_stopped(turns, easel):
    turns.language.pieces = (draw(),)
    _, end = await turns.ask(hosted=(DRAW,))
    assert end.status == "FAILED"
    assert "did not come to an answer" in end.error
    assert len(easel.calls) == MOST_ROUNDS
    assert turns.language.requests[-1].tools == ()
    assert (await turns.rows())[-1].status == "FAILED"


async def test_tools_of_both_sides_in_one_round_are_answered_together(turns, easel):
    both = ToolsCalled((ToolCall("c1", "draw", "{}"), ToolCall("c2", "weather", "{}")))
    turns.language.rounds = [(both,)]
    run, end = await turns.ask(tools=(OWN,), hosted=(DRAW,))
    assert end.status == "REQUIRES_ACTION"
    assert [call.id for call in end.calls] == ["c2"]
    assert len(easel.calls) == 1
    assert [row.role for row in await turns.rows()] == ["user", "assistant", "tool"]
    waiting = await turns.runs.rows.waiting(turns.thread_id)
    resumed = await turns.runs.resume(waiting, {"c2": "rain"})
    assert (await resumed.ended()).status == "COMPLETED"
    history = turns.language.requests[-1].history
    assert [(each.role, each.content, each.tool_call_id) for each in history[1:]] == [
        ("assistant", "", ""),
        ("tool", "drawn", "c1"),
        ("tool", "rain", "c2"),
    ]
    assert [tool.name for tool in turns.language.requests[-1].tools] == ["weather", "draw"]
    assert resumed.run_id == run.run_id


async def test_a_tool_of_the_client_goes_before_a_hosted_one_of_its_name(turns, easel):
    turns.language.rounds = [(draw(),)]
    _, end = await turns.ask(tools=(Tool("draw", "Mine."),), hosted=(DRAW,))
    assert [call.name for call in end.calls] == ["draw"]
    assert easel.calls == []
    assert [tool.description for tool in turns.language.requests[0].tools] == ["Mine."]


async def test_a_turn_can_be_cancelled_while_a_tool_works(turns, easel):
    easel.may_go_on.clear()
    turns.language.rounds = [(TextDelta("A moment."), draw())]
    run = turns.runs.start(turns.question(hosted=(DRAW,)))
    async with asyncio.timeout(10):
        while not easel.calls:  # noqa: ASYNC110 - the tool's own moment
            await asyncio.sleep(0)
    assert await turns.runs.cancel(turns.thread_id, run.run_id)
    assert (await run.ended()).status == "CANCELLED"
    last = (await turns.rows())[-1]
    assert (last.content, last.status) == ("A moment.", "CANCELLED")


async def test_a_thread_that_is_deleted_meanwhile_ends_the_turn_quietly(turns, easel, caplog):
    easel.may_go_on.clear()
    turns.language.rounds = [(draw(),)]
    run = turns.runs.start(turns.question(hosted=(DRAW,)))
    async with asyncio.timeout(10):
        while not easel.calls:  # noqa: ASYNC110 - the tool's own moment
            await asyncio.sleep(0)
    await turns.store.conversations.delete(turns.thread_id)
    easel.may_go_on.set()
    assert (await run.ended()).status == "FAILED"
    caplog.clear()
