"""When a person begins and ends to speak. Pure: counts frames, reads no clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from desktop_app.audio.frames import FRAME_MS, AudioFrame


@dataclass(frozen=True, slots=True)
class TurnRules:
    """What counts as an utterance.

    Attributes:
        pre_roll_ms: Sound from before the onset that is given with it.
        start_ms: Speech it takes to believe that someone speaks.
        end_silence_ms: Silence after the last voiced frame that ends an utterance.
        min_speech_ms: Shorter utterances are marked ``is_short`` (a click).
        insist_ms: Voiced sound after which somebody who speaks into a reply means to interrupt it;
            less is a cough, or a listener's "mhm".
        max_utterance_s: After this an utterance ends even if it goes on, unless it is held.
        hangover_ms: How long a detector may say speech after the voice has gone. The silence
            clock is set back by at most this much.
    """

    pre_roll_ms: int = 300
    start_ms: int = 60
    end_silence_ms: int = 600
    min_speech_ms: int = 120
    insist_ms: int = 500
    max_utterance_s: float = 60.0
    hangover_ms: int = 200


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Someone speaks; ``pre_roll`` ends with the frame that convinced the detector."""

    pre_roll: tuple[AudioFrame, ...]


@dataclass(frozen=True, slots=True)
class SpeechContinues:
    """One more frame of the utterance, pauses included."""

    frame: AudioFrame


@dataclass(frozen=True, slots=True)
class SpeechConfirmed:
    """The utterance is no click: it will not end as ``is_short``. Once in an utterance."""


@dataclass(frozen=True, slots=True)
class SpeechInsisted:
    """``TurnRules.insist_ms`` of the utterance were voiced. Once in an utterance."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance is over.

    Attributes:
        speech_end_s: Monotonic seconds of the last voiced sample, not of this verdict.
        speech_ms: From the first to the last voiced frame; 0 when none was voiced.
        is_short: Less than ``TurnRules.min_speech_ms`` was spoken.
    """

    speech_end_s: float
    speech_ms: int
    is_short: bool = False


TurnSignal = SpeechStarted | SpeechContinues | SpeechConfirmed | SpeechInsisted | SpeechEnded


class NoiseFloor:
    """The energy of the room when nobody speaks; falls fast, rises slowly.

    Attributes:
        loud: A frame of more energy stands out of the room's noise.
    """

    _FALL = 0.3
    _RISE = 0.05
    _LOUD = 2.0  # 6 dB above the floor
    _QUIETEST_VOICE = 60.0  # about -55 dBFS

    def __init__(self) -> None:
        self._energy = 0.0  # not the first frame's: a key may be pressed in mid-word
        self.loud = self._QUIETEST_VOICE

    def learn(self, energy: float) -> None:
        """Take the energy of a frame without speech."""
        weight = self._FALL if energy < self._energy else self._RISE
        self._energy += weight * (energy - self._energy)
        self.loud = max(self._QUIETEST_VOICE, self._LOUD * self._energy)


@dataclass(slots=True)
class _Heard:
    """What one utterance, open or expected, has shown; positions count frames."""

    frames: int = 0
    evidence: int = 0
    voiced: int = 0
    spoken: int = 0
    last_at_s: float = 0.0
    first_voiced: int | None = None
    last_voiced: int = 0
    last_voiced_s: float | None = None
    first_speech: int | None = None
    last_speech: int = 0
    opened_at: int = 0
    is_held: bool = False
    is_confirmed: bool = False
    has_insisted: bool = False

    @property
    def span(self) -> int:
        """Frames from the first to the last voiced one."""
        if self.first_voiced is not None:
            return self.last_voiced - self.first_voiced + 1
        if self.first_speech is None:
            return 0
        return self.last_speech - self.first_speech + 1  # a voice no louder than the room

    @property
    def said(self) -> int:
        """Frames in which somebody spoke."""
        return self.spoken if self.first_voiced is None else self.voiced


