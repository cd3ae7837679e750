"""An outbox forgets what got old, joins what belongs together, and is bounded."""

import asyncio

from desktop_app.link.asks import AskAdvanced
from desktop_app.link.messages import LevelMeasured, ReplyGrew, SpeechHeard, TranscriptChanged
from desktop_app.link.outbox import Outbox
from desktop_app.link.thread_messages import ThreadRemoved
from desktop_app.protocol.service_calls import ModelList, ModelRow


async def everything_in(outbox: Outbox) -> list[object]:
    outbox.close()
    return [event async for events in outbox.batches() for event in events]


async def test_events_are_given_in_order():
    outbox, events = Outbox(), [ThreadRemoved(str(number)) for number in range(5)]
    assert all(outbox.put(event) for event in events)
    assert await everything_in(outbox) == events


async def test_the_words_of_one_thread_do_not_replace_those_of_another():
    outbox = Outbox()
    outbox.put(TranscriptChanged("t", 1, "mine"))
    outbox.put(TranscriptChanged("u", 1, "yours"))
    assert await everything_in(outbox) == [
        TranscriptChanged("t", 1, "mine"),
        TranscriptChanged("u", 1, "yours"),
    ]


async def test_only_the_latest_of_what_gets_old_waits():
    outbox = Outbox(bound=1)
    outbox.put(ThreadRemoved("m"))
    for number in range(1, 50):
        assert outbox.put(LevelMeasured(number / 50, 0.0))
        assert outbox.put(SpeechHeard("t", 1, number))
        assert outbox.put(TranscriptChanged("t", 1, f"word {number}"))
    assert await everything_in(outbox) == [
        ThreadRemoved("m"),
        LevelMeasured(0.98, 0.0),
        SpeechHeard("t", 1, 49),
        TranscriptChanged("t", 1, "word 49"),
    ]


async def test_pieces_of_one_reply_are_joined():
    outbox = Outbox(bound=2)
    outbox.put(ReplyGrew("t", "a", "one "))
    assert all(outbox.put(ReplyGrew("t", "a", f"{number} ")) for number in range(3))
    outbox.put(ReplyGrew("t", "b", "old"))
    outbox.put(ReplyGrew("t", "b", "whole", is_whole=True))
    outbox.put(ReplyGrew("t", "b", " text"))
    assert await everything_in(outbox) == [
        ReplyGrew("t", "a", "one 0 1 2 "),
        ReplyGrew("t", "b", "whole text", is_whole=True),
    ]


async def test_a_piece_is_not_joined_across_another_event():
    outbox = Outbox()
    events = [ReplyGrew("t", "a", "1"), ThreadRemoved("m"), ReplyGrew("t", "a", "2")]
    for event in events:
        outbox.put(event)
    assert await everything_in(outbox) == events


async def test_too_many_waiting_is_said():
    outbox = Outbox(bound=3)
    assert [outbox.put(ThreadRemoved(str(n))) for n in range(5)] == [True] * 3 + [False] * 2
    assert len(outbox) == 3


async def test_a_waiting_reader_gets_what_arrives_later():
    outbox, got = Outbox(), asyncio.Queue()

    async def read() -> None:
        async for events in outbox.batches():
            for event in events:
                got.put_nowait(event.heard_ms)

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read())
        for number in range(3):
            outbox.put(SpeechHeard("t", 1, number))
            assert await got.get() == number
        outbox.close()
        await reading
    assert got.empty()


async def test_of_progress_only_the_latest_waits_but_no_rows_are_lost():
    outbox, rows = Outbox(), ModelList((ModelRow("p", "m"),))
    told = [AskAdvanced("x", 1, 9), AskAdvanced("y", 1, 9), AskAdvanced("x", 2, 9, rows)]
    told += [AskAdvanced("x", 3, 9), AskAdvanced("x", 4, 9, rows)]
    for event in told:
        outbox.put(event)
    assert await everything_in(outbox) == told[1:]
