"""What is done with messages: heard, asked again, edited, copied, looked into."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.journal.reply_details import MissingPictures, ReplyDetails
from desktop_app.link.messages import (
    MessageSaved,
    Phase,
    PhaseChanged,
    PressTalk,
    RetryMessage,
    SendText,
)
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayUtterance,
    RecordingPlayed,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.link.replies import FetchPictures
from desktop_app.protocol.commands import TurnWishes
from desktop_app.ui.chat.message_footer import footer_of
from desktop_app.ui.chat.message_menu import message_menu
from desktop_app.ui.compose.attachments import Stage
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
        "Discard the recording for good", "Edit and send again", "Ask again",
        "Questions about this…", "Select all",
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
    choose(talk, failed, "Ask again")
    choose(talk, failed, "Discard the recording for good")
    assert talk.wiring.settle()  # its time is over
    assert talk.sent[-4:] == [
        PlayUtterance("u"),
        SaveUtterance("u", str(tmp_path / "said.wav")),
        RetryMessage("a", "m1"),
        DiscardUtterance("u"),
    ]


def messages_of(talk):
    return talk.store.state.conversation.messages


def undo(talk) -> None:
    talk.window.pane.notices.action_chosen.emit(talk.store.state.notices[-1])


def test_a_recording_that_was_discarded_by_a_slip_is_taken_back(talk):
    choose(talk, ASKED, "Discard the recording for good")
    assert [one.utterance_id for one in messages_of(talk)] == ["", "v"]
    assert talk.window.pane.notices.sentence == "The recording was discarded."
    undo(talk)
    assert messages_of(talk) == (ASKED, ANSWER)
    assert talk.window.pane.notices.sentence == ""
    assert not talk.wiring.settle()
    assert talk.sent_of(DiscardUtterance) == []


def test_a_question_that_nobody_understood_goes_with_its_recording_and_comes_back(talk):
    failed = replace(ASKED, text="", status=MessageStatus.FAILED, error="turn.not_understood")
    talk.store.apply(MessageSaved(failed))
    choose(talk, failed, "Discard the recording for good")
    assert messages_of(talk) == (ANSWER,)
    undo(talk)
    assert messages_of(talk) == (failed, ANSWER)


def test_one_step_takes_back_all_recordings_that_were_discarded_meanwhile(talk):
    for message in (ASKED, ANSWER, ASKED):
        choose(talk, message, "Discard the recording for good")
    assert [one.code for one in talk.store.state.notices] == ["recordings.discarded"]
    assert talk.window.pane.notices.sentence == "2 recordings were discarded."
    undo(talk)
    assert messages_of(talk) == (ASKED, ANSWER)


def test_what_came_meanwhile_stays_when_a_recording_is_taken_back(talk):
    choose(talk, ASKED, "Discard the recording for good")
    talk.store.apply(MessageSaved(replace(ASKED, text="Why not?", utterance_id="")))
    undo(talk)
    assert messages_of(talk)[0] == replace(ASKED, text="Why not?")


def test_a_recording_is_gone_when_its_time_is_over_or_the_window_closes(talk, qtbot):
    discarding = talk.wiring.chat.steps.discarding
    discarding._time.setInterval(1)
    choose(talk, ASKED, "Discard the recording for good")
    qtbot.waitUntil(lambda: talk.sent_of(DiscardUtterance) == [DiscardUtterance("u")])
    assert talk.store.state.notices == ()
    discarding._time.setInterval(60_000)
    choose(talk, ANSWER, "Discard the recording for good")
    assert talk.wiring.settle()
    assert talk.sent_of(DiscardUtterance)[1:] == [DiscardUtterance("v")]


def test_the_recording_of_what_is_being_sent_is_refused_by_the_engine_and_stays_in_sight(talk):
    sent = replace(ASKED, status=MessageStatus.QUEUED, turn=3)
    talk.store.apply(MessageSaved(sent))
    talk.store.apply(PhaseChanged("a", Phase.THINKING, 3))
    choose(talk, sent, "Discard the recording for good")
    assert talk.sent_of(DiscardUtterance) == [DiscardUtterance("u")]
    assert messages_of(talk)[0] == sent
    assert talk.store.state.notices == ()


@pytest.mark.parametrize("now", [(Phase.RECONNECTING, 3), (Phase.THINKING, 4)])
def test_a_recording_that_waits_to_be_sent_is_discarded_and_can_be_taken_back(talk, now):
    waits = replace(ASKED, text="", status=MessageStatus.QUEUED, turn=3)
    talk.store.apply(MessageSaved(waits))
    talk.store.apply(PhaseChanged("a", *now))
    choose(talk, waits, "Discard the recording for good")
    assert messages_of(talk) == (ANSWER,)
    undo(talk)
    assert messages_of(talk) == (waits, ANSWER)
    choose(talk, waits, "Discard the recording for good")
    assert talk.wiring.settle()
    assert talk.sent_of(DiscardUtterance) == [DiscardUtterance("u")]


def test_bar_40_a_reply_says_that_its_picture_is_missing_and_fetches_it_when_wanted(talk):
    missing = MissingPictures(("d",))
    lacking = replace(ANSWER, details=ReplyDetails(missing=missing))
    given_up = replace(ANSWER, details=ReplyDetails(missing=replace(missing, is_given_up=True)))
    assert footer_of(lacking).text == "What was made is being fetched"
    footer = footer_of(given_up)
    assert (footer.text, footer.action) == ("What was made could not be fetched", "retry")
    talk.store.apply(MessageSaved(given_up))
    talk.store.tell()
    talk.window.pane.chat.retry_requested.emit(ANSWER.id)
    assert talk.sent_of(FetchPictures) == [FetchPictures(ANSWER.id)]
    assert talk.sent_of(RetryMessage) == [], "the reply itself is whole"


def test_space_presses_what_tab_chose_and_opens_no_microphone(talk, qtbot):
    talk.window.activateWindow()
    qtbot.waitUntil(talk.window.isActiveWindow)
    chat = talk.window.pane.chat
    chat.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chat, Qt.Key.Key_Tab)
    qtbot.keyClick(chat, Qt.Key.Key_Space)
    assert talk.sent_of(PlayUtterance) == [PlayUtterance("u")]
    assert talk.sent_of(PressTalk) == []


def test_a_question_is_edited_from_its_menu(talk):
    choose(talk, ASKED, "Edit and send again")
    assert talk.window.pane.composer.field.toPlainText() == "Why?"


def test_what_was_written_is_brought_back_by_undo_after_an_edit(talk, qtbot):
    composer = talk.window.pane.composer
    composer.field.setFocus()
    qtbot.keyClicks(composer.field, "A long draft")
    choose(talk, ASKED, "Edit and send again")
    assert composer.text == "Why?"
    qtbot.keyClick(composer.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert composer.text == "A long draft"


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


def test_the_last_block_of_code_is_copied_whole_from_whichever_reply_has_one(talk, qtbot):
    code = "\n".join(f"print({number})" for number in range(900))  # shown in several pieces
    texts = (f"First\n\n```\nold\n```\n\nthen\n\n```python\n{code}\n```\n\nDone.", "No code here.")
    for number, text in enumerate(texts, start=3):
        talk.store.apply(MessageSaved(make_message(number, text)))
    talk.store.tell()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(talk.window, Qt.Key.Key_B, both)
    assert QGuiApplication.clipboard().text() == code


def test_up_while_an_input_method_holds_words_brings_nothing_back(talk, qtbot):
    field = talk.window.pane.composer.field
    QApplication.sendEvent(field, QInputMethodEvent("nih", []))
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == ""
    QApplication.sendEvent(field, QInputMethodEvent())
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() != ""


def test_a_question_that_is_edited_has_its_files_again_once(talk, tmp_path):
    notes = tmp_path / "notes.md"
    notes.write_text("The tram leaves at nine.")
    asked = make_message(7, "When?", wishes=TurnWishes(files=(str(notes),)))
    talk.wiring.chat.steps.edit(asked)
    talk.window.pane.composer.set_text("")
    talk.wiring.chat.steps.edit(asked)
    assert talk.window.pane.composer.text == "When?"
    assert [row.shown.name for row in talk.window.pane.tray.rows] == ["notes.md"]


def edit_asked_with(talk, path) -> None:
    path.write_text("The tram leaves at nine.")
    asked = make_message(7, "When?", Role.USER, wishes=TurnWishes(files=(str(path),)))
    talk.store.apply(MessageSaved(asked))
    talk.store.tell()
    talk.wiring.chat.steps.edit(asked)


def test_it_is_said_that_a_question_is_edited_until_it_is_sent(talk, qtbot):
    pane = talk.window.pane
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Up)
    assert pane.edit_line.isVisible()
    assert pane.edit_line.geometry().bottom() < pane.composer.y()
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Return)
    assert [one.text for one in talk.sent_of(SendText)] == ["Why?"]
    assert not pane.edit_line.isVisible()


def test_an_edit_that_is_given_up_leaves_what_was_written_and_attached_before(
    talk, qtbot, tmp_path
):
    pane = talk.window.pane
    (mine := tmp_path / "mine.md").write_text("Mine.")
    pane.composer.files_pasted.emit([str(mine)])
    pane.composer.set_text("Half a thought")
    edit_asked_with(talk, tmp_path / "notes.md")
    assert pane.composer.text == "When?"
    assert [row.shown.name for row in pane.tray.rows] == ["mine.md", "notes.md"]
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Escape)
    assert pane.composer.text == "Half a thought"
    assert [row.shown.name for row in pane.tray.rows] == ["mine.md"]
    assert not pane.edit_line.isVisible()


def test_editing_another_question_leaves_the_first_one_and_keeps_what_was_written(
    talk, qtbot, tmp_path
):
    pane = talk.window.pane
    pane.composer.set_text("Half a thought")
    edit_asked_with(talk, tmp_path / "notes.md")
    talk.wiring.chat.steps.edit(ASKED)
    assert pane.composer.text == "Why?"
    assert "notes.md" not in [row.shown.name for row in pane.tray.rows]
    pane.edit_line.given_up.emit()
    assert pane.composer.text == "Half a thought"


def test_what_was_being_written_is_there_again_once_the_edited_question_is_sent(talk, qtbot):
    pane = talk.window.pane
    pane.composer.set_text("Half a thought")
    talk.wiring.chat.steps.edit(ASKED)
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Return)
    assert [one.text for one in talk.sent_of(SendText)] == ["Why?"]
    assert pane.composer.text == "Half a thought"
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Return)
    assert [one.text for one in talk.sent_of(SendText)] == ["Why?", "Half a thought"]
    assert pane.composer.text == ""


@pytest.fixture
def coming(talk, monkeypatch):
    """Files that are attached, as work that is not done before the test does it."""
    works = []
    wires = talk.wiring.attachments._wires
    monkeypatch.setitem(wires.__dict__, "run", lambda work, _name: works.append(work))
    return works


def arrive(works) -> None:
    """Do what was put off: each is done at once."""
    while works:
        with pytest.raises(StopIteration):
            works.pop(0)().send(None)


def test_an_edited_question_that_waits_for_its_file_is_sent_and_the_draft_comes_back(
    talk, coming, qtbot, tmp_path
):
    pane = talk.window.pane
    pane.composer.set_text("Half a thought")
    edit_asked_with(talk, tmp_path / "notes.md")
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Return)
    assert pane.composer.text == "When?"
    assert pane.edit_line.isVisible()
    assert talk.sent_of(SendText) == []
    arrive(coming)
    assert [one.text for one in talk.sent_of(SendText)] == ["When?"]
    assert pane.composer.text == "Half a thought"
    assert not pane.edit_line.isVisible()


def test_an_edit_that_waits_for_a_file_and_is_given_up_sends_nothing(talk, coming, qtbot, tmp_path):
    pane = talk.window.pane
    (mine := tmp_path / "mine.md").write_text("Mine.")
    pane.composer.set_text("Half a thought")
    talk.wiring.chat.steps.edit(ASKED)
    pane.composer.files_pasted.emit([str(mine)])
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Return)
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Escape)
    assert pane.composer.text == "Half a thought"
    arrive(coming)
    assert talk.sent_of(SendText) == []
    assert [row.shown.stage for row in pane.tray.rows][-1] is Stage.READY


def test_a_page_hides_that_a_question_is_edited_and_the_edit_goes_on_behind_it(talk, qtbot):
    pane = talk.window.pane
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Up)
    pane.show_page("gallery")
    assert not pane.edit_line.isVisible()
    qtbot.keyClick(talk.window, Qt.Key.Key_Escape)
    assert pane.page == ""
    assert pane.edit_line.isVisible()
    assert pane.composer.text == "Why?"


def test_a_question_being_edited_is_a_draft_once_another_thread_is_opened(talk, qtbot):
    pane = talk.window.pane
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_Up)
    talk.wiring.threads.open_thread("b")
    assert not pane.edit_line.isVisible()
    assert not talk.wiring.chat.steps.editing.give_up()


@pytest.mark.parametrize(
    ("error", "copied"),
    [
        ("http.402", "check the account. (http.402)"),
        ("The model said no. Request 17.", "The model said no. Request 17."),
    ],
)
def test_why_a_message_failed_can_be_copied(talk, error, copied):
    failed = make_message(3, "And?", Role.USER, status=MessageStatus.FAILED, error=error)
    choose(talk, failed, "Copy what went wrong")
    assert QGuiApplication.clipboard().text().endswith(copied)
    assert "Copy what went wrong" not in words_of(talk, ASKED)
