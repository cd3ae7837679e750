"""Questions with set answers, as a person writes and asks them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest

from desktop_app.journal.records import Role, ThreadRecord
from desktop_app.link.messages import SendText
from desktop_app.protocol.commands import Answerer
from desktop_app.ui.questions.questions_wiring import KEYS
from tests.ui.conftest import make_message


@pytest.fixture
def questions(desk):
    """The page, open over a thread with one message, by its key."""
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1, updated_at=1)]
    desk.reader.written = {"a": [make_message(1, "I am **late**.", Role.USER)]}
    desk.wiring.start()
    keys = QKeySequence(KEYS)
    (opens,) = [one for one in desk.window.findChildren(QShortcut) if one.key() == keys]
    opens.activated.emit()
    desk.page = desk.wiring.questions._page
    return desk


def choose(row, place):
    row.kind.setCurrentIndex(place)


def asked(desk):
    (sent,) = desk.sent_of(SendText)
    return sent.text, sent.wishes.fields["system_one"]


def test_a_yes_no_question_is_asked_with_the_keyboard_alone(questions, qtbot):
    words = questions.window.focusWidget()
    assert words is questions.page.rows[0].words
    QTest.keyClicks(words, "Is it urgent?")
    qtbot.keyClick(words, Qt.Key.Key_Return)
    text, sent = asked(questions)
    assert text == "Is it urgent?"
    assert sent == {"questions": {"q1": {"type": "noul", "instructions": "Is it urgent?"}}}
    assert questions.window.pane.page == ""
    assert questions.page.rows[0].words.text() == ""


def test_options_and_levels_are_written_one_on_each_line(questions, qtbot):
    page = questions.page
    qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    choice, scale = page.rows
    choose(choice, 1)
    choice.words.setText("Whose?")
    choice.options.show_text("sales\n\nbilling: invoices, payments\n")
    choose(scale, 2)
    scale.words.setText("How angry?")
    scale.options.show_text("calm\nfurious")
    page.about.show_text(" A mail. ")
    qtbot.mouseClick(page.ask, Qt.MouseButton.LeftButton)
    text, sent = asked(questions)
    assert text == sent["state"] == "A mail."
    assert sent["questions"]["q1"]["criteria"] == {
        "sales": None,
        "billing": "invoices, payments",
    }
    assert sent["questions"]["q2"] == {
        "type": "score",
        "instructions": "How angry?",
        "criteria": ["calm", "furious"],
    }


@pytest.mark.parametrize(
    ("kind", "words", "lines", "fault"),
    [
        (0, " ", "", "Write what is asked."),
        (1, "Whose?", "sales", "Write at least two answers, one on each line."),
        (1, "Whose?", "a\nb\na", "Two answers are the same."),
        (2, "How much?", "\n".join("abcdefghijk"), "There can be at most 10 answers."),
    ],
)
def test_what_cannot_be_asked_says_why_at_its_place(questions, kind, words, lines, fault):
    (row,) = questions.page.rows
    row.words.setText(words)
    choose(row, kind)
    row.options.show_text(lines)
    questions.page.asked.emit()
    assert row.fault.text() == fault
    assert row.fault.isVisible()
    assert row.focusProxy() is (row.options if kind else row.words)
    assert questions.sent_of(SendText) == []
    row.words.setText("other")
    assert not row.fault.isVisible()
    assert row.focusProxy() is row.words


def test_an_empty_conversation_is_not_judged(questions):
    questions.window.new_requested.emit()
    questions.window.pane.show_page("questions")
    questions.page.rows[0].words.setText("Is it urgent?")
    questions.page.asked.emit()
    assert questions.page.note.isVisible()
    assert questions.sent_of(SendText) == []


def test_what_is_written_stays_when_the_page_is_closed(questions, qtbot):
    questions.page.rows[0].words.setText("Is it")
    qtbot.keyClick(questions.window, Qt.Key.Key_Escape)
    assert questions.window.pane.page == ""
    questions.window.pane.show_page("questions")
    assert questions.page.rows[0].words.text() == "Is it"


def test_a_question_is_removed_but_for_the_last(questions, qtbot):
    page = questions.page
    assert not page.rows[0].remove.isVisible()
    page.rows[0].words.setText("first")
    qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.rows[0].remove, Qt.MouseButton.LeftButton)
    assert [row.words.text() for row in page.rows] == [""]
    assert page.rows[0].accessibleName() == "Question 1"


def test_one_message_can_be_asked_about(questions):
    questions.window.pane.show_page("")
    questions.window.pane.chat.step_requested.emit("questions", "m1")
    assert questions.window.pane.page == "questions"
    assert questions.page.about.text == "I am late."


def test_tab_goes_down_the_page(questions, qtbot):
    page = questions.page
    qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    choose(page.rows[0], 1)
    page.rows[0].words.setFocus()
    seen = []
    for _ in range(8):
        QTest.keyClick(questions.window.focusWidget(), Qt.Key.Key_Tab)
        seen.append(questions.window.focusWidget())
    assert seen[:3] == [page.rows[0].kind, page.rows[0].remove, page.rows[0].options.page]
    assert seen[3:6] == [page.rows[1].words, page.rows[1].kind, page.rows[1].remove]
    assert seen[6:] == [page.more, page.about.page]


def test_what_waits_for_a_message_waits_on(questions, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("Tides")
    questions.wiring.attachments.attach([str(notes)])
    next_turn = questions.wiring.chat.next_turn
    next_turn.want_speech("a", Answerer(spoken_by="openai/tts-1", voice="nova"))
    next_turn.want("a", "openai/gpt-4.1")
    questions.page.rows[0].words.setText("Is it urgent?")
    questions.page.asked.emit()
    (sent,) = questions.sent_of(SendText)
    assert (sent.wishes.files, sent.wishes.is_spoken) == ((), False)
    assert (sent.wishes.model, next_turn.model_of("a")) == ("openai/gpt-4.1", "")
    assert next_turn.speech_of("a").voice == "nova"
    assert len(questions.window.pane.tray.rows) == 1
