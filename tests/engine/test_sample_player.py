"""A voice is heard, and gets into nobody's way."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.engine.sample_player import SamplePlayer
from desktop_app.errors import InputError
from desktop_app.link.messages import Phase, PhaseChanged
from tests.fakes.loudspeaker import HandLoudspeaker, speech
from tests.fakes.virtual_time import VirtualTime, rounds


class Rig:
    def __init__(self) -> None:
        self.loudspeakers: list[HandLoudspeaker] = []
        self.made = asyncio.Event()
        self.floor = [PhaseChanged("a", Phase.READY)]
        self.player = SamplePlayer(self._made, lambda: self.floor)

    def _made(self) -> HandLoudspeaker:
        self.loudspeakers.append(HandLoudspeaker(VirtualTime()))
        self.made.set()
        return self.loudspeakers[-1]


async def test_a_sample_is_played_to_its_end():
    rig = Rig()
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(rig.player.play(speech(500)))
        await rounds()
        (loudspeaker,) = rig.loudspeakers
        assert not playing.done()
        await loudspeaker.sound(500)
    assert not loudspeaker.is_open


@pytest.mark.parametrize(
    ("stands", "code"),
    [
        (PhaseChanged("a", Phase.SPEAKING), "recording.floor_taken"),
        (PhaseChanged("a", Phase.LISTENING, is_voice_on=True), "recording.microphone_open"),
    ],
)
async def test_bar_20_where_somebody_may_be_heard_nothing_is_played(stands, code):
    rig = Rig()
    rig.floor = [stands]
    with pytest.raises(InputError) as refused:
        await rig.player.play(speech(500))
    assert (refused.value.code, rig.loudspeakers) == (code, [])


async def test_a_turn_that_begins_while_the_loudspeaker_opens_is_not_spoken_over():
    rig = Rig()
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(rig.player.play(speech(500)))
        await rig.made.wait()
        (loudspeaker,) = rig.loudspeakers
        assert not loudspeaker.is_open
        rig.player.notice(PhaseChanged("a", Phase.HEARING))
        await rounds()
        assert playing.done(), "nothing is left to be heard"
    assert loudspeaker.finished == []


async def test_a_turn_that_begins_silences_it():
    rig = Rig()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(rig.player.play(speech(5_000)))
        await rounds()
        rig.player.notice(PhaseChanged("a", Phase.READY))
        assert rig.loudspeakers[0].stops == 0
        rig.player.notice(PhaseChanged("a", Phase.HEARING))
    assert rig.loudspeakers[0].stops > 0
