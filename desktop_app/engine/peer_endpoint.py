"""A peer that decides where utterances begin and end: a part of the machine. Pure.

Sound flows to it as long as the microphone listens: the turn is opened before anybody speaks. The
peer's words about speech then do what the own detector's do elsewhere. Interruptions are still
noticed here, because they must silence the reply at once; and who holds the talk key decides
themselves, so the peer is asked not to for as long.
"""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.engine.effects import (
    AskEndpoint,
    Capture,
    ClearTimer,
    DiscardUtterance,
    DropCapture,
    Effect,
    FinishCapture,
    Record,
    ResendSpeech,
    Send,
    SetTimer,
)
from desktop_app.engine.inputs import (
    Input,
    LineFailed,
    LineLost,
    MicrophoneLost,
    MutedChanged,
    PromptTyped,
    SpeechDropped,
    SpeechEnded,
    SpeechQueued,
    SpeechRetried,
    TalkPressed,
    TalkToggled,
    TimerName,
    VoiceStopped,
)
from desktop_app.engine.session import Route, Session, Stage, Talk
from desktop_app.engine.turns import PEER_ENDS_S, Step, new_turn
from desktop_app.protocol.commands import DiscardAudio
from desktop_app.protocol.events import ServerEvent, SessionReady, TranscriptUpdated, UtteranceBegun

_ENDS = (
    LineFailed
    | LineLost
    | MicrophoneLost
    | MutedChanged
    | PromptTyped
    | SpeechDropped
    | SpeechEnded
    | SpeechQueued
    | SpeechRetried
    | TalkPressed
    | TalkToggled
    | VoiceStopped
)


def introduced(session: Session, ready: SessionReady) -> Step:
    """The peer says whether it decides; while the talk key is held, the key does."""
    is_able = session.wants_peer_end and ready.is_ending
    is_held = session.is_key_ending or session.talk is not Talk.UP
    if not is_able or not is_held:
        return replace(session, is_peer_ending=is_able), ()
    return take_over(session)


def take_over(session: Session) -> Step:
    """The talk key is down: no pause ends what is being said, only the key does.

    A peer that is asked anew has forgotten what it heard of the utterance.
    """
    if not session.wants_peer_end or (session.stage is Stage.HEARING and session.is_committed):
        return session, ()
    owned = replace(session, is_peer_ending=False, is_key_ending=True)
    again: tuple[Effect, ...] = ()
    if session.stage is Stage.HEARING and not session.is_undelivered:
        again = (ResendSpeech(session.turn),)
    return owned, (AskEndpoint(by_peer=False), *again)


def attend(session: Session) -> Step:
    """Let sound flow, if there is a peer that wants it and nothing else goes on.

    While the voice of a reply may still come no turn takes its place before somebody speaks.
    """
    if session.is_key_ending and session.is_waiting_for_speech and session.talk is Talk.UP:
        return replace(session, is_key_ending=False), (AskEndpoint(by_peer=True),)
    is_wanted = session.is_peer_ending and session.is_waiting_for_speech
    if not is_wanted or session.is_attending or session.has_queued_speech or session.is_unspoken:
        return session, ()
    session = replace(
        new_turn(session, Stage.HEARING, Route.VOICE), is_attending=True, is_undelivered=False
    )
    return session, (Capture(session.turn, is_held=True),)


def take_back(session: Session) -> Step:
    """The peer that would have ended the utterance is gone: silence ends it, or the key."""
    if not session.is_peer_ending or session.is_committed:
        return session, ()
    own = replace(session, is_peer_ending=False)
    return own, (ClearTimer(TimerName.TALK_HELD), Capture(session.turn, is_held=False))


def is_ended_by(given: Input) -> bool:
    """Whether attention does not outlive this input; what follows finds a free floor."""
    return isinstance(given, _ENDS)


def stop_attending(session: Session) -> Step:
    """Nobody has spoken: there was no turn."""
    if not session.is_attending:
        return session, ()
    idle = replace(session, stage=Stage.IDLE, is_attending=False, is_confirmed=False)
    return idle, (DropCapture(), Send(DiscardAudio(session.turn)))


def while_hearing(session: Session, event: ServerEvent) -> Step:
    """Follow the peer: whatever it says belongs to an utterance that it hears, or has heard."""
    match event:
        case UtteranceBegun():
            return _notice(session)
        case TranscriptUpdated(text=text, is_final=is_final) if not (is_final and text.strip()):
            if not is_final:
                session, effects = _notice(session)
                return session, (*effects, Record(event))
            return _forget(session)
        case TranscriptUpdated():
            session, effects = end_by_peer(replace(session, has_words=True))
            return session, (*effects, Record(event))
        case _:
            return end_by_peer(session)


def _notice(session: Session) -> Step:
    if not session.is_attending:
        return session, ()
    noticed = replace(session, is_attending=False)
    return noticed, (SetTimer(TimerName.TALK_HELD, PEER_ENDS_S),)


def _forget(session: Session) -> Step:
    """It was no speech after all: what was shown and recorded of it goes."""
    if session.is_attending or session.is_committed:
        return session, ()
    return replace(session, is_attending=True), (
        ClearTimer(TimerName.TALK_HELD),
        DiscardUtterance(session.turn),
    )


def end_by_peer(session: Session) -> Step:
    """The peer has all it wants: close the recording; there is nothing to commit."""
    if session.is_committed:
        return session, ()
    ended = replace(session, is_attending=False, is_committed=True)
    return ended, (FinishCapture(session.turn, has_speech=True),)
