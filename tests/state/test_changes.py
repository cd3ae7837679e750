"""What the window changes itself."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from desktop_app.journal.records import MessageRecord, MessageStatus, Role, ThreadRecord
from desktop_app.link.messages import Connection, Phase
from desktop_app.state import changes
from desktop_app.state.app_state import AppState, Conversation, Service, Voice


def thread(thread_id: str, at: float, title: str = "") -> ThreadRecord:
    return ThreadRecord(id=thread_id, title=title, created_at=at, updated_at=at)


def message(message_id: str, at: float, text: str = "") -> MessageRecord:
    return MessageRecord(
        id=message_id,
        thread_id="t",
        role=Role.USER,
        text=text,
        created_at=at,
        status=MessageStatus.QUEUED,
    )


def test_a_page_of_threads_does_not_undo_what_events_told():
    state = changes.with_thread(AppState(), thread("a", 5, "new title"))
    page = (thread("b", 9), thread("a", 1, "old title"))
    state = changes.with_threads(state, page, has_more=True)
    assert [(each.id, each.title) for each in state.threads] == [("b", ""), ("a", "new title")]
    assert state.has_more_threads
    assert state.are_threads_loaded


def test_the_open_thread_is_known_though_the_list_has_not_come_to_it():
    listed, old = thread("a", 9, "Listed"), replace(thread("old", 1, "Old"), is_unread=True)
    state = changes.with_opened(AppState(threads=(listed,)), "old")
    state = changes.with_aside(state, old)
    assert state.threads == (listed,)
    assert state.thread("old") == replace(old, is_unread=False)
    assert changes.with_aside(state, thread("other", 1)) is state, "it is not open"
    assert changes.with_aside(state, thread("old", 2)) is state, "it is known"
    renamed = changes.with_changed(state, ("old",), {"title": "New"})
    assert renamed.thread("old").title == "New"
    saved = changes.with_thread(state, thread("old", 5, "Saved"))
    assert saved.thread("old").title == "Saved"
    assert changes.with_opened(state, "a").thread("old") is None
    assert changes.without_thread(state, "old").thread("old") is None
    assert changes.without_thread(state, "a").thread("old").title == "Old"


def test_an_opened_thread_is_empty_until_it_was_read():
    assert changes.with_opened(AppState(), "t").conversation == Conversation("t")
    assert changes.with_opened(AppState(), "t", is_new=True).conversation.is_loaded


def test_a_page_of_messages_joins_what_is_already_there():
    state = changes.with_typed(changes.with_opened(AppState(), "t"), message("c", 3, "live"))
    page = (message("a", 1), message("b", 2), message("c", 3, "from the journal"))
    state = changes.with_messages(state, "t", page, has_older=True)
    assert [(each.id, each.text) for each in state.conversation.messages] == [
        ("a", ""),
        ("b", ""),
        ("c", "live"),
    ]
    assert state.conversation.has_older


def test_a_page_of_a_thread_that_was_left_is_dropped():
    state = changes.with_opened(AppState(), "now")
    assert changes.with_messages(state, "before", (message("a", 1),), has_older=False) is state


def test_the_journal_settles_what_no_event_has_changed_since():
    before = changes.with_messages(
        changes.with_opened(AppState(), "t"),
        "t",
        (message("a", 1), message("b", 2), message("c", 3)),
        has_older=True,
    )
    state = changes.with_typed(before, message("b", 2, "newer"))
    state = changes.with_typed(state, message("e", 5, "typed"))
    page = (message("b", 2, "settled"), message("c", 3, "settled"), message("d", 4, "found"))
    after = changes.with_settled(state, before.conversation, page)
    texts = {each.id: each.text for each in after.conversation.messages}
    assert texts == {"a": "", "b": "newer", "c": "settled", "d": "found", "e": "typed"}
    assert after.conversation.has_older
    assert changes.with_settled(after, after.conversation, page[1:]) is after
    assert changes.with_settled(after, Conversation("other"), page) is after


def test_only_the_open_thread_is_closed_when_one_goes():
    state = changes.with_opened(AppState(threads=(thread("a", 1), thread("b", 2))), "a")
    assert changes.without_thread(state, "b").conversation.thread_id == "a"
    assert changes.without_thread(state, "a").conversation.thread_id == ""


def test_without_an_engine_nothing_is_heard_and_nothing_is_lost():
    state = AppState(
        conversation=Conversation("t", (message("a", 1),), partial="half a"),
        voice=Voice("t", Phase.HEARING, 3, is_voice_on=True),
        service=Service(Connection.READY, "embedded"),
    )
    after = changes.with_engine_lost(state)
    assert after.voice == Voice("t", Phase.READY)
    assert after.service == Service(Connection.STARTING, "embedded")
    assert after.conversation.partial == ""
    assert after.conversation.messages == state.conversation.messages


def test_the_profile_is_known_before_the_engine_is():
    known = partial(changes.with_service, service=Service(profile="embedded"))
    assert known(AppState()).service.profile == "embedded"
