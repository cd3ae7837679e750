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
