"""A WAV's header comes off, however the bytes are cut."""

from __future__ import annotations

import io
import struct
import wave

import pytest

from desktop_app.errors import ProtocolError
from desktop_app.protocol.wav_stream import WavStream, wav_file, wav_header, wav_of_known_length

PCM = bytes(range(200))


def written(*, channels: int = 1, width: int = 2, rate_hz: int = 16_000) -> bytes:
    """A file as the standard library writes it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate_hz)
        out.writeframes(PCM)
    return file.getvalue()


def test_our_file_is_the_standard_librarys_file():
    assert wav_file(PCM, 16_000) == written()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 43, 44, 45, 1000])
def test_any_split_gives_the_same_samples(size: int):
    stream, data = WavStream(), written()
    pieces = [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]
    assert b"".join(pieces) == PCM
    assert stream.rate_hz == 16_000


def test_other_chunks_before_and_behind_the_samples_are_no_sound():
    data = wav_file(PCM, 8_000)
    notes = struct.pack("<4sI", b"LIST", 3) + b"abc\0"
    stream = WavStream()
    assert stream.feed(data[:36] + notes + data[36:] + notes) == PCM


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF])
def test_a_length_that_was_not_known_is_not_believed(size: int):
    data = wav_file(PCM, 8_000)
    assert WavStream().feed(data[:40] + struct.pack("<I", size) + data[44:]) == PCM


@pytest.mark.parametrize(
    "data",
    [
        b"ID3\x03 not a wave file",
        b"RIFF\0\0\0\0AVI ",
        written(channels=2),
        written(width=1),
        wav_file(PCM, 100),
        b"RIFF\0\0\0\0WAVE" + struct.pack("<4sI", b"data", 4) + b"abcd",
        b"RIFF\0\0\0\0WAVE" + struct.pack("<4sI", b"LIST", 1 << 30),
    ],
)
def test_what_cannot_be_played_is_refused(data: bytes):
    with pytest.raises(ProtocolError) as refused:
        WavStream().feed(data)
    assert refused.value.code == "gateway.sound_format"


def test_samples_behind_a_header_of_unknown_length_are_read_to_the_end():
    stream = WavStream()
    assert stream.feed(wav_header(16_000) + b"\1\0" * 50) == b"\1\0" * 50
    assert stream.feed(b"\2\0" * 50) == b"\2\0" * 50
    assert stream.rate_hz == 16_000


def test_a_streamed_file_that_is_complete_gets_its_length():
    pcm = b"\1\0" * 100
    assert wav_of_known_length(wav_header(22_050) + pcm) == wav_file(pcm, 22_050)


@pytest.mark.parametrize("sound", [b"", b"RIFF", b"ID3 something else", wav_file(b"\1\0", 8_000)])
def test_any_other_sound_stays_as_it_is(sound):
    assert wav_of_known_length(sound) == sound
