"""What goes on in one part of the window does not move or delay another one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import MessageSaved, Phase, PhaseChanged, TranscriptChanged
from desktop_app.state import changes
from tests.ui.conftest import make_message


class Painted(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.times = 0
        watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.times += event.type() == QEvent.Type.Paint
        return False


def talk(desk, number: int) -> None:
    desk.store.change(partial(changes.with_opened, thread_id="a", is_new=True))
    page = tuple(make_message(n, f"Message {n}. " * 20) for n in range(number))
    change = partial(changes.with_messages, thread_id="a", page=page, has_older=False)
    desk.store.change(change)


def tell(desk, *events: object) -> None:
    for event in events:
        desk.store.apply(event)
    desk.store.tell()
    QTest.qWait(0)


def test_bar_27_a_key_in_the_composer_costs_the_conversation_nothing(desk, qtbot):
    talk(desk, 3_000)
    field = desk.window.pane.composer.field
    field.setFocus()
    QTest.qWait(0)
    seen = Painted(desk.window.pane.chat.viewport())
    rows = dict(desk.window.pane.chat._stack._rows)
    qtbot.keyClicks(field, "a question in one line")
    QTest.qWait(0)
    assert field.toPlainText() == "a question in one line"
    assert seen.times == 0
    assert desk.window.pane.chat._stack._rows == rows


def test_bar_24_the_final_words_take_the_place_of_the_partial_ones_without_a_jump(desk):
    talk(desk, 40)
    pane = desk.window.pane
    hearing = PhaseChanged("a", Phase.HEARING, 1, is_voice_on=True)
    tell(desk, hearing, TranscriptChanged("a", 1, "what is"))
    dock, chat = pane.dock.geometry(), pane.chat.geometry()
    assert pane.dock._partial.text == "What is"
    tell(desk, TranscriptChanged("a", 1, "what is ten miles in kilometers"))
    assert pane.dock._partial.text == "What is ten miles in kilometers"
    assert (pane.dock.geometry(), pane.chat.geometry()) == (dock, chat)
    said = make_message(
        100, "What is ten miles in kilometers?", Role.USER, status=MessageStatus.SENT,
        turn=1, is_spoken=True,
    )  # fmt: skip
    tell(desk, MessageSaved(said), PhaseChanged("a", Phase.THINKING, 1, is_voice_on=True))
    assert pane.dock._partial.text == ""
    assert desk.store.state.conversation.messages[-1] == said
    assert (pane.dock.geometry(), pane.chat.geometry()) == (dock, chat)
    assert pane.chat.verticalScrollBar().value() == pane.chat.verticalScrollBar().maximum()
