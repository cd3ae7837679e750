"""Draws without an image model: real pictures, always the same for the same words, and labelled."""

from __future__ import annotations

import asyncio
import io
import warnings
from collections.abc import Sequence

from PIL import Image, ImageOps

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.drawing.caption import with_caption
from desktop_app.service.providers.drawing.dice import Dice
from desktop_app.service.providers.drawing.edits import changed
from desktop_app.service.providers.drawing.palettes import words_of
from desktop_app.service.providers.drawing.scene import drawn
from desktop_app.service.providers.drawing.wish import LEAST_SIDE, MOST_SIDE, Wish, wish_of
from desktop_app.service.providers.picture_ports import Picture, PictureRequest

MODEL = "drawing"
_MOST_SOURCE_PIXELS = 50_000_000
_MOST_SOURCES = 16
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


class BuiltinPictures:
    """A ``PictureMaker`` that is no model, and writes so on every picture."""

    provider = "builtin"

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()  # a picture takes tens of megabytes while it is made

    async def make(self, request: PictureRequest) -> Sequence[Picture]:
        """Draw, or change the sources, on a thread.

        Raises:
            InputError: ``image.*``: no words, an unknown model, a config value or a source that
                cannot be used.
        """
        if request.model not in ("", MODEL):
            raise InputError("image.model", f"There is no built-in image model {request.model!r}.")
        if not request.prompt.strip():
            raise InputError("image.prompt", "A picture needs a description.")
        wish = wish_of(request.config)
        async with self._one_at_a_time:
            sources = await asyncio.to_thread(_opened, request.sources)
            pictures = []
            for number in range(wish.count):  # one by one, so that a cancelled turn ends soon
                pictures.append(await asyncio.to_thread(_made, request, sources, wish, number))
            return pictures

    async def models(self) -> Sequence[ModelInfo]:
        """One row, which says that it is no image model."""
        return [
            ModelInfo(
                name=MODEL,
                provider=self.provider,
                model_type="image",
                supports_vision=True,
                supports_image_output=True,
                display_name="Built-in drawing",
                description=(
                    "No image model: labelled placeholder drawings made from the words, and simple"
                    " changes to pictures."
                ),
            )
        ]

    async def aclose(self) -> None:
        """Nothing is held."""


def _made(
    request: PictureRequest, sources: Sequence[Image.Image], wish: Wish, number: int
) -> Picture:
    words = words_of(request.prompt)
    dice = Dice(" ".join(request.prompt.lower().split()), wish.seed, str(number))
    if sources:
        picture = changed(sources, words, dice)
        if wish.size is not None:
            picture = ImageOps.fit(picture, wish.size, Image.Resampling.LANCZOS)
    else:
        picture = drawn(words, wish.size or (1024, 1024), dice)
    captioned = with_caption(picture, is_changed=bool(sources))
    file = io.BytesIO()
    captioned.save(file, _FORMATS[wish.mime_type], quality=wish.quality)
    return Picture(file.getvalue(), wish.mime_type)


def _opened(sources: Sequence[Picture]) -> list[Image.Image]:
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
