"""Makes the pictures of one request: opens sources, draws or changes, labels, encodes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

from PIL import Image, ImageOps

from desktop_app.errors import InputError
from desktop_app.service.providers.builtin.drawing.caption import with_caption
from desktop_app.service.providers.builtin.drawing.dice import Dice
from desktop_app.service.providers.builtin.drawing.edits import changed
from desktop_app.service.providers.builtin.drawing.palettes import words_of
from desktop_app.service.providers.builtin.drawing.scene import drawn
from desktop_app.service.providers.builtin.drawing.wish import LEAST_SIDE, MOST_SIDE, Wish
from desktop_app.service.providers.picture_ports import Picture

_MOST_SOURCE_PIXELS = 50_000_000
_MOST_SOURCES = 16
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


class Studio:
    """Draws for one request. Any thread, one at a time.

    Args:
        prompt: What shall be seen.
        wish: How.
        sources: What is changed or combined; empty for a new picture.

    Raises:
        InputError: ``image.source``: one of them cannot be used.
    """

    def __init__(self, prompt: str, wish: Wish, sources: Sequence[Picture]) -> None:
        self._words = words_of(prompt)
        self._prompt = " ".join(prompt.lower().split())
        self._wish = wish
        self._sources = opened(sources)

    def make(self, number: int) -> Picture:
        """The picture of that number, from 0; each is another one."""
        wish = self._wish
        dice = Dice(self._prompt, wish.seed, str(number))
        if self._sources:
            picture = changed(self._sources, self._words, dice)
            if wish.size is not None:
                picture = ImageOps.fit(picture, wish.size, Image.Resampling.LANCZOS)
        else:
            picture = drawn(self._words, wish.size or (1024, 1024), dice)
        captioned = with_caption(picture, is_changed=bool(self._sources))
        file = io.BytesIO()
        captioned.save(file, _FORMATS[wish.mime_type], quality=wish.quality)
        return Picture(file.getvalue(), wish.mime_type)


def opened(sources: Sequence[Picture]) -> list[Image.Image]:
    """As RGB, upright, of a size that is drawn here.

    Raises:
        InputError: ``image.source``
    """
    if len(sources) > _MOST_SOURCES:
        raise InputError("image.source", f"At most {_MOST_SOURCES} pictures can be combined.")
    return [_open(source) for source in sources]


def _open(source: Picture) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # measured below
            with Image.open(io.BytesIO(source.data)) as image:
                if image.width * image.height > _MOST_SOURCE_PIXELS:
                    raise InputError("image.source", "The picture to be changed is too large.")
                image.draft("RGB", (MOST_SIDE, MOST_SIDE))
                upright = ImageOps.exif_transpose(image)
                return _fitting(_flat(upright))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError("image.source", "The picture to be changed cannot be read.") from error


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency, on white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _fitting(image: Image.Image) -> Image.Image:
    """Smaller or larger where its sides are outside what is drawn here; its shape stays."""
    scale = min(1.0, MOST_SIDE / max(image.size))
    scale = max(scale, min(LEAST_SIDE / min(image.size), MOST_SIDE / max(image.size)))
    if scale == 1.0:
        return image
    wide, high = (max(LEAST_SIDE, round(side * scale)) for side in image.size)
    return image.resize((wide, high), Image.Resampling.LANCZOS)
