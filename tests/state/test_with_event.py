"""Every event of the engine, folded into what is on screen."""

from __future__ import annotations

import pytest

from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    ThreadRecord,
    TurnTimes,
)
from desktop_app.link.device_messages import (
    DevicesChanged,
    DeviceShown,
    MicrophoneTest,
    MicrophoneTestChanged,
)
from desktop_app.link.keeping import ImportAdvanced
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    LevelMeasured,
    MessageRemoved,
    MessageSaved,
    Notice,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    ReplyGrew,
    SpeechHeard,
    TranscriptChanged,
    TurnTimed,
    Welcome,
)
from desktop_app.link.recordings import RecordingPlayed, RecordingsRemoved
from desktop_app.link.thread_messages import (
    PictureRemoved,
    ServiceDescribed,
    ThreadRemoved,
    ThreadSaved,
)
from desktop_app.state.app_state import (
    AppState,
    Conversation,
    Devices,
    Levels,
    Playing,
    Service,
    Voice,
)
from desktop_app.state.changes import with_engine_lost
from desktop_app.state.with_event import with_event


def message(
    message_id: str, at: float, role: Role = Role.ASSISTANT, **given: object
) -> MessageRecord:
    values: dict[str, object] = {"text": "", "status": MessageStatus.STREAMING, **given}
    return MessageRecord(id=message_id, thread_id="t", role=role, created_at=at, **values)  # type: ignore[arg-type]


def opened(*messages: MessageRecord, partial: str = "") -> AppState:
    return AppState(conversation=Conversation("t", messages, partial=partial, is_loaded=True))


def folded(state: AppState, *events: object) -> AppState:
    for event in events:
        state = with_event(state, event)  # type: ignore[arg-type]
    return state


def test_welcome_says_how_everything_stands():
    state = with_event(AppState(), Welcome("1", "t", Phase.LISTENING, Connection.READY, "embedded"))
    assert state.service == Service(Connection.READY, "embedded")
    assert state.voice.phase is Phase.LISTENING


def test_a_lost_connection_counts_down():
    state = with_event(AppState(), ConnectionChanged(Connection.RECONNECTING, "embedded", 4.0))
    assert state.service == Service(Connection.RECONNECTING, "embedded", 4.0)


def test_what_was_said_of_a_service_stays_while_it_comes_and_goes_and_is_no_other_ones():
    state = folded(
        AppState(),
        Welcome("1", "t", Phase.READY, Connection.STARTING, "home"),
        ServiceDescribed("Work", "own/model"),
        ConnectionChanged(Connection.RECONNECTING, "home", 4.0),
        Welcome("1", "t", Phase.READY, Connection.READY, "home"),
    )
    assert state.service == Service(Connection.READY, "home", None, "own/model", "Work")
    other = with_event(state, ConnectionChanged(Connection.READY, "embedded"))
    assert other.service == Service(Connection.READY, "embedded")
    assert (state.service.called, other.service.called) == ("Work", "embedded")


def test_the_phase_carries_device_and_duplex():
    event = PhaseChanged("t", Phase.SPEAKING, 2, True, True, "USB", "half", "no_echo_control")
    state = with_event(AppState(), event)
    assert state.voice == Voice(
        "t", Phase.SPEAKING, 2, True, True, "USB", "half", "no_echo_control"
    )


def test_a_thread_that_is_not_on_screen_does_not_take_the_dock():
    listening = PhaseChanged("t", Phase.LISTENING, is_voice_on=True)
    state = with_event(opened(), listening)
    assert with_event(state, PhaseChanged("other", Phase.READY)) is state


def test_what_was_heard_belongs_to_its_turn_alone():
    state = folded(
        AppState(),
        PhaseChanged("t", Phase.SPEAKING, 2),
        SpeechHeard("t", 2, 400),
        SpeechHeard("t", 1, 9000),
        PhaseChanged("t", Phase.LISTENING, 2),
    )
    assert state.voice.heard_ms == 400
    assert with_event(state, PhaseChanged("t", Phase.HEARING, 3)).voice.heard_ms == 0


def test_live_words_go_when_the_utterance_is_over():
    state = with_event(opened(), TranscriptChanged("t", 1, "and what"))
    assert state.conversation.partial == "and what"
    assert with_event(state, PhaseChanged("t", Phase.THINKING)).conversation.partial == "and what"
    assert with_event(state, PhaseChanged("t", Phase.LISTENING)).conversation.partial == ""


def test_live_words_become_the_saved_message():
    said = message("m", 1, Role.USER, is_spoken=True, text="and what else")
    state = with_event(opened(partial="and what"), MessageSaved(said))
    assert state.conversation.messages == (said,)
    assert state.conversation.partial == ""


def test_a_reply_leaves_the_live_words_alone():
    state = with_event(opened(partial="and"), MessageSaved(message("m", 1)))
    assert state.conversation.partial == "and"


def test_a_saved_message_replaces_its_older_self_or_finds_its_place():
    first, last = message("a", 1), message("c", 3)
    newer = message("a", 1, text="more")
    state = folded(opened(first, last), MessageSaved(newer), MessageSaved(message("b", 2)))
    assert [(each.id, each.text) for each in state.conversation.messages] == [
        ("a", "more"),
        ("b", ""),
        ("c", ""),
    ]


def test_a_reply_grows_or_is_replaced_whole():
    grown = with_event(opened(message("m", 1, text="One")), ReplyGrew("t", "m", " two"))
    assert grown.conversation.messages[0].text == "One two"
    whole = with_event(grown, ReplyGrew("t", "m", "Three", is_whole=True))
    assert whole.conversation.messages[0].text == "Three"


