"""A voice note is on the disk while it is spoken, and the microphone closes right after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.audio.wav import read_wav
from desktop_app.engine.note_desk import LONGEST_MS, SHORTEST_MS, TAIL_MS, NoteDesk
from desktop_app.errors import DeviceError
from desktop_app.link.messages import LevelMeasured, LinkEvent
from desktop_app.link.notes import DiscardNote, NoteChanged, NoteState, StartNote, StopNote
from desktop_app.tasks import Background
from tests.fakes.microphone import DrawnMicrophone
from tests.fakes.virtual_time import VirtualTime

TAIL = "." * (TAIL_MS // 20)


class Rig:
    """A desk with one microphone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "own" / "note.wav"
        self.microphone = DrawnMicrophone(VirtualTime())
        self.told: list[LinkEvent] = []
        self.background = Background(lambda name, error: pytest.fail(f"{name}: {error!r}"))
        self.desk = NoteDesk(lambda: self.microphone, self.told.append, self.background)

    @property
    def news(self) -> list[NoteChanged]:
        return [one for one in self.told if isinstance(one, NoteChanged)]

    async def start(self, note_id: str = "n") -> None:
        self.desk.take(StartNote(note_id, str(self.path)))
        await self.is_told(NoteState.RECORDING)

    async def is_told(self, state: NoteState) -> None:
        """Wait for the worker that writes."""
        while not any(one.state is state for one in self.news):
            await self.background.settle(0.005)

    async def ends(self) -> NoteChanged:
        await self.background.settle(2)
        return self.news[-1]


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    await rig.background.aclose()


async def test_what_is_said_until_a_moment_after_the_stop_is_the_note(rig):
    await rig.start()
    await rig.microphone.hear("####.####" * 3)
    said = b"".join(rig.microphone.said)
    rig.desk.take(StopNote())
    rig.desk.take(StopNote())
    await rig.microphone.hear(TAIL)
    end = await rig.ends()
    assert not rig.microphone.is_open
    assert (end.state, end.duration_ms, end.code) == (NoteState.KEPT, 27 * 20 + TAIL_MS, "")
    heard = read_wav(rig.path)
    assert len(heard) == 32 * end.duration_ms
    assert said[:640] == heard[:640]
    assert rig.path.stat().st_mode & 0o077 == 0, "for its owner's ears alone"
    levels = [one.microphone for one in rig.told if isinstance(one, LevelMeasured)]
    assert max(levels) > 0.3
    assert levels[-1] == 0.0


async def test_elapsed_time_and_device_are_told_while_it_is_recorded(rig):
    await rig.start()
    await rig.microphone.hear("#" * 30)
    recording = [one for one in rig.news if one.state is NoteState.RECORDING]
    assert [one.duration_ms for one in recording] == [0, 200, 400, 600]
    assert {one.device for one in recording} == {"Drawn microphone"}
    rig.microphone.is_muted = True
    await rig.microphone.hear("." * 10)
    assert rig.news[-1].code == "device.silent"


async def test_a_discarded_note_leaves_neither_file_nor_open_microphone(rig):
    await rig.start()
    await rig.microphone.hear("#" * 30)
    rig.desk.take(DiscardNote("n"))
    end = await rig.ends()
    assert (end.state, end.code) == (NoteState.GONE, "")
    assert not rig.microphone.is_open
    assert not rig.path.parent.exists()
    rig.desk.take(DiscardNote("n"))
    assert rig.news[-1] is end


async def test_a_note_that_was_stopped_just_now_can_still_be_discarded(rig):
    await rig.start()
    await rig.microphone.hear("#" * 30)
    rig.desk.take(StopNote())
    rig.desk.take(DiscardNote("n"))
    await rig.microphone.hear(TAIL)
    end = await rig.ends()
    assert (end.state, end.code) == (NoteState.GONE, "")
    assert not rig.path.parent.exists()


async def test_discarding_the_note_before_leaves_the_one_that_is_recorded(rig):
    await rig.start()
    await rig.microphone.hear("#" * 30)
    rig.desk.take(StopNote())
    second = rig.path.parent.parent / "second" / "note.wav"
    rig.desk.take(StartNote("second", str(second)))
    rig.desk.take(DiscardNote("n"))
    assert rig.desk.is_recording
    await rig.microphone.hear(TAIL)
    while NoteChanged("second", NoteState.RECORDING, 0, "Drawn microphone") not in rig.news:
        await rig.background.settle(0.005)
    await rig.microphone.hear("#" * 30)
    rig.desk.take(StopNote())
    await rig.microphone.hear(TAIL)
    await rig.ends()
    ends = {one.note_id: one.state for one in rig.news if one.state is not NoteState.RECORDING}
    assert ends == {"n": NoteState.GONE, "second": NoteState.KEPT}
    assert second.exists()
    assert not rig.path.exists()


async def test_a_slip_of_the_finger_is_no_note(rig):
    await rig.start()
    rig.desk.take(StopNote())
    await rig.microphone.hear("." * (SHORTEST_MS // 20))
    assert (await rig.ends()).code == "note.empty"
    assert not rig.path.exists()


async def test_without_a_microphone_it_says_so(rig):
    rig.microphone.refusals.append(DeviceError("device.no_input"))
    rig.desk.take(StartNote("n", str(rig.path)))
    end = await rig.ends()
    assert (end.state, end.code) == (NoteState.GONE, "device.no_input")
    assert not rig.path.parent.exists()


async def test_a_microphone_that_is_lost_leaves_what_was_said(rig):
    await rig.start()
    await rig.microphone.hear("#" * 60)
    rig.microphone.lose()
    end = await rig.ends()
    assert (end.state, end.duration_ms, end.code) == (NoteState.KEPT, 1_200, "device.lost")
    assert len(read_wav(rig.path)) == 32 * 1_200


async def test_a_disk_that_refuses_ends_it_in_words(rig):
    rig.path.parent.parent.joinpath("own").write_text("in the way")
    rig.desk.take(StartNote("n", str(rig.path)))
    end = await rig.ends()
    assert (end.state, end.code[:8]) == (NoteState.GONE, "storage.")
    assert not rig.microphone.is_open


async def test_the_program_may_end_or_die_in_the_middle_of_it(rig):
    await rig.start()
    await rig.microphone.hear("#" * 120)
    assert len(read_wav(rig.path)) == 32 * 2_000, "all but the last second outlives a death"
    await rig.background.aclose()
    assert rig.news[-1].state is NoteState.KEPT
    assert len(read_wav(rig.path)) == 32 * 2_400


async def test_it_ends_by_itself_after_ten_minutes(rig, monkeypatch):
    monkeypatch.setattr("desktop_app.engine.note_desk.LONGEST_MS", 1_000)
    assert LONGEST_MS == 600_000
    await rig.start()
    await rig.microphone.hear("#" * 60)
    assert (await rig.ends()).duration_ms == 1_000
    assert not rig.desk.is_recording


def test_a_note_that_may_not_be_is_refused(tmp_path: Path):
    told: list[LinkEvent] = []
    desk = NoteDesk(lambda: pytest.fail("opened"), told.append, Background(lambda *_: None))
    desk.refuse("n", "note.in_use")
    assert told == [NoteChanged("n", NoteState.GONE, code="note.in_use")]
