"""Writing and sending."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QTextOption
from PySide6.QtWidgets import QAbstractButton, QApplication

from desktop_app.ui.compose.composer import Composer


@pytest.fixture
def composer(look, qtbot):
    from PySide6.QtWidgets import QWidget

    parent = QWidget()
    qtbot.addWidget(parent)
    made = Composer(look, parent)
    made.resize(640, 60)
    parent.show()
    yield made
    parent.close()  # it lives as long as the test


def test_enter_sends_and_shift_enter_does_not(composer, qtbot):
    sent = []
    composer.send_requested.connect(sent.append)
    qtbot.keyClicks(composer.field, "one")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.field, "two")
    assert sent == []
    qtbot.keyClick(composer.field, Qt.Key.Key_Enter)
    assert sent == ["one\ntwo"]


def test_bar_29_enter_inside_an_input_method_never_sends(composer, qtbot):
    sent = []
    composer.send_requested.connect(sent.append)
    qtbot.keyClicks(composer.field, "a")
    QApplication.sendEvent(composer.field, QInputMethodEvent("にほん", []))
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert sent == []
    done = QInputMethodEvent()
    done.setCommitString("日本")
    QApplication.sendEvent(composer.field, done)
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert sent == ["a日本"]


@pytest.mark.parametrize(
    "written",
    [
        "    return 1\n\n",
        "Wie bitte\N{NO-BREAK SPACE}? 10\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€",
        "\ufeffa file began so",
        "\ufffebytes in another order",
        "a\0b\x1b\x7f\u202ec\u2066\u200f e" + "\N{COMBINING ACUTE ACCENT}" * 300,
        "👩\u200d👩\u200d👧 𒀀 \uffff",
    ],
    ids=ascii,
)
def test_what_is_sent_is_what_was_written_sign_for_sign(composer, written):
    sent = []
    composer.send_requested.connect(sent.append)
    composer.field.insertPlainText("x" + written)
    composer.field.moveCursor(composer.field.textCursor().MoveOperation.Start)
    composer.field.textCursor().deleteChar()
    composer.submit()
    assert sent == [written]


def test_blank_text_is_not_sent(composer, qtbot):
    sent = []
    composer.send_requested.connect(sent.append)
    composer.set_text("  \n ")
    composer.submit()
    assert sent == []


def test_send_becomes_stop_while_a_reply_runs(composer, qtbot):
    stops = []
    composer.stop_requested.connect(lambda: stops.append(1))
    composer.show_replying(True)
    qtbot.mouseClick(composer._send, Qt.MouseButton.LeftButton)
    assert stops == [1]
    assert composer._send.accessibleName() == "Stop the reply"


def test_the_field_grows_to_eight_lines(composer):
    heights = []
    for lines in (1, 3, 8, 20):
        composer.set_text("\n".join("x" * lines))
        heights.append(composer.field.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_the_microphone_teaches_the_key_that_begins_a_conversation(composer):
    [microphone] = [
        button
        for button in composer.findChildren(QAbstractButton)
        if "spoken conversation" in button.toolTip()
    ]
    for is_on in (False, True):
        composer.show_voice(is_on)
        assert "(Ctrl+Shift+Space)" in microphone.toolTip()


ANYWHERE = QTextOption.WrapMode.WrapAnywhere


def test_a_word_without_end_is_wrapped_anywhere_until_it_is_gone(composer, qtbot):
    usual = composer.field.wordWrapMode()
    composer.insert("words of a usual length " * 100)
    assert composer.field.wordWrapMode() is usual
    composer.insert("x" * 200_000)
    qtbot.keyClicks(composer.field, "y")
    assert composer.field.wordWrapMode() is ANYWHERE
    assert composer.text.endswith("xy")
    composer.submit()
    assert composer.field.wordWrapMode() is usual


def test_so_is_one_that_is_brought_back(composer):
    composer.set_text("x" * 20_000)
    assert composer.field.wordWrapMode() is ANYWHERE
    composer.set_text("short")
    composer.set_text("")
    assert composer.field.wordWrapMode() is not ANYWHERE


def test_so_is_one_that_is_undone_and_done_again(composer, qtbot):
    control = Qt.KeyboardModifier.ControlModifier
    composer.insert("x" * 20_000)
    composer.field.selectAll()
    qtbot.keyClick(composer.field, Qt.Key.Key_Delete)
    assert composer.field.wordWrapMode() is not ANYWHERE
    qtbot.keyClick(composer.field, Qt.Key.Key_Z, control)
    assert composer.text == "x" * 20_000
    assert composer.field.wordWrapMode() is ANYWHERE
    qtbot.keyClick(composer.field, Qt.Key.Key_Z, control)
    assert composer.text == ""
    assert composer.field.wordWrapMode() is not ANYWHERE
    qtbot.keyClick(composer.field, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert composer.field.wordWrapMode() is ANYWHERE


def test_lines_are_to_end_anywhere_before_a_long_word_is_laid_out(composer):
    modes = []
    layout = composer.field.document().documentLayout()
    layout.documentSizeChanged.connect(lambda _: modes.append(composer.field.wordWrapMode()))
    composer.insert("x" * 20_000)
    assert set(modes) == {ANYWHERE}


SENTENCES = ["今天天气很好", "これはとても", "สวัสดีครับ", "안녕하세요", "བོད་སྐད་", "မင်္ဂလာပါ"]
SENTENCES += ["ភាសា\u200bខ្មែរ\u200b", "ພາສາ\u200bລາວ\u200b"]  # with spaces that nobody sees


@pytest.mark.parametrize("piece", SENTENCES)
def test_scripts_without_spaces_are_no_data(composer, piece):
    composer.insert(piece * 1_000)
    assert composer.field.wordWrapMode() is not ANYWHERE
    composer.insert("x" * 1_001)
    assert composer.field.wordWrapMode() is ANYWHERE


@pytest.mark.parametrize("letter", ["ა", "ក", "ກ"])
def test_what_qt_does_not_end_lines_in_is_data(composer, letter):
    composer.insert(letter * 1_001)
    assert composer.field.wordWrapMode() is ANYWHERE


def test_a_draft_that_is_brought_back_is_not_undone(composer, qtbot):
    composer.set_text("a draft")
    qtbot.keyClick(composer.field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert composer.text == "a draft"


@pytest.mark.parametrize("text", ["", "one line", "\n".join(["line"] * 8)])
def test_page_keys_are_for_the_conversation_while_all_that_is_written_is_in_view(
    composer, qtbot, text
):
    pages = []
    composer.page_requested.connect(pages.append)
    composer.set_text(text)
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        qtbot.keyClick(composer.field, key)
    assert pages == [-1, 1]
    qtbot.keyClick(composer.field, Qt.Key.Key_PageUp, Qt.KeyboardModifier.KeypadModifier)
    assert pages == [-1, 1, -1]


def test_page_keys_stay_in_a_text_that_is_longer_than_its_field_and_select_with_shift(
    composer, qtbot
):
    pages = []
    composer.page_requested.connect(pages.append)
    composer.set_text("one line")
    qtbot.keyClick(composer.field, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ShiftModifier)
    composer.set_text("\n".join(["line"] * 40))
    end = composer.field.textCursor().position()
    qtbot.keyClick(composer.field, Qt.Key.Key_PageUp)
    assert composer.field.textCursor().position() < end
    assert pages == []
