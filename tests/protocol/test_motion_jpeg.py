"""Where the frames of a video are."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from desktop_app.protocol import motion_jpeg
from desktop_app.protocol.motion_jpeg import read_motion_jpeg
from tests.fakes.films import film


class Counted(io.BytesIO):
    """Says how often something was read of it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        return super().read(size)


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"has_index": False},
        {"counts_from_file": True},
        {"handler": b"mjpg"},
        {"has_sound": True},
    ],
)
def test_every_frame_is_found(kind: dict):
    file = io.BytesIO(film(5, rate=8, **kind))
    found = read_motion_jpeg(file)
    assert found is not None
    assert (found.width, found.height, found.frame_s) == (64, 48, 0.125)
    assert found.duration_s == 0.625
    assert found.has_sound is ("has_sound" in kind)
    shades = [Image.open(io.BytesIO(one.read(file))).getpixel((9, 9))[0] for one in found.frames]
    assert shades == pytest.approx([0, 64, 128, 191, 255], abs=2)


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"\x89PNG", film(handler=b"H264"), film()[:200]],
)
def test_another_file_has_none(content: bytes):
    assert read_motion_jpeg(io.BytesIO(content)) is None


def test_a_file_that_breaks_off_has_what_is_there():
    whole = film(10, has_index=False)
    found = read_motion_jpeg(io.BytesIO(whole[: len(whole) * 2 // 3]))
    assert found is not None
    assert 4 <= len(found.frames) < 10


def test_an_index_that_lies_is_not_followed():
    whole = film(3)
    at = whole.index(b"idx1") + 8
    file = io.BytesIO(whole[: at + 8] + b"\xff\xff\xff\x7f" + whole[at + 12 :])
    found = read_motion_jpeg(file)
    assert found is not None
    assert len(found.frames) == 3
    assert all(one.read(file)[:2] == b"\xff\xd8" for one in found.frames)


def test_whatever_is_changed_in_a_file_no_frame_lies_outside_of_it():
    whole, chance = film(4), random.Random(1)
    for _ in range(2000):
        changed = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(300 if chance.random() < 0.7 else len(whole))] = (
                chance.randrange(256)
            )
        found = read_motion_jpeg(io.BytesIO(bytes(changed)))
        if found is not None:
            assert found.frame_s > 0
            assert all(one.start > 0 and one.start + one.size <= len(whole) for one in found.frames)


@pytest.mark.parametrize("filling", [bytes(8), b"JUNK\0\0\0\0"])
@pytest.mark.parametrize("is_inside", [True, False])
def test_a_file_that_is_filled_up_is_not_walked_to_its_end(filling: bytes, is_inside: bool):
    whole = film(3, has_index=False)
    if is_inside:
        at = whole.index(b"movi")
        size = int.from_bytes(whole[at - 4 : at], "little") + 800_000
        whole = whole[: at - 4] + size.to_bytes(4, "little") + whole[at:]
    file = Counted(whole + filling * 100_000)
    found = read_motion_jpeg(file)
    assert found is not None
    assert len(found.frames) == 3
    assert file.reads < 10_000


def test_no_more_frames_are_looked_for_than_are_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(motion_jpeg, "MOST_FRAMES", 10)
    file = Counted(film(500, has_index=False))
    found = read_motion_jpeg(file)
    assert found is not None
    assert len(found.frames) == 10
    assert file.reads < 50


@pytest.mark.parametrize(("rate", "frame_s"), [(240, 1 / 240), (241, 0.04), (4_000_000_000, 0.04)])
def test_frames_that_nobody_could_see_are_shown_as_long_as_usual(rate: int, frame_s: float):
    found = read_motion_jpeg(io.BytesIO(film(3, rate=rate)))
    assert found is not None
    assert found.frame_s == frame_s
