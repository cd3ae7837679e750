"""The pictures of the open conversation: which belong to a message, and what is loaded of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QImage

from desktop_app.journal.records import PictureRecord

LONGEST_SIDE = 336  # px at 1x; two beside each other fill the column
_KEPT = 32  # images beyond those in sight: 50 MB at most


@dataclass(frozen=True, slots=True)
class InlinePicture:
    """A picture as large as it is shown in a message, px at 1x.

    Attributes:
        duration_s: Of a video, where it is known.
        is_measured: Its file said how large it is.
    """

    record: PictureRecord
    width: int
    height: int
    duration_s: float | None = None
    is_measured: bool = True


def fitting(
    record: PictureRecord, width: int, height: int, *, duration_s: float | None = None
) -> InlinePicture:
    """A picture of this size as it is shown.

    What is no picture is a small square that says so; a video of which nothing is known, a plate.
    """
    if width <= 0 or height <= 0:
        side = (LONGEST_SIDE, LONGEST_SIDE * 9 // 16) if record.is_video else (120, 120)
        return InlinePicture(record, *side, duration_s, is_measured=False)
    longest = max(width, height)
    share = LONGEST_SIDE / longest if record.is_video else min(1.0, LONGEST_SIDE / longest)
    wide, high = max(24, round(width * share)), max(24, round(height * share))
    return InlinePicture(record, wide, high, duration_s)


class PictureShelf:
    """Pictures by message, and their images as far as they were looked at. Main thread only."""

    def __init__(self) -> None:
        self._by_message: dict[str, tuple[InlinePicture, ...]] = {}
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._asked: set[str] = set()
        self._wanted: dict[str, InlinePicture] = {}

    def show(self, by_message: Mapping[str, tuple[InlinePicture, ...]]) -> None:
        """Replace which pictures there are."""
        self._by_message = dict(by_message)

    def of_message(self, message_id: str) -> tuple[InlinePicture, ...]:
        """The pictures of a message, oldest first."""
        return self._by_message.get(message_id, ())

    def image(self, picture: InlinePicture) -> QImage | None:
        """Its image; None until it is loaded, which is asked for once."""
        picture_id = picture.record.id
        image = self._images.get(picture_id)
        if image is not None:
            self._images.move_to_end(picture_id)
        elif picture_id not in self._asked:
            self._asked.add(picture_id)
            self._wanted[picture_id] = picture
        return image

    def take_wanted(self) -> tuple[InlinePicture, ...]:
        """What was looked at and is not loaded yet; each is given once."""
        wanted, self._wanted = tuple(self._wanted.values()), {}
        return wanted

    def put(self, picture_id: str, image: QImage) -> None:
        """Take a loaded image, null where it is none; the ones looked at least are forgotten."""
        self._images[picture_id] = image
        while len(self._images) > _KEPT:
            forgotten, _ = self._images.popitem(last=False)
            self._asked.discard(forgotten)

    def ids(self) -> Iterable[str]:
        """Messages with pictures."""
        return self._by_message.keys()
