"""Every rule about who may speak, in one pure function: ``step``.

Three rules carry the rest. News about any turn but the current one is dropped. Speech that
insists, the talk key, the stop key and a typed prompt all end a running reply the same way.
Whatever was said or typed leaves the machine as an effect that keeps it before one that sends it.

A prompt typed while a reply runs cancels that reply. A prompt typed while the user speaks, or
while an earlier question has not been answered at all, waits for its turn.
"""

from __future__ import annotations

from msgspec.structs import replace

from desktop_app.engine import interjections, line_news, peer_endpoint, server_news, sound_news
from desktop_app.engine.effects import (
    Capture,
    ClearNotice,
    ClearTimer,
    FailTurn,
    FinishCapture,
    FinishTurn,
    NoteHeard,
    OpenMicrophone,
    QueuePrompt,
    Record,
    Send,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import (
    EchoMeasured,
    EchoTranscribed,
    Input,
    InputSilenced,
    LineFailed,
    LineKept,
    LineLost,
    LineOpened,
    LineResumed,
    LineStalled,
    LoudspeakerLost,
    LoudspeakerOpened,
    MicrophoneLost,
    MicrophoneOpened,
    MutedChanged,
    PlaybackDrained,
    PromptRefused,
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    SpeechConfirmed,
    SpeechDropped,
    SpeechEnded,
    SpeechInsisted,
    SpeechLetGo,
    SpeechQueued,
    SpeechRetried,
    SpeechStarted,
    TalkCancelled,
    TalkPressed,
    TalkReleased,
    TalkToggled,
    TimerFired,
    TimerName,
    ToolsAnswered,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.engine.session import Mic, Session, Stage, Talk
from desktop_app.engine.turns import (
    GIVE_UP_S,
    SLOW_S,
    SOUND_S,
    Step,
    complete_turn,
    deliver_next,
    dial_now,
    end_turn,
    hear,
    interrupt,
    notice,
    release_microphone,
    rest,
    say_again,
    slow_timer,
    then,
    want_line,
    want_microphone,
    without_queued,
)
from desktop_app.link.messages import NoticeLevel
from desktop_app.protocol.commands import CancelReply, SubmitToolOutputs
from desktop_app.protocol.events import ReplyAudio, ReplyText

TALK_HELD_S = 120.0


def step(session: Session, given: Input, *, heard_ms: int = 0) -> Step:
    """Advance the session by one input.

    Args:
        session: The state before.
        given: What just happened.
        heard_ms: How much of the current reply has left the loudspeaker.

    Returns:
        The state after, and what the engine must now do, in order.
    """
    before: Step = (session, ())
    if peer_endpoint.is_ended_by(given):
        before = peer_endpoint.stop_attending(session)
    advanced = then(before, lambda now: _advanced(now, given, heard_ms))
    after, effects = then(advanced, peer_endpoint.attend)
    if after.is_waiting_for_speech == session.is_waiting_for_speech:
        return after, effects
    if after.is_waiting_for_speech:
        return after, (*effects, SetTimer(TimerName.NOT_BEGUN, after.listen_s))
    return after, (*effects, ClearTimer(TimerName.NOT_BEGUN))


def _advanced(session: Session, given: Input, heard_ms: int) -> Step:  # noqa: C901 - closed union
    match given:
        case ReplyAudio() | ReplyText():  # first, as nothing else comes so often
            return server_news.on_event(session, given)
        case VoiceStarted():
            return _start_voice(session)
        case VoiceStopped():
            return _stop_voice(session)
        case MutedChanged():
            return _mute(session, given.is_muted)
        case TalkPressed():
            return _press(session, heard_ms)
        case TalkReleased():
            return _release(session)
        case TalkToggled():
            is_open = session.stage is Stage.HEARING and session.talk is not Talk.TAIL
            return _release(session) if is_open else _press(session, heard_ms)
        case TalkCancelled():
            return sound_news.talk_cancelled(session)
        case ReplyStopped():
            return _stop_reply(session, heard_ms)
        case PromptTyped():
            return _prompt(session, given, heard_ms)
        case SpeechRetried():
            return _retry_speech(session, given, heard_ms)
        case SpeechQueued():
            return _queue_speech(session, given)
        case SpeechLetGo():
            return without_queued(session, given.key), ()
        case ToolsAnswered():
            return _answer_tools(session, given)
        case RetryRequested():
            return session, ()  # the engine looks the message up first
        case MicrophoneOpened():
            return sound_news.microphone_opened(session, given.device)
        case MicrophoneLost():
            return sound_news.microphone_lost(session, given.code)
        case InputSilenced():
            return sound_news.input_silenced(session, given)
        case LoudspeakerOpened():
            return sound_news.loudspeaker_opened(session, given.device)
        case LoudspeakerLost():
            return sound_news.loudspeaker_lost(session, given.code)
        case SpeechStarted():
            return sound_news.speech_started(session, heard_ms)
        case SpeechConfirmed():
            return sound_news.speech_confirmed(session)
        case SpeechInsisted():
            return interjections.insist(session, heard_ms)
        case SpeechEnded():
            return sound_news.speech_ended(session, given)
        case SpeechDropped():
            return sound_news.speech_dropped(session)
        case EchoMeasured():
            return sound_news.echo_measured(session, given)
        case EchoTranscribed():
            return sound_news.echo_transcribed(session, given.turn)
        case LineOpened():
            return line_news.opened(session)
        case LineStalled():
            return line_news.stalled(session)
        case LineResumed():
            return line_news.resumed(session)
        case LineLost():
            return line_news.lost(session, given.retry_in_s, given.code)
        case LineFailed():
            return line_news.failed(session, given)
        case LineKept():
            return line_news.kept(session, given.reason)
        case PromptRefused():
            return line_news.prompt_refused(session, given)
        case PlaybackDrained():
            return sound_news.drained(session, given.turn)
        case TimerFired():
            return _timer(session, given.name, heard_ms)
        case _:
            return server_news.on_event(session, given)


# ---- what the person wants ------------------------------------------------------------------


def _start_voice(session: Session) -> Step:
    if session.is_voice_on:
        return replace(session, line_wait_s=0.0), dial_now(session)
    cleared = (ClearNotice("voice.idle"),) if session.is_idle_told else ()
    wanted = replace(session, is_voice_on=True, is_idle_told=False)
    session, effects = then(want_microphone(wanted), want_line)
    return session, (*effects, *cleared)


def _stop_voice(session: Session) -> Step:
    if not session.is_voice_on:
        return session, ()
    session = replace(session, is_voice_on=False)
    if session.stage is Stage.HEARING:
        unheld = session.talk is Talk.UP
        return session, (FinishCapture(session.turn),) if unheld else ()
    released = then(interjections.let_pass(session), release_microphone)
    return then(released, rest) if session.stage is Stage.IDLE else released


def _mute(session: Session, is_muted: bool) -> Step:
    if session.is_muted == is_muted:
        return session, ()  # told once is enough
    session, effects = sound_news.input_silenced(session, InputSilenced(False))
    session = replace(session, is_muted=is_muted, is_mute_told=False, is_confirmed=False)
    if not is_muted:
        return session, (*effects, ClearNotice("voice.muted"))
    if session.stage is Stage.HEARING:
        return session, (*effects, FinishCapture(session.turn))
    session, more = interjections.let_pass(session)
    return session, (*effects, *more)


def _press(session: Session, heard_ms: int) -> Step:
    if session.is_muted:
        return session, (notice(NoticeLevel.INFO, "voice.muted"),)
    held = SetTimer(TimerName.TALK_HELD, TALK_HELD_S)
    match session.talk:
        case Talk.HELD:
            return session, ()
        case Talk.TAIL:
            return replace(session, talk=Talk.HELD), (ClearTimer(TimerName.TALK_TAIL), held)
        case Talk.UP if session.stage is Stage.HEARING:
            session, asked = peer_endpoint.take_over(session)
            capture = Capture(session.turn, is_held=True)
            return replace(session, talk=Talk.HELD), (*asked, capture, held)
        case _:
            session, asked = peer_endpoint.take_over(session)
            session, effects = hear(session, heard_ms, is_held=True)
            return replace(session, talk=Talk.HELD), (*asked, *effects, held)


def _release(session: Session) -> Step:
    """End the utterance, whether the key or the voice began it."""
    is_heard = session.stage is Stage.HEARING and not session.is_attending
    if not is_heard or session.talk is Talk.TAIL:
        return session, ()
    return replace(session, talk=Talk.TAIL), (
        ClearTimer(TimerName.TALK_HELD),
        SetTimer(TimerName.TALK_TAIL, session.tail_s),
    )


def _stop_reply(session: Session, heard_ms: int) -> Step:
    if session.stage in (Stage.THINKING, Stage.SPEAKING):
        return then(interrupt(session, heard_ms), rest)
    return session, ()


def _prompt(session: Session, prompt: PromptTyped, heard_ms: int) -> Step:
    known = (session.prompt, *session.waiting)
    ids = {one.message_id for one in known if isinstance(one, PromptTyped)}
    if prompt.message_id in ids:  # it keeps its place, and what waits is tried now
        return rest(session) if session.stage is Stage.IDLE else (session, dial_now(session))
    keep = QueuePrompt(prompt.message_id, prompt.text, prompt.wishes)
    session = replace(session, waiting=(*session.waiting, prompt))
    if _must_wait(session):
        return session, (keep,)
    session, effects = then(interrupt(session, heard_ms), deliver_next)
    return session, (keep, *effects)


def _must_wait(session: Session) -> bool:
    unanswered = session.stage is Stage.THINKING and not session.is_answered
    return unanswered or session.stage is Stage.HEARING


def _retry_speech(session: Session, given: SpeechRetried, heard_ms: int) -> Step:
    dialled = dial_now(session)
    if _must_wait(session):
        is_busy = not (given.is_waiting and dialled)
        told = (notice(NoticeLevel.INFO, "turn.busy"),) if is_busy else ()
        return session, (*dialled, *told)
    freed = interrupt(without_queued(session, given.key), heard_ms)
    session, effects = then(freed, lambda now: say_again(now, SpeechQueued(given.key)))
    return session, (*effects, *dialled)


def _queue_speech(session: Session, queued: SpeechQueued) -> Step:
    if without_queued(session, queued.key) is not session:
        return session, ()
    return line_news.take_up(replace(session, waiting=(*session.waiting, queued)))


def _answer_tools(session: Session, given: ToolsAnswered) -> Step:
    if given.turn != session.turn or not session.awaits_tools:
        return session, ()
    submit = SubmitToolOutputs(given.turn, given.run_id, given.outputs)
    again = SetTimer(TimerName.SLOW, SLOW_S)
    return replace(session, awaits_tools=False), (Send(submit), Record(given), again)


# ---- time -----------------------------------------------------------------------------------


def _timer(session: Session, name: TimerName, heard_ms: int) -> Step:
    match name:
        case TimerName.SLOW:
            return _tell_slow(session)
        case TimerName.GIVE_UP:
            return _give_up(session)
        case TimerName.SOUND:
            return _check_sound(session, heard_ms)
        case TimerName.NOT_BEGUN:
            return _tire(session)
        case TimerName.RESUME:
            return interjections.talk_over(session)
        case TimerName.TALK_TAIL | TimerName.TALK_HELD:
            return _finish_capture(session, name)
        case TimerName.MICROPHONE:
            return session, (OpenMicrophone(),) if session.mic is Mic.LOST else ()
        case TimerName.IDLE_LINE:
            if session.stage is not Stage.IDLE or session.is_voice_on:
                return session, ()
            return line_news.left(session)
        case _:  # REDELIVER
            return rest(session) if session.stage is Stage.IDLE else (session, ())


def _finish_capture(session: Session, name: TimerName) -> Step:
    held = session.talk is not Talk.UP or session.is_peer_ending
    if not held or session.stage is not Stage.HEARING or session.is_attending:
        return session, ()
    is_key_down = name is TimerName.TALK_HELD and session.talk is Talk.HELD
    told = (notice(NoticeLevel.INFO, "voice.too_long"),) if is_key_down else ()
    return session, (*told, FinishCapture(session.turn))


def _tire(session: Session) -> Step:
    """Nobody has begun to speak: a microphone does not stay open for nothing."""
    if not session.is_waiting_for_speech:
        return session, ()
    idle = peer_endpoint.stop_attending(replace(session, is_idle_told=True))
    session, effects = then(idle, _stop_voice)
    return session, (*effects, notice(NoticeLevel.INFO, "voice.idle", action="retry"))


def _tell_slow(session: Session) -> Step:
    if session.stage is not Stage.THINKING or session.awaits_tools:
        return session, ()
    if session.is_making or session.is_fetching:  # it has had its own, longer time
        return _give_up(session, "reply.failed")
    if session.is_out_of_reach:
        return session, ()
    if session.is_voice_stalled:  # that is told, and over in seconds
        return session, (SetTimer(TimerName.SLOW, SLOW_S),)
    if session.is_text_whole and (session.has_sound or session.awaits_voice):
        return complete_turn(session)  # its end was not told
    return replace(session, is_slow=True), (
        notice(NoticeLevel.WARNING, "reply.slow", action="interrupt"),
        SetTimer(TimerName.GIVE_UP, GIVE_UP_S),
    )


def _give_up(session: Session, code: str = "reply.timeout") -> Step:
    if session.stage is not Stage.THINKING:
        return session, ()
    if session.is_text_whole:
        return complete_turn(session)
    cancel = () if session.is_undelivered else (Send(CancelReply(session.turn)),)
    after, effects = end_turn(session)
    return after, (*cancel, FailTurn(session.turn, code), *effects)


def _check_sound(session: Session, heard_ms: int) -> Step:
    if session.stage is not Stage.SPEAKING or session.is_paused:
        return session, ()
    if heard_ms > session.sound_ms:
        noted = (NoteHeard(session.turn, heard_ms), SetTimer(TimerName.SOUND, SOUND_S))
        return replace(session, sound_ms=heard_ms), noted
    if not session.reply_ended:  # the server owes us sound: waiting for it is all there is
        waiting = replace(session, stage=Stage.THINKING)
        return waiting, (slow_timer(waiting),)
    shown = notice(NoticeLevel.WARNING, "device.no_sound")
    after, effects = end_turn(session)
    return after, (StopPlayback(), shown, FinishTurn(session.turn), *effects)
