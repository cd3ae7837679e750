"""Events come in order, within a bound, and not at all after the end."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.client import event_queue
from desktop_app.client.event_queue import EventQueue
from desktop_app.protocol.events import ReplyEnded, ReplyText, SessionReady


async def test_a_fast_writer_waits_for_its_reader(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(event_queue, "MAX_EVENTS", 2)
    queue = EventQueue(SessionReady("s"))
    texts = [ReplyText(1, str(number)) for number in range(5)]
    writing = asyncio.create_task(queue.put(*texts))
    await asyncio.sleep(0)
    assert not writing.done()
    events = queue.events()
    assert [await anext(events) for _ in range(6)] == [SessionReady("s"), *texts]
    await writing


async def test_a_turn_that_is_cut_is_told_of_once_more():
    queue = EventQueue(ReplyText(1, "a"), SessionReady("s"), ReplyText(2, "b"))
    await queue.cut(1, ReplyEnded(1))
    events = queue.events()
    left = [await anext(events) for _ in range(3)]
    assert left == [SessionReady("s"), ReplyText(2, "b"), ReplyEnded(1)]


async def test_nothing_is_told_after_the_end():
    queue = EventQueue(ReplyText(1, "a"))
    await queue.close()
    await queue.close()
    assert [event async for event in queue.events()] == []
