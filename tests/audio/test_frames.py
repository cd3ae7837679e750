"""What a frame knows of itself."""

from __future__ import annotations

import pytest

from desktop_app.audio import frames
from desktop_app.audio.frames import AudioFrame


def test_the_energy_of_a_frame_is_measured_once_and_only_when_asked_for(monkeypatch):
    measured: list[bytes] = []

    def measure(pcm: bytes) -> float:
        measured.append(pcm)
        return 7.0

    monkeypatch.setattr(frames, "rms", measure)
    frame = AudioFrame(b"\x10\x00" * 320, 1.0)
    assert measured == []
    assert [frame.energy, frame.energy] == [7.0, 7.0]
    assert measured == [frame.pcm]


def test_frames_of_the_same_sound_and_time_are_equal_whoever_asked_for_their_energy():
    frame, other = AudioFrame(b"\x10\x00" * 320, 1.0), AudioFrame(b"\x10\x00" * 320, 1.0)
    assert frame.energy == pytest.approx(16.0)
    assert frame == other
    assert frame != AudioFrame(frame.pcm, 2.0)
