"""An answer in progress: read, stopped, failed, and kept."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from desktop_app.errors import NetworkError
from desktop_app.service.gateway.answering.streamed_answer import (
    LONGEST_CHARACTERS,
    answer_tasks,
)
from desktop_app.service.storage.conversation_store import Heard

LIMIT_S = 10


@dataclass
class Script:
    """Writes ``pieces``; a pause waits for ``go_on``."""

    pieces: tuple[str, ...] = ("Hello ", "there.")
    failure: Exception | None = None
    keeping_failure: Exception | None = None
    kept: list = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    is_pausing: bool = False

    async def write(self, tell):
        for piece in self.pieces:
            tell(piece)
            if self.is_pausing:
                await self.may_go_on.wait()
        if self.failure is not None:
            raise self.failure
        return {"model": "m"}

    async def keep(self, end, heard):
        if self.keeping_failure is not None:
            raise self.keeping_failure
        self.kept.append((end.status, end.text, heard))

    async def mark_heard(self, heard):
        self.kept.append(heard)


async def read(answer):
    async with asyncio.timeout(LIMIT_S), aclosing(answer.parts()) as texts:
        return [text async for text in texts]


async def test_an_answer_is_read_as_it_comes_and_kept_before_it_ends():
    script = Script()
    async with answer_tasks() as answers:
        answer = answers.begin(script)
        assert await read(answer) == ["Hello ", "there."]
        end = await answer.ended()
        assert script.kept == [("COMPLETED", "Hello there.", None)]
    assert (end.status, end.text, end.metadata) == ("COMPLETED", "Hello there.", {"model": "m"})
    assert not answer.cancel(), "it has ended"


async def test_a_stopped_answer_is_kept_as_far_as_it_was_written_and_heard():
    script = Script(is_pausing=True)
    async with answer_tasks() as answers:
        answer = answers.begin(script)
        async with aclosing(answer.parts()) as texts:
            assert await anext(texts) == "Hello "
            assert answer.cancel(Heard(200, 3))
            assert answer.cancel(), "twice is once"
            assert [text async for text in texts] == []
        assert (await answer.ended()).status == "CANCELLED"
    assert script.kept == [("CANCELLED", "Hello ", Heard(200, 3))]


async def test_an_answer_that_is_stopped_before_it_begins_writes_nothing():
    script = Script()
    async with answer_tasks() as answers:
        answer = answers.begin(script)
        answer.leave()
        assert await read(answer) == []
    assert script.kept == [("CANCELLED", "", None)]


@pytest.mark.parametrize(
    ("failure", "code"),
    [(NetworkError("http.500", "It failed."), "http.500"), (KeyError("x"), "language.broken")],
)
async def test_a_failure_is_told_and_what_was_written_stands(failure, code, caplog):
    async with answer_tasks() as answers:
        answer = answers.begin(Script(failure=failure))
        assert await read(answer) == ["Hello ", "there."]
        end = await answer.ended()
    assert (end.status, end.code) == ("FAILED", code)
    assert end.error
    caplog.clear()


async def test_an_answer_without_end_is_ended():
    async with answer_tasks() as answers:
        answer = answers.begin(Script(pieces=("x" * LONGEST_CHARACTERS, "y")))
        end = await answer.ended()
    assert (end.status, end.code, len(end.text)) == ("FAILED", "language.endless", 200_000)


async def test_a_turn_that_cannot_be_kept_says_so_and_its_text_stands(caplog):
    lost = NetworkError("state.unreachable", "Redis is away.")
    async with answer_tasks() as answers:
        end = await answers.begin(Script(keeping_failure=lost)).ended()
    assert (end.status, end.text, end.error) == ("FAILED", "Hello there.", "Redis is away.")
    assert "Hello" not in caplog.text
    caplog.clear()


async def test_a_bug_in_keeping_one_turn_ends_no_other(caplog):
    other = Script(is_pausing=True)
    async with answer_tasks() as answers:
        goes_on = answers.begin(other)
        broken = await answers.begin(Script(keeping_failure=KeyError("x"))).ended()
        other.may_go_on.set()
        assert (await goes_on.ended()).status == "COMPLETED"
    assert (broken.status, broken.code) == ("FAILED", "state.broken")
    caplog.clear()


async def test_what_is_left_at_the_end_is_stopped_and_kept():
    script = Script(is_pausing=True)
    async with answer_tasks() as answers:
        answer = answers.begin(script)
        async with aclosing(answer.parts()) as texts:
            await anext(texts)
    assert script.kept == [("CANCELLED", "Hello ", None)]
