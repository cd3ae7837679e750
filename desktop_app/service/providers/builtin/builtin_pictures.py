"""Draws without an image model: real pictures, always the same for the same words, and labelled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.builtin.drawing.wish import Wish, wish_of
from desktop_app.service.providers.picture_ports import Picture, PictureRequest

if TYPE_CHECKING:
    from desktop_app.service.providers.builtin.drawing.studio import Studio

MODEL = "drawing"


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
        if request.model.lower() not in ("", MODEL):
            raise InputError("image.model", f"There is no built-in image model {request.model!r}.")
        if not request.prompt.strip():
            raise InputError("image.prompt", "A picture needs a description.")
        wish = wish_of(request.config)
        async with self._one_at_a_time:
            studio = await asyncio.to_thread(_studio, request, wish)
            # One by one, so that a cancelled turn ends soon.
            return [await asyncio.to_thread(studio.make, number) for number in range(wish.count)]

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a configuration that can never be used.

        Raises:
            InputError: ``image.config``
        """
        wish_of(config)

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
                cost_per_image=0.0,
                description=(
                    "No image model: labelled placeholder drawings made from the words, and simple"
                    " changes to pictures."
                ),
            )
        ]

    async def aclose(self) -> None:
        """Nothing is held."""


def _studio(request: PictureRequest, wish: Wish) -> Studio:
    # Imported with the first picture, on its thread: most starts never draw.
    from desktop_app.service.providers.builtin.drawing.studio import Studio

    return Studio(request.prompt, wish, request.sources)
