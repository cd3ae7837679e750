"""From captured frames to inputs of the machine and to the sound of a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from desktop_app.audio import turn_detector as turns
from desktop_app.audio.detectors import SpeechDetector
from desktop_app.audio.frames import AudioFrame
from desktop_app.engine.inputs import (
    Input,
    SpeechConfirmed,
    SpeechDropped,
    SpeechEnded,
    SpeechInsisted,
    SpeechStarted,
)


class Ears:
    """Listens with the detectors and hands on what belongs to a turn. Loop thread only.

    An utterance that no turn wants yet is kept from its pre-roll on, until ``capture`` asks for
    it or it ends: whether a sound into a reply is a cough shows only later.

    Args:
        detector: Judges each frame.
        turn_detector: Folds the verdicts into utterances.
        tell: Takes inputs; may answer with ``capture`` before it returns.
        keep: Takes the turn's sound, in order, pre-roll first.
    """

    def __init__(
        self,
        detector: SpeechDetector,
        turn_detector: turns.TurnDetector,
        *,
        tell: Callable[[Input], None],
        keep: Callable[[int, bytes], None],
    ) -> None:
        self._detector = detector
        self._turn_detector = turn_detector
        self._tell = tell
        self._keep = keep
        self._turn: int | None = None
        self._unclaimed: list[AudioFrame] = []
        self._passed_on: AudioFrame | None = None
        self._is_fresh = True

    def pass_on(self, frame: AudioFrame) -> None:
        """Keep the next frame before it is heard, if an utterance is open: it belongs to it."""
        if self._turn is not None and self._turn_detector.is_hearing:
            self._passed_on = frame
            self._keep(self._turn, frame.pcm)

    def hear(self, frame: AudioFrame) -> bool:
        """Take the next frame and judge it: is it speech?"""
        self._is_fresh = False
        is_speech = self._detector.is_speech(frame.pcm)
        turn_detector = self._turn_detector
        if frame is not self._passed_on and turn_detector.is_hearing:
            self._go_on(frame)
        if signals := turn_detector.find(frame, is_speech=is_speech):
            self._follow(signals)
        return is_speech

    def capture(self, turn: int, *, is_held: bool) -> None:
        """Record for this turn, the open utterance from its pre-roll on.

        Args:
            turn: Whose sound it is.
            is_held: Until ``finish``, whatever the turn detector thinks; one that was is let go.
        """
        is_same, self._turn = self._turn == turn, turn
        if is_held:
            for signal in self._turn_detector.begin_now():
                if isinstance(signal, turns.SpeechStarted):
                    self._unclaimed = list(signal.pre_roll)
        else:
            self._turn_detector.let_go()
        if not is_same and self._unclaimed:
            self._keep(turn, b"".join(frame.pcm for frame in self._unclaimed))
        self._unclaimed = []

    def finish(self, *, has_speech: bool = False) -> None:
        """End the recording now; ``SpeechEnded`` or ``SpeechDropped`` follows.

        Args:
            has_speech: Somebody else knows that it holds speech.
        """
        signals = self._turn_detector.end_now()
        self._follow(signals, has_speech=has_speech)
        if not signals:
            self._turn = None
            self._tell(SpeechDropped())

    def drop(self) -> None:
        """End the recording now, and say nothing of it."""
        self._turn_detector.end_now()
        self._turn = None
        self._unclaimed = []

    def forget(self) -> None:
        """What was heard so far has nothing to do with what comes next."""
        if not self._is_fresh:
            self._detector.reset()
            self._turn_detector.reset()
            self._turn = None
            self._unclaimed = []
            self._is_fresh = True

    def _follow(self, signals: Iterable[turns.TurnSignal], *, has_speech: bool = False) -> None:
        for signal in signals:
            match signal:
                case turns.SpeechStarted():
                    self._unclaimed = list(signal.pre_roll)
                    self._tell(SpeechStarted())
                case turns.SpeechConfirmed():
                    self._tell(SpeechConfirmed())
                case turns.SpeechInsisted():
                    self._tell(SpeechInsisted())
                case turns.SpeechEnded():
                    self._turn = None
                    self._unclaimed = []
                    is_speech = has_speech or not signal.is_short
                    ended = SpeechEnded(signal.speech_end_s, signal.speech_ms)
                    self._tell(ended if is_speech else SpeechDropped())

    def _go_on(self, frame: AudioFrame) -> None:
        if self._turn is None:
            self._unclaimed.append(frame)
        else:
            self._keep(self._turn, frame.pcm)
