"""A maker of pictures that makes what it is told to."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.picture_ports import Picture, PictureRequest
from tests.fakes.pausing import Pausing


def png(size: tuple[int, int] = (8, 6), color: str = "red") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


@dataclass
class ScriptedPictureMaker(Pausing):
    """Gives ``pictures``, or ``n`` of the first; ``pause`` holds it until ``resume``.

    Attributes:
        requests: What it was asked.
    """

    provider: str = "scripted"
    model: str = "brush"
    pictures: tuple[Picture, ...] = field(default_factory=lambda: (Picture(png()),))
    failure: Exception | None = None
    requests: list[PictureRequest] = field(default_factory=list)

    def check(self, config: Mapping[str, Any]) -> None:
        if not str(config.get("n", 1)).isdecimal():
            raise InputError("image.config", "n must be a number.")

    async def make(self, request: PictureRequest) -> Sequence[Picture]:
        self.requests.append(request)
        self.was_asked.set()
        await self.may_go_on.wait()
        if self.failure is not None:
            raise self.failure
        if "n" in request.config and not isinstance(request.config["n"], int):
            raise InputError("image.config", "n must be a number.")
        return self.pictures[:1] * int(request.config.get("n", 1))

    async def models(self) -> Sequence[ModelInfo]:
        return [
            ModelInfo(name=name, provider=self.provider, model_type="image", context_limit=0)
            for name in (self.model, "big-brush")
        ]
