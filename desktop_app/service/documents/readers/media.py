"""Pictures, sound and films: kept and named for what they are; they have no text."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from desktop_app.prose import mark
from desktop_app.protocol.backboard.documents import AUDIO
from desktop_app.service.documents.sections import Found, Remark, UnreadableError

MAX_PIXELS = 100_000_000

_PICTURE_NOTE = "Text in pictures is not read."
_MEDIA_NOTE = "What is said in it is not searched."
_EBML = bytes.fromhex("1a45dfa3")
_MPEG = (bytes.fromhex("000001ba"), bytes.fromhex("000001b3"))


def read_picture(path: Path) -> Iterator[Found]:
    """Its format and size; it is decoded once, so that one that is cut off is noticed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own, softer bound
        try:
            with Image.open(path) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise UnreadableError(_too_large(width, height))
                picture.load()
                kind = picture.format or "Picture"
        except Image.DecompressionBombError as error:
            raise UnreadableError(_too_large()) from error
        except UnidentifiedImageError as error:
            raise UnreadableError(mark("It is not a picture, or of an unknown kind.")) from error
        except (OSError, SyntaxError, ValueError) as error:
            raise UnreadableError(mark("The picture is damaged or cut off.")) from error
    yield Remark(f"{kind} image, {width} x {height}.", _PICTURE_NOTE)


def read_media(path: Path, ending: str) -> Iterator[Found]:
    """Sound or film, checked by its beginning alone."""
    kind = "sound file" if ending in AUDIO else "video"
    name = ending.removeprefix(".").upper()
    with path.open("rb") as file:
        beginning = file.read(4096)
    if not _begins_as(ending, beginning):
        raise UnreadableError(f"It is not a {name} {kind}.")
    yield Remark(f"{name} {kind}, {_size(path.stat().st_size)}.", _MEDIA_NOTE)


def _begins_as(ending: str, beginning: bytes) -> bool:
    """Whether a file may be what its name says; MP3 and AAC may begin anywhere in a stream."""
    match ending:
        case ".wav" | ".avi":
            return beginning[:4] in (b"RIFF", b"RF64") and beginning[8:12] in (b"WAVE", b"AVI ")
        case ".ogg":
            return beginning.startswith(b"OggS")
        case ".flac":
            return beginning.startswith((b"fLaC", b"ID3"))
        case ".mp3" | ".aac":
            return beginning.startswith((b"ID3", b"ADIF")) or _has_frame(beginning)
        case ".m4a" | ".mp4" | ".mov":
            return beginning[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
        case ".mkv" | ".webm":
            return beginning.startswith(_EBML)
        case ".mpeg" | ".mpg":
            return beginning.startswith(_MPEG)
    raise ValueError(ending)


def _has_frame(beginning: bytes) -> bool:
    """Whether there is a sync word, eleven set bits, somewhere near."""
    at = beginning.find(b"\xff")
    while 0 <= at < len(beginning) - 1:
        if beginning[at + 1] & 0xE0 == 0xE0 and beginning[at + 1] != 0xFF:
            return True
        at = beginning.find(b"\xff", at + 1)
    return False


def _too_large(width: int = 0, height: int = 0) -> str:
    size = f" ({width} x {height})" if width else ""
    return f"The picture is too large{size}: {MAX_PIXELS // 1_000_000} megapixels are allowed."


def _size(count: int) -> str:
    return f"{count / (1 << 20):.1f} MiB" if count >= 1 << 20 else f"{max(1, count >> 10)} KiB"
