"""The interface of providers that make and change pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from desktop_app.protocol.backboard.models import ModelInfo

PICTURE_TOOL = "generate_image"
"""The tool that models are offered, and that the built-in responder calls."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture: PNG, JPEG, WebP or GIF."""

    data: bytes
    mime_type: str = "image/png"


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """What shall be seen.

    Attributes:
        model: Model name, or empty for the provider's default.
        config: ``size``, ``aspect_ratio``, ``quality``, ``n``, ``seed``, ... as in the API; only
            what a person set.
        sources: Pictures that shall be changed or combined; empty for a new one.
    """

    prompt: str
    model: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[Picture, ...] = ()


class PictureMaker(Protocol):
    """Draws."""

    provider: str

    async def make(self, request: PictureRequest) -> Sequence[Picture]:
        """One picture or, with ``n``, several.

        Raises:
            InputError: ``image.*``: a config value or a source that cannot be used.
            NetworkError, AccessError, ProtocolError: Of a remote provider.
        """

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a ``PictureRequest.config`` that can never be used; sends nothing.

        Raises:
            InputError: ``image.config``
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it draws with, its default first; never raises, empty where it cannot say."""

    async def aclose(self) -> None: ...
