"""What a person does, and what the engine is asked for because of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from desktop_app.journal.records import MessageRecord, MessageStatus, Role, SearchHit, ThreadRecord
from desktop_app.journal.reply_details import ReplyDetails, ToolUse
from desktop_app.link.device_messages import SwitchMicrophone
from desktop_app.link.messages import (
    CancelTalk,
    Connection,
    ConnectionChanged,
    MessageSaved,
    Notice,
    NoticeLevel,
    NoticeRaised,
    OpenThread,
    Phase,
    PhaseChanged,
    PressTalk,
    ReleaseTalk,
    RetryMessage,
    SendText,
    SetMuted,
    StartVoice,
    StopReply,
    StopVoice,
    ToggleTalk,
    Welcome,
)
from desktop_app.link.replies import ReplyDetailed
from desktop_app.link.thread_messages import DeleteThread, RestoreThread, ThreadRemoved, ThreadSaved
from desktop_app.ui.journal_pages import PAGE


def thread(thread_id: str, at: float, title: str) -> ThreadRecord:
    return ThreadRecord(id=thread_id, title=title, created_at=at, updated_at=at)


def message(message_id: str, role: Role, text: str, **given: object) -> MessageRecord:
    values: dict[str, object] = {"status": MessageStatus.COMPLETE, "created_at": 1.0, **given}
    return MessageRecord(id=message_id, thread_id="a", role=role, text=text, **values)  # type: ignore[arg-type]


def started(desk):
    desk.reader.known = [thread("a", 2, "Lisbon"), thread("b", 1, "Porto")]
    desk.reader.written = {"a": [message("m", Role.USER, "Hello")]}
    desk.wiring.start()
    return desk


def test_the_newest_thread_is_open_after_the_start(desk):
    started(desk)
    assert desk.store.state.conversation.thread_id == "a"
    assert not desk.window.pane.chat.isHidden()
    assert desk.sent == [OpenThread("a")]


def test_bar_33_of_many_threads_and_messages_the_newest_page_is_read(desk):
    desk.reader.known = [thread(f"t{n}", 10_000 - n, f"Thread {n}") for n in range(10_000)]
    desk.reader.written = {
        "t0": [message(f"m{n}", Role.USER, "Hello", created_at=float(n)) for n in range(5_000)]
    }
    desk.wiring.start()
    state = desk.store.state
    assert [one.id for one in state.threads] == [f"t{n}" for n in range(PAGE)]
    assert state.has_more_threads
    assert [one.id for one in state.conversation.messages] == [
        f"m{n}" for n in range(5_000 - PAGE, 5_000)
    ]
    assert state.conversation.has_older
    assert desk.window.pane.chat.is_following


def test_an_old_thread_of_which_news_come_leaves_none_out_of_the_list(desk):
    desk.reader.known = [
        ThreadRecord(id=f"t{n}", title=f"T{n}", created_at=1.0, updated_at=1000.0 - n)
        for n in range(450)
    ]
    desk.wiring.start()
    desk.store.apply(ThreadSaved(replace(desk.reader.known[350], title="Renamed")))
    desk.store.apply(ThreadRemoved("t3"))
    for _ in range(2):
        desk.wiring.threads._on_more_threads()
    state = desk.store.state
    assert [one.id for one in state.threads] == [f"t{n}" for n in range(450) if n != 3]
    assert state.threads[349].title == "Renamed"
    assert not state.has_more_threads


def test_without_threads_the_window_invites(desk):
    desk.wiring.start()
    assert not desk.window.pane.invitation.isHidden()
    assert desk.sent == [OpenThread(desk.store.state.conversation.thread_id)]


def test_a_typed_message_is_shown_and_sent_at_once(desk, qtbot):
    started(desk)
    qtbot.keyClicks(desk.window.pane.composer.field, "How are you?")
    qtbot.keyClick(desk.window.pane.composer.field, Qt.Key.Key_Return)
    shown = desk.store.state.conversation.messages[-1]
    assert (shown.text, shown.status) == ("How are you?", MessageStatus.QUEUED)
    assert desk.sent[-1] == SendText("a", shown.id, "How are you?")
    assert desk.window.pane.composer.text == ""


def test_an_example_is_asked_by_a_click(desk, qtbot):
    desk.wiring.start()
    card = desk.window.pane.invitation._cards[0]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert desk.sent_of(SendText)[0].text == card.text()


def test_holding_space_talks_and_repeats_are_not_news(desk, qtbot):
    started(desk)
    desk.window.activateWindow()
    field = desk.window.pane.composer.field
    field.setFocus()
    qtbot.waitUntil(desk.window.isActiveWindow)
    qtbot.keyPress(field, Qt.Key.Key_Space)
    qtbot.keyPress(field, Qt.Key.Key_Space)
    qtbot.keyRelease(field, Qt.Key.Key_Space)
    assert desk.sent_of(PressTalk) == [PressTalk("a")]
    assert desk.sent_of(ReleaseTalk) == [ReleaseTalk()]
    assert desk.window.pane.composer.text == ""


def press_space(desk, qtbot, held_s: float, monkeypatch) -> None:
    """Hold Space for so long, by the clock of the talk key."""
    clock = iter((10.0, 10.0 + held_s))
    its_clock = SimpleNamespace(monotonic=lambda: next(clock))  # other threads have their own
    monkeypatch.setattr("desktop_app.ui.voice.talk_key.time", its_clock)
    field = desk.window.pane.composer.field
    field.setFocus()
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    qtbot.keyPress(field, Qt.Key.Key_Space)
    qtbot.keyRelease(field, Qt.Key.Key_Space)


@pytest.mark.parametrize(
    ("mode", "held_s", "sent"),
    [
        ("hold", 0.1, [PressTalk("a"), ReleaseTalk()]),
        ("toggle", 0.1, [ToggleTalk("a")]),
        ("toggle", 2.0, [ToggleTalk("a")]),
        ("tap_lock", 0.1, [ToggleTalk("a")]),
        ("tap_lock", 2.0, [ToggleTalk("a"), ReleaseTalk()]),
    ],
)
def test_what_space_means_is_a_setting(desk, qtbot, monkeypatch, mode, held_s, sent):
    started(desk).window.use_talk_mode(mode)
    desk.sent.clear()
    press_space(desk, qtbot, held_s, monkeypatch)
    assert [one for one in desk.sent if not isinstance(one, OpenThread)] == sent


@pytest.mark.parametrize("held_s", [0.1, 2.0])
@pytest.mark.parametrize(
    ("mode", "sent"),
    [("toggle", [ToggleTalk("a")]), ("tap_lock", [PressTalk("a"), ReleaseTalk()])],
)
def test_what_is_said_during_a_long_press_into_locked_talk_belongs_to_it(
    desk, qtbot, monkeypatch, mode, sent, held_s
):
    started(desk).window.use_talk_mode(mode)
    desk.store.apply(PhaseChanged("a", Phase.HEARING, 1))
    desk.store.tell()
    desk.sent.clear()
    press_space(desk, qtbot, held_s, monkeypatch)
    assert [one for one in desk.sent if not isinstance(one, OpenThread)] == sent
    desk.store.apply(PhaseChanged("a", Phase.THINKING, 1))
    desk.store.tell()
    desk.sent.clear()
    press_space(desk, qtbot, 0.1, monkeypatch)
    assert desk.sent[-1] == ToggleTalk("a"), "it was over"


def test_the_window_says_how_its_talk_key_is_used(desk):
    started(desk).window.use_talk_mode("toggle")
    pane = desk.window.pane
    assert pane.composer.field.placeholderText() == "Message, or press Space to talk"
    assert pane.invitation.hint.text == "Press Space and ask aloud, or just type."
    desk.store.apply(PhaseChanged("a", Phase.HEARING, 1))
    desk.store.tell()
    assert "press again to send" in pane.dock.words


def test_escape_takes_back_what_is_being_said(desk, qtbot):
    started(desk)
    desk.store.apply(PhaseChanged("a", Phase.HEARING, 1))
    desk.store.tell()
    desk.window.escape_pressed.emit()
    assert desk.sent[-1] == CancelTalk()


def test_space_in_a_message_is_a_space(desk, qtbot):
    started(desk)
    qtbot.keyClicks(desk.window.pane.composer.field, "a b")
    assert desk.window.pane.composer.text == "a b"
    assert desk.sent_of(PressTalk) == []


def test_control_space_talks_from_within_a_message(desk, qtbot):
    started(desk)
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    field = desk.window.pane.composer.field
    qtbot.keyClicks(field, "half a mess")
    qtbot.keyPress(field, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyRelease(field, Qt.Key.Key_Space)
    assert len(desk.sent_of(PressTalk)) == len(desk.sent_of(ReleaseTalk)) == 1


def test_the_microphone_button_starts_and_ends_voice(desk, qtbot):
    started(desk)
    button = desk.window.pane.composer._microphone
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == StartVoice("a")
    desk.store.apply(PhaseChanged("a", Phase.LISTENING, 1, True))
    desk.store.tell()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == StopVoice()


def test_escape_stops_the_reply_before_the_voice(desk):
    started(desk)
    desk.store.apply(PhaseChanged("a", Phase.SPEAKING, 1, True))
    desk.window.escape_pressed.emit()
    desk.store.apply(PhaseChanged("a", Phase.LISTENING, 1, True))
    desk.window.escape_pressed.emit()
    assert desk.sent[-2:] == [StopReply(), StopVoice()]


def test_escape_silences_the_reply_of_a_thread_that_was_left(desk):
    started(desk)
    desk.store.apply(PhaseChanged("a", Phase.SPEAKING, 1, True))
    desk.wiring.threads.open_thread("b")
    desk.store.apply(PhaseChanged("b", Phase.READY))
    desk.window.escape_pressed.emit()
    assert desk.sent[-1] == StopReply()
    desk.store.apply(PhaseChanged("a", Phase.READY))
    count = len(desk.sent)
    desk.window.escape_pressed.emit()
    assert len(desk.sent) == count


def test_escape_stops_a_written_reply_and_then_closes_what_is_open(desk):
    started(desk)
    desk.window.toggle_right()
    running = message("r", Role.ASSISTANT, "..", status=MessageStatus.STREAMING, created_at=2.0)
    desk.store.apply(MessageSaved(running))
    desk.window.escape_pressed.emit()
    assert desk.sent[-1] == StopReply()
    done = message("r", Role.ASSISTANT, "..", created_at=2.0)
    desk.store.apply(MessageSaved(done))
    desk.window.escape_pressed.emit()
    assert not desk.window.is_right_open


def test_what_an_engine_settled_after_a_crash_is_shown(desk):
    started(desk)
    desk.reader.known = [thread("c", 3, "Cut"), *desk.reader.known]
    failed = message("m2", Role.USER, "", status=MessageStatus.FAILED, created_at=2.0)
    growing = message("m3", Role.ASSISTANT, "Four", status=MessageStatus.STREAMING, created_at=3.0)
    desk.store.apply(MessageSaved(growing))
    cut = message("m3", Role.ASSISTANT, "Four", status=MessageStatus.INTERRUPTED, created_at=3.0)
    desk.reader.written["a"] += [failed, cut]
    desk.store.apply(Welcome("1", "a", Phase.READY, Connection.READY, "embedded"))
    state = desk.store.state
    assert [one.id for one in state.threads] == ["c", "a", "b"]
    assert state.conversation.messages[1:] == (failed, cut)


def test_a_spoken_turn_is_in_sight_until_it_is_over(desk):
    started(desk)
    dock = desk.window.pane.dock
    for phase in (Phase.HEARING, Phase.RECONNECTING, Phase.CONNECTING, Phase.THINKING):
        desk.store.apply(PhaseChanged("a", phase, 1))
        desk.store.tell()
        assert not dock.isHidden(), phase
    for phase in (Phase.READY, Phase.RECONNECTING, Phase.THINKING):
        desk.store.apply(PhaseChanged("a", phase, 2))
        desk.store.tell()
        assert dock.isHidden(), phase


def test_mute_asks_for_the_opposite(desk, qtbot):
    started(desk)
    desk.store.apply(PhaseChanged("a", Phase.LISTENING, 1, True))
    desk.store.tell()
    qtbot.mouseClick(desk.window.pane.dock._mute, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == SetMuted(True)


def test_a_deleted_thread_comes_back(desk, qtbot):
    started(desk)
    desk.window.threads.delete_requested.emit(("a",))
    assert desk.sent_of(DeleteThread) == [DeleteThread("a")]
    assert desk.store.state.conversation.thread_id == "b"
    assert "Lisbon" in desk.window.pane.notices.sentence
    qtbot.mouseClick(desk.window.pane.notices._step, Qt.MouseButton.LeftButton)
    assert desk.sent_of(RestoreThread) == [RestoreThread("a")]
    assert desk.store.state.conversation.thread_id == "a"
    assert desk.window.pane.notices.sentence == ""


@pytest.mark.parametrize(
    ("code", "path"), [("access.no_key", "profile"), ("tools.no_command", "tools.command")]
)
def test_what_is_missing_in_the_settings_has_a_way_there(desk, qtbot, code, path):
    desk.store.apply(NoticeRaised(Notice(NoticeLevel.ERROR, code, action="settings")))
    desk.store.tell()
    assert desk.window.pane.notices._step.text() == "Open the settings"
    qtbot.mouseClick(desk.window.pane.notices._step, Qt.MouseButton.LeftButton)
    assert desk.window.pane.page == "settings"
    desk.window.activateWindow()
    qtbot.waitUntil(lambda: desk.wiring.settings.focused == path, timeout=2000)


def test_what_the_built_in_answers_need_is_said_of_them_alone(desk):
    words = desk.window.pane.invitation._foot
    for profile, is_said in (("backboard", False), ("embedded", True)):
        desk.store.apply(ConnectionChanged(Connection.READY, profile))
        desk.store.tell()
        assert bool(words.text) is is_said


def test_a_service_without_a_key_is_not_called_ready(desk):
    desk.store.apply(ConnectionChanged(Connection.NO_KEY, "backboard"))
    desk.store.tell()
    assert desk.window.threads.connection.words == "Backboard: no key"


def test_a_notice_is_one_sentence_with_one_step(desk, qtbot):
    started(desk)
    notice = Notice(NoticeLevel.ERROR, "reply.failed", action="retry", subject="m")
    desk.store.apply(NoticeRaised(notice))
    desk.store.tell()
    bar = desk.window.pane.notices
    assert bar.isVisible()
    qtbot.mouseClick(bar._step, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == RetryMessage("a", "m")
    assert not bar.isVisible()


def test_what_is_being_written_shows_how_far_it_is_and_can_be_stopped(desk):
    started(desk)
    facts = {"file": "all.zip", "number": "40"}
    running = Notice(NoticeLevel.INFO, "export.running", facts, "stop_export")
    desk.store.apply(NoticeRaised(running))
    desk.store.tell()
    bar = desk.window.pane.notices
    assert bar.progress == 0.4
    image = bar.grab().toImage()
    accent, line = desk.window.look.tokens.accent, desk.window.look.tokens.line
    at = [image.pixelColor(round(bar.width() * share), bar.height() - 2) for share in (0.2, 0.8)]
    assert [one.name() for one in at] == [accent, line]
    assert bar._step.isVisible()
    desk.store.apply(NoticeRaised(Notice(NoticeLevel.INFO, "export.written", facts)))
    desk.store.tell()
    assert bar.progress is None


def test_a_silent_microphone_is_exchanged_for_the_one_that_is_named(desk, qtbot):
    started(desk)
    facts = {"device": "Headset", "other": "Camera"}
    notice = Notice(NoticeLevel.WARNING, "device.silent", facts, "switch_microphone", "usb-cam")
    desk.store.apply(NoticeRaised(notice))
    desk.store.tell()
    step = desk.window.pane.notices._step
    assert step.text() == "Use Camera"
    qtbot.mouseClick(step, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == SwitchMicrophone("usb-cam")


def test_search_shows_titles_then_messages(desk):
    started(desk)
    desk.reader.hits = [SearchHit("b", "m9", "the \x02port\x03 of", 1.0, "Porto")]
    desk.window.threads.search.setText("port")
    desk.window.threads.search_changed.emit("port")
    rows = desk.wiring.threads._rows
    titles = [rows.row(rows.index(number)).title for number in range(rows.rowCount())]
    assert titles == ["Threads", "Porto", "In messages", "Porto"]


def test_the_gallery_takes_the_place_of_the_conversation(desk):
    started(desk)
    desk.window.gallery_toggled.emit()
    assert desk.window.pane.page == "gallery"
    assert desk.window.pane.chat.isHidden()
    desk.window.escape_pressed.emit()
    assert not desk.window.pane.chat.isHidden()


def test_every_control_says_what_it_is(desk):
    from PySide6.QtWidgets import QAbstractButton

    started(desk)
    for button in desk.window.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.accessibleName()
            assert button.toolTip()


def test_a_missing_microphone_can_be_tried_again(desk, qtbot):
    started(desk)
    desk.store.apply(NoticeRaised(Notice(NoticeLevel.ERROR, "device.no_input", action="settings")))
    desk.store.tell()
    step = desk.window.pane.notices._step
    assert step.text() == "Try again"
    qtbot.mouseClick(step, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == StartVoice("a")


def test_the_dock_stops_a_reply_or_ends_an_open_conversation(desk):
    desk.store.apply(PhaseChanged("a", Phase.SPEAKING, 1))
    desk.window.pane.dock.end_requested.emit()
    assert desk.sent[-1] == StopReply()
    desk.store.apply(PhaseChanged("a", Phase.SPEAKING, 1, True))
    desk.window.pane.dock.end_requested.emit()
    assert desk.sent[-1] == StopVoice()


def test_escape_empties_the_search_before_it_closes_anything(desk, qtbot):
    desk.window.toggle_right()
    desk.window.threads.focus_search()
    qtbot.keyClicks(desk.window.threads.search, "tok")
    qtbot.keyClick(desk.window.threads.search, Qt.Key.Key_Escape)
    assert desk.window.threads.search.text() == ""
    assert desk.window.is_right_open


def test_down_leads_from_the_search_to_what_was_found(desk, qtbot):
    desk.window.threads.focus_search()
    qtbot.keyClick(desk.window.threads.search, Qt.Key.Key_Down)
    assert desk.window.focusWidget() is desk.window.threads.list


@pytest.mark.parametrize("place", ["search", "gallery"])
def test_one_key_leads_back_to_the_message(desk, qtbot, place):
    composer = desk.window.pane.composer
    composer.set_text("Half a")
    if place == "gallery":
        desk.window.gallery_toggled.emit()
        at = desk.window.focusWidget()
    else:
        desk.window.threads.focus_search()
        at = desk.window.threads.search
        at.setText("tok")
    qtbot.keyClick(at, Qt.Key.Key_Escape, Qt.KeyboardModifier.ShiftModifier)
    assert desk.window.focusWidget() is composer.field
    assert desk.window.pane.page == ""
    assert composer.text == "Half a"
    assert desk.window.threads.search.text() == ("tok" if place == "search" else "")


def test_a_lost_line_is_dialled_from_the_dock(desk):
    desk.wiring.threads.open_thread("a")
    desk.store.apply(PhaseChanged("a", Phase.RECONNECTING, 1, True, retry_in_s=16.0))
    desk.store.tell()
    dock = desk.window.pane.dock
    assert dock.words.startswith("Reconnecting in 16 s")
    dock.dial_requested.emit()
    assert desk.sent[-1] == StartVoice("a")


def test_the_dock_follows_the_tool_of_the_open_thread(desk):
    desk.wiring.threads.open_thread("a")
    desk.store.apply(PhaseChanged("a", Phase.THINKING, 1, True))
    tools = ReplyDetails(tools=(ToolUse("c", "search_web"),))
    desk.store.apply(ReplyDetailed("a", 1, tools))
    desk.store.tell()
    assert "search_web" in desk.window.pane.dock.words
