"""Small pictures are made once, stay square, and what is no picture is none."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from desktop_app.ui.gallery.thumbnails import picture_size, thumbnail, whole_picture


def test_the_middle_of_a_wide_picture_becomes_a_square_with_round_corners(qapp, paint, tmp_path):
    path = paint(1, "#2060c0", width=1600, height=700)
    image = thumbnail(path, tmp_path / "cache", 100, 10)
    assert (image.width(), image.height()) == (100, 100)
    assert image.pixelColor(0, 0).alpha() == 0
    middle = image.pixelColor(50, 50)
    assert abs(middle.blue() - 0xC0) < 6
    assert abs(middle.red() - 0x20) < 6


@pytest.mark.parametrize(("side", "kept_side"), [(100, 200), (200, 200), (201, 400), (500, 400)])
def test_a_small_picture_is_made_from_the_cache_the_second_time(
    qapp, paint, tmp_path, side: int, kept_side: int
):
    path = paint(1, width=900, height=900)
    first = thumbnail(path, tmp_path / "cache", side, 10)
    (kept,) = (tmp_path / "cache").iterdir()
    assert QImage(str(kept)).width() == kept_side
    path.unlink()
    again = thumbnail(path, tmp_path / "cache", side, 10)
    assert again.size() == first.size() == QSize(side, side)
    assert abs(again.pixelColor(50, 50).red() - 0xC0) < 6


@pytest.mark.parametrize("width", [50, 130, 200, 399, 1000])
def test_a_small_picture_shows_the_whole_middle_edge_to_edge(qapp, tmp_path, width: int):
    image = QImage(width, width, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    for x in range(width // 2, width):
        for y in range(width):
            image.setPixelColor(x, y, QColor("black"))
    image.save(str(tmp_path / "x.jpg"), "JPG", 100)
    for _ in range(2):  # from the file, then from the cache
        small = thumbnail(tmp_path / "x.jpg", tmp_path / "cache", 90, 6)
        across = [small.pixelColor(x, 45).lightness() for x in range(90)]
        assert min(across[:43]) > 240
        assert max(across[47:]) < 15
        assert small.pixelColor(0, 0).alpha() == 0
        assert small.pixelColor(0, 45).alpha() == small.pixelColor(89, 45).alpha() == 255


def test_what_can_be_seen_through_stays_so(qapp, tmp_path):
    image = QImage(30, 30, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    path = tmp_path / "x.png"
    image.save(str(path))
    for _ in range(2):  # from the file, then from the cache
        assert thumbnail(path, tmp_path / "cache", 20, 4).pixelColor(10, 10).alpha() == 0


def _bomb() -> bytes:
    """A PNG that says it is 60000 pixels wide and high."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"<svg/>", b"\x89PNG\r\n\x1a\n\0\0", _bomb()]
)
def test_what_is_no_picture_is_none_and_leaves_nothing(qapp, content: bytes, tmp_path: Path):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    assert thumbnail(path, tmp_path / "cache", 50, 4).isNull()
    assert whole_picture(path).isNull()
    assert not (tmp_path / "cache").exists()


def test_a_drawing_is_shown(qapp, tmp_path):
    path = tmp_path / "x.svg"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'/>")
    assert thumbnail(path, tmp_path / "cache", 20, 4).width() == 20
    assert (picture_size(path).width(), whole_picture(path).height()) == (30, 20)


def test_a_file_that_is_gone_is_no_picture(qapp, tmp_path):
    assert thumbnail(tmp_path / "x.png", tmp_path / "cache", 50, 4).isNull()
    assert picture_size(tmp_path / "x.png").isEmpty()


def test_a_cache_that_cannot_be_written_costs_only_time(qapp, paint, tmp_path):
    (tmp_path / "cache").write_text("in the way")
    assert not thumbnail(paint(1), tmp_path / "cache", 50, 4).isNull()


def test_a_huge_picture_is_shown_no_larger_than_a_screen(qapp, paint):
    image = whole_picture(paint(1, width=5200, height=1300))
    assert (image.width(), image.height()) == (2560, 640)
