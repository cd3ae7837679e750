"""What is said without being asked, and what is not."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtWidgets import QWidget

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import (
    MessageSaved,
    Notice,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    ReplyGrew,
)
from desktop_app.state import changes
from desktop_app.ui.announcer import Announcer, say_through
from desktop_app.ui.store import AppStore
from tests.ui.conftest import make_message


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def store(qapp, said, qtbot):
    store = AppStore()
    store.announcer = Announcer(store, said.append, store)
    store.change(partial(changes.with_opened, thread_id="a", is_new=True))
    return store


def tell(store: AppStore, *events: object) -> None:
    for event in events:
        store.apply(event)
        store.tell()


def test_bar_55_a_reply_is_read_once_it_is_whole_and_never_by_the_word(store, said):
    tell(store, MessageSaved(make_message(1, "", status=MessageStatus.STREAMING)))
    tell(store, *(ReplyGrew("a", "m1", word) for word in ("It ", "is ", "56.")))
    assert said == []
    tell(store, MessageSaved(make_message(1, "It is 56.")))
    tell(store, MessageSaved(make_message(1, "It is 56.")))
    assert said == ["Parley: It is 56."]


def test_a_reply_that_is_heard_is_not_read_as_well(store, said):
    tell(store, MessageSaved(make_message(1, "It is 56.", is_spoken=True)))
    tell(store, MessageSaved(make_message(2, "mine", Role.USER)))
    assert said == []


def test_what_stood_in_a_thread_is_no_news(store, said):
    store.change(partial(changes.with_opened, thread_id="b"))
    page = (make_message(1, "old"),)
    store.change(partial(changes.with_messages, thread_id="b", page=page, has_older=False))
    assert said == []


def test_bar_55_phases_are_said_at_most_every_seven_seconds(store, said):
    phases = (Phase.LISTENING, Phase.HEARING, Phase.THINKING, Phase.SPEAKING)
    tell(store, *(PhaseChanged("a", phase, 1, True) for phase in phases))
    assert said == ["Listening"]


def test_bar_55_a_notice_is_said_at_once_and_once(store, said):
    notice = Notice(NoticeLevel.ERROR, "engine.failed")
    tell(store, NoticeRaised(notice), NoticeRaised(notice))
    assert said == ["The engine does not start. What you type is kept; the log says why."]


def test_without_a_screen_reader_nothing_happens(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    say_through(widget)("hello")
