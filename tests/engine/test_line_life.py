"""What is told of a peer that is asked whether it is there."""

from __future__ import annotations

import asyncio

from desktop_app.engine.inputs import Input, LineResumed, LineStalled
from desktop_app.engine.line_life import LineLife
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import VirtualTime


async def test_of_a_line_that_is_not_asked_any_more_nothing_is_told():
    time, peer, told = VirtualTime(), ScriptedTransport(), list[Input]()
    peer.is_alive.clear()
    life = LineLife(peer, told.append, time)
    asking = asyncio.create_task(life.ask())
    await time.advance(3)
    assert told == [LineStalled()]
    life.heard()
    await time.advance(3)
    assert told == [LineStalled(), LineResumed(), LineStalled()]
    asking.cancel()
    await asyncio.wait((asking,))
    life.heard()  # its last words, while it is closed
    await time.advance(3)
    assert told == [LineStalled(), LineResumed(), LineStalled()]


async def test_a_peer_that_thinks_for_long_is_asked_as_often_as_one_that_talks():
    time, peer, told = VirtualTime(), ScriptedTransport(), list[Input]()
    is_turn = False
    life = LineLife(peer, told.append, time, lambda: is_turn)
    asking = asyncio.create_task(life.ask())
    await time.advance(59.5)  # the last time an idle peer was asked is half a second ago
    is_turn = True
    await time.advance(1)  # what was asked before it began was answered
    peer.is_alive.clear()
    await time.advance(2.1)
    assert told == [LineStalled()]
    asking.cancel()
    await asyncio.wait((asking,))


async def test_a_busy_peer_that_falls_silent_is_told_of_within_two_seconds():
    time, peer, told = VirtualTime(), ScriptedTransport(), list[Input]()
    life = LineLife(peer, told.append, time)
    asking = asyncio.create_task(life.ask())
    await time.advance(5.3)
    peer.is_alive.clear()
    life.heard()  # its last word
    await time.advance(1.95)  # the rest is for what tells it
    assert told == [LineStalled()]
    asking.cancel()
    await asyncio.wait((asking,))
