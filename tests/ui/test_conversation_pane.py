"""The centre of the window: what stands above what, in little room too."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.link.messages import Notice, NoticeLevel, Phase
from desktop_app.state.app_state import Conversation, Voice
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.conversation_pane import ConversationPane
from desktop_app.ui.header import HEIGHT
from desktop_app.ui.look import Look
from tests.ui.conftest import make_message

FILES = tuple(
    Attachment(str(number), f"file{number}.pdf", size_bytes=10, stage=Stage.READY)
    for number in range(5)
)
LOST = Notice(NoticeLevel.WARNING, "device.lost", {"device": "A headset of quite a long name"})


@pytest.fixture
def around(qtbot) -> QWidget:
    """What the pane stands in."""
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def crowded(around: QWidget, size: QSize, percent: int) -> ConversationPane:
    """A long draft with files, voice and something that should be known."""
    pane = ConversationPane(Look(theme="light", is_calm=True, text_percent=percent), around)
    pane.furnish()
    pane.resize(size)
    around.show()
    pane.show_conversation(Conversation("a", (make_message(1, "x" * 300),), is_loaded=True))
    pane.tray.show_attachments(FILES)
    pane.notices.show_notices((LOST,))
    pane.show_voice(Voice("a", Phase.LISTENING, 1, is_voice_on=True), "")
    pane.composer.set_text("\n".join(["line"] * 8))
    pane.arrange()
    return pane


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize(
    ("width", "height", "percent"), [(760, 520, 100), (760, 520, 200), (1024, 700, 200)]
)
def test_what_ends_voice_and_what_is_to_be_known_is_never_behind_the_header(
    around, width, height, percent, is_large
):
    pane = crowded(around, QSize(width, height), percent)
    pane.dock.enlarge(is_large)
    pane.arrange()
    parts = (pane.notices, pane.dock, pane.tray, pane.composer)
    places = [part.geometry() for part in parts]
    assert places[0].top() >= HEIGHT
    assert all(above.bottom() < below.top() for above, below in pairwise(places))
    assert all(place.height() > 40 for place in places)
    assert places[-1].bottom() < height


def test_with_room_again_all_of_the_text_is_seen(around):
    pane = crowded(around, QSize(760, 520), 200)
    least = pane.composer.field.height()
    pane.resize(QSize(1200, 1600))
    spacing = pane.composer.field.fontMetrics().lineSpacing()
    assert pane.composer.field.height() >= 8 * spacing > least
    assert pane.tray.height() == pane.tray.sizeHint().height()
    assert pane.chat.height() > 72


def test_a_text_that_grows_pushes_no_farther_than_there_is_room(around):
    pane = crowded(around, QSize(760, 520), 100)
    pane.tray.show_attachments(())
    pane.composer.set_text("one")
    pane.arrange()
    heights = []
    for _ in range(12):
        pane.composer.insert("\nmore")
        heights.append(pane.composer.height())
    assert heights == sorted(heights)
    assert heights[-1] > heights[0]
    assert pane.notices.geometry().top() >= HEIGHT
    assert pane.chat.height() >= 72


def test_page_keys_in_the_composer_scroll_the_conversation(around, qtbot):
    pane = ConversationPane(Look(theme="light", is_calm=True), around)
    pane.furnish()
    pane.resize(760, 520)
    around.show()
    messages = tuple(make_message(number, f"message {number}") for number in range(1, 41))
    pane.show_conversation(Conversation("a", messages, is_loaded=True))
    bar = pane.chat.verticalScrollBar()
    end = bar.maximum()
    assert bar.value() == end > bar.pageStep()
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_PageUp)
    assert bar.value() < end - bar.pageStep() // 2
    assert not pane.chat.is_following
    qtbot.keyClick(pane.composer.field, Qt.Key.Key_PageDown)
    assert bar.value() == bar.maximum()
    assert pane.chat.is_following


def test_bar_54_tab_goes_through_the_pane_as_it_is_read(around):
    pane = crowded(around, QSize(760, 600), 100)
    wanted = (*pane.header.stops, pane.chat, *pane.composer.stops)
    found, stop = [pane.header.stops[0]], pane.header.stops[0].nextInFocusChain()
    while stop is not pane.header.stops[0]:
        found += [stop] if stop in wanted else []
        stop = stop.nextInFocusChain()
    assert tuple(found) == wanted
