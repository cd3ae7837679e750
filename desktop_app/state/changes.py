"""What the window itself changes: pages read from the journal, a message typed, a notice put."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_fields

from desktop_app.journal.records import MessageRecord, Role, ThreadRecord
from desktop_app.link.messages import Connection, Notice, Phase
from desktop_app.state.app_state import NO_TEST, AppState, Conversation, Service, Voice
from desktop_app.state.messages import with_message


def with_threads(state: AppState, threads: tuple[ThreadRecord, ...], *, has_more: bool) -> AppState:
    """Merge the next page of the journal; rows already known from events are newer and win."""
    return replace(
        with_threads_back(state, threads),
        has_more_threads=has_more,
        listed_to=threads[-1] if threads else state.listed_to,
        are_threads_loaded=True,
    )


def with_thread(state: AppState, thread: ThreadRecord) -> AppState:
    """Insert or replace one thread."""
    others = tuple(known for known in state.threads if known.id != thread.id)
    threads = _sorted((*others, thread))
    return replace(state, threads=threads, removed=state.removed - {thread.id})


def with_changed(
    state: AppState, thread_ids: Collection[str], changed: Mapping[str, Any]
) -> AppState:
    """Exchange fields of the threads that are known of these."""

    def after(one: ThreadRecord) -> ThreadRecord:
        return with_fields(one, **changed) if one.id in thread_ids else one

    aside = None if state.aside is None else after(state.aside)
    return replace(state, threads=_sorted(tuple(map(after, state.threads))), aside=aside)


def without_thread(state: AppState, thread_id: str) -> AppState:
    """Take one thread out, and close it when it is open."""
    return without_threads(state, (thread_id,))


def without_threads(state: AppState, thread_ids: Collection[str]) -> AppState:
    """Take threads out, and close the open one when it is among them."""
    threads = tuple(one for one in state.threads if one.id not in thread_ids)
    is_open = state.conversation.thread_id in thread_ids
    conversation = Conversation() if is_open else state.conversation
    return replace(
        state,
        threads=threads,
        conversation=conversation,
        aside=None if is_open else state.aside,
        removed=state.removed.union(thread_ids),
    )


def with_threads_back(state: AppState, threads: tuple[ThreadRecord, ...]) -> AppState:
    """Put threads in that are not there; what is known of the others is newer."""
    known = {one.id for one in state.threads}
    missing = tuple(one for one in threads if one.id not in known)
    return replace(state, threads=_sorted((*state.threads, *missing)))


def _sorted(threads: tuple[ThreadRecord, ...]) -> tuple[ThreadRecord, ...]:
    """As the journal gives them: pinned first, then the latest."""
    return tuple(sorted(threads, key=lambda one: (not one.is_pinned, -one.updated_at, one.id)))


def with_opened(state: AppState, thread_id: str, *, is_new: bool = False) -> AppState:
    """Open a thread and read it; empty until its messages arrive, unless it is new."""
    opened = replace(state, conversation=Conversation(thread_id, is_loaded=is_new), aside=None)
    thread = state.thread(thread_id)
    is_unread = thread is not None and thread.is_unread
    return with_changed(opened, (thread_id,), {"is_unread": False}) if is_unread else opened


def with_aside(state: AppState, thread: ThreadRecord) -> AppState:
    """Take the row of the open thread, unless it is listed or another one was opened."""
    is_wanted = state.conversation.thread_id == thread.id and state.thread(thread.id) is None
    return replace(state, aside=with_fields(thread, is_unread=False)) if is_wanted else state


def with_messages(
    state: AppState, thread_id: str, page: tuple[MessageRecord, ...], *, has_older: bool
) -> AppState:
    """Merge a page of the journal into the open thread; live messages win over the page."""
    conversation = state.conversation
    if conversation.thread_id != thread_id:
        return state
    known = {message.id for message in conversation.messages}
    older = tuple(message for message in page if message.id not in known)
    messages = tuple(
        sorted((*older, *conversation.messages), key=lambda message: message.created_at)
    )
    after = replace(conversation, messages=messages, has_older=has_older, is_loaded=True)
    return replace(state, conversation=after)


def with_settled(
    state: AppState, before: Conversation, page: tuple[MessageRecord, ...]
) -> AppState:
    """Take the journal's word for what has not changed since ``before``; events are newer."""
    conversation = state.conversation
    if conversation.thread_id != before.thread_id:
        return state
    live = {message.id: message for message in conversation.messages}
    old = {message.id: message for message in before.messages}
    settled = {one.id: one for one in page if live.get(one.id) is old.get(one.id)}
    messages = tuple(sorted({**live, **settled}.values(), key=lambda message: message.created_at))
    if messages == conversation.messages:
        return state
    return replace(state, conversation=replace(conversation, messages=messages))


