"""Files of strangers that are, or only claim to be, pictures."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from desktop_app.errors import InputError
from desktop_app.service.pictures.picture_reading import read_picture


def encoded(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, kind)
    return out.getvalue()


def header_of_a_huge_png(side: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT"


@pytest.fixture
def kept(tmp_path: Path):
    def keep(data: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return keep


@pytest.mark.parametrize(
    ("kind", "mime_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
async def test_what_models_take_stays_as_it_is(kept, kind, mime_type):
    data = encoded(kind)
    picture = await read_picture(kept(data), "a.bin")
    assert (picture.data, picture.mime_type) == (data, mime_type)


@pytest.mark.parametrize(
    ("kind", "mode"), [("BMP", "RGB"), ("TIFF", "RGB"), ("TIFF", "CMYK"), ("GIF", "P")]
)
async def test_other_formats_become_png(kept, kind, mode):
    picture = await read_picture(kept(encoded(kind, mode=mode)), "a.bin")
    assert picture.mime_type == "image/png"
    assert Image.open(io.BytesIO(picture.data)).size == (40, 30)


async def test_a_large_photo_is_made_smaller_and_stands_upright(kept):
    out = io.BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held on its side
    Image.new("RGB", (400, 200)).save(out, "JPEG", exif=turned)
    picture = await read_picture(kept(out.getvalue()), "a.jpg", longest_side=100)
    assert picture.mime_type == "image/jpeg"
    assert Image.open(io.BytesIO(picture.data)).size == (50, 100)


@pytest.mark.parametrize("orientation", range(10))
async def test_a_photo_stands_upright_however_the_camera_was_held(kept, orientation):
    photo = Image.radial_gradient("L").crop((0, 0, 120, 80))  # every corner is another
    turned = Image.Exif()
    turned[0x0112] = orientation
    out = io.BytesIO()
    photo.save(out, "TIFF", exif=turned)
    picture = await read_picture(kept(out.getvalue()), "a.tiff")
    upright = ImageOps.exif_transpose(Image.open(out))
    seen = Image.open(io.BytesIO(picture.data))
    assert (seen.size, seen.tobytes()) == (upright.size, upright.tobytes())


async def test_a_photo_whose_camera_wrote_odd_facts_is_read_and_stands_upright(kept):
    def fact(tag: int, kind: int, value: bytes) -> bytes:
        return struct.pack("<HHI", tag, kind, 1) + value.ljust(4, b"\0")

    facts = fact(0x0100, 11, struct.pack("<f", 400)) + fact(0x0112, 3, struct.pack("<H", 6))
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + facts + struct.pack("<I", 0)
    out = io.BytesIO()
    Image.new("RGB", (400, 200)).save(out, "JPEG", exif=exif)
    with pytest.raises(struct.error):  # which is what makes them odd
        ImageOps.exif_transpose(Image.open(out))
    picture = await read_picture(kept(out.getvalue()), "a.jpg", longest_side=100)
    assert Image.open(io.BytesIO(picture.data)).size == (50, 100)


@pytest.mark.parametrize("side", [8_000, 10_000, 60_000])
async def test_a_picture_with_too_many_pixels_is_refused_by_its_header(kept, side):
    with pytest.raises(InputError, match="too large") as caught:
        await read_picture(kept(header_of_a_huge_png(side)), "huge.png")
    assert caught.value.code == "picture.too_large"
    assert "huge.png" in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"no picture", encoded("PNG")[:60], encoded("JPEG")[:200], b"%!PS-Adobe"]
)
async def test_garbage_is_refused_in_words(kept, data):
    with pytest.raises(InputError, match=r'"x\.png" cannot be read as a picture') as caught:
        await read_picture(kept(data), "x.png")
    assert caught.value.code == "picture.unreadable"
