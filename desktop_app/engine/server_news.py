"""What the server's words do to the session: the part of the machine that listens to it. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.engine import peer_endpoint
from desktop_app.engine.effects import (
    AwaitDrain,
    ClearNotice,
    ClearTimer,
    DiscardUtterance,
    Effect,
    FinishCapture,
    FinishPlayback,
    FinishTurn,
    Play,
    Record,
    Send,
    SetTimer,
)
from desktop_app.engine.inputs import TimerName
from desktop_app.engine.interjections import pause
from desktop_app.engine.session import Session, Stage
from desktop_app.engine.turns import (
    SOUND_S,
    Step,
    end_turn,
    fail_turn,
    notice,
    slow_timer,
    then,
)
from desktop_app.link.messages import NoticeLevel
from desktop_app.protocol.commands import CancelReply
from desktop_app.protocol.events import (
    ImageReady,
    MediaNamed,
    ReplyAudio,
    ReplyEnded,
    ReplyReasoning,
    ReplyStatus,
    ReplyText,
    ReplyWritten,
    ServerEvent,
    ServerFault,
    SessionReady,
    ToolCall,
    ToolCallFailed,
    ToolCallReady,
    ToolCallStarted,
    ToolsRequested,
    TranscriptUpdated,
    UploadProgressed,
    UtteranceBegun,
    UtteranceOver,
)

_MAKERS = ("generate_image", "generate_video")


def on_event(session: Session, event: ServerEvent) -> Step:
    """Take in one piece of news; news about another turn than the current one is dropped.

    One exception: the final words of an earlier turn are recorded, for the history and nothing
    else, because what a person said must not be lost. Those of a turn in which nothing had been
    understood yet take it up again: they will be answered.
    """
    if isinstance(event, SessionReady):
        session, effects = peer_endpoint.introduced(session, event)
        return session, (Record(event), *effects)
    if isinstance(event, ServerFault) and event.turn is None:
        level = NoticeLevel.ERROR if event.is_fatal else NoticeLevel.WARNING
        return session, (notice(level, event.code, message=event.message),)
    if event.turn != session.turn or session.stage is Stage.IDLE:
        return _late(session, event)
    if session.stage is Stage.HEARING:
        return _while_hearing(session, event)
    if session.reply_ended:
        return session, ()
    return _while_waiting(session, event)


def _late(session: Session, event: ServerEvent) -> Step:
    if isinstance(event, ReplyAudio | ReplyEnded) and session.is_unspoken:
        return _late_voice(session, event) if event.turn == session.turn else (session, ())
    if not isinstance(event, TranscriptUpdated) or event.turn > session.turn:
        return session, ()
    if not event.is_final or not event.text.strip():
        return session, ()
    is_over = session.stage is not Stage.IDLE or event.turn != session.turn
    if is_over or not session.is_wordless:
        return session, (Record(event),)
    asked = replace(session, stage=Stage.THINKING, has_words=True, is_wordless=False)
    effects = (ClearNotice("voice.no_speech"), ClearTimer(TimerName.IDLE_LINE), slow_timer(asked))
    return asked, (Record(event), *effects)


def _late_voice(session: Session, event: ReplyAudio | ReplyEnded) -> Step:
    """A voice that begins after its reply was left to be read is heard all the same."""
    if isinstance(event, ReplyEnded):
        return replace(session, is_unspoken=False), (Record(event),)
    if not session.can_play:
        return session, ()
    session, effects = _audio(replace(session, stage=Stage.THINKING), event)
    return session, (*effects, ClearTimer(TimerName.IDLE_LINE), ClearNotice("reply.unspoken"))


def _while_hearing(session: Session, event: ServerEvent) -> Step:
    """Partial words; anything of a reply means that the peer itself ended the utterance."""
    match event:
        case TranscriptUpdated() | UtteranceBegun() | UtteranceOver() if session.is_peer_ending:
            return peer_endpoint.while_hearing(session, event)
        case UtteranceBegun() | UtteranceOver():
            return session, ()
        case TranscriptUpdated():
            is_empty_end = event.is_final and not event.text.strip()
            return session, () if is_empty_end else (Record(event),)
        case ServerFault():
            return session, (notice(NoticeLevel.WARNING, event.code, message=event.message),)
        case ReplyAudio() if session.can_play:
            session, finish = _answered_early(session)
            sounding = replace(session, has_sound=True)
            return sounding, (*finish, Record(event), Play(event.turn, event.pcm))
        case _:
            session, finish = _answered_early(session)
            return session, (*finish, Record(event))


def _answered_early(session: Session) -> Step:
    answered = replace(session, is_answered=True)
    if session.is_peer_ending:
        return peer_endpoint.end_by_peer(answered)
    return answered, (FinishCapture(session.turn),)


def _while_waiting(session: Session, event: ServerEvent) -> Step:
    match event:
        case UtteranceBegun() | UtteranceOver():
            return session, ()
        case TranscriptUpdated():
            return _transcript(session, event)
        case ReplyAudio():
            return _audio(session, event)
        case ReplyEnded():
            return _ended(session, event)
        case ServerFault():
            return fail_turn(session, event.code, event.message, event.details)
        case ToolsRequested():
            return _tools(session, event)
        case UploadProgressed():
            waiting, effects = _patience(session)  # no answer: the server has not got it yet
            return waiting, (Record(event), *effects)
        case MediaNamed():
            return _patience(replace(session, is_fetching=True))
        case _:  # a sign of life: text, reasoning, memories, a picture
            answered = replace(_followed(session, event), is_answered=True, tries=0)
            answered, effects = _patience(answered)
            return answered, (Record(event), *_delivered(session), *effects)


def _followed(session: Session, event: ServerEvent) -> Session:
    """Whether something is being made or fetched, as far as the event says."""
    match event:
        case ToolCallStarted(name=name) | ToolCallReady(call=ToolCall(name=name)):
            is_making = session.is_making or name in _MAKERS
            return replace(session, is_making=is_making, is_text_whole=False, awaits_voice=False)
        case ImageReady():
            return replace(session, is_making=False, is_fetching=False)
        case ReplyText(is_whole=is_whole):  # the model has gone on
            return replace(session, is_making=False, is_text_whole=is_whole, awaits_voice=False)
        case ReplyWritten():
            return replace(session, is_text_whole=True, awaits_voice=True)
        case ToolCallFailed() | ReplyReasoning():
            return replace(session, is_making=False)
        case _:
            return session


def _tools(session: Session, event: ToolsRequested) -> Step:
    """Where nobody answers an assistant's tools, the run must not wait for them for ever."""
    if session.answers_tools:
        waiting, effects = _patience(
            replace(session, is_answered=True, awaits_tools=True, is_making=False)
        )
        return waiting, (Record(event), *_delivered(session), *effects)
    failed, effects = fail_turn(session, "tools.not_here")
    return failed, (Send(CancelReply(session.turn)), *effects)


