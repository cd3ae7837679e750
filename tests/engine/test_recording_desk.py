"""Recordings are heard again, saved and discarded; and never get into anybody's way."""

from __future__ import annotations

import asyncio
import wave

import pytest

from desktop_app.audio.wav import write_wav
from desktop_app.engine.recording_desk import RecordingDesk, refusal_of
from desktop_app.errors import DeviceError, StorageError
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.link.messages import (
    LinkEvent,
    MessageRemoved,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
)
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayNote,
    PlayUtterance,
    RecordingPlayed,
    RecordingsRemoved,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.processes.engine_parts import resample_speech
from tests.fakes.journal import MemoryJournal
from tests.fakes.loudspeaker import HandLoudspeaker, speech
from tests.fakes.virtual_time import VirtualTime, rounds


class Rig:
    """A desk in a room where nobody speaks.

    Attributes:
        loudspeakers: One for each recording that was played.
    """

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.journal = MemoryJournal()
        self.floor: list[PhaseChanged] = []
        self.told: list[LinkEvent] = []
        self.loudspeakers: list[HandLoudspeaker] = []
        self.refusal: DeviceError | None = None
        self.left_at_service = ""
        self.asked_service = 0
        self.let_go: list[str] = []
        self.disk: StorageError | None = None
        self.desk = RecordingDesk(
            self.journal,
            self._loudspeaker,
            resample_speech,
            floor=lambda: self.floor,
            publish=self.told.append,
            time=self.time,
            let_go=self._let_go,
            at_service=self._at_service,
        )

    async def _let_go(self, utterance_id: str) -> None:
        assert await self.journal.utterance(utterance_id), "it is there until nobody sends it"
        if self.disk is not None:
            raise self.disk
        self.let_go.append(utterance_id)

    async def _at_service(self) -> str:
        self.asked_service += 1
        return self.left_at_service

    def _loudspeaker(self) -> HandLoudspeaker:
        made = HandLoudspeaker(self.time)
        if self.refusal:
            made.refusals.append(self.refusal)
        self.loudspeakers.append(made)
        return made

    async def keep(self, name: str, pcm: bytes, role: Role = Role.ASSISTANT) -> None:
        row = UtteranceRecord(
            id=name,
            thread_id="t",
            turn=1,
            created_at=1.0,
            state=UtteranceState.TRANSCRIBED,
            role=role,
        )
        await self.journal.begin_utterance(row)
        self.journal.append_utterance(name, pcm)

    async def ask(self, *wishes: object) -> None:
        for wish in wishes:
            self.desk.take(wish)
            await rounds(100)

    def heard(self, number: int = 0) -> bytes:
        return b"".join(pcm for _, pcm in self.loudspeakers[number].heard)

    @property
    def notices(self) -> list[tuple[str, str]]:
        found = [event.notice for event in self.told if isinstance(event, NoticeRaised)]
        return [(notice.code, notice.subject) for notice in found]

    @property
    def news(self) -> list[RecordingPlayed]:
        return [event for event in self.told if isinstance(event, RecordingPlayed)]


@pytest.fixture
async def rig():
    made = Rig()
    await made.keep("u", speech(1000, 1) + speech(1000, 2))
    yield made
    await made.desk.aclose()


async def test_a_reply_is_heard_again_and_the_window_follows(rig):
    await rig.ask(PlayUtterance("u"))
    await rig.loudspeakers[0].sound(600)
    await rig.time.advance(0.2)
    await rig.loudspeakers[0].sound(5000)
    assert rig.heard() == speech(1000, 1) + speech(1000, 2)
    assert rig.news == [
        RecordingPlayed("u", 0, 2000),
        RecordingPlayed("u", 600, 2000),
        RecordingPlayed("u", 2000, 2000, is_over=True),
    ]
    assert not rig.loudspeakers[0].is_open
    await rig.time.advance(5)
    assert len(rig.news) == 3, "no more news of what is over"


async def test_any_part_can_be_heard(rig):
    await rig.ask(PlayUtterance("u", from_ms=1500))
    await rig.loudspeakers[0].sound(5000)
    assert rig.heard() == speech(500, 2)
    assert rig.news[0].position_ms == 1500
    assert rig.news[-1] == RecordingPlayed("u", 2000, 2000, is_over=True)


