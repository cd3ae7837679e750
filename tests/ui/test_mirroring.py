"""What is painted by hand turns around with a language that is read from the right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication

from desktop_app.journal.records import MessageRecord, MessageStatus, PictureRecord, Role
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.ui.chat.message_row import MessageRow
from desktop_app.ui.chat.picture_shelf import PictureShelf
from desktop_app.ui.gallery.picture_words import size_words
from desktop_app.ui.mirroring import in_order, within
from tests.ui.chat.test_chat_view import message

WIDTH = 600


@pytest.fixture
def from_the_right(qapp) -> Iterator[None]:
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    QGuiApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def reply() -> MessageRecord:
    tool = ToolUse(id="c", name="book", arguments='{"a": 1}', run_id="r", state=ToolState.WANTED)
    details = ReplyDetails(reasoning="So.", tools=(tool,), files=("plan.pdf", "notes.md"))
    spoken = {"is_spoken": True, "speech_ms": 4000, "utterance_id": "u"}
    return message(1, "```python\nx = 1\n```\n", details=details, **spoken)


def boxes(look, shown: MessageRecord) -> dict[tuple[str, str], QRectF]:
    row = MessageRow(look, shown, WIDTH, PictureShelf())
    row.measure(0, 2000)
    return {(one.kind, one.value): one.box for one in row.targets(0, 2000)}


KINDS = {"fold", "refuse", "answer", "run", "always", "chip", "copy", "wrap", "play"}


def test_everything_that_can_be_pressed_stands_at_the_other_side(look, request):
    before = boxes(look, reply())
    request.getfixturevalue("from_the_right")
    after = boxes(look, reply())
    assert {kind for kind, _ in before} == KINDS
    for key, box in before.items():
        turned = QRectF(WIDTH - box.right(), box.top(), box.width(), box.height())
        assert after[key] == turned, key


def test_the_step_below_a_failed_question_stands_at_the_other_side(look, request):
    failed = message(2, "Hello", role=Role.USER, status=MessageStatus.FAILED)
    (before,) = boxes(look, failed).values()
    request.getfixturevalue("from_the_right")
    (after,) = boxes(look, failed).values()
    assert (after.left(), after.right()) == (WIDTH - before.right(), WIDTH - before.left())


def test_a_box_is_turned_inside_of_its_own(from_the_right):
    assert within(QRectF(12, 3, 5, 9), QRectF(10, 0, 40, 20)) == QRectF(43, 3, 5, 9)


def test_code_is_read_from_the_left_in_every_language(look, from_the_right):
    row = MessageRow(look, reply(), WIDTH, PictureShelf())
    row.measure(0, 2000)
    line = row.column.block(0).document.firstBlock().layout().lineAt(0)
    assert line.naturalTextRect().left() < WIDTH / 4


def test_a_width_stays_before_its_height(from_the_right):
    picture = PictureRecord(
        id="p",
        thread_id="t",
        message_id="m",
        remote_id="",
        mime_type="image/png",
        path="p.png",
        size_bytes=2048,
        created_at=0.0,
    )
    said = size_words(picture, 640, 360)
    assert "\u2066640 × 360\u2069" in said  # noqa: RUF001
    assert in_order("") == ""