def _delivered(session: Session) -> tuple[Effect, ...]:
    return (ClearNotice("prompt.queued"),) if session.tries else ()


def _patience(session: Session) -> Step:
    """The server lives: start waiting anew."""
    if session.stage is not Stage.THINKING:
        return session, ()
    again = slow_timer(session)
    if not session.is_slow:
        return session, (again,)
    cleared = (ClearTimer(TimerName.GIVE_UP), ClearNotice("reply.slow"))
    return replace(session, is_slow=False), (*cleared, again)


def _transcript(session: Session, event: TranscriptUpdated) -> Step:
    if event.is_final and not event.text.strip() and not session.is_answered:
        after, effects = end_turn(replace(session, is_wordless=True))
        shown = notice(NoticeLevel.INFO, "voice.no_speech")
        return after, (DiscardUtterance(session.turn), shown, *effects)
    heard = replace(session, has_words=session.has_words or event.is_final)
    after, effects = _patience(heard)
    return after, (Record(event), *effects)


def _audio(session: Session, event: ReplyAudio) -> Step:
    if not session.can_play:
        after, effects = _patience(replace(session, is_answered=True))
        return after, (Record(event), *effects)
    heard = (Play(event.turn, event.pcm), Record(event))  # sound waits for nothing
    if session.stage is Stage.SPEAKING:
        return session, heard
    session, effects = _patience(session)
    speaking = replace(
        session,
        stage=Stage.SPEAKING,
        is_answered=True,
        has_sound=True,
        is_unspoken=False,
        is_voiceless=False,
    )
    timers = (ClearTimer(TimerName.SLOW), SetTimer(TimerName.SOUND, SOUND_S))
    if not session.is_interjected:
        return speaking, (*heard, *effects, *timers)
    paused, before = pause(speaking)  # it does not begin while somebody speaks
    return paused, (*before, *heard, *effects, *timers)


def _ended(session: Session, event: ReplyEnded) -> Step:
    record = Record(event)
    if event.status is ReplyStatus.FAILED:
        session, effects = fail_turn(session, "reply.failed")
        return session, (record, *effects)
    if session.has_sound and session.can_play:
        return _play_out(session, record)
    after, effects = then((session, (record, FinishTurn(session.turn))), end_turn)
    return after, effects


def _play_out(session: Session, record: Record) -> Step:
    """Everything has come: stay until it has been heard, as long as it moves."""
    session, effects = _patience(session)
    speaking = replace(session, stage=Stage.SPEAKING, reply_ended=True)
    drain = (FinishPlayback(session.turn), AwaitDrain(session.turn))
    timers = (ClearTimer(TimerName.SLOW), SetTimer(TimerName.SOUND, SOUND_S))
    return speaking, (record, *effects, *drain, *timers)
