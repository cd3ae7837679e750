"""What can be heard of a file, and what is said of one that cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.errors import InputError
from desktop_app.protocol.wav_stream import wav_header
from desktop_app.service.providers.builtin import recorded_sound
from desktop_app.service.providers.builtin.recorded_sound import RecordedSound

_KINDS = [
    ("WAV", "PCM_U8", 8_000, 1),
    ("WAV", "PCM_24", 44_100, 2),
    ("WAV", "FLOAT", 96_000, 1),
    ("WAV", "ULAW", 8_000, 1),
    ("FLAC", "PCM_16", 48_000, 2),
    ("MP3", "MPEG_LAYER_III", 44_100, 2),
    ("OGG", "VORBIS", 22_050, 1),
    ("OGG", "OPUS", 48_000, 2),
]


def tone(rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate_hz * seconds)) / rate_hz)


def read_all(path: Path) -> np.ndarray:
    sound, pieces = RecordedSound(path, "it"), []
    while piece := sound.read():
        pieces.append(piece)
    sound.close()
    return np.frombuffer(b"".join(pieces), "<i2")


def refusal_of(path: Path) -> InputError:
    with pytest.raises(InputError) as refusal:
        read_all(path)
    return refusal.value


@pytest.mark.parametrize(("container", "subtype", "rate_hz", "channels"), _KINDS)
def test_every_format_becomes_the_same_tone(tmp_path, container, subtype, rate_hz, channels):
    path = tmp_path / "no-extension"
    samples = np.stack([tone(rate_hz)] * channels, axis=1)
    soundfile.write(path, samples, rate_hz, format=container, subtype=subtype)
    heard = read_all(path)
    assert len(heard) == pytest.approx(16_000, abs=700)
    spectrum = np.abs(np.fft.rfft(heard[:16_000], 16_000))
    assert int(spectrum.argmax()) == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(heard.astype(float) ** 2)) == pytest.approx(11_585, rel=0.05)


def test_a_wav_of_unknown_length_is_read_to_its_end(tmp_path):
    path = tmp_path / "streamed.wav"
    pcm = (tone(24_000) * 32_767).astype("<i2").tobytes()
    path.write_bytes(wav_header(24_000) + pcm)
    assert len(read_all(path)) == pytest.approx(16_000, abs=2)


def test_a_wav_that_was_cut_off_is_heard_as_far_as_it_goes(tmp_path):
    path = tmp_path / "cut.wav"
    soundfile.write(path, tone(16_000), 16_000)
    path.write_bytes(path.read_bytes()[:-16_000])
    assert len(read_all(path)) == 8_000


def test_samples_that_are_no_numbers_are_silence(tmp_path):
    path = tmp_path / "odd.wav"
    soundfile.write(path, np.full(1_000, np.nan, np.float32), 16_000, subtype="FLOAT")
    assert not read_all(path).any()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "recording.empty", "is empty"),
        (b"hello, I am a text", "recording.corrupt", "is no sound"),
        (b"RIFF\x00\x00\x00\x00WAVE", "recording.corrupt", "is no sound"),
        (b"\0\0\0\x20ftypM4A " + bytes(64), "recording.unsupported", "MP4"),
        (b"\x1a\x45\xdf\xa3" + bytes(64), "recording.unsupported", "WebM"),
        (b"\xff\xf1\x50\x80" + bytes(64), "recording.unsupported", "AAC"),
        (wav_header(16_000, 0), "recording.empty", "no sound"),
    ],
)
def test_a_file_that_cannot_be_heard_is_refused_by_its_name(tmp_path, content, code, words):
    path = tmp_path / "scratch"
    path.write_bytes(content)
    refusal = refusal_of(path)
    assert refusal.code == code
    assert words in str(refusal)
    assert str(refusal).startswith("“it”")


def test_a_refused_format_says_what_can_be_heard(tmp_path):
    path = tmp_path / "scratch"
    path.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(64))
    assert "WAV, FLAC, MP3, Ogg Vorbis and Opus" in str(refusal_of(path))


def test_raw_samples_are_no_recording(tmp_path):
    path = tmp_path / "sound.raw"
    path.write_bytes(bytes(1_000))
    assert refusal_of(path).code == "recording.corrupt"


def test_a_missing_file_is_told_without_its_path(tmp_path):
    refusal = refusal_of(tmp_path / "gone.wav")
    assert refusal.code == "recording.unreadable"
    assert str(tmp_path) not in str(refusal)


def test_a_flac_that_is_damaged_inside_is_refused(tmp_path):
    path = tmp_path / "bad.flac"
    noise = np.random.default_rng(1).normal(0, 0.1, 48_000)
    soundfile.write(path, noise, 48_000)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    assert refusal_of(path).code == "recording.corrupt"


def test_a_recording_that_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded_sound, "MAX_SECONDS", 60)
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(61 * 8_000), 8_000)
    assert "longer than 1 minutes" in str(refusal_of(path))


def test_a_header_that_lies_about_the_rate_is_refused(tmp_path):
    path = tmp_path / "fast.wav"
    path.write_bytes(wav_header(2_000_000_000, 4) + bytes(4))
    assert refusal_of(path).code == "recording.corrupt"


def test_closing_ends_the_reading(tmp_path):
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(16_000, 30), 16_000)
    sound = RecordedSound(path, "it")
    assert sound.read()
    sound.close()
    sound.close()
    assert sound.read() == b""


def test_no_piece_of_a_long_mp3_is_quieter_than_the_others(tmp_path):
    path = tmp_path / "long.mp3"
    soundfile.write(path, tone(44_100, 12.0), 44_100, format="MP3", subtype="MPEG_LAYER_III")
    heard = read_all(path).astype(float)
    seconds = heard[: 12 * 16_000].reshape(12 * 20, 800)  # of 50 ms each
    loudness = np.sqrt((seconds[2:-2] ** 2).mean(axis=1))
    assert loudness.min() == pytest.approx(11_585, rel=0.1)


@pytest.mark.parametrize(
    ("container", "subtype", "rates_hz"),
    [
        ("MP3", "MPEG_LAYER_III", (44_100, 44_100, 24_000)),
        ("OGG", "OPUS", (48_000, 48_000)),
        ("OGG", "VORBIS", (22_050, 44_100)),
    ],
)
def test_files_behind_each_other_are_heard_to_the_end(tmp_path, container, subtype, rates_hz):
    path, parts = tmp_path / "joined", []
    for rate_hz in rates_hz:
        soundfile.write(path, tone(rate_hz), rate_hz, format=container, subtype=subtype)
        parts.append(path.read_bytes())
    path.write_bytes(b"".join(parts))
    heard = read_all(path)
    assert len(heard) == pytest.approx(16_000 * len(parts), abs=700 * len(parts))
    loud = [np.abs(heard[at : at + 8_000]).max() for at in range(4_000, len(heard) - 8_000, 16_000)]
    assert len(loud) == len(parts)
    assert min(loud) > 14_000
