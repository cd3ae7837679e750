"""How a camera goes over still pictures: slowly nearer, away or aside, and from one to the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from desktop_app.service.providers.builtin.drawing.dice import Dice


@dataclass(frozen=True, slots=True)
class View:
    """What is seen of a picture.

    Attributes:
        x, y: The middle, from 0 to 1.
        share: Of its width and height.
    """

    x: float = 0.5
    y: float = 0.5
    share: float = 1.0


_NEAR = View(share=0.78)
_FAR = View()
_Move = tuple[View, View]
_MOVES: dict[str, _Move] = {
    "nearer": (_FAR, _NEAR),
    "away": (_NEAR, _FAR),
    "right": (View(0.42, 0.5, 0.84), View(0.58, 0.5, 0.84)),
    "left": (View(0.58, 0.5, 0.84), View(0.42, 0.5, 0.84)),
}
_FADE_FROM, _FADE_FOR = 0.25, 0.5


class Camera:
    """Sees one frame after the other.

    Args:
        stills: RGB, in the order in which they are seen; all of the frames' shape.
        size: Of the frames, in pixels.
        dice: Decides how a single picture is gone over.
    """

    def __init__(self, stills: Sequence[Image.Image], size: tuple[int, int], dice: Dice) -> None:
        self._stills = stills
        self._size = size
        alone = _MOVES[dice.pick(tuple(_MOVES))]
        # Several begin on the whole of the first and end on the whole of the last.
        several = [_MOVES["nearer"]] * (len(stills) - 1) + [_MOVES["away"]]
        self._moves = [alone] if len(stills) == 1 else several

    def frame(self, share: float) -> Image.Image:
        """What is seen after that share of the time, from 0 to 1."""
        place = share * (len(self._stills) - 1)
        index = min(int(place), max(0, len(self._stills) - 2))
        seen = self._seen(index, share)
        fade = (place - index - _FADE_FROM) / _FADE_FOR
        if fade <= 0 or index + 1 >= len(self._stills):
            return seen
        return Image.blend(seen, self._seen(index + 1, share), _eased(min(1.0, fade)))

    def _seen(self, index: int, share: float) -> Image.Image:
        still = self._stills[index]
        start, end = self._moves[index]
        gone = _eased(share)
        x, y, part = (
            begin + (stop - begin) * gone
            for begin, stop in ((start.x, end.x), (start.y, end.y), (start.share, end.share))
        )
        wide, high = still.width * part, still.height * part
        left = max(0.0, min(still.width - wide, x * still.width - wide / 2))
        top = max(0.0, min(still.height - high, y * still.height - high / 2))
        box = (left, top, left + wide, top + high)
        return still.resize(self._size, Image.Resampling.BILINEAR, box=box)


def _eased(share: float) -> float:
    """Slow at both ends."""
    return (1 - math.cos(math.pi * share)) / 2