async def test_what_a_microphone_heard_is_played_as_fast_as_it_was_said(rig):
    await rig.keep("q", b"\x10\x27" * 16_000, Role.USER)
    await rig.ask(PlayUtterance("q"))
    await rig.loudspeakers[0].sound(5000)
    samples = memoryview(rig.heard()).cast("h")
    assert len(samples) == 24_000
    assert abs(samples[12_000] - 10_000) < 10
    assert rig.news[-1].duration_ms == 1000


async def test_a_voice_note_is_heard_from_its_file(rig, tmp_path):
    write_wav(tmp_path / "note.wav", bytes(32 * 1000), 16_000)
    await rig.ask(PlayNote("n", str(tmp_path / "note.wav")))
    async with asyncio.timeout(2):
        while not rig.loudspeakers:
            await rounds()
    await rounds(100)
    await rig.loudspeakers[0].sound(5000)
    assert abs(len(rig.heard()) - len(speech(1000))) < 48 * 20
    assert rig.news[-1] == RecordingPlayed("n", 1000, 1000, is_over=True)


async def test_stop_silences_it_and_says_where(rig):
    await rig.ask(PlayUtterance("u"))
    await rig.loudspeakers[0].sound(400)
    await rig.ask(StopUtterance())
    assert rig.news[-1] == RecordingPlayed("u", 400, 2000, is_over=True)
    assert rig.loudspeakers[0].stops == 1
    assert not rig.loudspeakers[0].is_open
    await rig.ask(StopUtterance())
    assert rig.notices == []


@pytest.mark.parametrize("name", ["u", "v"])
async def test_another_one_takes_its_place_after_its_end_was_told(rig, name):
    await rig.keep("v", speech(100, 3))
    await rig.ask(PlayUtterance("u"))
    await rig.ask(PlayUtterance(name))
    assert [(one.utterance_id, one.is_over) for one in rig.news] == [
        ("u", False),
        ("u", True),
        (name, False),
    ]
    assert [one.is_open for one in rig.loudspeakers] == [False, True]


@pytest.mark.parametrize(
    "turn",
    [
        PhaseChanged("t", Phase.HEARING),
        PhaseChanged("other", Phase.THINKING),
        PhaseChanged("t", Phase.LISTENING, is_voice_on=True),
    ],
)
async def test_a_turn_that_begins_ends_it(rig, turn):
    await rig.ask(PlayUtterance("u"))
    rig.desk.notice(PhaseChanged("t", Phase.READY))
    await rounds()
    assert not rig.news[-1].is_over
    rig.desk.notice(turn)
    await rounds()
    assert rig.news[-1].is_over
    assert not rig.loudspeakers[0].is_open


@pytest.mark.parametrize(
    ("stands", "code"),
    [
        (PhaseChanged("t", Phase.SPEAKING), "recording.floor_taken"),
        (PhaseChanged("t", Phase.HEARING, is_voice_on=True), "recording.floor_taken"),
        (PhaseChanged("t", Phase.LISTENING, is_voice_on=True), "recording.microphone_open"),
    ],
)
async def test_nothing_plays_while_somebody_has_the_floor(rig, stands, code):
    rig.floor = [PhaseChanged("a", Phase.READY), stands]
    await rig.ask(PlayUtterance("u"))
    assert rig.notices == [(code, "u")]
    assert rig.loudspeakers == []
    assert rig.news == []


async def test_what_is_only_written_takes_no_floor():
    assert refusal_of([PhaseChanged("a", Phase.THINKING, is_written=True)]) == ""
    assert refusal_of([PhaseChanged("a", Phase.THINKING)]) == "recording.floor_taken"


async def test_a_loudspeaker_that_is_missing_or_gets_lost_is_said(rig):
    rig.refusal = DeviceError("device.no_output")
    await rig.ask(PlayUtterance("u"))
    assert rig.notices == [("device.no_output", "u")]
    rig.refusal = None
    await rig.ask(PlayUtterance("u"))
    rig.loudspeakers[1].lose()
    await rounds()
    assert rig.notices[1:] == [("device.lost", "u")]
    assert rig.news[-1].is_over


