"""Pictures, sound and films are named for what they are, and looked at before they are taken."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from desktop_app.service.documents.sections import Remark


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 80).save(file, kind)
    return file.getvalue()


def huge_png(side: int) -> bytes:
    """A header that promises more pixels than any memory holds."""

    def part(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", b"") + part(b"IEND", b"")


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (".png", "PNG"),
        (".jpg", "JPEG"),
        (".webp", "WEBP"),
        (".gif", "GIF"),
        (".bmp", "BMP"),
        (".tiff", "TIFF"),
        (".jpeg", "PNG"),
    ],
)
def test_a_picture_is_its_kind_and_size(reading, ending, kind):
    assert reading.all(ending, picture(kind)) == [
        Remark(f"{kind} image, 64 x 48.", "Text in pictures is not read.")
    ]


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(reading, side):
    assert reading.refusal(".png", huge_png(side)).startswith("The picture is too large")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_is_cut_off_is_refused(reading, kind):
    assert reading.refusal(".png", picture(kind)[:-400]) == "The picture is damaged or cut off."


def test_what_is_no_picture_is_refused(reading):
    sentence = "It is not a picture, or of an unknown kind."
    assert reading.refusal(".png", b"garbage" * 20) == sentence


@pytest.mark.parametrize(
    ("ending", "beginning", "what"),
    [
        (".wav", b"RIFF\0\0\0\0WAVEfmt ", "WAV sound file"),
        (".ogg", b"OggS", "OGG sound file"),
        (".flac", b"fLaC", "FLAC sound file"),
        (".mp3", b"ID3\x04", "MP3 sound file"),
        (".mp3", b"\0\0\xff\xfb\x90", "MP3 sound file"),
        (".aac", b"\xff\xf1\x50", "AAC sound file"),
        (".m4a", b"\0\0\0\x20ftypM4A ", "M4A sound file"),
        (".mp4", b"\0\0\0\x20ftypisom", "MP4 video"),
        (".mov", b"\0\0\0\x14ftypqt  ", "MOV video"),
        (".avi", b"RIFF\0\0\0\0AVI LIST", "AVI video"),
        (".mkv", b"\x1a\x45\xdf\xa3", "MKV video"),
        (".webm", b"\x1a\x45\xdf\xa3", "WEBM video"),
        (".mpeg", b"\0\0\x01\xba", "MPEG video"),
        (".mpg", b"\0\0\x01\xb3", "MPG video"),
    ],
)
def test_sound_and_films_are_named_and_kept(reading, ending, beginning, what):
    assert reading.remark(ending, beginning.ljust(2048, b"\0")) == Remark(
        f"{what}, 2 KiB.", "What is said in it is not searched."
    )


@pytest.mark.parametrize("ending", [".wav", ".ogg", ".mp3", ".mp4", ".mkv", ".mpg", ".aac"])
def test_what_is_no_such_file_is_refused(reading, ending):
    assert reading.refusal(ending, b"garbage" * 20).startswith(f"It is not a {ending[1:].upper()}")
