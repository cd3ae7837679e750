"""When a line is exchanged for a new one, and when it is not."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.engine.renewal import HeldLine, Renewal, RenewedError, lead_s
from desktop_app.errors import AccessError, NetworkError
from desktop_app.protocol.commands import ConfigureSession
from desktop_app.protocol.events import SessionReady
from tests.fakes.transport import ScriptedServer, ScriptedTransport
from tests.fakes.virtual_time import VirtualTime, rounds


class Holder:
    """A renewal of a line that was opened at second 0."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.server = ScriptedServer()
        self.is_free = True
        self.refused: list[str] = []
        held = ScriptedTransport()
        self.renewal = Renewal(
            HeldLine(held, held.events(), 0.0),
            self.server,
            ConfigureSession("s"),
            time=self.time,
            is_free=lambda: self.is_free,
            refused=lambda error: self.refused.append(error.code),
        )

    def run(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.renewal.run())


@pytest.mark.parametrize(("lifetime_s", "lead"), [(3_600, 300), (600, 120), (10, 2)])
def test_the_lead_leaves_time_for_a_turn_and_most_of_a_short_life(lifetime_s, lead):
    assert lead_s(lifetime_s) == lead


async def test_an_hour_is_renewed_after_fifty_five_minutes_and_no_earlier():
    holder = Holder()
    running = holder.run()
    holder.renewal.learn(SessionReady("s", lifetime_s=3_600))
    await holder.time.advance(3_299)
    assert holder.server.configurations == []
    await holder.time.advance(1)
    with pytest.raises(RenewedError):
        await running
    assert holder.renewal.successor is not None
    assert holder.renewal.successor.ready == SessionReady("s")
    assert holder.renewal.successor.opened_s == 3_300


async def test_it_waits_for_a_moment_when_nobody_would_notice():
    holder = Holder()
    running = holder.run()
    holder.renewal.learn(SessionReady("s", lifetime_s=100))
    holder.is_free = False
    await holder.time.advance(90)
    assert holder.server.configurations == []
    holder.is_free = True
    await holder.time.advance(1)
    with pytest.raises(RenewedError):
        await running


async def test_who_tells_no_limit_is_never_left():
    holder = Holder()
    running = holder.run()
    holder.renewal.learn(SessionReady("s"))
    await holder.time.advance(100_000)
    assert not running.done()
    running.cancel()
    await asyncio.wait((running,))
    assert holder.server.configurations == []


async def test_a_peer_that_refuses_for_good_is_not_asked_again():
    holder = Holder()
    holder.server.refusals.append(AccessError("access.refused"))
    running = holder.run()
    holder.renewal.learn(SessionReady("s", lifetime_s=100))
    await holder.time.advance(1_000)
    await running
    assert len(holder.server.configurations) == 1
    assert holder.renewal.successor is None
    assert holder.refused == [], "it is told when the line of now has ended"


async def test_a_line_that_was_asked_for_and_is_refused_for_good_is_told():
    holder = Holder()
    holder.server.refusals.append(AccessError("language.unknown_model"))
    running = holder.run()
    holder.renewal.hasten()
    await holder.time.advance(1)
    assert holder.refused == ["language.unknown_model"]
    assert holder.renewal.successor is None
    holder.renewal.hasten()  # another choice
    await holder.time.advance(1)
    with pytest.raises(RenewedError):
        await running
    assert holder.refused == ["language.unknown_model"]


async def test_a_new_line_that_closes_before_it_is_ready_is_not_taken():
    holder = Holder()
    holder.server.is_ready_at_once = False
    running = holder.run()
    holder.renewal.learn(SessionReady("s", lifetime_s=100))
    await holder.time.advance(80)
    first = await holder.server.connection(1)
    first.lose(NetworkError("network.lost", retryable=True))
    await rounds()
    assert first.is_closed
    holder.server.is_ready_at_once = True
    await holder.time.advance(5)
    with pytest.raises(RenewedError):
        await running
    assert holder.renewal.successor is not None
    assert holder.renewal.successor.transport is holder.server.transports[-1]


async def test_a_line_is_renewed_before_its_time_when_it_is_hastened_and_nobody_would_notice():
    holder = Holder()
    running = holder.run()
    holder.renewal.learn(SessionReady("s", lifetime_s=3_600))
    holder.is_free = False
    holder.renewal.hasten()
    await holder.time.advance(5)
    assert holder.server.configurations == []
    holder.is_free = True
    await holder.time.advance(1)
    with pytest.raises(RenewedError):
        await running


async def test_a_wish_that_comes_while_its_successor_is_opened_or_waits_gets_a_line_of_its_own():
    holder = Holder()
    holder.server.is_ready_at_once = False
    running = holder.run()
    holder.renewal.hasten()
    first = await holder.server.connection(1)
    holder.is_free = False  # somebody speaks
    holder.renewal.hasten()  # and another was chosen
    first.say_ready()
    await holder.time.advance(1)
    assert not running.done()
    holder.server.is_ready_at_once = True
    holder.is_free = True
    await holder.time.advance(1)
    with pytest.raises(RenewedError):
        await running
    assert first.is_closed
    assert holder.renewal.successor is not None
    assert holder.renewal.successor.transport is holder.server.transports[1]
    assert len(holder.server.transports) == 2
