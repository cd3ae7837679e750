"""An engine at work is asked for a word where none comes, and left in the end."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.ui import engine_watch
from desktop_app.ui.engine_watch import GIVEN_UP_AFTER, EngineWatch


class Watched:
    """What a watch did, look by look."""

    def __init__(self) -> None:
        self.is_at_work = True
        self.did: list[str] = []
        self.watch = EngineWatch(
            lambda: self.is_at_work,
            ask=lambda: self.did.append("ask"),
            stuck=lambda: self.did.append("stuck"),
            given_up=lambda: self.did.append("given up"),
        )

    def looks(self, count: int) -> None:
        for _ in range(count):
            self.watch._look()
            self.watch._next.cancel()


@pytest.fixture
async def watched() -> Watched:
    return Watched()


async def test_an_engine_that_says_nothing_is_asked_told_and_given_up(watched: Watched):
    watched.looks(1)
    assert watched.did == ["ask"]
    watched.looks(2)
    assert not watched.watch.is_stuck
    watched.looks(1)
    assert watched.did == ["ask", "stuck"]
    assert watched.watch.is_stuck
    watched.looks(GIVEN_UP_AFTER)
    assert watched.did == ["ask", "stuck", "given up"]


async def test_any_word_begins_anew(watched: Watched):
    watched.looks(3)
    watched.watch.heard()
    watched.looks(3)
    assert watched.did == ["ask", "ask"]


async def test_an_engine_that_rests_is_not_watched_but_one_that_was_asked_is(watched: Watched):
    watched.is_at_work = False
    watched.looks(10)
    assert watched.did == []
    watched.is_at_work = True
    watched.looks(1)
    watched.is_at_work = False
    watched.looks(3)
    assert watched.did == ["ask", "stuck"]


async def test_it_looks_from_begin_to_end(watched: Watched, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_watch, "LOOKS_EVERY_S", 0.0)
    watched.watch.begin()
    async with asyncio.timeout(5):
        while watched.did != ["ask", "stuck"]:  # noqa: ASYNC110 - nobody tells a look
            await asyncio.sleep(0)
    watched.watch.end()
    watched.watch.end()
    assert not watched.watch.is_stuck
