"""The store gathers what a reply grows by, and tells what differs."""

from __future__ import annotations

from functools import partial

from desktop_app.journal.records import MessageStatus
from desktop_app.link.device_messages import DevicesChanged, DeviceShown
from desktop_app.link.messages import MessageSaved, ReasoningGrew, ReplyGrew
from desktop_app.link.thread_messages import PictureRemoved
from desktop_app.state import changes
from desktop_app.state.with_event import with_event
from desktop_app.ui.store import AppStore
from tests.ui.conftest import make_message


def store_with_replies() -> AppStore:
    store = AppStore()
    store.change(partial(changes.with_opened, thread_id="a", is_new=True))
    for number in (1, 2):
        store.apply(MessageSaved(make_message(number, "", status=MessageStatus.STREAMING)))
    return store


def texts(store: AppStore) -> list[str]:
    return [message.text for message in store.state.conversation.messages]


def test_growth_is_in_the_state_at_once_and_in_order(qapp):
    store = store_with_replies()
    for message_id, text in (("m1", "a"), ("m1", "b"), ("m2", "x"), ("m1", "c"), ("m2", "y")):
        store.apply(ReplyGrew("a", message_id, text))
    assert texts(store) == ["abc", "xy"]


def test_a_whole_text_replaces_what_grew_before_it(qapp):
    store = store_with_replies()
    store.apply(ReplyGrew("a", "m1", "wrong"))
    store.apply(ReplyGrew("a", "m1", "right", is_whole=True))
    store.apply(ReplyGrew("a", "m1", "!"))
    assert texts(store)[0] == "right!"


def test_thoughts_are_gathered_like_words_and_in_order_with_them(qapp, monkeypatch):
    store = store_with_replies()
    turn = store.state.conversation.messages[0].turn
    folded = []
    monkeypatch.setattr(
        "desktop_app.ui.store.with_event",
        lambda state, event: folded.append(event) or with_event(state, event),
    )
    for event in (
        *(ReasoningGrew("a", turn, word) for word in ("So ", "it ", "is.")),
        ReplyGrew("a", "m1", "Yes"),
        ReasoningGrew("a", turn, " Is it?"),
    ):
        store.apply(event)
    said, thought = store.state.conversation.messages
    assert (thought.details.reasoning, said.text) == ("So it is. Is it?", "Yes")
    assert [event.text for event in folded] == ["So it is.", "Yes", " Is it?"]


def test_many_words_are_told_once(qapp, qtbot):
    store = store_with_replies()
    store.tell()
    told = []
    store.conversation_changed.connect(told.append)
    for _ in range(50):
        store.apply(ReplyGrew("a", "m1", "word "))
    qtbot.waitUntil(lambda: bool(told))
    assert [conversation.messages[0].text for conversation in told] == ["word " * 50]


def test_a_picture_that_came_or_went_is_told_once(qapp):
    store, told = AppStore(), []
    store.pictures_changed.connect(lambda: told.append(store.state.picture_news))
    store.apply(PictureRemoved("p"))
    store.apply(PictureRemoved("q"))
    store.tell()
    store.tell()
    assert told == [2]


def test_devices_are_told_when_they_change(qapp):
    store, told = AppStore(), []
    store.devices_changed.connect(told.append)
    camera = DeviceShown("usb-cam", "Camera", is_input=True)
    store.apply(DevicesChanged((camera,)))
    store.tell()
    store.tell()
    assert [devices.shown for devices in told] == [(camera,)]