@pytest.mark.parametrize(
    "wish", [PlayUtterance("x"), SaveUtterance("x", "never.wav"), DiscardUtterance("x")]
)
async def test_a_recording_that_is_gone_is_said_to_be(rig, wish):
    await rig.ask(wish)
    assert rig.notices == [("journal.no_recording", "x")]


async def test_a_recording_is_saved_as_it_was_heard(rig, tmp_path):
    await rig.keep("q", b"\1\2" * 16_000, Role.USER)
    for name, rate_hz in (("q", 16_000), ("u", 24_000)):
        path = tmp_path / f"{name}.wav"
        rig.desk.take(SaveUtterance(name, str(path)))
        await rig.desk._background.settle(10)
        with wave.open(str(path)) as sound:
            assert (sound.getframerate(), sound.getnchannels()) == (rate_hz, 1)
            assert sound.readframes(10**6) == rig.journal.sound(name)
    assert rig.notices == [("recording.saved", "q"), ("recording.saved", "u")]


async def test_a_place_that_cannot_be_written_is_said(rig, tmp_path):
    rig.desk.take(SaveUtterance("u", str(tmp_path)))
    await rig.desk._background.settle(10)
    [event] = rig.told
    assert event.notice.code == "recording.not_saved"
    assert event.notice.level is NoticeLevel.WARNING
    assert event.notice.facts["file"] == str(tmp_path)


@pytest.mark.usefixtures("full_disk")
async def test_a_full_disk_spoils_no_earlier_file_and_leaves_none(rig, tmp_path):
    (tmp_path / "said.wav").write_bytes(b"earlier")
    rig.desk.take(SaveUtterance("u", str(tmp_path / "said.wav")))
    await rig.desk._background.settle(10)
    assert rig.told[-1].notice.facts["reason"] == "No space left on device"
    assert (tmp_path / "said.wav").read_bytes() == b"earlier"
    assert not list(tmp_path.glob("*.part"))


async def test_a_discarded_recording_stops_and_is_gone(rig):
    await rig.ask(PlayUtterance("u"), DiscardUtterance("u"))
    assert rig.news[-1].is_over
    assert RecordingsRemoved(("u",)) in rig.told
    await rig.ask(PlayUtterance("u"))
    assert rig.notices == [("journal.no_recording", "u")]


async def test_what_is_discarded_is_not_sent_any_more(rig):
    await rig.ask(DiscardUtterance("u"))
    assert rig.let_go == ["u"]
    assert await rig.journal.utterance("u") is None


async def test_what_would_still_be_sent_is_not_discarded(rig):
    rig.disk = StorageError("storage.full")
    await rig.ask(DiscardUtterance("u"))
    assert rig.notices == [("storage.full", "u")]
    assert await rig.journal.utterance("u")


async def test_the_service_deletes_its_copy_too_or_it_is_said_that_it_could_not(rig):
    await rig.keep("v", speech(100, 3))
    await rig.ask(DiscardUtterance("u"))
    assert (rig.asked_service, rig.notices) == (1, [])
    rig.left_at_service = "recording.still_at_service"
    await rig.ask(DiscardUtterance("v"))
    assert (rig.asked_service, rig.notices) == (2, [("recording.still_at_service", "v")])


async def test_what_was_discarded_as_the_window_closed_is_gone_all_the_same(rig):
    await rig.ask(PlayUtterance("u"))
    rig.desk.take(DiscardUtterance("u"))
    await rig.desk.aclose()
    assert await rig.journal.utterance("u") is None


async def test_a_message_that_nobody_understood_goes_with_its_recording(rig):
    row = MessageRecord(
        id="m",
        thread_id="t",
        role=Role.USER,
        text="",
        created_at=1.0,
        status=MessageStatus.FAILED,
        utterance_id="u",
    )
    await rig.journal.save_message(row)
    await rig.ask(DiscardUtterance("u"))
    assert rig.told == [MessageRemoved("t", "m"), RecordingsRemoved(("u",))]
