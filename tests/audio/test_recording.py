"""Recordings of every usual format become what a microphone would have given."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.audio.recording import read_recording
from desktop_app.errors import InputError

SECONDS = 1.5


def tone(rate_hz: int) -> np.ndarray:
    """A third of full scale at 440 Hz on two channels, float32."""
    at = np.arange(int(SECONDS * rate_hz)) / rate_hz
    mono = 0.33 * np.sin(2 * math.pi * 440 * at).astype(np.float32)
    return np.stack([mono, mono], axis=1)


def pitch_hz(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * 16_000 / len(samples))


@pytest.mark.parametrize(
    ("name", "rate_hz", "subtype"),
    [
        ("q.mp3", 44_100, None),
        ("q.flac", 96_000, "PCM_24"),
        ("q.ogg", 22_050, "VORBIS"),
        ("q.opus", 48_000, "OPUS"),
        ("q.aiff", 8_000, "PCM_16"),
        ("q.wav", 48_000, "FLOAT"),
    ],
)
def test_its_sound_has_the_same_length_and_pitch(tmp_path: Path, name, rate_hz, subtype):
    path = tmp_path / name
    kind = "OGG" if name.endswith(".opus") else None
    soundfile.write(path, tone(rate_hz), rate_hz, subtype=subtype, format=kind)
    pcm = read_recording(path, longest_s=10)
    assert len(pcm) / 32_000 == pytest.approx(SECONDS, abs=0.11)
    assert pitch_hz(pcm) == pytest.approx(440, abs=2)


def test_the_name_does_not_decide(tmp_path: Path):
    path = tmp_path / "q.wav"
    soundfile.write(path, tone(16_000), 16_000, format="FLAC")
    assert len(read_recording(path, longest_s=10)) == SECONDS * 32_000


@pytest.mark.parametrize("kind", ["FLAC", "WAV"])
def test_what_is_longer_than_a_turn_is_not_decoded_to_its_end(tmp_path: Path, kind: str):
    path = tmp_path / "long"
    soundfile.write(path, tone(16_000), 16_000, format=kind)
    with pytest.raises(InputError, match=r"long is longer than the 1 seconds") as refused:
        read_recording(path, longest_s=1)
    assert refused.value.code == "recording.too_long"


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "wav.empty", "empty"),
        (b"this is no sound at all", "recording.unsupported", "FLAC, MP3, Ogg"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "recording.unsupported", "convert it"),
        (b"\x1aE\xdf\xa3webm" * 20, "recording.unsupported", "convert it"),
        (b"fLaC" + bytes(60), "recording.unsupported", "no sound"),
        (b"RIFF\0\0\0\0WAVE", "wav.corrupt", "damaged"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(tmp_path: Path, content, code, words):
    path = tmp_path / "q.bin"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as refused:
        read_recording(path, longest_s=10)
    assert refused.value.code == code
    assert "q.bin" in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere.mp3", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name):
    with pytest.raises(InputError, match="cannot be read"):
        read_recording(tmp_path / name, longest_s=10)