@pytest.mark.parametrize(
    "event",
    [
        ReplyGrew("t", "unknown", "x"),
        ReplyGrew("other", "m", "x"),
        TurnTimed("t", 9, TurnTimes()),
        MessageSaved(
            MessageRecord(
                id="n",
                thread_id="other",
                role=Role.USER,
                text="",
                created_at=1,
                status=MessageStatus.SENT,
            )
        ),
        NoticeCleared("unknown"),
        SpeechHeard("t", 7, 100),
    ],
)
def test_news_about_something_else_changes_nothing(event):
    state = opened(message("m", 1, turn=1))
    assert with_event(state, event) is state


def test_times_reach_the_reply_of_their_turn_and_none_of_an_earlier_session():
    question = message("q", 1, Role.USER, turn=1)
    times, before = TurnTimes(commit=1.0, first_text=1.5), TurnTimes(commit=0.1, first_text=0.9)
    old, new = message("old", 0, turn=1, times=before), message("new", 2, turn=1)
    state = with_event(opened(old, question, new), TurnTimed("t", 1, times, "new"))
    assert [each.times for each in state.conversation.messages] == [before, None, times]
    without = opened(old, question)
    assert with_event(without, TurnTimed("t", 1, times)) is without, "it had no reply"


def test_levels_are_kept_as_they_come():
    assert with_event(AppState(), LevelMeasured(0.5, 0.2)).levels == Levels(0.5, 0.2)


def test_threads_stand_newest_first_and_go():
    old = ThreadRecord(id="old", created_at=1, updated_at=1)
    new = ThreadRecord(id="new", created_at=2, updated_at=2)
    state = folded(AppState(), ThreadSaved(old), ThreadSaved(new))
    assert [thread.id for thread in state.threads] == ["new", "old"]
    assert with_event(state, ThreadRemoved("new")).threads == (old,)


def test_a_removed_thread_is_closed():
    assert with_event(opened(message("a", 1)), ThreadRemoved("t")).conversation == Conversation()


def test_a_thread_that_goes_and_comes_back_takes_its_pictures_with_it():
    old = ThreadRecord(id="old", created_at=1, updated_at=1)
    state = folded(AppState(), ThreadSaved(old))
    assert (state.picture_news, state.gone) == (0, frozenset())
    gone = with_event(state, ThreadRemoved("old"))
    assert (gone.picture_news, gone.gone) == (1, {"old"})
    back = with_event(gone, ThreadSaved(old))
    assert (back.picture_news, back.gone, back.threads) == (2, frozenset(), (old,))


def test_a_notice_replaces_the_one_of_its_code_and_can_be_cleared():
    first = Notice(NoticeLevel.INFO, "device.lost", {"device": "A"})
    second = Notice(NoticeLevel.INFO, "device.lost", {"device": "B"})
    other = Notice(NoticeLevel.ERROR, "reply.failed")
    state = folded(AppState(), *(NoticeRaised(each) for each in (first, other, second)))
    assert state.notices == (other, second)
    assert with_event(state, NoticeCleared("reply.failed")).notices == (second,)


def test_a_picture_that_went_is_news():
    assert with_event(AppState(), PictureRemoved("p")) == AppState(picture_news=1)


def test_recordings_that_are_gone_are_offered_no_more():
    state = opened(message("m", 1.0, utterance_id="u1"), message("n", 2.0, utterance_id="u2"))
    after = with_event(state, RecordingsRemoved(("u0", "u1")))
    assert [one.utterance_id for one in after.conversation.messages] == ["", "u2"]
    assert with_event(state, RecordingsRemoved(("u0",))) is state


def test_the_recording_that_plays_is_shown_until_it_is_over():
    state = with_event(AppState(), RecordingPlayed("u", 5, 9))
    assert state.playing == Playing("u", 5, 9)
    assert with_event(state, RecordingPlayed("u", 9, 9, is_over=True)).playing is None


def test_a_removed_message_leaves_the_open_thread():
    state = opened(message("m", 1.0), message("n", 2.0))
    after = with_event(state, MessageRemoved("t", "m"))
    assert [one.id for one in after.conversation.messages] == ["n"]
    assert with_event(state, MessageRemoved("other", "m")) is state
    assert with_event(state, MessageRemoved("t", "x")) is state


def test_devices_and_the_test_of_a_microphone_are_shown():
    camera = DeviceShown("usb-cam", "Camera", is_input=True)
    testing = MicrophoneTestChanged(MicrophoneTest.LISTENING, "Camera")
    state = folded(AppState(), DevicesChanged((camera,)), testing)
    assert state.devices == Devices((camera,), testing)


def test_an_import_is_shown_until_it_is_over():
    state = with_event(AppState(), ImportAdvanced("a", 1, 2))
    assert state.importing == ImportAdvanced("a", 1, 2)
    assert with_event(state, ImportAdvanced("a", 2, 2, is_over=True)).importing is None


def test_which_replies_are_heard_is_known_of_every_thread():
    state = folded(opened(), PhaseChanged("t", Phase.SPEAKING), PhaseChanged("u", Phase.PAUSED))
    assert state.sounding == {"t", "u"}
    state = folded(state, PhaseChanged("t", Phase.THINKING), PhaseChanged("v", Phase.THINKING))
    assert state.sounding == {"u"}
    assert folded(state, ThreadRemoved("u")).sounding == frozenset()
    assert with_engine_lost(state).sounding == frozenset()
