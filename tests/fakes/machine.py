"""Tells the turn machine a conversation as a transcript, and reads what it decided."""

from __future__ import annotations

from desktop_app.engine.effects import Effect, RaiseNotice
from desktop_app.engine.inputs import (
    Input,
    LineOpened,
    MicrophoneOpened,
    PromptTyped,
    SpeechConfirmed,
    SpeechEnded,
    SpeechInsisted,
    SpeechStarted,
    VoiceStarted,
)
from desktop_app.engine.machine import step
from desktop_app.engine.session import Session
from desktop_app.link.messages import Notice
from desktop_app.protocol.events import ReplyAudio, ReplyEnded

PCM = b"\1\0" * 480
ENDED = SpeechEnded(1.0, 500)
LISTENING = (VoiceStarted(), MicrophoneOpened("mic"), LineOpened())
SPEAKING_UP = (SpeechStarted(), SpeechConfirmed())
ASKED = (*LISTENING, *SPEAKING_UP, ENDED)
ANSWERING = (*ASKED, ReplyAudio(1, PCM))
ENDING = (*ANSWERING, ReplyEnded(1))
INSISTING = (*SPEAKING_UP, SpeechInsisted())
TYPED = (PromptTyped("m1", "hi"),)


def play(
    *given: Input, heard_ms: int = 0, session: Session | None = None
) -> tuple[Session, list[Effect]]:
    """Tell the machine all of these; the effects are those of the last one."""
    session = session or Session()
    effects: tuple[Effect, ...] = ()
    for one in given:
        session, effects = step(session, one, heard_ms=heard_ms)
    return session, list(effects)


def raised(effects: list[Effect]) -> list[Notice]:
    return [effect.notice for effect in effects if isinstance(effect, RaiseNotice)]


def notices(effects: list[Effect]) -> list[str]:
    return [notice.code for notice in raised(effects)]


def half(*given: Input, heard_ms: int = 0) -> tuple[Session, list[Effect]]:
    return play(*given, heard_ms=heard_ms, session=Session(barge_in=False))
