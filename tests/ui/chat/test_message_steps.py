"""What is done with messages: heard, asked again, edited, copied, looked into."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import MessageSaved, RetryMessage, SendText
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayUtterance,
    RecordingPlayed,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.protocol.commands import TurnWishes
from desktop_app.ui.chat.message_footer import footer_of
from desktop_app.ui.chat.message_menu import message_menu
from tests.ui.chat.conftest import press
from tests.ui.conftest import make_message

WISHES = TurnWishes(files=("a.pdf",))
ASKED = make_message(
    1, "Why?", Role.USER, status=MessageStatus.SENT, is_spoken=True, speech_ms=4000,
    utterance_id="u", wishes=WISHES,
)  # fmt: skip
ANSWER = make_message(2, "**So.**", is_spoken=True, speech_ms=2000, utterance_id="v", model="a/b")


@pytest.fixture
def talk(desk):
    """The wired window with a question and its reply on screen."""
    desk.wiring.threads.open_thread("a")
    for message in (ASKED, ANSWER):
        desk.store.apply(MessageSaved(message))
    desk.store.tell()
    return desk


def words_of(talk, message) -> list[str]:
    menu = message_menu(talk.window.pane.chat, message)
    words = [action.text() for action in menu.actions() if action.text()]
    menu.deleteLater()
    return words


def choose(talk, message, words: str) -> None:
    menu = message_menu(talk.window.pane.chat, message)
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.deleteLater()


def test_the_last_question_is_asked_again_with_everything_it_had(talk, qtbot):
    qtbot.keyClick(talk.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    (sent,) = talk.sent_of(SendText)
    assert (sent.text, sent.wishes) == ("Why?", WISHES)
    assert sent.message_id != "m1"


def test_a_question_that_never_arrived_is_delivered_instead(talk):
    failed = make_message(3, "And?", Role.USER, status=MessageStatus.FAILED)
    talk.store.apply(MessageSaved(failed))
    talk.store.tell()
    choose(talk, failed, "Ask again")
    assert talk.sent_of(RetryMessage) == [RetryMessage("a", "m3")]
    assert talk.sent_of(SendText) == []


def test_up_in_the_empty_composer_takes_the_last_question_back(talk, qtbot):
    field = talk.window.pane.composer.field
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "Why?"
    field.setPlainText("Mine")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "Mine"


def test_the_last_reply_is_copied_by_key_and_either_way_by_menu(talk, qtbot):
    clipboard = QGuiApplication.clipboard()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(talk.window, Qt.Key.Key_C, both)
    assert clipboard.text() == "**So.**"
    choose(talk, ANSWER, "Copy as text")
    assert clipboard.text() == "So."


def test_the_menu_offers_what_goes_with_the_message(talk):
    assert words_of(talk, ASKED) == [
        "Copy", "Copy as text", "Copy as Markdown", "Play", "Save the recording…",
        "Discard the recording for good", "Edit and send again", "Ask again", "Select all",
    ]  # fmt: skip
    assert "Details of this turn" in words_of(talk, ANSWER)
    assert words_of(talk, None) == ["Copy", "Select all"]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_bar_25_what_was_not_understood_is_retried_played_saved_or_discarded(talk, tmp_path):
    failed = replace(ASKED, text="", status=MessageStatus.FAILED, error="turn.not_understood")
    talk.store.apply(MessageSaved(failed))
    talk.store.tell()
    footer = footer_of(failed)
    assert footer is not None
    assert footer.action == "retry"
    choose(talk, failed, "Play")
    choose(talk, failed, "Save the recording…")
    (dialog,) = talk.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "said.wav"))
    dialog.close()
    choose(talk, failed, "Discard the recording for good")
    choose(talk, failed, "Ask again")
    assert talk.sent[-4:] == [
        PlayUtterance("u"),
        SaveUtterance("u", str(tmp_path / "said.wav")),
        DiscardUtterance("u"),
        RetryMessage("a", "m1"),
    ]


def test_a_question_is_edited_from_its_menu(talk):
    choose(talk, ASKED, "Edit and send again")
    assert talk.window.pane.composer.field.toPlainText() == "Why?"


def test_both_sides_of_a_spoken_turn_are_heard_and_silenced(talk, qtbot):
    chat = talk.window.pane.chat
    press(chat, qtbot, "play", 0)
    press(chat, qtbot, "play", 1)
    assert talk.sent_of(PlayUtterance) == [PlayUtterance("u"), PlayUtterance("v")]
    talk.store.apply(RecordingPlayed("v", 1000, 2000))
    talk.store.tell()
    assert chat._stack.row(1)._player.words == "0:01 / 0:02"
    assert chat._stack.row(0)._player.words == "0:04, spoken"
    press(chat, qtbot, "play", 1)
    assert talk.sent_of(StopUtterance) == [StopUtterance()]
    talk.store.apply(RecordingPlayed("v", 2000, 2000, is_over=True))
    talk.store.tell()
    assert chat._stack.row(1)._player.words == "0:02, spoken"


def test_a_message_whose_recording_is_gone_has_nothing_to_press(chat):
    chat.show_messages(
        "a", (make_message(1, "Why?", Role.USER, is_spoken=True, speech_ms=900),), has_older=False
    )
    assert list(chat._stack.row(0)._marks(0, 400)) == []


def test_the_details_of_a_turn_are_shown_at_the_side(talk):
    choose(talk, ANSWER, "Details of this turn")
    side = talk.window.side
    assert side.isVisible()
    assert side._turn._chosen == "m2"
    assert side.tab == "Turn"
