"""The conversation: layout, following, selecting, painting."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.ui.chat.conversation_scroll import TOP
from tests.ui.chat.conftest import in_sight, press


def message(number: int, text: str, role: Role = Role.ASSISTANT, **given: object) -> MessageRecord:
    values: dict[str, object] = {"status": MessageStatus.COMPLETE, **given}
    return MessageRecord(
        id=f"m{number}",
        thread_id="a",
        role=role,
        text=text,
        created_at=float(number),
        **values,  # type: ignore[arg-type]
    )


def many(count: int) -> tuple[MessageRecord, ...]:
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(message(n, f"Line {n} " * (n % 40 + 1), roles[n % 2]) for n in range(count))


def bottom(chat) -> bool:
    bar = chat.verticalScrollBar()
    return bar.value() == bar.maximum()


def test_a_thread_opens_at_its_end(chat):
    chat.show_messages("a", many(300), has_older=False)
    assert bottom(chat)
    assert chat.is_following


def test_bar_28_new_text_is_followed_only_from_the_bottom(chat):
    messages = many(100)
    chat.show_messages("a", messages, has_older=False)
    chat.show_messages("a", (*messages, message(100, "new " * 200)), has_older=False)
    assert bottom(chat)
    chat.verticalScrollBar().setValue(300)
    anchor = chat._anchor
    chat.show_messages("a", (*messages, message(100, "new " * 900)), has_older=False)
    assert chat._anchor == anchor
    assert not chat.is_following


def test_bar_28_older_messages_do_not_move_what_is_read(chat):
    messages = many(400)
    chat.show_messages("a", messages[200:], has_older=True)
    chat.verticalScrollBar().setValue(1000)
    anchor = chat._anchor
    chat.show_messages("a", messages, has_older=False)
    assert chat._anchor == anchor


def test_near_the_top_older_messages_are_asked_for_once(chat, qtbot):
    chat.show_messages("a", many(200), has_older=True)
    asked = []
    chat.older_wanted.connect(lambda: asked.append(1))
    chat.verticalScrollBar().setValue(100)
    chat.verticalScrollBar().setValue(50)
    assert asked == [1]


def test_bar_28_jumping_to_the_latest_follows_again(chat, qtbot):
    chat.show_messages("a", many(200), has_older=False)
    chat.verticalScrollBar().setValue(0)
    assert chat._jump.isVisible()
    qtbot.mouseClick(chat._jump, Qt.MouseButton.LeftButton)
    assert bottom(chat)
    assert not chat._jump.isVisible()


def test_scrolling_through_everything_never_jumps(chat):
    chat.show_messages("a", many(300), has_older=False)
    bar = chat.verticalScrollBar()
    for _ in range(60):
        before = chat._stack.number_at(bar.value())
        bar.setValue(bar.value() - 100)
        assert before - chat._stack.number_at(bar.value()) in (0, 1, 2, 3)


def test_text_is_selected_across_messages_and_copied(chat):
    chat.show_messages(
        "a", (message(1, "Hello there"), message(2, "**Bold** words")), has_older=False
    )
    chat.select_all()
    chat.copy()
    assert QGuiApplication.clipboard().text() == "Hello there\n\nBold words"


def test_dragging_selects(chat, qtbot):
    chat.show_messages("a", (message(1, "Hello there"),), has_older=False)
    left, view = chat._left(), chat.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPointF(left, 34).toPoint())
    qtbot.mouseMove(view, QPointF(left + 600, 34).toPoint())
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert chat.selected_text() in ("Hello there", "")  # moves carry no buttons on some platforms


def test_a_failed_message_can_be_retried(chat, qtbot):
    failed = message(1, "Hi", Role.USER, status=MessageStatus.FAILED, error="Refused.")
    chat.show_messages("a", (failed,), has_older=False)
    with qtbot.waitSignal(chat.retry_requested) as asked:
        press(chat, qtbot, "retry")
    assert asked.args == ["m1"]


def test_bar_27_a_growing_reply_lays_out_only_its_end(chat):
    text = "\n\n".join(f"Block {n}" for n in range(50))
    reply = message(1, text, status=MessageStatus.STREAMING)
    chat.show_messages("a", (reply,), has_older=False)
    row = chat._stack.row(0)
    before = list(row._column._blocks.items())
    grown = message(1, text + " and more", status=MessageStatus.STREAMING)
    chat.show_messages("a", (grown,), has_older=False)
    assert chat._stack.row(0) is row
    assert before
    assert all(row._column._blocks[number] is block for number, block in before)


def test_bar_33_only_rows_in_sight_are_laid_out(chat):
    chat.show_messages("a", many(5000), has_older=False)
    assert len(chat._stack._rows) < 80


def test_replies_with_every_kind_of_block_are_painted(chat):
    text = "# T\n\n> quote\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```py\nx\n```\n\n- [ ] open\n\n![i](file:///etc/hosts)"
    cut = message(2, text, status=MessageStatus.INTERRUPTED, heard_chars=12)
    chat.show_messages("a", (message(1, text), cut), has_older=False)
    picture = chat.grab().toImage()
    assert picture.width() == 760


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal: its count means nothing")
def test_three_hundred_repaints_leave_no_reference_of_none_behind(chat):
    """PySide 6.12 on Python 3.11 drops one for each void override, until the process aborts."""
    chat.show_messages("a", many(20), has_older=False)
    chat.viewport().repaint()
    before = sys.getrefcount(None)
    for _ in range(300):
        chat.viewport().repaint()
    assert abs(sys.getrefcount(None) - before) < 100


def test_bar_55_a_screen_reader_gets_whole_messages_and_no_growing_ones(chat):
    asked = message(1, "how much", Role.USER)
    chat.show_messages("a", (asked, message(2, "It is 56.")), has_older=False)
    assert chat.accessibleDescription() == "You: how much\nParley: It is 56."
    growing = message(2, "It is 56. And", status=MessageStatus.STREAMING)
    chat.show_messages("a", (asked, growing), has_older=False)
    assert chat.accessibleDescription() == "You: how much\nParley: It is 56."


def test_bar_54_a_focus_that_came_by_key_is_seen(chat):
    chat.show_messages("a", many(2), has_older=False)
    plain = chat.grab().toImage()
    chat.setFocus(Qt.FocusReason.MouseFocusReason)
    assert chat.grab().toImage() == plain
    chat.clearFocus()
    chat.setFocus(Qt.FocusReason.TabFocusReason)
    assert chat.grab().toImage() != plain


CODE = "```py\n" + "\n".join(f"value = {n}  # " + "long " * 40 for n in range(6)) + "\n```"


def test_bar_30_code_is_copied_whole_though_it_is_cut_in_pieces(chat, qtbot):
    lines = "\n".join(f"line {n}" for n in range(300))
    chat.show_messages("a", (message(1, f"```\n{lines}\n```"),), has_older=False)
    chat.verticalScrollBar().setValue(0)
    press(chat, qtbot, "copy")
    assert QGuiApplication.clipboard().text() == lines


def test_bar_30_code_that_still_grows_is_copied_by_whole_lines(chat, qtbot):
    growing = message(1, "```py\na = 1\nb = ", status=MessageStatus.STREAMING)
    chat.show_messages("a", (growing,), has_older=False)
    press(chat, qtbot, "copy")
    assert QGuiApplication.clipboard().text() == "a = 1"
    closed = message(1, "```py\na = 1\nb = 2\n```", status=MessageStatus.STREAMING)
    chat.show_messages("a", (closed,), has_older=False)
    press(chat, qtbot, "copy")
    assert QGuiApplication.clipboard().text() == "a = 1\nb = 2"


def test_bar_30_code_says_its_language_and_offers_to_be_copied_and_wrapped(chat):
    chat.show_messages("a", (message(1, CODE),), has_older=False)
    words = [one.target.label for one in in_sight(chat)]
    assert [one for one in words if "Copy" in one]
    assert [one for one in words if "rap" in one]
    assert chat._stack.row(0)._column.block(0).frame.language == "py"


def test_bar_30_long_lines_are_wrapped_or_scrolled(chat, qtbot):
    chat.show_messages("a", (message(1, CODE),), has_older=False)
    wrapped = chat._stack.total
    press(chat, qtbot, "wrap")
    assert chat._stack.total < wrapped
    block = chat._stack.row(0)._column.block(0)
    assert block.overflow > 100
    _wheel_across(chat, -200)
    assert block.scrolled > 0
    press(chat, qtbot, "wrap")
    assert chat._stack.total == wrapped
    assert block.scrolled == 0


def _wheel_across(chat, distance: int) -> None:
    at = QPointF(chat._left() + 100, 80)
    turned = QWheelEvent(
        at, chat.viewport().mapToGlobal(at), QPoint(), QPoint(distance, 0),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QGuiApplication.sendEvent(chat.viewport(), turned)


def test_code_has_the_inks_of_its_language(chat):
    chat.show_messages("a", (message(1, "```py\nreturn 1\n```"),), has_older=False)
    line = chat._stack.row(0)._column.block(0).document.firstBlock()
    inks = {
        found.start: found.format.foreground().color().name() for found in line.layout().formats()
    }
    assert inks == {0: chat._look.tokens.ink_keyword, 7: chat._look.tokens.ink_number}


def test_bar_54_everything_that_can_be_pressed_is_reached_by_tab_and_pressed_by_enter(chat, qtbot):
    text = "See https://a.example/x\n\n```\nx\n```"
    chat.show_messages("a", (message(1, text),), has_older=False)
    assert [one.target.kind for one in in_sight(chat)] == ["link", "wrap", "copy"]
    chat.setFocus(Qt.FocusReason.TabFocusReason)
    plain = chat.grab().toImage()
    for _ in range(3):
        qtbot.keyClick(chat, Qt.Key.Key_Tab)
        assert chat.grab().toImage() != plain
    qtbot.keyClick(chat, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == "x"
    qtbot.keyClick(chat, Qt.Key.Key_Tab)
    assert chat._chosen.target.kind == "menu", "of the message"
    qtbot.keyClick(chat, Qt.Key.Key_Tab)
    assert chat._chosen is None


def test_the_focus_stays_around_a_word_that_moves(chat, qtbot):
    def ringed() -> set[tuple[int, int]]:
        picture, accent = chat.viewport().grab().toImage(), chat._look.colour("accent").rgb()
        everywhere = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
        return {(x, y) for x, y in everywhere if picture.pixel(x, y) == accent}

    text = "Ten words that stand in the line above the code. " * 4 + "\n\n```\nx\n```"
    chat.show_messages("a", (message(1, text),), has_older=False)
    chat.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chat, Qt.Key.Key_Tab)
    assert ringed()
    chat.resize(chat.width() // 2, chat.height())  # the line above breaks into more lines
    word = in_sight(chat)[0]
    top = word.y - chat.verticalScrollBar().value() + TOP
    assert {round(top - 2), round(top + word.target.box.height() + 2)} <= {y for _, y in ringed()}


HOSTILE = (
    "<script>alert(1)</script><img src=http://a.example/x.png onerror=x>",
    "![x](http://a.example/x.png) ![](file:///etc/hosts) ![](data:image/png;base64,AAAA)",
    "[" * 3000,
    ">" * 3000 + " deep",
    "- " * 2000 + "deep",
    "`" * 4001,
    "*_" * 4000,
    "| a " * 500 + "|\n" + "|---" * 500 + "|\n" + "| 1 " * 500 + "|",
    "$" * 3001 + "{" * 3000,
    "\\frac{" * 2000,
    "\u202e\u0000\ufffc\u2028" * 500,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_reply_holds_is_shown(chat, text):
    chat.show_messages("a", (message(1, text),), has_older=False)
    assert chat.grab().width() == 760
    assert chat._stack.row(0)._column.height > 0


def test_html_stays_text_and_pictures_of_elsewhere_are_links(chat):
    chat.show_messages(
        "a", (message(1, "<b>x</b> ![seen](http://a.example/x.png)"),), has_older=False
    )
    chat.select_all()
    assert chat.selected_text() == "<b>x</b> seen"
    assert [one.target.value for one in in_sight(chat)] == ["http://a.example/x.png"]


@pytest.mark.parametrize("role", list(Role))
def test_of_a_monstrous_message_only_what_is_in_sight_is_laid_out(chat, role):
    text = "\n".join("word " * 40 for _ in range(1000))  # 200,000 characters
    chat.show_messages("a", (message(1, text, role),), has_older=False)
    row = chat._stack.row(0)
    assert bottom(chat)
    assert sum(len(block.source) for block in row._column._blocks.values()) < 30_000
    chat.verticalScrollBar().setValue(chat.verticalScrollBar().maximum() // 2)
    assert len(row._column._blocks) < len(row._column)


def test_what_is_read_in_a_long_reply_does_not_move_when_it_grows(chat):
    text = "\n\n".join(f"Block {n} " * (n % 30 + 1) for n in range(400))
    chat.show_messages("a", (message(1, text, status=MessageStatus.STREAMING),), has_older=False)
    chat.verticalScrollBar().setValue(3000)
    seen = chat._anchor
    assert seen[1][0] > 0
    grown = message(1, text + " and more\n\nand more", status=MessageStatus.STREAMING)
    chat.show_messages("a", (grown,), has_older=False)
    assert chat._anchor == seen


def test_an_interrupted_reply_with_mathematics_is_dimmed_where_it_was_cut(chat):
    text = r"The root \(\sqrt{2}\) is small, and the rest was not heard"
    heard = text.index(", and")
    cut = message(1, text, status=MessageStatus.INTERRUPTED, heard_chars=heard)
    chat.show_messages("a", (cut,), has_older=False)
    number, place = chat._stack.row(0)._column._mark
    block = chat._stack.row(0)._column.block(number)
    assert block.document.toPlainText()[place:] == ", and the rest was not heard"
