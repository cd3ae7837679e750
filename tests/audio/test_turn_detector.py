"""Utterances out of frames: when they begin, what they hold, when they end."""

from __future__ import annotations

import math
import random
import wave
from pathlib import Path

import numpy as np
import pytest

from desktop_app.audio.detectors import SpeechDetector, WebRtcDetector, speech_detector
from desktop_app.audio.frames import FRAME_BYTES, FRAME_MS, AudioFrame
from desktop_app.audio.level import rms
from desktop_app.audio.turn_detector import (
    SpeechConfirmed,
    SpeechContinues,
    SpeechEnded,
    SpeechInsisted,
    SpeechStarted,
    TurnDetector,
    TurnRules,
    TurnSignal,
)

ROOT = Path(__file__).parents[2]
RECORDINGS = sorted([*ROOT.glob("tests/sounds/*.wav"), *ROOT.glob("resources/demo/*.wav")])
LOUD = b"\x00\x10\x00\xf0" * (FRAME_BYTES // 4)
QUIET = b"\x04\x00\xfc\xff" * (FRAME_BYTES // 4)

BOUNDS = (SpeechStarted, SpeechEnded)
RULES = TurnRules(pre_roll_ms=100, start_ms=60, end_silence_ms=200, hangover_ms=100)


class Listener:
    """Feeds a script: ``#`` loud speech, ``h`` hangover (quiet, still speech), ``.`` quiet,
    ``!`` loud but no speech."""

    def __init__(self, rules: TurnRules = RULES) -> None:
        self.turns = TurnDetector(rules)
        self.signals: list[TurnSignal] = []
        self._at = 0

    def hear(self, script: str) -> list[TurnSignal]:
        new: list[TurnSignal] = []
        for sign in script:
            self._at += 1
            frame = AudioFrame(LOUD if sign in "#!" else QUIET, self._at * FRAME_MS / 1000)
            new += self.turns.feed(frame, is_speech=sign in "#h")
        self.signals += new
        return new

    def ends(self) -> list[SpeechEnded]:
        return [signal for signal in self.signals if isinstance(signal, SpeechEnded)]


def test_silence_says_nothing():
    assert Listener().hear("." * 200) == []


def test_a_click_is_not_speech():
    assert Listener().hear("..#...##...#...") == []


def test_speech_starts_with_the_sound_before_it():
    [started] = Listener().hear("..........###")
    assert isinstance(started, SpeechStarted)
    assert [frame.at_s for frame in started.pre_roll] == pytest.approx(
        [at * 0.02 for at in range(6, 14)]
    )
    assert started.pre_roll[-1].pcm == LOUD


def test_every_frame_of_an_utterance_is_given_exactly_once_and_in_order():
    listener = Listener()
    listener.hear("...###...####hh.......")
    frames: list[AudioFrame] = []
    for signal in listener.signals:
        if isinstance(signal, SpeechStarted):
            frames += signal.pre_roll
        elif isinstance(signal, SpeechContinues):
            frames.append(signal.frame)
    stamps = [frame.at_s for frame in frames]
    assert stamps == pytest.approx([at * 0.02 for at in range(1, len(stamps) + 1)])
    assert listener.turns.is_hearing


@pytest.mark.parametrize("is_held", [False, True])
def test_who_knows_which_frames_belong_to_an_utterance_finds_all_else(is_held: bool):
    one, other = TurnDetector(), TurnDetector()
    if is_held:
        assert one.begin_now() == other.begin_now()
    for at, sign in enumerate("..." + "#" * 40 + "." * 40 + "####" + "." * 40):
        frame = AudioFrame(QUIET if sign == "." else LOUD, at * 0.02)
        was_hearing = other.is_hearing
        found = other.find(frame, is_speech=sign == "#")
        continues = (SpeechContinues(frame),) if was_hearing else ()
        assert one.feed(frame, is_speech=sign == "#") == (*continues, *found)
    assert one.is_hearing is other.is_hearing is is_held


def test_the_silence_clock_is_set_back_to_the_last_voiced_frame():
    listener = Listener()
    listener.hear("...#####" + "hhh" + "......")
    assert listener.ends() == []
    listener.hear(".")
    [ended] = listener.ends()
    assert ended == SpeechEnded(speech_end_s=8 * 0.02, speech_ms=100, is_short=True)
    assert not listener.turns.is_hearing


def test_the_clock_is_not_set_back_further_than_the_hangover():
    listener = Listener()
    listener.hear("#####" + "h" * 50)
    assert listener.ends() == []
    listener.hear("....")
    assert listener.ends() == []
    listener.hear(".")
    assert len(listener.ends()) == 1


def test_a_pause_shorter_than_the_end_silence_does_not_end_the_utterance():
    listener = Listener()
    listener.hear("#####" + "." * 9 + "#####" + "." * 9)
    assert listener.ends() == []


def test_noise_that_the_detector_rejects_does_not_hold_the_utterance_open():
    listener = Listener()
    listener.hear("......#####" + "!" * 10)
    assert [ended.speech_ms for ended in listener.ends()] == [100]


def test_an_utterance_of_enough_speech_is_not_short():
    listener = Listener()
    listener.hear("#" * 10 + "." * 10)
    assert listener.ends() == [SpeechEnded(pytest.approx(0.2), 200, is_short=False)]


def test_an_endless_utterance_is_cut_and_the_next_one_begins():
    listener = Listener(TurnRules(start_ms=60, max_utterance_s=1.0))
    listener.hear("#" * 120)
    kinds = [type(signal) for signal in listener.signals if isinstance(signal, BOUNDS)]
    assert kinds == [SpeechStarted, SpeechEnded, SpeechStarted, SpeechEnded, SpeechStarted]


def test_a_held_key_is_not_cut_by_the_longest_utterance():
    listener = Listener(TurnRules(max_utterance_s=1.0))
    listener.turns.begin_now()
    listener.hear("#" * 100)
    assert listener.turns.is_hearing


def test_a_released_key_ends_the_utterance_at_once():
    listener = Listener()
    listener.hear("..#####")
    [ended] = listener.turns.end_now()
    assert ended == SpeechEnded(pytest.approx(0.14), 100, is_short=True)
    assert listener.turns.end_now() == ()


def test_a_held_key_opens_without_speech_and_outlasts_silence():
    listener = Listener()
    listener.hear("....")
    [started] = listener.turns.begin_now()
    assert isinstance(started, SpeechStarted)
    assert len(started.pre_roll) == 4
    listener.hear("." * 100)
    assert listener.turns.is_hearing
    assert listener.turns.end_now() == (SpeechEnded(pytest.approx(2.08), 0, is_short=True),)


def test_what_is_let_go_ends_with_the_silence_behind_the_last_word():
    listener = Listener()
    listener.turns.begin_now()
    listener.hear("#" * 20 + "." * 20)
    assert listener.turns.is_hearing
    listener.turns.let_go()
    assert listener.turns.is_hearing
    listener.hear("." * 20)
    assert not listener.turns.is_hearing


def test_a_key_pressed_in_mid_word_hears_the_speech_though_no_quiet_was_heard_before():
    listener = Listener()
    listener.turns.begin_now()
    listener.hear("!" * 9 + "#" * 100)  # a detector needs some frames to wake up
    [ended] = listener.turns.end_now()
    assert isinstance(ended, SpeechEnded)
    assert ended.speech_ms >= 1_980
    assert not ended.is_short


def test_a_voice_no_louder_than_the_room_still_counts_as_speech():
    listener = Listener()
    listener.hear("!" * 200)
    listener.turns.begin_now()
    listener.hear("#" * 50)
    [ended] = listener.turns.end_now()
    assert isinstance(ended, SpeechEnded)
    assert ended.speech_ms == 1_000


def test_a_key_pressed_during_speech_keeps_the_utterance_open():
    listener = Listener()
    listener.hear("#####")
    assert listener.turns.begin_now() == ()
    listener.hear("." * 50)
    assert listener.turns.is_hearing


def test_reset_forgets_the_utterance_and_its_pre_roll():
    listener = Listener()
    listener.hear("....#####")
    listener.turns.reset()
    assert not listener.turns.is_hearing
    [started] = listener.hear("###")
    assert isinstance(started, SpeechStarted)
    assert len(started.pre_roll) == 3


def test_a_loud_room_does_not_hide_the_end_of_speech():
    rules = TurnRules(end_silence_ms=200)
    turns, ends = TurnDetector(rules), []
    room = b"\x00\x02\x00\xfe" * (FRAME_BYTES // 4)
    for at, (pcm, is_speech) in enumerate(
        [(room, False)] * 50 + [(LOUD, True)] * 20 + [(room, True)] * 8 + [(room, False)] * 4
    ):
        signals = turns.feed(AudioFrame(pcm, at * 0.02), is_speech=is_speech)
        ends += [(at, signal) for signal in signals if isinstance(signal, SpeechEnded)]
    assert ends == [(69 + 10, SpeechEnded(pytest.approx(69 * 0.02), 400))]


def read(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        return file.readframes(file.getnframes())


def dither(frames: int, loudness: int = 8) -> bytes:
    dice = random.Random(4)
    return b"".join(
        dice.randint(-loudness, loudness).to_bytes(2, "little", signed=True)
        for _ in range(frames * FRAME_BYTES // 2)
    )


def signals_of(pcm: bytes, detector: SpeechDetector) -> list[tuple[int, TurnSignal]]:
    turns, found = TurnDetector(), []
    for index in range(len(pcm) // FRAME_BYTES):
        block = pcm[index * FRAME_BYTES : (index + 1) * FRAME_BYTES]
        frame = AudioFrame(block, (index + 1) * FRAME_MS / 1000)
        is_speech = detector.is_speech(block)
        found += [(index, signal) for signal in turns.feed(frame, is_speech=is_speech)]
    return found


def voiced_frames(pcm: bytes) -> list[int]:
    return [
        at
        for at in range(len(pcm) // FRAME_BYTES)
        if rms(pcm[at * FRAME_BYTES : (at + 1) * FRAME_BYTES]) > 300
    ]


@pytest.mark.parametrize("make", [WebRtcDetector, speech_detector], ids=["webrtc", "gated"])
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_question_is_one_utterance_and_keeps_every_voiced_frame(path, make):
    lead = 50
    speech = read(path)
    pcm = dither(lead) + speech + dither(60)
    found = signals_of(pcm, make())
    kinds = [type(signal) for _, signal in found if isinstance(signal, BOUNDS)]
    assert kinds == [SpeechStarted, SpeechEnded]
    voiced = voiced_frames(pcm)
    first_at, started = found[0]
    assert isinstance(started, SpeechStarted)
    assert first_at - len(started.pre_roll) + 1 <= voiced[0]
    last_at, ended = found[-1]
    assert isinstance(ended, SpeechEnded)
    assert last_at >= voiced[-1]
    assert abs(ended.speech_end_s - (voiced[-1] + 1) * 0.02) <= 0.2
    assert last_at - voiced[-1] <= 600 // FRAME_MS + 10


def test_a_room_of_dither_is_never_speech():
    assert signals_of(dither(500), speech_detector()) == []


@pytest.mark.parametrize("snr_db", [20, 10, 5])
@pytest.mark.parametrize("path", RECORDINGS[:2], ids=lambda path: path.stem)
def test_in_white_noise_a_question_is_still_one_utterance_that_ends_in_time(path, snr_db):
    dice, speech = np.random.default_rng(3), np.frombuffer(read(path), np.int16).astype(float)
    loud = speech[np.abs(speech) > 200]
    noise = math.sqrt(float((loud**2).mean())) / 10 ** (snr_db / 20)
    sound = np.concatenate([np.zeros(24_000), speech, np.zeros(32_000)])
    sound += dice.normal(0, noise, len(sound))
    pcm = np.clip(sound, -32768, 32767).astype("<i2").tobytes()
    found = signals_of(pcm, speech_detector())
    kinds = [type(signal) for _, signal in found if isinstance(signal, BOUNDS)]
    assert kinds == [SpeechStarted, SpeechEnded]
    last_voiced = 24_000 // 320 + voiced_frames(read(path))[-1]
    assert 400 <= (found[-1][0] - last_voiced) * FRAME_MS <= 800


def weights(script: str, *, is_held: bool = False) -> list[tuple[int, type]]:
    """After which frame of the script what was known of the utterance."""
    listener = Listener(TurnRules(min_speech_ms=120, insist_ms=500))
    if is_held:
        listener.turns.begin_now()
    found = [(at, signal) for at, sign in enumerate(script, 1) for signal in listener.hear(sign)]
    kinds = (SpeechConfirmed, SpeechInsisted)
    return [(at, type(signal)) for at, signal in found if isinstance(signal, kinds)]


def test_speech_is_confirmed_once_it_is_too_long_for_a_click_and_insists_after_half_a_second():
    assert weights("#" * 100) == [(6, SpeechConfirmed), (25, SpeechInsisted)]


def test_only_voiced_sound_insists_and_pauses_between_words_do_not_count():
    assert weights("#" * 20 + "hhhhh" + "." * 10 + "#" * 5) == [
        (6, SpeechConfirmed),
        (40, SpeechInsisted),
    ]


def test_a_click_or_a_cough_insists_upon_nothing():
    assert weights("###" + "." * 60) == []
    assert weights("#" * 24 + "h" * 8 + "." * 60) == [(6, SpeechConfirmed)]


def test_a_voice_no_louder_than_the_room_insists_too():
    assert weights("h" * 30) == [(6, SpeechConfirmed), (25, SpeechInsisted)]


def test_held_silence_is_not_confirmed_before_somebody_speaks():
    assert weights("." * 50 + "#" * 10, is_held=True) == [(56, SpeechConfirmed)]


def test_every_utterance_is_weighed_anew():
    listener = Listener(TurnRules(end_silence_ms=200, insist_ms=200))
    for _ in range(2):
        new = listener.hear("#" * 12 + "." * 30)
        assert [type(signal) for signal in new if not isinstance(signal, SpeechContinues)] == [
            SpeechStarted,
            SpeechConfirmed,
            SpeechInsisted,
            SpeechEnded,
        ]
