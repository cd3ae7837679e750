"""Encoded speech becomes what is played, whatever it was encoded with."""

from __future__ import annotations

import math
from io import BytesIO

import numpy as np
import pytest
import soundfile

from desktop_app.audio import decoding
from desktop_app.audio.decoding import decode_speech
from desktop_app.errors import ProtocolError


def tone(rate_hz: int, channels: int = 1, seconds: float = 1.0) -> np.ndarray:
    at_s = np.arange(int(rate_hz * seconds)) / rate_hz
    wave = 0.5 * np.sin(2 * math.pi * 440 * at_s)
    return np.repeat(wave[:, None], channels, axis=1)


def loudness(samples: np.ndarray) -> list[float]:
    """The root mean square of each 50 ms, without the edges, which filters change."""
    pieces = samples[: len(samples) // 1_200 * 1_200].reshape(-1, 1_200)
    return [float(piece.std()) for piece in pieces[2:-2]]


def encoded(kind: str, subtype: str, rate_hz: int, channels: int, seconds: float = 1.0) -> bytes:
    file = BytesIO()
    sound = tone(rate_hz, channels, seconds)
    soundfile.write(file, sound, rate_hz, format=kind, subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize(
    ("kind", "subtype", "rate_hz", "channels"),
    [
        ("MP3", "MPEG_LAYER_III", 24_000, 1),
        ("MP3", "MPEG_LAYER_III", 44_100, 2),
        ("FLAC", "PCM_16", 16_000, 1),
        ("OGG", "VORBIS", 22_050, 1),
        ("OGG", "OPUS", 48_000, 1),
        ("WAV", "FLOAT", 48_000, 2),
        ("WAV", "PCM_24", 24_000, 3),
    ],
)
def test_a_tone_is_the_same_tone_afterwards(kind: str, subtype: str, rate_hz: int, channels: int):
    pcm = decode_speech(encoded(kind, subtype, rate_hz, channels), "audio/x")
    samples = np.frombuffer(pcm, dtype="<i2").astype(float)
    assert len(samples) == pytest.approx(24_000, abs=2_500)  # mp3 pads at both ends
    spectrum = np.abs(np.fft.rfft(samples))
    peak_hz = np.argmax(spectrum) * 24_000 / len(samples)
    assert peak_hz == pytest.approx(440, abs=5)
    even = pytest.approx(16_384 / math.sqrt(2), rel=0.1)  # no gap and no click between blocks
    assert loudness(samples) == [even] * len(loudness(samples))


@pytest.mark.parametrize(
    ("kind", "subtype", "rate_hz", "channels"),
    [
        ("OGG", "OPUS", 48_000, 1),
        ("OGG", "VORBIS", 48_000, 1),
        ("MP3", "MPEG_LAYER_III", 24_000, 1),
        ("MP3", "MPEG_LAYER_III", 24_000, 2),
        ("MP3", "MPEG_LAYER_III", 44_100, 1),
        ("MP3", "MPEG_LAYER_III", 44_100, 2),
    ],
)
def test_portions_behind_each_other_are_one_sound(
    kind: str, subtype: str, rate_hz: int, channels: int
):
    lengths_s = (1.0, 2.0, 0.5)
    portions = [encoded(kind, subtype, rate_hz, channels, each_s) for each_s in lengths_s]
    whole = decode_speech(b"".join(portions), "audio/x")
    assert len(whole) / 48_000 == pytest.approx(3.5, abs=0.3)


def test_a_chain_of_portions_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "MAX_SECONDS", 2)
    portion = encoded("OGG", "OPUS", 48_000, 1)
    assert decode_speech(portion * 2, "audio/ogg")
    with pytest.raises(ProtocolError) as caught:
        decode_speech(portion * 3, "audio/ogg")
    assert caught.value.code == "stream.sound_too_long"


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"ID3" + bytes(50)])
def test_what_is_no_sound_is_refused_in_words(content: bytes):
    with pytest.raises(ProtocolError, match=r"Speech as audio/aac cannot be decoded\.") as caught:
        decode_speech(content, "audio/aac")
    assert (caught.value.code, caught.value.facts) == (
        "stream.sound_format",
        {"format": "audio/aac"},
    )


@pytest.mark.parametrize("kind", [("MP3", "MPEG_LAYER_III"), ("FLAC", "PCM_16")])
def test_sound_that_breaks_off_is_played_as_far_as_it_goes(kind: tuple[str, str]):
    whole = encoded(*kind, 24_000, 1, seconds=4)
    pcm = decode_speech(whole[: len(whole) // 2], "")
    assert 0 < len(pcm) < 4 * 48_000


def test_sound_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "MAX_SECONDS", 1)
    with pytest.raises(ProtocolError) as caught:
        decode_speech(encoded("FLAC", "PCM_16", 24_000, 1, seconds=1.5), "")
    assert caught.value.code == "stream.sound_too_long"
