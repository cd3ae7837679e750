"""Whatever happens in whatever order: what is always true of a conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.effects import (
    Capture,
    ClearTimer,
    DiscardUtterance,
    Effect,
    FinishCapture,
    KeepUtterance,
    OpenRetriedTurn,
    PausePlayback,
    Play,
    ResumePlayback,
    Send,
    SetAside,
    SetTimer,
    StopPlayback,
)
from desktop_app.engine.inputs import (
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
    PromptTyped,
    ReplyStopped,
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
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.engine.machine import step
from desktop_app.engine.session import Line, Mic, Session, Stage
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import CommitAudio
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyText,
    SessionReady,
    TranscriptUpdated,
    UtteranceBegun,
    UtteranceOver,
)
from tests.fakes.machine import (
    ANSWERING,
    ASKED,
    ENDING,
    INSISTING,
    LISTENING,
    PCM,
    SPEAKING_UP,
)

SAID: list[Callable[[int], Input]] = [
    lambda turn: TranscriptUpdated(turn, "words"),
    lambda turn: TranscriptUpdated(turn, "words", is_final=True),
    lambda turn: TranscriptUpdated(turn, "", is_final=True),
    lambda turn: ReplyText(turn, "text"),
    lambda turn: ReplyAudio(turn, PCM),
    lambda turn: ReplyAudio(turn - 1, PCM),
    ReplyEnded,
    UtteranceBegun,
    UtteranceOver,
    PlaybackDrained,
]
HAPPENED: list[Input] = [
    VoiceStarted(),
    VoiceStopped(),
    MutedChanged(True),
    MutedChanged(False),
    TalkPressed(),
    TalkReleased(),
    TalkToggled(),
    TalkCancelled(),
    ReplyStopped(),
    PromptTyped("m", "hi"),
    SpeechRetried("r"),
    SpeechQueued("q"),
    SpeechLetGo("turn 2"),
    MicrophoneOpened("mic"),
    MicrophoneLost("device.lost"),
    MicrophoneLost("device.refused"),
    InputSilenced(True),
    InputSilenced(False),
    LoudspeakerLost("device.lost"),
    LoudspeakerOpened(),
    SpeechStarted(),
    SpeechConfirmed(),
    SpeechInsisted(),
    SpeechEnded(1.0, 300),
    SpeechDropped(),
    SessionReady("s", is_ending=True),
    LineOpened(),
    LineLost(1.0),
    LineStalled(),
    LineResumed(),
    LineFailed("access.refused"),
    LineKept("It has no such model."),
    *map(TimerFired, TimerName),
]
ATTENDING = (*LISTENING[:2], SessionReady("s", is_ending=True), LISTENING[2])
AWAY = (*LISTENING, LineLost(1.0), *INSISTING, SpeechEnded(1.0, 300))
QUEUEING = (*AWAY, *INSISTING, SpeechEnded(1.0, 300))
BEGINNINGS = (
    (),
    LISTENING,
    ASKED,
    ANSWERING,
    ENDING,
    (*ANSWERING, *SPEAKING_UP),
    ATTENDING,
    QUEUEING,
    (*QUEUEING, *INSISTING, LineOpened()),
    (*QUEUEING, LineOpened()),
)
Happening = st.one_of(st.sampled_from(HAPPENED), st.sampled_from(SAID))


class World:
    """What the machine's effects make of ears, recordings and loudspeaker."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.is_paused = False
        self.recording: int | None = None
        self.closed: set[int] = set()
        self.committed: list[int] = []
        self.committed_before: list[str] = []
        self.held: dict[str, str] = {}
        self.said_in: dict[int, str] = {}
        self.timers: set[TimerName] = set()
        self._owed: list[Input] = []

    def happens(self, given: Input) -> None:
        """Let it happen, and what the ears answer to it."""
        if isinstance(given, TimerFired):
            self.timers.discard(given.name)
        if isinstance(given, SpeechLetGo):
            self.held.pop(given.key, None)
        if isinstance(given, LineLost):
            self.committed_before += [self._said_in(turn) for turn in self.committed]
            self.committed.clear()
        self._owed.append(given)
        while self._owed:
            before = self.session
            self.session, effects = step(before, self._owed.pop(0), heard_ms=100)
            self._record(before)
            for effect in effects:
                self._carry_out(effect)
            self._check()

    def _record(self, before: Session) -> None:
        now = self.session
        is_open = now.stage is Stage.HEARING and not now.is_attending
        if is_open and (now.turn != before.turn or before.is_attending):
            self.recording = now.turn

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case SetTimer(name=name):
                self.timers.add(name)
            case ClearTimer(name=name):
                self.timers.discard(name)
            case PausePlayback():
                self.is_paused = True
            case ResumePlayback() | StopPlayback():
                self.is_paused = False
            case Play(turn=turn):
                assert turn == self.session.turn, "nothing of an earlier turn is ever played"
            case FinishCapture():
                self._owed.insert(0, SpeechEnded(1.0, 300))
            case KeepUtterance(turn=turn) | DiscardUtterance(turn=turn) if turn == self.recording:
                self.recording = None
            case Capture():
                assert self.session.mic is not Mic.CLOSED
            case _:
                self._deliver(effect)

    def _deliver(self, effect: Effect) -> None:
        match effect:
            case SetAside(turn=turn, key=key):
                self.held[key] = self._said_in(turn)
            case OpenRetriedTurn(turn=turn, key=key):
                said = self.held.pop(key, key)
                self.said_in[turn] = said if said.isdecimal() else f"{said} {turn}"
            case Send(command=CommitAudio(turn=turn)):
                self._commit(turn)

    def _said_in(self, turn: int) -> str:
        """The turn in which it was said, or another name for what was said long ago."""
        return self.said_in.get(turn, str(turn))

    def _commit(self, turn: int) -> None:
        said = self._said_in(turn)
        assert turn not in self.committed, "an utterance is complete once on a line"
        assert self.committed_before.count(said) < 2, "and said once more at most"
        if said.isdecimal():
            earlier = [one for one in self.held.values() if int(one) < int(said)]
            assert not earlier, "what was said before is sent before"
        self.committed.append(turn)

    def _check(self) -> None:
        now = self.session
        assert now.is_paused == self.is_paused, "who shows a pause is silent, and the reverse"
        assert not now.is_paused or now.stage is Stage.SPEAKING
        assert not now.is_interjected or now.stage in (Stage.THINKING, Stage.SPEAKING)
        assert not now.is_attending or now.stage is Stage.HEARING
        if now.stage is not Stage.HEARING and not self._owed:
            assert self.recording is None, "no recording outlives its utterance"
        assert not now.is_paused or TimerName.RESUME in self.timers, "a pause comes to an end"
        assert now.is_waiting_for_speech == (TimerName.NOT_BEGUN in self.timers)
        if now.stage is Stage.THINKING and not now.is_undelivered:
            assert self.timers & {TimerName.SLOW, TimerName.GIVE_UP}, "somebody watches the server"
        if now.stage is Stage.SPEAKING and not now.is_paused:
            assert TimerName.SOUND in self.timers, "somebody watches the sound"
        waiting = [one.key for one in now.waiting if isinstance(one, SpeechQueued)]
        assert {*self.held} == {*waiting} - {"q"}, "what waits is held, and nothing else"
        is_idle = now.stage is Stage.IDLE and now.line is Line.OPEN
        assert not (is_idle and now.waiting and not now.tries), "what can be said waits for nothing"
        if now.phase is Phase.LISTENING:
            assert now.mic is Mic.OPEN, "nobody listens without a microphone"


@pytest.mark.parametrize("barge_in", [True, False])
@pytest.mark.parametrize("wants_peer_end", [True, False])
@given(begun=st.sampled_from(BEGINNINGS), happenings=st.lists(Happening, max_size=40))
@settings(max_examples=150, deadline=None)
def test_what_is_shown_is_true_whatever_happens(begun, happenings, barge_in, wants_peer_end):
    world = World(Session(barge_in=barge_in, wants_peer_end=wants_peer_end))
    for one in (*begun, *happenings):
        world.happens(one(world.session.turn) if callable(one) else one)
