"""What an MP4 file says of itself."""

from __future__ import annotations

import io
import random

import pytest

from desktop_app.protocol.mp4_facts import VideoFacts, read_mp4_facts
from tests.fakes.films import box, mp4, mvhd, tkhd


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("is_large", [False, True])
def test_length_and_size_are_read_wherever_they_stand(version: int, is_large: bool):
    tracks = tkhd(0, 0, version), tkhd(1280, 720, version)
    content = mp4(mvhd(600, 3300, version), *tracks, is_large=is_large)
    assert read_mp4_facts(io.BytesIO(content)) == VideoFacts(1280, 720, 5.5)


def test_what_is_not_said_is_zero():
    assert read_mp4_facts(io.BytesIO(mp4(mvhd(0, 7)))) == VideoFacts(0, 0, 0.0)
    assert read_mp4_facts(io.BytesIO(mp4(box(b"mvhd", b"\0")))) == VideoFacts(0, 0, 0.0)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\0" * 4000, box(b"ftyp", b"isom")])
def test_another_file_says_nothing(content: bytes):
    assert read_mp4_facts(io.BytesIO(content)) is None


def test_whatever_is_changed_in_a_file_it_is_read_to_its_end():
    whole, chance = mp4(mvhd(600, 3300), tkhd(64, 48)), random.Random(3)
    for _ in range(2000):
        changed = bytearray(whole)
        for _ in range(3):
            changed[chance.randrange(len(whole))] = chance.randrange(256)
        facts = read_mp4_facts(io.BytesIO(bytes(changed)))
        assert facts is None or facts.duration_s >= 0
