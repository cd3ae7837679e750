"""What is said of a picture: its name, its date, its size."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from desktop_app.journal.records import PictureRecord
from desktop_app.prose import tr
from desktop_app.ui import moments, wording
from desktop_app.ui.numbers import file_size

_NAME_CHARACTERS = 60
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def caption(picture: PictureRecord) -> str:
    """One line: what was asked for."""
    return " ".join(picture.prompt.split())[:200] or tr("Picture")


def made_at(picture: PictureRecord) -> str:
    """Date and time, as people here write them."""
    return moments.day_and_clock(datetime.fromtimestamp(picture.created_at))


def maker(picture: PictureRecord) -> str:
    """Who made it; empty where nobody told."""
    peer = wording.peer_words(picture.model)
    return tr("Made by {maker}").format(maker=peer) if peer else ""


def size_words(picture: PictureRecord, width: int, height: int) -> str:
    """Pixels and bytes."""
    size = file_size(picture.size_bytes)
    pixels = f"{width} × {height}" if width and height else ""  # noqa: RUF001
    return wording.listed(pixels, size)


def spoken(picture: PictureRecord, number: int, count: int) -> str:
    """As it is read out in a list of pictures."""
    words = tr("{prompt}, picture {number} of {count}, {date}")
    return words.format(
        prompt=caption(picture), number=number + 1, count=count, date=made_at(picture)
    )


def file_name(picture: PictureRecord) -> str:
    """A name for the file that every system takes."""
    plain = unicodedata.normalize("NFC", caption(picture))
    stem = " ".join(_UNFIT.sub(" ", plain).split())[:_NAME_CHARACTERS].strip(" .")
    while len(stem.encode()) > 200:
        stem = stem[:-1]
    if not stem or _RESERVED.match(stem):
        stem = datetime.fromtimestamp(picture.created_at).strftime("picture %Y-%m-%d %H%M%S")
    return stem + _ENDINGS.get(picture.mime_type, ".bin")