class TurnDetector:
    """Folds frames and verdicts of a speech detector into utterances.

    A detector goes on saying speech for 100 ms and more after the voice has gone. So it only
    decides that there was speech; the silence clock runs from the last frame that was voiced
    (speech, and louder than the room).

    Attributes:
        is_hearing: Whether an utterance is open.
    """

    def __init__(self, rules: TurnRules | None = None) -> None:
        self.rules = rules or TurnRules()
        kept_ms = self.rules.pre_roll_ms + self.rules.start_ms
        self._pre_roll: deque[AudioFrame] = deque(maxlen=max(1, kept_ms // FRAME_MS))
        self._floor = NoiseFloor()
        self._heard = _Heard()
        self.is_hearing = False

    def feed(self, frame: AudioFrame, *, is_speech: bool) -> tuple[TurnSignal, ...]:
        """Take the next frame, in order."""
        was_open = self.is_hearing
        found = self.find(frame, is_speech=is_speech)
        return (SpeechContinues(frame), *found) if was_open else found

    def find(self, frame: AudioFrame, *, is_speech: bool) -> tuple[TurnSignal, ...]:
        """Take the next frame as ``feed`` does, without SpeechContinues.

        It is one more frame of the utterance where ``is_hearing`` before.
        """
        heard = self._heard
        heard.frames += 1
        heard.last_at_s = frame.at_s
        self._note_voice(frame, is_speech=is_speech)
        if not self.is_hearing:
            return self._wait_for_speech(frame, is_speech=is_speech)
        if not heard.is_held:
            return (*self._weigh(), *self._end_if_over())
        if heard.is_confirmed and heard.has_insisted:
            return ()  # all is told of it, and only a hand ends it
        return self._weigh()

    def begin_now(self) -> tuple[TurnSignal, ...]:
        """Open an utterance by hand: it ends with ``end_now``, not with silence."""
        if self.is_hearing:
            self._heard.is_held = True
            return ()
        self._heard.is_held = True
        return (self._open(),)

    def let_go(self) -> None:
        """Silence ends the open utterance again."""
        self._heard.is_held = False

    def end_now(self) -> tuple[TurnSignal, ...]:
        """End the open utterance."""
        return (self._end(),) if self.is_hearing else ()

    def reset(self) -> None:
        """Forget the utterance and what led to it; the room's noise stays known."""
        self._pre_roll.clear()
        self._heard = _Heard()
        self.is_hearing = False

    def _note_voice(self, frame: AudioFrame, *, is_speech: bool) -> None:
        heard, energy = self._heard, frame.energy
        if not is_speech:
            self._floor.learn(energy)
            return
        heard.spoken += 1
        heard.last_speech = heard.frames
        if heard.first_speech is None:
            heard.first_speech = heard.frames
        if energy > self._floor.loud:
            heard.voiced += 1
            heard.last_voiced = heard.frames
            heard.last_voiced_s = frame.at_s
            if heard.first_voiced is None:
                heard.first_voiced = heard.frames

    def _wait_for_speech(self, frame: AudioFrame, *, is_speech: bool) -> tuple[TurnSignal, ...]:
        heard = self._heard
        self._pre_roll.append(frame)
        heard.evidence = heard.evidence + 1 if is_speech else max(0, heard.evidence - 1)
        if heard.evidence == 0:
            heard.first_voiced = heard.first_speech = None
            heard.voiced = heard.spoken = 0
        if not is_speech or heard.evidence * FRAME_MS < self.rules.start_ms:
            return ()
        return (self._open(),)

    def _weigh(self) -> tuple[TurnSignal, ...]:
        """What the utterance has become with this frame."""
        heard = self._heard
        if heard.is_confirmed and heard.has_insisted:
            return ()
        signals: list[TurnSignal] = []
        if not heard.is_confirmed and heard.span * FRAME_MS >= self.rules.min_speech_ms:
            heard.is_confirmed = True
            signals.append(SpeechConfirmed())
        if not heard.has_insisted and heard.said * FRAME_MS >= self.rules.insist_ms:
            heard.has_insisted = True
            signals.append(SpeechInsisted())
        return tuple(signals)

    def _open(self) -> SpeechStarted:
        self.is_hearing = True
        self._heard.opened_at = self._heard.frames
        pre_roll = tuple(self._pre_roll)
        self._pre_roll.clear()
        return SpeechStarted(pre_roll)

    def _end_if_over(self) -> tuple[TurnSignal, ...]:
        heard = self._heard
        open_ms = (heard.frames - heard.opened_at) * FRAME_MS
        is_silent = self._silence_ms() >= self.rules.end_silence_ms
        is_too_long = open_ms >= self.rules.max_utterance_s * 1000
        return (self._end(),) if is_silent or is_too_long else ()

    def _silence_ms(self) -> int:
        heard = self._heard
        since_voiced = heard.frames - max(heard.last_voiced, heard.opened_at)
        since_speech = heard.frames - max(heard.last_speech, heard.opened_at)
        return min(since_voiced * FRAME_MS, since_speech * FRAME_MS + self.rules.hangover_ms)

    def _end(self) -> SpeechEnded:
        heard, self._heard, self.is_hearing = self._heard, _Heard(), False
        speech_ms = heard.span * FRAME_MS
        end_s = heard.last_at_s if heard.last_voiced_s is None else heard.last_voiced_s
        return SpeechEnded(end_s, speech_ms, is_short=speech_ms < self.rules.min_speech_ms)
