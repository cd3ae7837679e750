"""What is said of a picture: its name, its date, its size."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.journal.picture_files import ending_of
from desktop_app.journal.records import PictureRecord
from desktop_app.prose import tr, tr_n
from desktop_app.ui import moments, wording
from desktop_app.ui.file_names import file_stem
from desktop_app.ui.mirroring import in_order
from desktop_app.ui.numbers import file_size, whole


def caption(picture: PictureRecord) -> str:
    """One line: what was asked for."""
    words = " ".join(picture.prompt.split())[:200]
    return words or (tr("Video") if picture.is_video else tr("Picture"))


def made_at(picture: PictureRecord) -> str:
    """Date and time, as people here write them."""
    return moments.day_and_clock(moments.moment_of(picture.created_at))


def maker(picture: PictureRecord) -> str:
    """Who made it; empty where nobody told."""
    peer = wording.peer_words(picture.model)
    return tr("Made by {maker}").format(maker=peer) if peer else ""


def size_words(picture: PictureRecord, width: int, height: int) -> str:
    """Pixels and bytes."""
    size = file_size(picture.size_bytes)
    pixels = f"{width} × {height}" if width and height else ""  # noqa: RUF001
    return wording.listed(in_order(pixels), size)


def length(seconds: float) -> str:
    """Of a video as players write it: no video lasts 0:00."""
    return moment(max(1.0, seconds))


def moment(seconds: float) -> str:
    """A place in a video, in whole seconds that are over."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def counted(pictures: Sequence[PictureRecord], total: int) -> str:
    """How many there are; of those that are not known yet it is not said what they are."""
    videos = sum(one.is_video for one in pictures)
    words = tr_n("{number} picture", "{number} pictures", total)
    if videos:
        words = tr("{number} pictures and videos")
    if videos == total:
        words = tr_n("{number} video", "{number} videos", total)
    return words.format(number=whole(total))


def spoken(picture: PictureRecord, number: int, count: int, length: str = "") -> str:
    """As it is read out in a list of pictures; a video with its length, where that is known."""
    words = tr("{prompt}, picture {number} of {count}, {date}")
    if picture.is_video:
        words = tr("{prompt}, video, {number} of {count}, {date}")
    place = {"number": whole(number + 1), "count": whole(count)}
    said = words.format(prompt=caption(picture), date=made_at(picture), **place)
    return wording.listed(said, length)


def file_name(picture: PictureRecord) -> str:
    """A name for the file that every system takes."""
    stem = file_stem(caption(picture))
    if not stem:
        kind = "video" if picture.is_video else "picture"
        stem = moments.moment_of(picture.created_at).strftime(f"{kind} %Y-%m-%d %H%M%S")
    return stem + ending_of(picture.mime_type)
