"""What sound in and sound out do to the session: a part of the machine. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.engine.effects import (
    ClearNotice,
    ClearTimer,
    DiscardUtterance,
    DropCapture,
    Effect,
    FinishCapture,
    FinishTurn,
    KeepUtterance,
    RaiseNotice,
    Send,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import EchoMeasured, InputSilenced, SpeechEnded, TimerName
from desktop_app.engine.interjections import interject, let_pass
from desktop_app.engine.session import Line, Mic, Session, Stage, Talk
from desktop_app.engine.turns import (
    SLOW_S,
    Step,
    deliver_so_far,
    deliver_speech,
    end_turn,
    fail_turn,
    hear,
    notice,
    release_microphone,
    slow_timer,
    then,
)
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.protocol.commands import CancelReply, CommitAudio, DiscardAudio

MICROPHONE_RETRY_S = 2.0

_PASSING = ("device.lost", "device.silent")  # the next try may find a device again


def microphone_opened(session: Session, device: str) -> Step:
    """Sound comes in."""
    if session.mic is Mic.CLOSED:
        return session, ()
    is_back = session.mic is Mic.LOST or session.is_silent
    effects: tuple[Effect, ...] = tuple(ClearNotice(code) for code in _PASSING) if is_back else ()
    if session.mic is Mic.OPEN and session.device not in ("", device):
        effects = (*effects, notice(NoticeLevel.INFO, "device.other_microphone", device=device))
    return replace(session, mic=Mic.OPEN, device=device, is_silent=False), effects


def input_silenced(session: Session, given: InputSilenced) -> Step:
    """The microphone gives zeros only, which no room does: a switch is off somewhere."""
    is_known = session.is_silent == given.is_silent
    if session.mic is not Mic.OPEN or is_known or (session.is_muted and given.is_silent):
        return session, ()
    session = replace(session, is_silent=given.is_silent)
    if not given.is_silent:
        return session, (ClearNotice("device.silent"),)
    facts = {"device": session.device}
    if not given.other:
        return session, (notice(NoticeLevel.WARNING, "device.silent", action="settings", **facts),)
    shown = Notice(
        NoticeLevel.WARNING,
        "device.silent",
        {**facts, "other": given.other},
        "switch_microphone",
        given.other_id,
    )
    return session, (RaiseNotice(shown),)


def microphone_lost(session: Session, code: str) -> Step:
    """No sound comes in: try again where that can help, and end voice where it cannot."""
    if session.mic is Mic.CLOSED:
        return session, ()
    session, closing = let_pass(replace(session, is_confirmed=False))
    if session.stage is Stage.HEARING:
        closing = (FinishCapture(session.turn),)
    is_still_lost = session.mic is Mic.LOST and code == "device.no_input"
    if is_still_lost and session.is_voice_on:  # there was one, and it may be plugged in again
        return session, (*closing, SetTimer(TimerName.MICROPHONE, MICROPHONE_RETRY_S))
    if code in _PASSING and session.is_voice_on:
        lost = replace(session, mic=Mic.LOST, device="")
        again = SetTimer(TimerName.MICROPHONE, MICROPHONE_RETRY_S)
        return lost, (*closing, again, notice(NoticeLevel.WARNING, code, device=session.device))
    shown = notice(NoticeLevel.ERROR, code, action="settings", device=session.device)
    off = replace(session, mic=Mic.CLOSED, device="", is_voice_on=False)
    return off, (*closing, ClearTimer(TimerName.MICROPHONE), shown)


def loudspeaker_opened(session: Session, device: str) -> Step:
    """Replies are heard, perhaps elsewhere than before."""
    effects: tuple[Effect, ...] = ()
    if not session.can_play:
        codes = ("device.no_output", *(() if session.mic is Mic.LOST else ("device.lost",)))
        effects = tuple(ClearNotice(code) for code in codes)
    if device and session.loudspeaker not in ("", device):
        shown = notice(
            NoticeLevel.INFO, "device.other_loudspeaker", device=device, kind="loudspeaker"
        )
        effects = (*effects, shown)
    return replace(session, can_play=True, loudspeaker=device or session.loudspeaker), effects


def loudspeaker_lost(session: Session, code: str) -> Step:
    """Replies are read from now on; no step is offered, as none opens a loudspeaker."""
    if not session.can_play:
        return session, ()
    shown = notice(NoticeLevel.WARNING, code, kind="loudspeaker")
    silent = replace(session, can_play=False, is_paused=False)
    if session.stage is not Stage.SPEAKING:
        return silent, (shown,)
    stop = (ClearTimer(TimerName.RESUME), StopPlayback())
    if session.reply_ended:
        after, effects = end_turn(silent)
        return after, (shown, *stop, FinishTurn(session.turn), *effects)
    reading = replace(silent, stage=Stage.THINKING)
    return reading, (shown, *stop, slow_timer(reading))


def speech_started(session: Session, heard_ms: int) -> Step:
    """Somebody speaks: the floor is theirs if it is free; a reply must be interrupted first."""
    session = replace(session, is_confirmed=False)
    if session.is_muted:
        told = () if session.is_mute_told else (notice(NoticeLevel.INFO, "voice.muted"),)
        return replace(session, is_mute_told=True), (*told, DropCapture())  # not even kept
    if not session.is_voice_on or session.stage is Stage.HEARING or session.is_deaf:
        return session, ()
    if session.stage is Stage.IDLE:
        return hear(session, heard_ms)
    return interject(session)


def speech_confirmed(session: Session) -> Step:
    """It is no click: from here on the server may hear it."""
    return deliver_so_far(replace(session, is_confirmed=True))


def speech_ended(session: Session, given: SpeechEnded) -> Step:
    """The utterance is complete: keep it, then hand it to the server."""
    session = replace(session, is_confirmed=False)
    if session.stage is not Stage.HEARING:
        return let_pass(session)
    keep = KeepUtterance(session.turn, given.speech_end_s, given.speech_ms)
    session, effects = _lift_talk(replace(session, stage=Stage.THINKING))
    effects = (keep, *effects)
    if session.line is Line.CLOSED:
        session, more = fail_turn(session, "line.refused")
        return session, (*effects, *more)
    session, more = _commit(session)
    return session, (*effects, *more, SetTimer(TimerName.SLOW, SLOW_S))


def _commit(session: Session) -> Step:
    """Say that it is complete, unless the server itself has said so."""
    if session.is_undelivered:
        return deliver_speech(session)
    return session, () if session.is_committed else (Send(CommitAudio(session.turn)),)


def speech_dropped(session: Session) -> Step:
    """It was no speech: as if nothing had been said."""
    session = replace(session, is_confirmed=False)
    if session.stage is not Stage.HEARING:
        return let_pass(session)
    is_cut = session.mic in (Mic.CLOSED, Mic.LOST) or session.line is Line.CLOSED
    is_told = session.talk is not Talk.UP and not is_cut  # who was cut off is told why
    told = (notice(NoticeLevel.INFO, "voice.no_speech"),) if is_told else ()
    session, effects = _unsay(session)
    return session, (*told, *effects)


def talk_cancelled(session: Session) -> Step:
    """It shall not have been said."""
    if session.stage is not Stage.HEARING or session.is_attending:
        return session, ()
    session, effects = _unsay(replace(session, is_confirmed=False))
    return session, (DropCapture(), *effects)


def _unsay(session: Session) -> Step:
    """Forget the open utterance, here and at the server."""
    effects: tuple[Effect, ...] = (DiscardUtterance(session.turn),)
    if not session.is_undelivered:
        effects = (*effects, Send(DiscardAudio(session.turn)))
    session, more = then(_lift_talk(session), end_turn)
    return session, (*effects, *more)


def _lift_talk(session: Session) -> Step:
    """The capture is over: the talk key no longer holds it, nor the microphone."""
    if session.talk is Talk.UP and not session.is_peer_ending:
        return release_microphone(session)
    session, effects = release_microphone(replace(session, talk=Talk.UP))
    clear = (ClearTimer(TimerName.TALK_TAIL), ClearTimer(TimerName.TALK_HELD))
    return session, (*clear, *effects)


def drained(session: Session, turn: int) -> Step:
    """The reply has been heard to its end, if it has one yet."""
    if session.stage is not Stage.SPEAKING or turn != session.turn or not session.reply_ended:
        return session, ()  # a ring that runs dry between two chunks is not an end
    after, effects = end_turn(session)
    return after, (FinishTurn(turn), *effects)


def echo_measured(session: Session, given: EchoMeasured) -> Step:
    """Talking over the reply is possible, or not any more: where that is not a setting."""
    if not session.is_duplex_automatic:
        return session, ()
    return replace(session, barge_in=given.can_talk_over, duplex_reason=given.reason), ()


def echo_transcribed(session: Session, turn: int) -> Step:
    """The reply heard itself: there was no turn."""
    if turn != session.turn or session.stage is not Stage.THINKING or session.is_answered:
        return session, ()
    after, effects = end_turn(session)
    return after, (Send(CancelReply(turn)), DiscardUtterance(turn), *effects)
