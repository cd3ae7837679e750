"""Every intent reaches the right conversation, and one conversation at most has the microphone."""

import asyncio

import pytest

from desktop_app.engine.controller import Controller
from desktop_app.engine.inputs import (
    Input,
    MutedChanged,
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    TalkCancelled,
    TalkPressed,
    TalkReleased,
    TalkToggled,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.errors import DeviceError
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
)
from desktop_app.link.carried_files import CarryFiles, FilesCarried
from desktop_app.link.device_messages import (
    ListDevices,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
    SwitchMicrophone,
)
from desktop_app.link.messages import (
    CancelTalk,
    LinkEvent,
    NoticeRaised,
    OpenThread,
    Phase,
    PhaseChanged,
    PressTalk,
    Quit,
    ReleaseTalk,
    ReloadSettings,
    RetryMessage,
    SendText,
    SetMuted,
    StartVoice,
    StopReply,
    StopVoice,
    ToggleTalk,
)
from desktop_app.link.notes import DiscardNote, StartNote, StopNote
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayNote,
    PlayUtterance,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.link.thread_messages import (
    ChooseAnswerer,
    DeletePicture,
    DeleteThread,
    MarkThread,
    NextTurnTaken,
    PictureRemoved,
    PictureSaved,
    PinThread,
    RenameThread,
    RestorePicture,
    RestoreThread,
    ThreadRemoved,
    ThreadSaved,
    WishNextTurn,
)
from desktop_app.protocol.commands import Answerer
from tests.fakes.journal import MemoryJournal


class Conversation:
    """Remembers what it was told."""

    def __init__(self, thread_id: str) -> None:
        self.thread_id = thread_id
        self.taken: list[Input] = []
        self.phase = Phase.READY
        self.is_written = False
        self.is_resting = True
        self.shown = 0
        self.renewed = 0
        self.wished: list[Answerer] = []
        self.carried: list[tuple[str, ...]] = []
        self.let_gone: list[str] = []
        self.closed = asyncio.Event()
        self.failure: Exception | None = None

    @property
    def phase_changed(self) -> PhaseChanged:
        return PhaseChanged(self.thread_id, self.phase, is_written=self.is_written)

    async def run(self) -> None:
        if self.failure is not None:
            raise self.failure
        await self.closed.wait()

    def show(self) -> None:
        self.shown += 1

    async def let_go(self, utterance_id: str) -> None:
        self.let_gone.append(utterance_id)

    def take(self, given: Input) -> None:
        self.taken.append(given)

    def carry(self, files: tuple[str, ...]) -> None:
        self.carried.append(files)

    def renew_line(self) -> None:
        self.renewed += 1

    def wish_next(self, who: Answerer) -> None:
        self.wished.append(who)

    async def aclose(self) -> None:
        self.closed.set()


class Sound:
    """Remembers what was asked of devices."""

    def __init__(self) -> None:
        self.taken: list[object] = []
        self.refused: list[str] = []

    def on_intent(self, intent: object) -> None:
        self.taken.append(intent)

    def refuse_note(self, note_id: str, code: str) -> None:
        self.refused.append(code)

    def refuse_test(self, code: str) -> None:
        self.refused.append(code)


