"""Any WAV comes in, and what is none gets one clear sentence."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.audio.level import rms
from desktop_app.audio.wav import read_wav, write_wav
from desktop_app.errors import InputError


def sine(rate_hz: int, seconds: float = 0.25) -> list[float]:
    return [0.5 * math.sin(at * math.tau * 440 / rate_hz) for at in range(round(rate_hz * seconds))]


def encode(samples: list[float], bits: int, kind: int = 1) -> bytes:
    if kind == 3:
        return struct.pack(f"<{len(samples)}{'fd'[bits // 64]}", *samples)
    if bits == 8:
        return bytes(round(sample * 127) + 128 for sample in samples)
    scale = 2 ** (bits - 1) - 1
    width = bits // 8
    return b"".join(
        round(sample * scale).to_bytes(width, "little", signed=True) for sample in samples
    )


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def form(channels: int, rate_hz: int, bits: int, kind: int = 1) -> bytes:
    group = channels * bits // 8
    return struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * group, group, bits)


def wav(samples: list[float], channels: int, rate_hz: int, bits: int, kind: int = 1) -> bytes:
    spread = [sample for sample in samples for _ in range(channels)]
    return riff(
        chunk(b"fmt ", form(channels, rate_hz, bits, kind)),
        chunk(b"data", encode(spread, bits, kind)),
    )


@pytest.fixture
def given_file(tmp_path: Path):
    def write(content: bytes) -> Path:
        path = tmp_path / "question.wav"
        path.write_bytes(content)
        return path

    return write


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_wav(path)
    assert path.name in str(caught.value)
    assert caught.value.facts["file"] == str(path)
    return caught.value


@pytest.mark.parametrize(("bits", "kind"), [(8, 1), (16, 1), (24, 1), (32, 1), (32, 3), (64, 3)])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_every_rate_width_and_channel_count_becomes_16_khz_mono(
    given_file, bits, kind, channels, rate_hz
):
    pcm = read_wav(given_file(wav(sine(rate_hz), channels, rate_hz, bits, kind)))
    assert len(pcm) == pytest.approx(8_000, abs=4)
    expected = struct.pack("<4000h", *(round(sample * 32767) for sample in sine(16_000)))
    inner = slice(800, 7_200)
    error = [
        a - b
        for (a,), (b,) in zip(
            struct.iter_unpack("<h", pcm[inner]),
            struct.iter_unpack("<h", expected[inner]),
            strict=True,
        )
    ]
    assert max(map(abs, error)) < (400 if bits == 8 else 60)


def test_sixteen_bit_16_khz_mono_is_taken_as_it_is(given_file):
    samples = sine(16_000)
    assert read_wav(given_file(wav(samples, 1, 16_000, 16))) == encode(samples, 16)


def test_an_extensible_header_and_unknown_chunks_are_understood(given_file):
    extensible = form(1, 16_000, 16, 0xFFFE) + struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)
    content = riff(chunk(b"LIST", b"odd"), chunk(b"fmt ", extensible), chunk(b"data", b"\1\0\2\0"))
    assert read_wav(given_file(content)) == b"\1\0\2\0"


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0])
def test_a_streamed_file_of_unknown_size_is_read_to_its_end(given_file, size):
    content = riff(chunk(b"fmt ", form(1, 16_000, 16))) + b"data" + struct.pack("<I", size)
    assert read_wav(given_file(content + b"\1\0\2\0")) == b"\1\0\2\0"


def test_floats_that_are_no_numbers_or_too_loud_are_tamed(given_file):
    samples = [math.nan, math.inf, -math.inf, 7.0]
    pcm = read_wav(given_file(wav(samples, 1, 16_000, 32, kind=3)))
    assert struct.unpack("<4h", pcm) == (0, 32767, -32768, 32767)


@pytest.mark.parametrize(
    "content", [b"not a wave file at all", b"RIFF", b"ID3\4" + bytes(100), b"RIFX" + bytes(40)]
)
def test_another_kind_of_file_is_named_and_what_is_accepted_is_said(given_file, content):
    error = refusal(given_file(content))
    assert error.code == "wav.not_a_wav"
    assert "24 or 32 bit" in str(error)


@pytest.mark.parametrize(
    "content",
    [
        riff(),
        riff(chunk(b"fmt ", form(1, 16_000, 16))),
        riff(chunk(b"data", b"\1\0")),
        riff(chunk(b"fmt ", b"\1\0"), chunk(b"data", b"\1\0")),
        riff(chunk(b"fmt ", form(0, 16_000, 16)), chunk(b"data", b"\1\0")),
        riff(chunk(b"fmt ", form(1, 0, 16)), chunk(b"data", b"\1\0")),
        wav(sine(16_000), 1, 16_000, 16)[:-100],
    ],
)
def test_a_damaged_file_is_called_damaged(given_file, content):
    assert refusal(given_file(content)).code == "wav.corrupt"


@pytest.mark.parametrize("content", [b"", wav([], 1, 16_000, 16), wav([], 2, 48_000, 24)])
def test_a_file_without_sound_is_called_empty(given_file, content):
    assert refusal(given_file(content)).code == "wav.empty"


@pytest.mark.parametrize(("bits", "kind"), [(8, 6), (8, 7), (12, 1), (16, 3), (4, 0x11)])
def test_an_unknown_encoding_is_refused_with_what_is_accepted(given_file, bits, kind):
    content = riff(chunk(b"fmt ", form(1, 16_000, bits, kind)), chunk(b"data", bytes(64)))
    error = refusal(given_file(content))
    assert error.code == "wav.unsupported"
    assert "is accepted" in str(error)


def test_more_than_ten_minutes_is_refused(given_file):
    error = refusal(
        given_file(riff(chunk(b"fmt ", form(1, 1_000, 8)), chunk(b"data", bytes(600_002))))
    )
    assert error.code == "wav.unsupported"
    assert "10 minutes" in str(error)


def test_a_huge_file_is_refused_before_it_is_decoded(given_file, monkeypatch):
    monkeypatch.setattr("desktop_app.audio.wav._MAX_FILE_BYTES", 100)
    error = refusal(given_file(wav(sine(16_000), 1, 16_000, 16)))
    assert error.code == "wav.unsupported"


def test_a_missing_file_and_a_folder_are_told_apart_from_sound(tmp_path):
    assert refusal(tmp_path / "nowhere.wav").code == "wav.unreadable"
    assert refusal(tmp_path).code == "wav.unreadable"


def test_what_is_written_is_a_plain_24_khz_wav(tmp_path):
    path = tmp_path / "reply.wav"
    write_wav(path, encode(sine(24_000), 16))
    with wave.open(str(path)) as file:
        assert file.getparams()[:4] == (1, 2, 24_000, 6_000)
    assert rms(read_wav(path)) == pytest.approx(16_384 / math.sqrt(2), rel=0.03)


def test_a_file_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(InputError, match=r"reply\.wav cannot be written") as caught:
        write_wav(tmp_path / "no folder" / "reply.wav", b"")
    assert caught.value.code == "wav.unwritable"


GOOD = wav(sine(22_050, 0.02), 2, 22_050, 24)


def is_sound_or_sentence(path: Path) -> bool:
    try:
        return len(read_wav(path)) % 2 == 0
    except InputError as error:
        return error.code.startswith("wav.") and path.name in str(error)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=6),
    st.integers(0, len(GOOD)),
)
def test_any_damage_gives_sound_or_a_sentence(given_file, changes, cut):
    content = bytearray(GOOD)
    for at, value in changes:
        content[at] = value
    path = given_file(bytes(content[: len(GOOD) - cut]))
    assert is_sound_or_sentence(path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_after_a_riff_header_give_sound_or_a_sentence(given_file, rest):
    path = given_file(b"RIFF\0\0\0\0WAVE" + rest)
    assert is_sound_or_sentence(path)
