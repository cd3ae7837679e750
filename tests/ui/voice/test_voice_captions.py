"""Captions, interruption, the talk key's choice and the focus view, in the wired window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import MessageSaved, Phase, PhaseChanged, SpeechHeard, StopReply
from desktop_app.settings import load
from desktop_app.state import changes
from tests.ui.conftest import make_message


def speak(desk, text: str, heard_ms: int) -> None:
    desk.store.change(partial(changes.with_opened, thread_id="a", is_new=True))
    desk.store.apply(MessageSaved(make_message(1, "what now", Role.USER, turn=1)))
    reply = make_message(2, text, turn=1, status=MessageStatus.STREAMING)
    desk.store.apply(MessageSaved(reply))
    desk.store.apply(PhaseChanged("a", Phase.SPEAKING, 1, True, False, "default"))
    desk.store.apply(SpeechHeard("a", 1, heard_ms))
    desk.store.tell()


def test_bar_56_the_spoken_word_stands_out_and_moves(desk):
    speak(desk, "It is nine in the morning", 0)
    dock = desk.window.pane.dock
    assert dock.captions.isVisible()
    assert dock.captions.caption.word == "It"
    desk.store.apply(SpeechHeard("a", 1, 60_000))
    desk.store.tell()
    assert dock.captions.caption.word == "morning"
    assert dock.captions.accessibleName() == "It is nine in the morning"
    desk.store.apply(PhaseChanged("a", Phase.LISTENING, 1, True, False, "default"))
    desk.store.tell()
    assert not dock.captions.isVisible()


def test_interrupting_ends_the_reply_and_not_the_conversation(desk, qtbot):
    speak(desk, "It is nine", 0)
    dock = desk.window.pane.dock
    qtbot.mouseClick(dock._interrupt, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == StopReply()
    desk.store.apply(PhaseChanged("a", Phase.LISTENING, 1, True, False, "default"))
    desk.store.tell()
    assert not dock._interrupt.isVisible()


def test_the_talk_key_is_chosen_in_the_dock_and_the_rest_of_the_settings_stays(desk, tmp_path):
    (tmp_path / "settings.json").write_text('{"voice": {"tail_ms": 345}}')
    speak(desk, "It is nine", 0)
    dock = desk.window.pane.dock
    [tapped] = [one for one in dock.talk_menu().actions() if one.data() == "tap_lock"]
    tapped.trigger()
    written = load(tmp_path / "settings.json").voice
    assert (written.talk_mode, written.tail_ms) == ("tap_lock", 345)
    assert desk.window.talk_key.mode == "tap_lock"
    assert dock.talk_mode == "tap_lock"


def test_bar_56_the_focus_view_enlarges_dock_and_captions(desk, qtbot):
    speak(desk, "It is nine", 0)
    dock = desk.window.pane.dock
    height, letters = dock.height(), dock.captions.font().pixelSize()
    qtbot.keyClick(desk.window, Qt.Key.Key_F11)
    assert dock.height() > height
    assert dock.captions.font().pixelSize() > letters
    qtbot.keyClick(desk.window, Qt.Key.Key_F11)
    assert (dock.height(), dock.captions.font().pixelSize()) == (height, letters)
