"""What is on the screen is moved; what changed is painted; both give the same picture."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect
from PySide6.QtGui import QImage, QRegion

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.state.app_state import Playing
from desktop_app.ui.chat import conversation_scroll
from desktop_app.ui.chat.chat_view import ChatView
from desktop_app.ui.chat.painted_pieces import Piece, repainting
from tests.ui.chat.conftest import press
from tests.ui.chat.test_chat_view import message

AREA = QRect(0, 0, 100, 200)
PROSE = "Some *words* in a line that is long enough to be broken somewhere in its middle.\n\n"


def strip(top: int, bottom: int) -> QRegion:
    return QRegion(QRect(0, top, 100, bottom - top))


def test_what_moved_together_leaves_only_the_strip_that_came_in_sight():
    before = (Piece("a", -20, 80), Piece("b", 80, 240))
    after = (Piece("a", -50, 50), Piece("b", 50, 210))
    needed = repainting(before, after, AREA)
    assert (needed.moved, needed.stale) == (-30, strip(170, 200))


def test_what_changed_and_what_went_another_way_is_painted():
    before = (Piece("a", 0, 100), Piece("b1", 100, 120), Piece("c", 120, 150))
    after = (Piece("a", 0, 100), Piece("b2", 100, 130), Piece("c", 130, 160))
    needed = repainting(before, after, AREA)
    assert (needed.moved, needed.stale) == (0, strip(100, 200))


def test_what_stays_on_both_sides_of_a_change_is_not_painted():
    before = (Piece("a", 0, 60), Piece("b1", 60, 90), Piece("c", 90, 150), Piece("d", 150, 200))
    after = (Piece("a", 0, 60), Piece("b2", 60, 90), Piece("c", 90, 150), Piece("d", 150, 200))
    needed = repainting(before, after, AREA)
    assert (needed.moved, needed.stale) == (0, strip(60, 90))


def test_nothing_in_common_is_painted_as_a_whole():
    assert repainting((Piece("a", 0, 200),), (Piece("b", 0, 200),), AREA).stale == QRegion(AREA)


@pytest.fixture
def seen(chat: ChatView) -> ChatView:
    """A view of which what is on the screen can be read back."""
    replies = [
        message(n, PROSE * (n % 5 + 1) + "```python\nx = 1\n```\n", role=Role.ASSISTANT)
        if n % 2
        else message(n, f"Question {n}")
        for n in range(60)
    ]
    chat.show_messages("a", tuple(replies), has_older=False)
    flush(chat)
    return chat


def on_screen(chat: ChatView) -> QImage:
    """What is in the window's memory after all that was asked to be painted, and nothing else."""
    window = chat.window()
    image = window.screen().grabWindow(window.winId()).toImage()
    ratio = image.devicePixelRatio()
    top = chat.viewport().mapTo(window, chat.viewport().rect().topLeft())
    box = QRect(top * ratio, chat.viewport().size() * ratio)
    return image.copy(box).convertToFormat(QImage.Format.Format_RGB32)


def flush(chat: ChatView) -> None:
    """Paint what was asked for, and nothing else."""
    QCoreApplication.sendEvent(chat.window(), QEvent(QEvent.Type.UpdateRequest))


def painted_anew(chat: ChatView) -> QImage:
    chat.viewport().repaint()
    return on_screen(chat)


def test_a_scrolled_view_is_the_same_picture_as_one_painted_anew(seen):
    bar = seen.verticalScrollBar()
    for step in (-60, -60, -7, -300, 45, -60, 120, -2000, -33, 10_000):
        bar.setValue(bar.value() + step)
        flush(seen)
        moved = on_screen(seen)
        assert moved == painted_anew(seen), step


def test_a_growing_reply_is_the_same_picture_as_one_painted_anew(seen):
    texts = [
        PROSE,
        "```python\ndef f():\n",
        "    return 1\n",
        "    y = 2\n" * 40,
        "    z = 3\n" * 3,
        "```\n\n",
        "- a\n- b\n",
        PROSE * 3,
    ]
    said = ""
    messages = seen._stack.messages
    for text in texts:
        said += text
        reply = message(99, said, role=Role.ASSISTANT, status=MessageStatus.STREAMING)
        seen.show_messages("a", (*messages, reply), has_older=False)
        flush(seen)
        moved = on_screen(seen)
        assert moved == painted_anew(seen), said
    reply = msgspec.structs.replace(reply, status=MessageStatus.COMPLETE)
    seen.show_messages("a", (*messages, reply), has_older=False)
    flush(seen)
    assert on_screen(seen) == painted_anew(seen)


def test_only_what_came_in_sight_is_painted(seen, monkeypatch):
    strips: list[QRect] = []
    monkeypatch.setattr(
        conversation_scroll,
        "paint_strips",
        lambda _painter, _stack, region, *_: strips.extend(region),
    )
    bar = seen.verticalScrollBar()
    bar.setValue(bar.value() - 60)
    flush(seen)
    strips.clear()
    bar.setValue(bar.value() - 60)
    flush(seen)
    painted = sum(strip.width() * strip.height() for strip in strips)
    whole = seen.viewport().width() * seen.viewport().height()
    assert 0 < painted < whole / 2


def test_what_is_opened_and_played_is_the_same_picture_as_one_painted_anew(seen, qtbot):
    seen.show_playing(None)
    for kind in ("wrap", "wrap"):
        press(seen, qtbot, kind)
        flush(seen)
        assert on_screen(seen) == painted_anew(seen)
    spoken = message(98, PROSE, is_spoken=True, speech_ms=4000, utterance_id="u")
    seen.show_messages("a", (*seen._stack.messages, spoken), has_older=False)
    seen.jump_to_latest()
    flush(seen)
    before = on_screen(seen)
    seen.show_playing(Playing("u", 2000, 4000))
    flush(seen)
    assert on_screen(seen) != before
    assert on_screen(seen) == painted_anew(seen)
