"""The one function that folds what the engine tells into what is on screen."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from msgspec.structs import replace as with_fields

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.asks import Answered, AskAdvanced
from desktop_app.link.carried_files import FilesCarried
from desktop_app.link.device_messages import (
    DevicesChanged,
    MicrophoneTestChanged,
)
from desktop_app.link.keeping import ImportAdvanced
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    LevelMeasured,
    LinkEvent,
    MessageRemoved,
    MessageSaved,
    NoticeCleared,
    NoticeRaised,
    Phase,
    PhaseChanged,
    Pong,
    ReasoningGrew,
    ReplyGrew,
    SpeechHeard,
    ToolsWanted,
    TranscriptChanged,
    TurnTimed,
    UploadAdvanced,
    Welcome,
)
from desktop_app.link.notes import NoteChanged
from desktop_app.link.recordings import RecordingPlayed, RecordingsRemoved
from desktop_app.link.replies import ReplyDetailed, ToolRuns
from desktop_app.link.thread_messages import (
    NextTurnTaken,
    PictureRemoved,
    PictureSaved,
    ServiceDescribed,
    ThreadRemoved,
    ThreadSaved,
)
from desktop_app.state.app_state import (
    AppState,
    Conversation,
    Levels,
    Playing,
    Service,
    Voice,
)
from desktop_app.state.changes import (
    with_notice,
    with_thread,
    without_message,
    without_notice,
    without_recordings,
    without_thread,
)
from desktop_app.state.details import more_reasoning, running_tool, with_details, without_waiting
from desktop_app.state.messages import with_changed, with_message

_UTTERANCE_OVER = (Phase.LISTENING, Phase.READY, Phase.NO_INPUT)


def with_event(state: AppState, event: LinkEvent) -> AppState:  # noqa: C901 - one arm for each event
    """Advance the state by one event; the same state (by identity) when nothing changes."""
    match event:
        case Welcome():
            return _with_welcome(state, event)
        case ConnectionChanged(connection, profile, retry_in_s):
            return replace(state, service=_service(state, connection, profile, retry_in_s))
        case ServiceDescribed(name, usual_model):
            service = replace(state.service, name=name, usual_model=usual_model)
            return replace(state, service=service)
        case PhaseChanged():
            is_heard = event.phase in (Phase.SPEAKING, Phase.PAUSED)
            state = _with_sounding(state, event.thread_id, is_heard=is_heard)
            return _with_phase(state, event)
        case SpeechHeard(_, turn, heard_ms):
            if turn != state.voice.turn:
                return state
            return replace(state, voice=replace(state.voice, heard_ms=heard_ms))
        case LevelMeasured(microphone, loudspeaker):
            return replace(state, levels=Levels(microphone, loudspeaker))
        case ThreadSaved(thread):
            came_back = thread.id in state.removed
            news = state.picture_news + came_back
            return replace(with_thread(state, thread), picture_news=news)
        case PictureSaved() | PictureRemoved():  # the pictures themselves are read of the journal
            return replace(state, picture_news=state.picture_news + 1)
        case Answered() | AskAdvanced() | FilesCarried() | NextTurnTaken():
            return state  # for whoever asked
        case ToolsWanted() | Pong():
            return state  # shown by other news
        case UploadAdvanced():
            return _with_upload(state, event)
        case RecordingPlayed():
            return _with_playing(state, event)
        case ImportAdvanced():
            return replace(state, importing=None if event.is_over else event)
        case MessageRemoved(thread_id, message_id):
            return without_message(state, thread_id, message_id)
        case RecordingsRemoved(utterance_ids):
            return without_recordings(state, frozenset(utterance_ids))
        case DevicesChanged(devices):
            return replace(state, devices=replace(state.devices, shown=devices))
        case MicrophoneTestChanged():
            return replace(state, devices=replace(state.devices, test=event))
        case NoteChanged():
            return replace(state, note=event)
        case ThreadRemoved(thread_id):
            news = state.picture_news + 1
            silent = _with_sounding(state, thread_id, is_heard=False)
            return replace(without_thread(silent, thread_id), picture_news=news)
        case NoticeRaised(notice):
            return with_notice(state, notice)
        case NoticeCleared(code):
            return without_notice(state, code)
        case (
            TranscriptChanged()
            | MessageSaved()
            | ReplyGrew()
            | ReasoningGrew()
            | ReplyDetailed()
            | ToolRuns()
            | TurnTimed()
        ):
            return _with_conversation(state, event)
        case _:  # pragma: no cover - the union is closed
            assert_never(event)


def _service(
    state: AppState, connection: Connection, profile: str, retry_in_s: float | None = None
) -> Service:
    """How the service stands now; another one is not yet described."""
    known = state.service if profile == state.service.profile else Service(profile=profile)
    return replace(known, connection=connection, retry_in_s=retry_in_s)


def _with_upload(state: AppState, event: UploadAdvanced) -> AppState:
    if event.thread_id != state.conversation.thread_id:
        return state
    upload = event if event.sent_bytes < event.total_bytes else None
    return replace(state, conversation=replace(state.conversation, upload=upload))


def _with_playing(state: AppState, event: RecordingPlayed) -> AppState:
    playing = Playing(event.utterance_id, event.position_ms, event.duration_ms)
    return replace(state, playing=None if event.is_over else playing)


def _with_welcome(state: AppState, event: Welcome) -> AppState:
    return replace(
        state,
        service=_service(state, event.connection, event.profile),
        voice=replace(state.voice, phase=event.phase),
    )


def _with_sounding(state: AppState, thread_id: str, *, is_heard: bool) -> AppState:
    if (thread_id in state.sounding) is is_heard:
        return state
    return replace(state, sounding=state.sounding ^ {thread_id})


def _with_phase(state: AppState, event: PhaseChanged) -> AppState:
    """The phase of the thread on screen: it alone can have the microphone."""
    if state.conversation.thread_id not in ("", event.thread_id):
        return state
    heard_ms = state.voice.heard_ms if event.turn == state.voice.turn else 0
    voice = Voice(
        event.thread_id,
        event.phase,
        event.turn,
        event.is_voice_on,
        event.is_muted,
        event.device,
        event.duplex,
        event.duplex_reason,
        heard_ms,
        event.retry_in_s,
    )
    conversation = state.conversation
    if conversation.partial and event.phase in _UTTERANCE_OVER:
        conversation = replace(conversation, partial="")
    return replace(state, voice=voice, conversation=conversation)


_OfThread = (
    TranscriptChanged
    | MessageSaved
    | ReplyGrew
    | ReasoningGrew
    | ReplyDetailed
    | ToolRuns
    | TurnTimed
)


def _with_conversation(state: AppState, event: _OfThread) -> AppState:
    before = state.conversation
    about = event.message.thread_id if isinstance(event, MessageSaved) else event.thread_id
    if about != before.thread_id:
        return state
    after = _folded(before, event)
    return state if after is before else replace(state, conversation=after)


def _folded(conversation: Conversation, event: _OfThread) -> Conversation:
    messages = conversation.messages
    match event:
        case TranscriptChanged(_, _, text):
            return replace(conversation, partial=text)
        case MessageSaved(message):
            ends_partial = message.role is Role.USER and message.is_spoken
            partial = "" if ends_partial else conversation.partial
            upload = conversation.upload
            if message.role is Role.ASSISTANT or message.status is MessageStatus.FAILED:
                messages = without_waiting(messages, message.turn)
                upload = None
            messages = with_message(messages, message)
            return replace(conversation, messages=messages, partial=partial, upload=upload)
        case ReplyGrew(_, message_id):
            messages = with_changed(messages, message_id, lambda reply: _grown(reply, event))
        case ReasoningGrew(thread_id, turn, text):
            messages = with_details(messages, thread_id, turn, more_reasoning(text))
        case ToolRuns(thread_id, turn, call_id):
            messages = with_details(messages, thread_id, turn, running_tool(call_id))
        case ReplyDetailed(thread_id, turn, details):
            messages = with_details(messages, thread_id, turn, lambda _: details)
        case TurnTimed(_, turn, times, reply_id):
            messages = with_changed(
                without_waiting(messages, turn), reply_id, lambda one: with_fields(one, times=times)
            )
        case _:  # pragma: no cover - the union is closed
            assert_never(event)
    if messages is conversation.messages:
        return conversation
    return replace(conversation, messages=messages)


def _grown(reply: MessageRecord, event: ReplyGrew) -> MessageRecord:
    return with_fields(reply, text=event.text if event.is_whole else reply.text + event.text)