class Rig:
    """A controller over remembered conversations."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.conversations: dict[str, Conversation] = {}
        self.opened = 0
        self.failure: Exception | None = None
        self.told: list[LinkEvent] = []
        self.heard = asyncio.Event()
        self.asked_of_recordings: list[object] = []
        self.reloads = 0
        self.has_quit = False
        self.sound = Sound()
        self.controller = Controller(
            open_conversation=self._open,
            journal=self.journal,
            publish=self._publish,
            recordings=self.asked_of_recordings.append,
            reload=self._reload,
            quit_=self._quit,
            sound=self.sound,
        )

    def _open(self, thread_id: str) -> Conversation:
        self.opened += 1
        made = self.conversations[thread_id] = Conversation(thread_id)
        made.failure = self.failure
        return made

    def _publish(self, event: LinkEvent) -> None:
        self.told.append(event)
        self.heard.set()

    def _reload(self) -> None:
        self.reloads += 1

    def _quit(self) -> None:
        self.has_quit = True

    def ask(self, *intents: object) -> None:
        for intent in intents:
            self.controller.on_intent(intent)

    async def told_of(self, kind: type) -> LinkEvent:
        async with asyncio.timeout(5):
            while not (found := [one for one in self.told if isinstance(one, kind)]):
                self.heard.clear()
                await self.heard.wait()
        return found[-1]


@pytest.fixture
async def rig():
    made = Rig()
    yield made
    await made.controller.aclose()


def thread(thread_id: str = "a", **changes: object) -> ThreadRecord:
    return ThreadRecord(id=thread_id, title="Trams", created_at=1.0, updated_at=1.0, **changes)


async def test_every_conversation_lets_go_of_what_is_discarded(rig):
    rig.ask(OpenThread("a"))
    rig.conversations["a"].is_resting = False
    rig.ask(OpenThread("b"))
    await rig.controller.let_go("u")
    assert {thread: one.let_gone for thread, one in rig.conversations.items()} == {
        "a": ["u"],
        "b": ["u"],
    }


async def test_a_typed_message_goes_to_its_thread_whichever_is_shown(rig):
    rig.ask(OpenThread("a"), SendText("b", "m1", "hello"))
    assert rig.conversations["b"].taken == [PromptTyped("m1", "hello")]
    assert rig.conversations["a"].taken == []


async def test_a_retry_goes_to_its_thread(rig):
    rig.ask(RetryMessage("b", "m1"))
    assert rig.conversations["b"].taken == [RetryRequested("m1")]


async def test_voice_leaves_the_thread_that_had_it(rig):
    rig.ask(StartVoice("a"), StartVoice("b"))
    assert rig.conversations["a"].taken == [VoiceStarted(), TalkReleased(), VoiceStopped()]
    assert rig.conversations["b"].taken == [VoiceStarted()]


async def test_starting_voice_again_in_the_same_thread_stops_nothing(rig):
    rig.ask(StartVoice("a"), StartVoice("a"))
    assert rig.conversations["a"].taken == [VoiceStarted(), VoiceStarted()]


async def test_the_talk_key_mute_and_end_go_where_the_voice_is(rig):
    rig.ask(PressTalk("a"), ReleaseTalk(), SetMuted(True), StopVoice())
    expected = [TalkPressed(), TalkReleased(), MutedChanged(True), VoiceStopped()]
    assert rig.conversations["a"].taken == expected


async def test_talk_is_toggled_where_it_is_wished_and_cancelled_where_it_is(rig):
    rig.ask(ToggleTalk("a"), CancelTalk(), ToggleTalk("b"))
    left = [TalkToggled(), TalkCancelled(), TalkReleased(), VoiceStopped()]
    assert rig.conversations["a"].taken == left
    assert rig.conversations["b"].taken == [TalkToggled()]


async def test_without_voice_its_keys_do_nothing(rig):
    rig.ask(ReleaseTalk(), StopVoice())
    assert rig.conversations == {}


async def test_leaving_a_thread_closes_its_microphone(rig):
    rig.ask(OpenThread("a"), StartVoice("a"), OpenThread("b"), StopVoice())
    assert rig.conversations["a"].taken == [VoiceStarted(), TalkReleased(), VoiceStopped()]
    assert rig.conversations["b"].taken == []


async def test_who_mutes_before_talking_is_muted_in_every_thread(rig):
    rig.ask(SetMuted(True), StartVoice("a"), OpenThread("b"))
    assert rig.conversations["a"].taken[:2] == [MutedChanged(True), VoiceStarted()]
    assert rig.conversations["b"].taken == [MutedChanged(True)]


async def test_stop_ends_the_reply_on_screen_and_every_one_that_is_heard(rig):
    phases = {"a": Phase.THINKING, "b": Phase.SPEAKING, "c": Phase.PAUSED, "d": Phase.THINKING}
    for thread_id, phase in phases.items():
        rig.ask(SendText(thread_id, "m", "x"))
        rig.conversations[thread_id].phase = phase
        rig.conversations[thread_id].is_resting = False
    rig.ask(OpenThread("a"), StopReply())
    stopped = {one for one in phases if rig.conversations[one].taken[-1] == ReplyStopped()}
    assert stopped == {"a", "b", "c"}, "the fourth is written silently, where nobody looks"


async def test_showing_a_thread_tells_its_phase_and_lets_resting_ones_go(rig):
    rig.ask(OpenThread("a"))
    rig.ask(OpenThread("b"))
    async with asyncio.timeout(5):
        await rig.conversations["a"].closed.wait()
    assert rig.conversations["b"].shown == 1
    assert rig.controller.phase_changed == PhaseChanged("b", Phase.READY)


async def test_a_conversation_in_mid_reply_outlives_leaving_its_thread(rig):
    rig.ask(OpenThread("a"))
    rig.conversations["a"].is_resting = False
    rig.ask(OpenThread("b"), OpenThread("a"))
    assert not rig.conversations["a"].closed.is_set()
    assert rig.opened == 2


async def test_a_thread_is_renamed_and_told(rig):
    await rig.journal.save_thread(thread())
    rig.ask(RenameThread("a", "  Lisbon  "))
    saved = await rig.told_of(ThreadSaved)
    assert saved.thread.title == "Lisbon"


async def test_an_empty_name_keeps_the_old_one(rig):
    await rig.journal.save_thread(thread())
    rig.ask(RenameThread("a", "   "))
    assert (await rig.told_of(ThreadSaved)).thread.title == "Trams"


async def test_a_deleted_thread_ends_and_can_come_back(rig):
    await rig.journal.save_thread(thread())
    rig.ask(OpenThread("a"), DeleteThread("a"))
    assert await rig.told_of(ThreadRemoved) == ThreadRemoved("a")
    assert rig.conversations["a"].closed.is_set()
    rig.ask(RestoreThread("a"))
    assert (await rig.told_of(ThreadSaved)).thread.id == "a"


async def test_a_deleted_picture_can_come_back(rig):
    made = PictureRecord(
        id="p",
        thread_id="a",
        message_id="m",
        remote_id="d",
        mime_type="image/png",
        path="",
        size_bytes=0,
        created_at=1.0,
    )
    await rig.journal.keep_picture(made, b"png")
    rig.ask(DeletePicture("p"))
    assert await rig.told_of(PictureRemoved) == PictureRemoved("p")
    assert rig.journal.removed_pictures == {"p"}
    rig.ask(RestorePicture("p"))
    assert (await rig.told_of(PictureSaved)).picture.id == "p"
    assert rig.journal.removed_pictures == set()


async def test_what_is_wanted_of_recordings_is_passed_on_and_opens_nothing(rig):
    wishes = [
        PlayUtterance("u", 5),
        StopUtterance(),
        SaveUtterance("u", "x"),
        DiscardUtterance("u"),
    ]
    rig.ask(*wishes)
    assert rig.asked_of_recordings == wishes
    assert rig.conversations == {}


async def test_every_open_conversation_says_how_it_stands(rig):
    rig.ask(OpenThread("a"), SendText("b", "m", "x"))
    rig.conversations["b"].phase = Phase.THINKING
    assert [(one.thread_id, one.phase) for one in rig.controller.floor] == [
        ("a", Phase.READY),
        ("b", Phase.THINKING),
    ]


async def test_new_settings_are_read_and_reach_resting_conversations(rig):
    rig.ask(OpenThread("a"), ReloadSettings(), SendText("a", "m", "x"))
    assert rig.reloads == 1
    assert rig.opened == 2


@pytest.mark.parametrize("use", [StartVoice("a"), PressTalk("a"), SendText("a", "m", "x")])
async def test_new_settings_reach_a_conversation_that_goes_on_once_it_rests(rig, use):
    rig.ask(OpenThread("a"), StartVoice("a"))
    before = rig.conversations["a"]
    before.is_resting = False
    rig.ask(ReloadSettings(), SetMuted(True), ReleaseTalk(), use)
    assert (rig.opened, before.taken[-3]) == (1, MutedChanged(True)), "not within a turn"
    before.is_resting = True
    rig.ask(use)
    now = rig.conversations["a"]
    assert (rig.opened, now.taken[0]) == (2, MutedChanged(True))
    await before.closed.wait()
    rig.ask(use, ReleaseTalk())
    assert rig.opened == 2, "once is enough"
    assert (now.taken[-1] == TalkReleased()) is not isinstance(use, SendText)


async def test_quit_ends_the_program(rig):
    rig.ask(Quit())
    assert rig.has_quit


async def test_what_was_queued_is_taken_up_at_the_next_start(rig):
    waiting = MessageRecord(
        id="m",
        thread_id="q",
        role=Role.USER,
        text="x",
        created_at=1.0,
        status=MessageStatus.QUEUED,
    )
    await rig.journal.save_message(waiting)
    await rig.controller.resume()
    assert "q" in rig.conversations


async def test_a_conversation_that_fails_is_told_and_built_anew(rig, caplog):
    rig.failure = DeviceError("device.no_detector", "No detector.")
    rig.ask(OpenThread("a"))
    raised = await rig.told_of(NoticeRaised)
    assert raised.notice.code == "device.no_detector"
    rig.failure = None
    rig.ask(SendText("a", "m", "x"))
    assert rig.opened == 2
    caplog.clear()


async def test_a_thread_is_pinned_and_told(rig):
    await rig.journal.save_thread(thread())
    rig.ask(PinThread("a", True))
    assert (await rig.told_of(ThreadSaved)).thread == thread(is_pinned=True)


async def test_a_turn_that_ends_where_nobody_looks_waits_to_be_read(rig):
    await rig.journal.save_thread(thread("a"))
    await rig.journal.save_thread(thread("b"))
    rig.ask(OpenThread("b"))
    rig.controller.on_turn_ended("b")
    rig.controller.on_turn_ended("a")
    assert (await rig.told_of(ThreadSaved)).thread.id == "a"
    assert rig.journal.threads["a"].is_unread
    assert not rig.journal.threads["b"].is_unread


async def test_opening_a_thread_reads_it(rig):
    await rig.journal.save_thread(thread(is_unread=True))
    rig.ask(OpenThread("a"))
    assert not (await rig.told_of(ThreadSaved)).thread.is_unread


async def test_a_read_thread_can_be_marked_unread_while_it_is_open(rig):
    await rig.journal.save_thread(thread())
    rig.ask(OpenThread("a"), MarkThread("a", True))
    assert (await rig.told_of(ThreadSaved)).thread.is_unread


async def test_what_is_asked_of_devices_goes_to_sound(rig):
    asked = [
        SwitchMicrophone("cam"),
        ListDevices(),
        StartMicrophoneTest("cam"),
        PlayMicrophoneTest(),
    ]
    rig.ask(*asked, StopMicrophoneTest())
    assert rig.sound.taken == [*asked, StopMicrophoneTest()]


@pytest.mark.parametrize("start", [StartMicrophoneTest(), PlayMicrophoneTest()])
async def test_no_microphone_is_tried_out_while_a_conversation_goes_on(rig, start):
    rig.ask(OpenThread("a"))
    rig.conversations["a"].phase = Phase.SPEAKING
    rig.ask(start)
    assert (rig.sound.taken, rig.sound.refused) == ([], ["microphone.in_use"])


@pytest.mark.parametrize("start", [StartVoice("a"), PressTalk("a"), ToggleTalk("a")])
async def test_a_microphone_that_is_tried_out_gives_way_to_a_conversation(rig, start):
    rig.ask(StartMicrophoneTest(), start)
    assert rig.sound.taken == [StartMicrophoneTest(), StopMicrophoneTest(), StopNote()]


async def test_a_voice_note_silences_what_plays_and_waits_for_no_conversation(rig):
    note = StartNote("n", "note.wav")
    rig.ask(note, PlayNote("m", "other.wav"), DiscardNote("n"))
    assert rig.sound.taken == [note, StopNote(), DiscardNote("n")]
    assert rig.asked_of_recordings == [StopUtterance(), PlayNote("m", "other.wav")]
    rig.ask(OpenThread("a"))
    rig.conversations["a"].phase = Phase.SPEAKING
    rig.ask(note)
    assert rig.sound.refused == ["note.in_use"]


async def test_an_answer_that_is_only_written_keeps_nobody_from_the_microphone(rig):
    rig.ask(OpenThread("a"), SendText("b", "m", "x"))
    rig.conversations["b"].phase = Phase.THINKING
    rig.conversations["b"].is_written = True
    note = StartNote("n", "note.wav")
    rig.ask(note, StartMicrophoneTest())
    assert (rig.sound.taken, rig.sound.refused) == ([note, StartMicrophoneTest()], [])


async def test_bar_45_a_wish_for_the_next_turn_goes_to_its_conversation(rig):
    rig.ask(OpenThread("a"), WishNextTurn("a", Answerer("x/y")))
    assert rig.conversations["a"].wished == [Answerer("x/y")]


async def test_files_go_to_the_conversation_they_are_attached_in(rig):
    rig.ask(CarryFiles("a", ("notes.md",)))
    assert "a" not in rig.conversations, "files alone are no reason to begin one"
    rig.ask(StartVoice("a"), CarryFiles("a"))
    assert rig.conversations["a"].carried == [("notes.md",), ()]


async def test_files_and_a_wish_outlive_the_conversation_that_was_told_them(rig):
    nova = Answerer(voice="nova")
    rig.ask(OpenThread("a"), CarryFiles("a", ("1.md", "2.md")), WishNextTurn("a", nova))
    for closing in (ReloadSettings(), OpenThread("b")):
        before = rig.conversations["a"]
        rig.ask(closing, OpenThread("a"))
        now = rig.conversations["a"]
        assert now is not before
        assert (now.carried, now.wished) == ([("1.md", "2.md")], [nova])
    rig.controller.next_turns.notice(FilesCarried("a", 1, ("1.md",)))
    rig.ask(ReloadSettings(), OpenThread("a"))
    assert rig.conversations["a"].carried == [("2.md",)]
    rig.controller.next_turns.notice(NextTurnTaken("a"))
    rig.ask(CarryFiles("a"), ReloadSettings(), StartVoice("a"))
    now = rig.conversations["a"]
    assert (now.carried, now.wished) == ([()], []), "a turn had the one, the other was taken away"
    assert (rig.conversations["b"].carried, rig.conversations["b"].wished) == ([], [])


async def test_who_answers_is_kept_told_and_the_open_line_is_renewed(rig):
    rig.ask(OpenThread("a"), ChooseAnswerer("a", Answerer("openai/gpt-4.1")))
    saved = await rig.told_of(ThreadSaved)
    assert saved.thread.model == "openai/gpt-4.1"
    assert rig.conversations["a"].renewed == 1
