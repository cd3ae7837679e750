"""Sound of any kind that a stream names: played at once, or kept to be decoded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import ProtocolError
from desktop_app.protocol import stream_speech
from desktop_app.protocol.stream_speech import StreamSpeech
from desktop_app.protocol.wav_stream import wav_file

PCM = bytes(range(250))


class Doubling:
    """Says each sample twice, and a last one at the end."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz

    def __call__(self, pcm: bytes, *, is_last: bool) -> bytes:
        assert self.rate_hz == 12_000
        doubled = b"".join(pcm[at : at + 2] * 2 for at in range(0, len(pcm), 2))
        return doubled + (b"zz" if is_last else b"")


def fed(speech: StreamSpeech, data: bytes, size: int = 1 << 20) -> bytes:
    return b"".join(speech.feed(data[at : at + size]) for at in range(0, len(data), size))


@pytest.mark.parametrize(
    "kind", ["", "audio/pcm", "audio/L16;rate=24000", "application/octet-stream", "pcm_24000"]
)
def test_samples_are_played_as_they_come(kind: str):
    speech = StreamSpeech(kind)
    assert speech.feed(b"") == b""
    assert fed(speech, PCM, 3) == PCM
    assert (speech.finish(), speech.encoded) == (b"", b"")


@pytest.mark.parametrize("kind", ["", "audio/wav", "audio/x-wav", "audio/wave"])
@pytest.mark.parametrize("size", [1, 7, 43, 44, 45, 1000])
def test_a_wav_loses_its_header(kind: str, size: int):
    if not kind and size < 4:
        size = 4  # a sound without a name is known by its first four bytes
    speech = StreamSpeech(kind)
    assert fed(speech, wav_file(PCM, 24_000), size) == PCM
    assert speech.encoded == b""


@pytest.mark.parametrize("kind", ["audio/pcm;rate=12000", "pcm_12000", "audio/wav"])
def test_other_rates_are_converted(kind: str):
    speech = StreamSpeech(kind, Doubling)
    sound = wav_file(b"aabb", 12_000) if "wav" in kind else b"aabb"
    assert fed(speech, sound) == b"aaaabbbb"
    assert speech.finish() == b"zz"


@pytest.mark.parametrize("kind", ["audio/pcm;rate=8000", "audio/wav"])
def test_other_rates_are_refused_where_nothing_can_convert(kind: str):
    sound = wav_file(b"aabb", 8_000) if "wav" in kind else b"aabb"
    with pytest.raises(ProtocolError, match="8000 Hz") as caught:
        StreamSpeech(kind).feed(sound)
    assert caught.value.code == "stream.sound_format"


@pytest.mark.parametrize(
    ("kind", "sound"),
    [
        ("audio/mpeg", b"\xff\xfbmp3"),
        ("audio/flac", b"fLaC..."),
        ("", b"ID3..."),
        ("application/octet-stream", b"OggS..."),
        ("audio/wav", b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x03\x00\x02\x00" + bytes(12)),
        ("audio/wav", b"no wav at all"),
    ],
)
def test_what_must_be_decoded_is_kept_whole(kind: str, sound: bytes):
    speech = StreamSpeech(kind)
    assert fed(speech, sound, 5) == b""
    assert speech.encoded == sound


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream_speech, "MAX_ENCODED_BYTES", 10)
    with pytest.raises(ProtocolError) as caught:
        fed(StreamSpeech("audio/mpeg"), bytes(11), 4)
    assert caught.value.code == "stream.sound_too_long"


@given(st.binary(max_size=300), st.integers(4, 60))
def test_any_split_gives_the_same_samples(pcm: bytes, size: int):
    whole = pcm[: len(pcm) & ~1]
    assert fed(StreamSpeech("audio/pcm"), pcm, size) == whole
    assert fed(StreamSpeech("audio/wav"), wav_file(whole, 24_000), size) == whole
