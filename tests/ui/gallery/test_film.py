"""A video of pictures is opened, looked at and shown small like a picture."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop_app.protocol.motion_jpeg import read_motion_jpeg
from desktop_app.ui.gallery import film as film_module
from desktop_app.ui.gallery.film import (
    duration_s,
    facts_of,
    first_frame,
    may_play,
    open_film,
    still,
)
from desktop_app.ui.gallery.thumbnails import thumbnail, whole_picture
from tests.fakes.films import film, mp4, mvhd, scene, tkhd, webm, webm_info


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "video.avi"
    path.write_bytes(film(5, size=(80, 60)))
    return path


def test_each_frame_is_a_picture(qapp, video: Path):
    opened = open_film(video)
    assert opened is not None
    shades = [opened.image(number).pixelColor(40, 30).red() for number in range(5)]
    assert shades == pytest.approx([0, 64, 128, 191, 255], abs=2)
    video.unlink()
    assert opened.image(0).isNull()
    assert open_film(video) is None


@pytest.mark.parametrize("content", [b"", b"no video", b"RIFF\x04\0\0\0AVI ", film()[:200]])
def test_what_is_no_such_video_is_not_played_here(qapp, tmp_path: Path, content: bytes):
    path = tmp_path / "other.avi"
    path.write_bytes(content)
    assert open_film(path) is None
    assert still(path).isNull()


def test_the_ending_says_what_may_be_played_before_the_disk_is_asked():
    assert may_play("pictures/a.avi")
    assert not may_play("pictures/a.mp4")


def test_it_is_pictured_by_its_first_frame(qapp, tmp_path: Path):
    path = tmp_path / "sea.avi"
    path.write_bytes(scene(3))
    whole = whole_picture(path)
    assert (whole.width(), whole.height()) == (640, 360)
    small = thumbnail(path, tmp_path / "cache", 100, 0)
    assert (small.width(), small.height()) == (100, 100)
    assert small.pixelColor(50, 90).blue() > 60, "the sea"


def test_pictures_are_read_as_before(qapp, tmp_path: Path, paint):
    assert still(paint(1)).pixelColor(9, 9).name() == "#c04020"


def test_many_may_read_at_once(qapp, tmp_path: Path):
    """What Qt reads under its lock must not wait for the interpreter."""
    path = tmp_path / "sea.avi"
    path.write_bytes(scene(3))
    with ThreadPoolExecutor(4) as workers:
        reading = [
            workers.submit(whole_picture if n % 2 else first_frame, path) for n in range(120)
        ]
        assert all(not one.result(timeout=30).isNull() for one in reading)


def test_the_places_of_its_frames_are_read_once_for_a_view(qapp, video: Path, monkeypatch):
    reads = []

    def read(file):
        reads.append(file.name)
        return read_motion_jpeg(file)

    monkeypatch.setattr(film_module, "read_motion_jpeg", read)
    facts = facts_of(video)
    assert facts is not None
    assert not whole_picture(video).isNull()
    opened = open_film(video)
    assert opened is not None
    assert opened.motion == facts
    assert len(reads) == 1
    video.write_bytes(film(7, size=(80, 60)))
    opened = open_film(video)
    assert opened is not None
    assert len(opened.motion.frames) == 7, "another file"


@pytest.mark.parametrize(
    ("name", "content", "lasts_s"),
    [
        ("a.avi", film(8), 0.8),
        ("a.mp4", mp4(mvhd(600, 2880), tkhd(64, 48)), 4.8),
        ("a.mov", mp4(mvhd(600, 2880), tkhd(64, 48)), 4.8),
        ("a.webm", webm(webm_info(4800.0)), 4.8),
        ("a.mkv", webm(webm_info(4800.0)), 4.8),
        ("a.mp4", b"no video", 0),
        ("a.webm", mp4(mvhd(600, 2880)), 0),
        ("a.png", mp4(mvhd(600, 2880), tkhd(64, 48)), 0),
    ],
)
def test_how_long_a_video_is_where_its_file_says_so(tmp_path: Path, name, content, lasts_s):
    path = tmp_path / name
    path.write_bytes(content)
    assert duration_s(path) == pytest.approx(lasts_s)
    assert duration_s(tmp_path / f"gone {name}") == 0
