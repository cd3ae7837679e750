"""How a turn begins and ends: the transitions that several inputs share. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from desktop_app.engine.effects import (
    AwaitDrain,
    Capture,
    ClearNotice,
    ClearTimer,
    CloseMicrophone,
    CutTurn,
    DeliverPrompt,
    DialNow,
    Effect,
    FailTurn,
    FinishPlayback,
    FinishTurn,
    OpenLine,
    OpenMicrophone,
    OpenRetriedTurn,
    OpenTypedTurn,
    QueueSpeech,
    RaiseNotice,
    Record,
    ResendSpeech,
    ResumePlayback,
    Send,
    SetAside,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import SpeechQueued, TimerName
from desktop_app.engine.session import Line, Mic, Route, Session, Stage
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.protocol.commands import CancelReply, CommitAudio, PromptText
from desktop_app.protocol.events import ReplyEnded

Step = tuple[Session, tuple[Effect, ...]]

SLOW_S = 8.0
GIVE_UP_S = 52.0  # on top of SLOW_S
VOICELESS_S = 2.0
"""For the voice of a reply that is all written, where the one before stayed unspoken."""

MAKING_S = 2_100.0
"""For a video. The service gives up earlier, and says why; a line that is dead is told as such."""

SOUND_S = 1.0
IDLE_LINE_S = 60.0
PEER_ENDS_S = 60.0  # a peer that has not ended an utterance by then is not asked any more
MOST_QUEUED = 50
"""Recordings that wait; what is said then fails, and can be sent again by hand."""


def then(step: Step, follow: Callable[[Session], Step]) -> Step:
    """Do ``follow`` after ``step``."""
    session, effects = step
    after, more = follow(session)
    return after, effects + more


def notice(level: NoticeLevel, code: str, *, action: str = "", **facts: str) -> RaiseNotice:
    """A notice for people, as an effect."""
    return RaiseNotice(Notice(level, code, facts, action))


def new_turn(session: Session, stage: Stage, route: Route) -> Session:
    """The next turn, about which nothing is known yet.

    What may still turn out to be a click is not sent: servers are given speech and nothing else.
    What is said now is said after all that waits; any other turn delivers what was first there.
    """
    is_heard = stage is Stage.HEARING
    session = replace(session, behind=len(session.waiting) if is_heard else 0)
    is_kept = (is_heard and not session.is_confirmed) or session.is_held_back
    return replace(
        session,
        stage=stage,
        turn=session.turn + 1,
        route=route,
        prompt=None,
        is_attending=False,
        is_committed=False,
        is_undelivered=route is Route.VOICE and (is_kept or session.line is not Line.OPEN),
        is_sent_again=False,
        has_words=False,
        is_wordless=False,
        is_answered=False,
        is_text_whole=False,
        awaits_voice=False,
        is_unspoken=False,
        reply_ended=False,
        has_sound=False,
        sound_ms=0,
    )


def slow_timer(session: Session) -> SetTimer:
    """How long silence of the server is nothing to tell of."""
    if session.awaits_voice and session.is_voiceless:
        return SetTimer(TimerName.SLOW, VOICELESS_S)
    is_long = session.is_making or session.is_fetching
    return SetTimer(TimerName.SLOW, MAKING_S if is_long else SLOW_S)


def want_line(session: Session) -> Step:
    """Have the voice line opened, if nothing holds it yet."""
    clear = ClearTimer(TimerName.IDLE_LINE)
    if session.line is not Line.CLOSED:
        return session, (clear,)
    return replace(session, line=Line.OPENING, refusal=None), (clear, OpenLine())


def dial_now(session: Session) -> tuple[Effect, ...]:
    """What waits is wanted now: a lost line does not wait before its next try."""
    return (DialNow(),) if session.line is Line.LOST else ()


def want_microphone(session: Session) -> Step:
    """Have the microphone opened, unless it is open or being opened."""
    match session.mic:
        case Mic.CLOSED:
            return replace(session, mic=Mic.OPENING), (OpenMicrophone(),)
        case Mic.LOST:
            return session, (ClearTimer(TimerName.MICROPHONE), OpenMicrophone())
        case _:
            return session, ()


def release_microphone(session: Session) -> Step:
    """Close the microphone if voice is off: it stays open no longer than it is wanted."""
    if session.is_voice_on or session.mic is Mic.CLOSED:
        return session, ()
    closed = replace(session, mic=Mic.CLOSED, device="", is_confirmed=False)
    return closed, (ClearTimer(TimerName.MICROPHONE), CloseMicrophone())


def hear(session: Session, heard_ms: int, *, is_held: bool = False) -> Step:
    """Open a spoken turn; whatever was being said to the person ends.

    The microphone first: the person speaks already, everything else can wait.
    """
    freed = set_aside(session) if session.is_unsent else interrupt(session, heard_ms)
    step = then(freed, want_microphone)
    step = then(step, want_line)
    return then(step, lambda now: _capture(now, is_held))


def _capture(session: Session, is_held: bool) -> Step:
    session = new_turn(session, Stage.HEARING, Route.VOICE)
    is_heard_there = session.line is Line.OPEN and not session.is_held_back
    if not session.is_peer_ending or not is_heard_there:
        return session, (Capture(session.turn, is_held),)
    limit = SetTimer(TimerName.TALK_HELD, PEER_ENDS_S)
    return session, (Capture(session.turn, is_held=True), limit)


def interrupt(session: Session, heard_ms: int) -> Step:
    """End the running reply, if there is one, and say how much of it was heard."""
    if session.stage not in (Stage.THINKING, Stage.SPEAKING):
        return session, ()
    quiet, effects = calm(session)
    if session.is_undelivered:
        return quiet, (*effects, FailTurn(session.turn, "line.lost"))
    heard_ms = heard_ms if session.has_sound else 0
    cut = (
        StopPlayback(),
        Send(CancelReply(session.turn, heard_ms)),
        CutTurn(session.turn, heard_ms),
    )
    return quiet, (*cut, *effects)


def set_aside(session: Session) -> Step:
    """What was said and is not sent yet takes its place among what waits."""
    turn, key = session.turn, f"turn {session.turn}"
    quiet, effects = calm(session)
    if sum(isinstance(one, SpeechQueued) for one in session.waiting) >= MOST_QUEUED:
        return quiet, (*effects, FailTurn(turn, "line.lost"))
    before, after = session.waiting[: session.behind], session.waiting[session.behind :]
    queued = SpeechQueued(key, session.is_sent_again)
    quiet = replace(quiet, waiting=(*before, queued, *after))
    return quiet, (SetAside(turn, key), *effects)


def without_queued(session: Session, key: str) -> Session:
    """Nothing of this key waits any more; the same session where nothing did."""
    for at, one in enumerate(session.waiting):
        if isinstance(one, SpeechQueued) and one.key == key:
            others = (*session.waiting[:at], *session.waiting[at + 1 :])
            return replace(session, waiting=others, behind=session.behind - (at < session.behind))
    return session


def calm(session: Session) -> Step:
    """No turn runs any more; its timers and its notice go."""
    effects: tuple[Effect, ...] = tuple(
        ClearTimer(name) for name in (TimerName.SLOW, TimerName.GIVE_UP, TimerName.SOUND)
    )
    if session.is_slow:
        effects = (*effects, ClearNotice("reply.slow"))
    if session.is_paused:
        effects = (*effects, ClearTimer(TimerName.RESUME), ResumePlayback())
    session = replace(
        session,
        stage=Stage.IDLE,
        prompt=None,
        is_undelivered=False,
        awaits_tools=False,
        is_making=False,
        is_fetching=False,
        is_slow=False,
        is_interjected=False,
        is_paused=False,
    )
    return session, effects


def end_turn(session: Session) -> Step:
    """Leave the turn and take up what waits; the floor is theirs who speak into its end.

    A peer that decides where utterances end gets that when it is attended to, and judges it.
    """
    is_ours = session.is_interjected and session.is_voice_on and not session.is_peer_ending
    return then(calm(session), lambda now: hear(now, 0) if is_ours else rest(now))


def complete_turn(session: Session) -> Step:
    """All words of the reply are there and no sound comes any more: nobody said that it was all.

    A reply without any sound can be read, until its voice begins after all.
    """
    turn = session.turn
    effects: tuple[Effect, ...] = (Record(ReplyEnded(turn)),)
    if session.has_sound:
        effects = (*effects, FinishPlayback(turn))
    elif session.awaits_voice:
        if session.can_play and not session.is_voiceless:
            effects = (*effects, notice(NoticeLevel.INFO, "reply.unspoken"))
        session = replace(session, is_unspoken=True, is_voiceless=True)
    return then((session, (*effects, FinishTurn(turn))), end_turn)


def rest(session: Session) -> Step:
    """Nothing runs: deliver what waits next, or let an unneeded line go in a while."""
    if session.waiting:
        return deliver_next(session)
    if session.is_voice_on or session.line is Line.CLOSED:
        return session, ()
    return session, (SetTimer(TimerName.IDLE_LINE, IDLE_LINE_S),)


def deliver_next(session: Session) -> Step:
    """Open a turn for what has waited longest.

    Plain words are answered aloud in voice; the voice line has no words for more than that.
    """
    prompt, *others = session.waiting
    if isinstance(prompt, SpeechQueued):
        session, effects = say_again(replace(session, waiting=tuple(others)), prompt)
        return session, (ClearTimer(TimerName.REDELIVER), *effects)
    is_conversing = session.is_voice_on and session.line is Line.OPEN
    route = Route.VOICE if is_conversing and prompt.wishes.is_plain else Route.TEXT
    session = replace(
        new_turn(session, Stage.THINKING, route), prompt=prompt, waiting=tuple(others)
    )
    deliver: Effect = DeliverPrompt(session.turn, prompt.message_id, prompt.text, prompt.wishes)
    if route is Route.VOICE:
        deliver = Send(PromptText(session.turn, prompt.text))
    return session, (
        ClearTimer(TimerName.REDELIVER),
        OpenTypedTurn(session.turn, prompt.message_id),
        deliver,
        SetTimer(TimerName.SLOW, SLOW_S),
    )


def say_again(session: Session, queued: SpeechQueued) -> Step:
    """Open a turn for a recorded utterance, and a line if there is none."""
    session, effects = want_line(session)
    session = new_turn(session, Stage.THINKING, Route.VOICE)
    opened = OpenRetriedTurn(session.turn, queued.key)
    session, more = deliver_speech(replace(session, is_sent_again=queued.is_sent_again))
    return session, (*effects, opened, *more, SetTimer(TimerName.SLOW, SLOW_S))


def deliver_speech(session: Session) -> Step:
    """Send the recorded utterance, now or as soon as the line is there and its turn has come."""
    if session.line is not Line.OPEN:
        queued = (QueueSpeech(session.turn),) if session.line is Line.LOST else ()
        return replace(session, is_undelivered=True), queued
    if session.is_held_back:
        return then(set_aside(session), rest)
    delivered = replace(session, is_undelivered=False)
    return delivered, (ResendSpeech(session.turn), Send(CommitAudio(session.turn)))


def deliver_so_far(session: Session) -> Step:
    """Send what was recorded of an open utterance, once it is speech and there is a line."""
    is_due = session.is_undelivered and session.is_confirmed and session.line is Line.OPEN
    if session.stage is not Stage.HEARING or not is_due or session.is_held_back:
        return session, ()
    return replace(session, is_undelivered=False), (ResendSpeech(session.turn),)


def fail_turn(
    session: Session, code: str, message: str = "", facts: Mapping[str, str] | None = None
) -> Step:
    """Give the turn up; speech that has come is still played out."""
    if session.stage is Stage.SPEAKING:
        failed = FailTurn(session.turn, code, message, facts, plays_on=True)
        session = replace(session, reply_ended=True)
        return session, (failed, FinishPlayback(session.turn), AwaitDrain(session.turn))
    failed = FailTurn(session.turn, code, message, facts)
    session, effects = end_turn(session)
    return session, (failed, *effects)
