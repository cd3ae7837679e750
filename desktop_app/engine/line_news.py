"""What the machine does when the voice line or a text line has news. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from desktop_app.engine import peer_endpoint
from desktop_app.engine.effects import (
    ClearNotice,
    ClearTimer,
    CloseLine,
    Effect,
    FailTurn,
    FinishCapture,
    OpenRetriedTurn,
    QueuePrompt,
    QueueSpeech,
    SetTimer,
)
from desktop_app.engine.inputs import LineFailed, PromptRefused, SpeechQueued, TimerName
from desktop_app.engine.session import Line, Route, Session, Stage
from desktop_app.engine.turns import (
    SLOW_S,
    Step,
    calm,
    deliver_so_far,
    deliver_speech,
    fail_turn,
    new_turn,
    notice,
    release_microphone,
    rest,
    then,
    without_queued,
)
from desktop_app.link.messages import NoticeLevel

FIRST_REDELIVERY_S = 0.5
LAST_REDELIVERY_S = 30.0

_FOR_PEOPLE = ("network.proxy",)
"""Reasons for which another try alone helps nobody."""


def opened(session: Session) -> Step:
    """The peer accepted the session: what waits for it is said."""
    was_lost = session.line is Line.LOST
    cleared = (ClearNotice("prompt.queued"),) if session.tries else ()
    session, resumed = _no_longer_troubled(
        replace(session, line=Line.OPEN, tries=0, is_voiceless=False)
    )
    return then((session, (*cleared, *resumed)), lambda now: _say_what_waits(now, was_lost))


def _say_what_waits(session: Session, was_lost: bool) -> Step:
    if session.stage is Stage.IDLE:
        return rest(session)
    if session.stage is Stage.HEARING:
        return deliver_so_far(session)
    if not session.is_unsent:
        return session, ()
    anew = (ClearTimer(TimerName.GIVE_UP), SetTimer(TimerName.SLOW, SLOW_S)) if was_lost else ()
    session, effects = deliver_speech(session)
    return session, (*effects, *anew)


def stalled(session: Session) -> Step:
    """Nobody answers, and nothing is lost yet: what has come plays on."""
    shown = notice(NoticeLevel.WARNING, "line.stalled")
    return replace(session, is_stalled=True), (shown,)


def resumed(session: Session) -> Step:
    """The peer is there again."""
    return _no_longer_stalled(session)


def left(session: Session) -> Step:
    """Nobody needs the line any more."""
    session, effects = _no_longer_troubled(replace(session, line=Line.CLOSED))
    return session, (*effects, CloseLine())


def lost(session: Session, retry_in_s: float, code: str = "") -> Step:
    """The line is gone and will be tried again; what it may not have heard is said once more."""
    was_lost = session.line is Line.LOST
    lost = replace(session, line=Line.LOST, line_wait_s=retry_in_s)
    session, effects = then(_no_longer_stalled(lost), lambda now: _tell_problem(now, code))
    if session.stage is Stage.HEARING:
        unheard = replace(session, is_undelivered=True)
        return then((unheard, effects), peer_endpoint.take_back)
    if session.is_unheard and not session.is_sent_again:
        again = replace(session, is_undelivered=True, is_sent_again=True)
        return then((again, effects), _wait_for_line)
    if session.is_unsent and not was_lost:
        return then((session, effects), _wait_for_line)
    return then((session, effects), lambda now: _lose_reply(now, "line.lost"))


def failed(session: Session, given: LineFailed) -> Step:
    """The line is refused for good: nothing that was said waits for it any more."""
    code, facts = given.code, _facts_of(given)
    closed = replace(session, line=Line.CLOSED, is_voice_on=False, refusal=given)
    session, effects = _no_longer_troubled(closed)
    shown = notice(NoticeLevel.ERROR, code, action="settings", **facts)
    if session.stage is Stage.HEARING:
        return session, (*effects, FinishCapture(session.turn), shown)
    waiting, session = session.waiting, replace(session, waiting=(), behind=0)
    step = then((session, effects), lambda now: _lose_reply(now, code, facts, is_final=True))
    step = then(step, lambda now: take_up(replace(now, waiting=waiting)))
    session, effects = then(step, release_microphone)
    return session, (*effects, shown)


def kept(session: Session, reason: str) -> Step:
    """Who was chosen cannot be had by voice: the one from before answers on."""
    return session, (notice(NoticeLevel.WARNING, "line.kept", reason=reason),)


def prompt_refused(session: Session, given: PromptRefused) -> Step:
    """A typed prompt was not carried: it waits for another try, or has failed."""
    prompt = session.prompt
    if given.turn != session.turn or session.stage is Stage.IDLE or prompt is None:
        return session, ()
    if session.is_answered or not given.is_retryable:
        return fail_turn(replace(session, tries=0), given.code)
    wait_s = min(FIRST_REDELIVERY_S * 2**session.tries, LAST_REDELIVERY_S)
    session = replace(session, waiting=(prompt, *session.waiting), tries=session.tries + 1)
    session, effects = calm(session)
    return session, (
        QueuePrompt(prompt.message_id, prompt.text, prompt.wishes),
        notice(NoticeLevel.WARNING, "prompt.queued"),
        *effects,
        SetTimer(TimerName.REDELIVER, wait_s),
    )


def _wait_for_line(session: Session) -> Step:
    """The recording becomes a queued message, which the next line gets, whenever that is."""
    effects: tuple[Effect, ...] = (QueueSpeech(session.turn), ClearTimer(TimerName.SLOW))
    if session.is_slow:
        effects = (*effects, ClearTimer(TimerName.GIVE_UP), ClearNotice("reply.slow"))
    return replace(session, is_slow=False), effects


def _no_longer_stalled(session: Session) -> Step:
    effects: tuple[Effect, ...] = (ClearNotice("line.stalled"),) if session.is_stalled else ()
    return replace(session, is_stalled=False), effects


def _tell_problem(session: Session, code: str) -> Step:
    problem = code if code in _FOR_PEOPLE else ""
    if problem == session.line_problem:
        return session, ()
    session, effects = _without_problem(session)
    told = (notice(NoticeLevel.WARNING, problem, action="settings"),) if problem else ()
    return replace(session, line_problem=problem), (*effects, *told)


def _without_problem(session: Session) -> Step:
    effects: tuple[Effect, ...] = ()
    if session.line_problem:
        effects = (ClearNotice(session.line_problem),)
    return replace(session, line_problem=""), effects


def _no_longer_troubled(session: Session) -> Step:
    return then(_no_longer_stalled(session), _without_problem)


def take_up(session: Session) -> Step:
    """What waits has its turn, where no other runs; on a line that was refused all speech fails.

    Else each piece would have the line tried again, and refused again.
    """
    if session.stage is not Stage.IDLE:
        return session, ()
    if session.refusal is None:
        return rest(session)
    code, facts = session.refusal.code, _facts_of(session.refusal)
    effects: tuple[Effect, ...] = ()
    for queued in session.waiting:
        if isinstance(queued, SpeechQueued):
            session = new_turn(without_queued(session, queued.key), Stage.IDLE, Route.VOICE)
            opened = OpenRetriedTurn(session.turn, queued.key)
            failed = FailTurn(session.turn, code, facts.get("message", ""), facts or None)
            effects = (*effects, opened, failed)
    return then((replace(session, is_undelivered=False), effects), rest)


def _facts_of(refusal: LineFailed) -> dict[str, str]:
    said = refusal.reason
    return {"message": said, "reason": said} if said else {}


def _lose_reply(
    session: Session, code: str, facts: Mapping[str, str] | None = None, *, is_final: bool = False
) -> Step:
    idle = session.stage is Stage.IDLE
    if idle or session.route is Route.TEXT or session.reply_ended:
        return session, ()
    if session.is_undelivered and not is_final:
        return session, ()  # the line never knew of it: the next one will
    return fail_turn(session, code, (facts or {}).get("message", ""), facts or None)
