"""What a Matroska or WebM file says of itself."""

from __future__ import annotations

import random
import struct
import tempfile

import pytest

from desktop_app.protocol.matroska_facts import read_matroska_facts
from desktop_app.protocol.mp4_facts import VideoFacts
from tests.fakes.films import element, mp4, webm, webm_info, webm_tracks

WIDTH, HEIGHT, SHOWN_WIDTH, SHOWN_HEIGHT, SHOWN_UNIT = 0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2
HD = element(WIDTH, 1280) + element(HEIGHT, 720)


def facts(content: bytes) -> VideoFacts | None:
    with tempfile.TemporaryFile() as file:  # as only real files refuse places far behind their end
        file.write(content)
        return read_matroska_facts(file)


@pytest.mark.parametrize("is_open", [False, True])
def test_length_and_size_are_read_before_the_frames(is_open: bool):
    content = webm(webm_info(5500.0), webm_tracks(b"", HD), is_open=is_open)
    assert facts(content) == VideoFacts(1280, 720, 5.5)
    assert facts(webm(webm_tracks(HD), webm_info(275.0, 10_000_000))) == VideoFacts(1280, 720, 2.75)


def test_a_length_of_four_bytes_is_read_too():
    info = element(0x1549A966, element(0x4489, struct.pack(">f", 4800)))
    assert facts(webm(info)) == VideoFacts(0, 0, 4.8)


def test_a_picture_is_as_large_as_it_is_shown():
    shown = element(SHOWN_WIDTH, 640) + element(SHOWN_HEIGHT, 480)
    assert facts(webm(webm_tracks(HD + shown))) == VideoFacts(640, 480, 0.0)
    in_shares = shown + element(SHOWN_UNIT, 3)
    assert facts(webm(webm_tracks(HD + in_shares))) == VideoFacts(1280, 720, 0.0)


@pytest.mark.parametrize("ticks", [float("nan"), float("inf"), -1.0, 0.0])
def test_what_is_not_said_or_makes_no_sense_is_zero(ticks: float):
    huge = element(WIDTH, 0xFFFFFF) + element(HEIGHT, 1)
    assert facts(webm(webm_info(ticks), webm_tracks(huge))) == VideoFacts(0, 0, 0.0)
    assert facts(webm(element(0x1549A966, element(0x4489, b"abc")))) == VideoFacts(0, 0, 0.0)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"\0" * 4000, b"\x1a\x45\xdf\xa3", mp4(), webm()[20:]]
)
def test_another_file_says_nothing(content: bytes):
    assert facts(content) is None


def test_whatever_is_changed_in_a_file_it_is_read_to_its_end():
    whole, chance = webm(webm_info(5500.0), webm_tracks(HD)), random.Random(3)
    for _ in range(2000):
        changed = bytearray(whole)
        for _ in range(3):
            changed[chance.randrange(160)] = chance.randrange(256)
        found = facts(bytes(changed))
        assert found is None or found.duration_s >= 0
