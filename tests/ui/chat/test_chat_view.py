"""The conversation: layout, following, selecting, painting."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.ui.chat.chat_view import ChatView


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


@pytest.fixture
def chat(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    view = ChatView(look, parent)
    parent.resize(760, 520)
    view.resize(760, 520)
    parent.show()
    qtbot.waitExposed(parent)
    yield view
    parent.close()  # it lives as long as the test


def bottom(chat) -> bool:
    bar = chat.verticalScrollBar()
    return bar.value() == bar.maximum()


def test_a_thread_opens_at_its_end(chat):
    chat.show_messages("a", many(300), has_older=False)
    assert bottom(chat)
    assert chat.is_following


def test_new_text_is_followed_only_from_the_bottom(chat):
    messages = many(100)
    chat.show_messages("a", messages, has_older=False)
    chat.show_messages("a", (*messages, message(100, "new " * 200)), has_older=False)
    assert bottom(chat)
    chat.verticalScrollBar().setValue(300)
    anchor = chat._anchor
    chat.show_messages("a", (*messages, message(100, "new " * 900)), has_older=False)
    assert chat._anchor == anchor
    assert not chat.is_following


def test_older_messages_do_not_move_what_is_read(chat):
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


def test_jumping_to_the_latest_follows_again(chat, qtbot):
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
    row = chat._stack.row(0)
    from PySide6.QtCore import QRectF

    from desktop_app.ui.chat.message_footer import FOOTER_HEIGHT
    from desktop_app.ui.chat.message_row import AFTER

    box = QRectF(0, row.height - AFTER - FOOTER_HEIGHT, chat._stack.width, FOOTER_HEIGHT)
    place = row.footer.action_box(chat._look, box, is_right=True).center()
    point = (place + QPointF(chat._left(), 24)).toPoint()
    with qtbot.waitSignal(chat.retry_requested) as asked:
        qtbot.mouseClick(chat.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert asked.args == ["m1"]


def test_a_growing_reply_lays_out_only_its_end(chat):
    text = "\n\n".join(f"Block {n}" for n in range(50))
    reply = message(1, text, status=MessageStatus.STREAMING)
    chat.show_messages("a", (reply,), has_older=False)
    row = chat._stack.row(0)
    before = list(row._blocks)
    grown = message(1, text + " and more", status=MessageStatus.STREAMING)
    chat.show_messages("a", (grown,), has_older=False)
    assert chat._stack.row(0) is row
    assert all(old is new for old, new in zip(before[:-1], row._blocks, strict=False))


def test_only_rows_in_sight_are_laid_out(chat):
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


def test_a_screen_reader_gets_whole_messages_and_no_growing_ones(chat):
    asked = message(1, "how much", Role.USER)
    chat.show_messages("a", (asked, message(2, "It is 56.")), has_older=False)
    assert chat.accessibleDescription() == "You: how much\nParley: It is 56."
    growing = message(2, "It is 56. And", status=MessageStatus.STREAMING)
    chat.show_messages("a", (asked, growing), has_older=False)
    assert chat.accessibleDescription() == "You: how much\nParley: It is 56."


def test_a_focus_that_came_by_key_is_seen(chat):
    chat.show_messages("a", many(2), has_older=False)
    plain = chat.grab().toImage()
    chat.setFocus(Qt.FocusReason.MouseFocusReason)
    assert chat.grab().toImage() == plain
    chat.clearFocus()
    chat.setFocus(Qt.FocusReason.TabFocusReason)
    assert chat.grab().toImage() != plain
