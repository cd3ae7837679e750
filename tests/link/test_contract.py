"""What every link promises, over TCP and in memory."""

import asyncio

import pytest

from desktop_app.errors import NetworkError
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    Ping,
    Pong,
    PressTalk,
    Quit,
    ReleaseTalk,
    SendText,
)
from desktop_app.link.thread_messages import ThreadRemoved


async def take(events, count: int) -> list[object]:
    async with asyncio.timeout(10):
        return [await anext(events) for _ in range(count)]


async def rest(events) -> list[object]:
    async with asyncio.timeout(10):
        return [event async for event in events]


async def test_a_window_is_told_first_how_things_stand(rig):
    rig.standing.append(ConnectionChanged(Connection.READY, "embedded"))
    client = await rig.connect()
    assert await take(client.events(), 2) == rig.standing


async def test_intents_arrive_in_order(rig):
    client = await rig.connect()
    intents = [PressTalk("t"), ReleaseTalk(), SendText("t", "m", "ü" * 100_000), Quit()]
    for intent in intents:
        client.send(intent)
    await rig.until(lambda: len(rig.intents) == 4)
    assert rig.intents == intents


async def test_every_window_is_told_everything_in_order(rig):
    streams = [(await rig.connect()).events() for _ in range(3)]
    for events in streams:
        await take(events, 1)
    told = [ThreadRemoved(str(number)) for number in range(200)]
    for event in told:
        rig.server.publish(event)
    for events in streams:
        assert await take(events, 200) == told


async def test_a_window_that_leaves_does_not_disturb_the_others(rig):
    leaving, staying = await rig.connect(), await rig.connect()
    await leaving.aclose()
    await rig.until(lambda: rig.server.window_count == 1)
    rig.server.publish(ThreadRemoved("m"))
    assert (await take(staying.events(), 2))[1] == ThreadRemoved("m")


async def test_a_window_may_come_again(rig):
    await (await rig.connect()).aclose()
    again = await rig.connect()
    again.send(Quit())
    await rig.until(lambda: rig.intents == [Quit()])


async def test_last_words_are_heard_before_the_end(rig):
    client = await rig.connect()
    events = client.events()
    await take(events, 1)
    rig.server.publish(ThreadRemoved("last"))
    await rig.server.aclose()
    assert await rest(events) == [ThreadRemoved("last")]


async def test_sending_after_the_end_is_said(rig):
    client = await rig.connect()
    await rig.server.aclose()
    await rest(client.events())
    with pytest.raises(NetworkError) as caught:
        client.send(Quit())
    assert caught.value.code == "link.lost"


async def test_publishing_without_a_window_is_no_error(rig):
    rig.server.publish(ThreadRemoved("m"))
    assert rig.server.window_count == 0


async def test_a_window_that_never_reads_is_cut_off_and_the_others_live(rig):
    await rig.aclose()
    rig.bound = 10
    await rig.start()
    stuck, reading = await rig.connect(), await rig.connect()
    events = reading.events()
    await take(events, 1)
    number = 0
    async with asyncio.timeout(30):
        while rig.server.window_count == 2:
            number += 1
            event = ThreadRemoved(f"{number}".ljust(200_000))
            rig.server.publish(event)
            assert await take(events, 1) == [event]
    assert rig.server.window_count == 1
    await stuck.aclose()


async def test_closing_is_idempotent(rig):
    client = await rig.connect()
    for _ in range(2):
        await client.aclose()
        await rig.server.aclose()


async def test_a_ping_is_answered_after_what_was_asked_before_it(rig):
    client = await rig.connect()
    other = await rig.connect()
    client.send(PressTalk("t"))
    client.send(Ping())
    events = client.events()
    assert (await take(events, 2))[1] == Pong()
    assert rig.intents == [PressTalk("t")]
    rig.server.publish(ThreadRemoved("x"))
    assert (await take(other.events(), 2))[1] == ThreadRemoved("x"), "nobody else is told"