def without_message(state: AppState, thread_id: str, message_id: str) -> AppState:
    """Take one message out of the open thread."""
    conversation = state.conversation
    left = tuple(message for message in conversation.messages if message.id != message_id)
    if thread_id != conversation.thread_id or len(left) == len(conversation.messages):
        return state
    return replace(state, conversation=replace(conversation, messages=left))


def without_recordings(state: AppState, utterance_ids: frozenset[str]) -> AppState:
    """These recordings are gone: no message offers to play them any more."""
    conversation = state.conversation
    if not any(message.sound_id in utterance_ids for message in conversation.messages):
        return state
    messages = tuple(
        _silent(message) if message.sound_id in utterance_ids else message
        for message in conversation.messages
    )
    return replace(state, conversation=replace(conversation, messages=messages))


def without_recording_of(state: AppState, message: MessageRecord) -> AppState:
    """Show no recording of this message, nor a question of which nobody knows the words."""
    if message.role is Role.USER and not message.text:
        return without_message(state, message.thread_id, message.id)
    return without_recordings(state, frozenset((message.utterance_id,)))


def with_recording_back(state: AppState, message: MessageRecord) -> AppState:
    """Show what ``without_recording_of`` hid, in a message that may have changed meanwhile."""
    conversation = state.conversation
    if conversation.thread_id != message.thread_id:
        return state
    known = next((one for one in conversation.messages if one.id == message.id), None)
    back = message if known is None else with_fields(known, utterance_id=message.utterance_id)
    return with_typed(state, back)


def _silent(message: MessageRecord) -> MessageRecord:
    return with_fields(message, utterance_id="", wishes=with_fields(message.wishes, recording=""))


def with_typed(state: AppState, message: MessageRecord) -> AppState:
    """Show a typed message at once, before the engine has acknowledged it."""
    conversation = state.conversation
    messages = with_message(conversation.messages, message)
    return replace(state, conversation=replace(conversation, messages=messages))


def with_notice(state: AppState, notice: Notice) -> AppState:
    """Put a notice last; it replaces one of the same code."""
    others = tuple(known for known in state.notices if known.code != notice.code)
    return replace(state, notices=(*others, notice))


def without_notice(state: AppState, code: str) -> AppState:
    """Take the notice of this code away; an unknown code changes nothing."""
    remaining = tuple(notice for notice in state.notices if notice.code != code)
    return state if len(remaining) == len(state.notices) else replace(state, notices=remaining)


def with_engine_lost(state: AppState) -> AppState:
    """The engine is gone: nothing is heard or said until it is back."""
    voice = Voice(thread_id=state.voice.thread_id, phase=Phase.READY)
    service = replace(state.service, connection=Connection.STARTING, retry_in_s=None)
    conversation = replace(state.conversation, partial="")
    devices = replace(state.devices, test=NO_TEST)
    return replace(
        state,
        voice=voice,
        devices=devices,
        sounding=frozenset(),
        service=service,
        conversation=conversation,
        playing=None,
        importing=None,
    )


def with_service(state: AppState, service: Service) -> AppState:
    """What the window knows of the service before the engine has told."""
    return replace(state, service=service)
