"""Somebody speaks while a reply is awaited or heard: a cough, or an interruption. Pure.

The reply is silent at once, but only paused. Speech that insists ends it; what ends before lets
it go on. While the answer is still awaited nothing is silenced: an answer that comes meanwhile
waits in the same way.
"""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.engine.effects import ClearTimer, PausePlayback, ResumePlayback, SetTimer
from desktop_app.engine.inputs import TimerName
from desktop_app.engine.session import Session, Stage
from desktop_app.engine.turns import SOUND_S, Step, hear

RESUME_S = 1.8  # after this a reply goes on even into a sound that does not end


def interject(session: Session) -> Step:
    """A sound that may be an interruption."""
    session = replace(session, is_interjected=True)
    return pause(session) if session.stage is Stage.SPEAKING else (session, ())


def pause(session: Session) -> Step:
    """Silence the reply until it is known what the sound is."""
    paused = replace(session, is_paused=True)
    return paused, (PausePlayback(), SetTimer(TimerName.RESUME, RESUME_S))


def insist(session: Session, heard_ms: int) -> Step:
    """The speech is meant: it is the next turn, from its first word on."""
    if session.is_muted or not session.is_voice_on or session.is_deaf:
        return session, ()
    return (session, ()) if session.stage is Stage.HEARING else hear(session, heard_ms)


def let_pass(session: Session) -> Step:
    """It was nothing, or nobody listens any more."""
    return resume(replace(session, is_interjected=False))


def talk_over(session: Session) -> Step:
    """The sound does not end: the reply goes on into it, in half duplex without hearing it."""
    if not session.is_paused:
        return session, ()
    is_confirmed = session.is_confirmed and session.barge_in
    return resume(replace(session, is_interjected=False, is_confirmed=is_confirmed))


def resume(session: Session) -> Step:
    """Let the reply go on where it was paused."""
    if not session.is_paused:
        return session, ()
    return replace(session, is_paused=False), (
        ClearTimer(TimerName.RESUME),
        ResumePlayback(),
        SetTimer(TimerName.SOUND, SOUND_S),
    )
