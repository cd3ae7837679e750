"""What a client says is kept up to a bound, whatever it says and however slowly it is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from desktop_app.errors import InputError
from desktop_app.protocol.gateway import SessionConfigure, SttOptions
from desktop_app.service.gateway import waiting_sound
from desktop_app.service.gateway.chosen_hearing import ChosenHearing
from desktop_app.service.gateway.hearing import WAITING_UTTERANCES, Hearing
from desktop_app.service.gateway.session_plan import read_plan
from desktop_app.service.gateway.waiting_sound import WAITING_LIMIT_S, WaitingSound
from tests.fakes.providers import ScriptedRecognition

PLAN = read_plan(SessionConfigure(stt=SttOptions(commit_strategy="manual")))
SECOND = bytes(PLAN.input_hz * 2)
SOUND = bytes(640)


def test_sound_has_a_bound_and_so_have_pieces_of_nothing(monkeypatch):
    monkeypatch.setattr(waiting_sound, "WAITING_PIECES", 3)
    waiting = WaitingSound(100)
    waiting.add(WAITING_LIMIT_S * 200)
    with pytest.raises(InputError) as caught:
        waiting.add(1)
    assert caught.value.code == "audio.overflow"
    waiting.add()
    waiting.add()
    with pytest.raises(InputError):
        waiting.add()
    waiting.remove(WAITING_LIMIT_S * 200)
    waiting.add(1)


def early() -> ChosenHearing:
    """Nobody hears yet."""
    nobody: Any = None
    return ChosenHearing(PLAN, nobody, nobody, nobody)


@pytest.mark.parametrize(
    "say",
    [
        lambda hearing: hearing.append(SECOND),
        lambda hearing: hearing.append(b"", "said before" * 100_000),
        lambda hearing: hearing.append(b""),
        lambda hearing: hearing.commit(),
        lambda hearing: hearing.discard(),
    ],
    ids=["sound", "hints", "nothing", "commits", "discards"],
)
@pytest.mark.parametrize("hears", [early, lambda: Hearing(PLAN, *[None] * 2)])
def test_nothing_is_kept_without_end_before_somebody_hears(say, hears, monkeypatch):
    monkeypatch.setattr(waiting_sound, "WAITING_PIECES", 100)
    assert refusal_of(say, hears()) == "audio.overflow"


def refusal_of(say: Callable[[Any], None], hearing: Any) -> str:
    """The code of the first of many that is refused; empty where none is."""
    for _ in range(101):
        try:
            say(hearing)
        except InputError as error:
            return error.code
    return ""


class Unread:
    """A client that takes nothing until it may; it counts what it was told."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.told = 0
        self.changed = asyncio.Event()

    async def on_hearing(self, _stt: Any) -> None:
        pass

    async def on_partial(self, _text: str) -> None:
        await self.reads.wait()

    async def on_committed(self, _transcript: Any) -> None:
        await self.reads.wait()
        self.told += 1
        self.changed.set()


class Recogniser:
    """Counts the utterances that it was opened for."""

    provider = model = "scripted"

    def __init__(self) -> None:
        self.opened = 0

    def open(self, *, language: str) -> ScriptedRecognition:
        self.opened += 1
        return ScriptedRecognition((language,), None)


async def test_who_reads_nothing_is_not_heard_on_and_loses_nothing():
    class Source:
        async def get(self) -> Any:
            async def warm_up() -> None:
                pass

            return SimpleNamespace(stt=stt, warm_up=warm_up)

    count, stt, client, source = 40, Recogniser(), Unread(), Source()
    hearing = Hearing(PLAN, source, client)  # type: ignore[arg-type]
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hearing.run())
        for _ in range(count):
            hearing.append(SOUND)
            hearing.commit()
            for _ in range(20):  # as much as it wants to do with that
                await asyncio.sleep(0)
        assert stt.opened <= WAITING_UTTERANCES + 2  # one is told, one is heard
        client.reads.set()
        while client.told < count:
            client.changed.clear()
            await client.changed.wait()
        running.cancel()
    assert stt.opened == count
