from __future__ import annotations

from desktop_app.audio.frames import AudioFrame
from desktop_app.audio.turn_detector import TurnDetector
from desktop_app.engine.ears import Ears
from desktop_app.engine.inputs import (
    Input,
    SpeechConfirmed,
    SpeechDropped,
    SpeechEnded,
    SpeechInsisted,
    SpeechStarted,
)
from tests.fakes.detector import LoudnessDetector
from tests.fakes.microphone import SILENCE, speech_frame


class Listener:
    """Captures every onset as the next turn, as the machine does in a quiet moment."""

    def __init__(self) -> None:
        self.told: list[Input] = []
        self.kept = b""
        self.detector = LoudnessDetector()
        self.ears = Ears(self.detector, TurnDetector(), tell=self.tell, keep=self.keep)
        self.turn = 0

    def tell(self, given: Input) -> None:
        self.told.append(given)
        if isinstance(given, SpeechStarted):
            self.turn += 1
            self.ears.capture(self.turn, is_held=False)

    def keep(self, turn: int, pcm: bytes) -> None:
        assert turn == self.turn
        self.kept += pcm

    def hear(self, picture: str) -> None:
        for number, mark in enumerate(picture):
            pcm = speech_frame(number) if mark == "#" else SILENCE
            self.ears.hear(AudioFrame(pcm, number * 0.02))


def test_an_utterance_is_kept_from_its_first_frame():
    listener = Listener()
    listener.hear("." * 30 + "#" * 20 + "." * 40)
    assert [type(given) for given in listener.told] == [
        SpeechStarted,
        SpeechConfirmed,
        SpeechEnded,
    ]
    assert b"".join(speech_frame(number) for number in range(30, 50)) in listener.kept


def test_a_frame_of_an_open_utterance_may_be_passed_on_before_it_is_judged():
    listener = Listener()
    frames = [AudioFrame(speech_frame(number), number * 0.02) for number in range(20)]
    kept_before_judged = []
    for frame in frames:
        listener.ears.pass_on(frame)
        kept_before_judged.append(listener.kept.endswith(frame.pcm))
        listener.ears.hear(frame)
    assert kept_before_judged == [False] * 3 + [True] * 17
    assert listener.kept == b"".join(frame.pcm for frame in frames)


def test_a_click_is_dropped():
    listener = Listener()
    listener.hear("####" + "." * 60)
    assert listener.told == [SpeechStarted(), SpeechDropped()]


def test_held_silence_is_kept_and_dropped_in_the_end():
    listener = Listener()
    listener.turn = 1
    listener.ears.capture(1, is_held=True)
    listener.hear("." * 50)
    listener.ears.finish()
    assert len(listener.kept) == 50 * 640
    assert listener.told == [SpeechDropped()]


def test_what_is_held_no_more_ends_with_silence():
    listener = Listener()
    listener.turn = 1
    listener.ears.capture(1, is_held=True)
    listener.hear("#" * 20 + "." * 50)
    assert SpeechEnded not in map(type, listener.told)
    listener.ears.capture(1, is_held=False)
    listener.hear(".")
    assert SpeechEnded in map(type, listener.told)
    assert len(listener.kept) == 71 * 640


def test_finishing_what_never_began_is_a_drop():
    listener = Listener()
    listener.ears.finish()
    assert listener.told == [SpeechDropped()]


def test_forgetting_twice_asks_the_detector_once():
    listener = Listener()
    listener.hear("###")
    listener.ears.forget()
    listener.ears.forget()
    assert listener.detector.resets == 1


class Hesitant(Listener):
    """Captures an utterance only when it insists."""

    def tell(self, given: Input) -> None:
        self.told.append(given)
        if isinstance(given, SpeechInsisted):
            self.turn += 1
            self.ears.capture(self.turn, is_held=False)


def test_an_utterance_that_is_claimed_late_is_kept_from_its_first_word():
    listener = Hesitant()
    listener.hear("." * 30 + "#" * 40 + "." * 40)
    assert b"".join(speech_frame(number) for number in range(30, 70)) in listener.kept


def test_an_utterance_that_nobody_claims_is_forgotten():
    listener = Hesitant()
    listener.hear("#" * 10 + "." * 40 + "#" * 40)
    assert [type(given) for given in listener.told].count(SpeechEnded) == 1
    assert not any(speech_frame(number) in listener.kept for number in range(10))
    assert speech_frame(50) in listener.kept


def test_what_is_dropped_is_not_told_of_and_the_next_utterance_begins_anew():
    listener = Listener()
    listener.hear("#" * 10)
    listener.ears.drop()
    listener.told.clear()
    listener.hear("." * 60)
    assert listener.told == []
    listener.hear("#" * 10)
    assert listener.told[0] == SpeechStarted()
