"""The interface of providers that make and change videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.picture_ports import Picture

VIDEO_TOOL = "generate_video"
"""The tool that models are offered, and that the built-in responder calls."""


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """What shall be seen.

    Attributes:
        model: Model name, or empty for the provider's default.
        config: ``duration``, ``size``, ``aspect_ratio``, ``generate_audio``, ``seed``, ... as in
            the API; only what a person set.
        first_frame: What it begins with.
        last_frame: What it ends with; only with a first one.
        references: Pictures of what shall be seen in it.
        source: A video that shall be changed.
    """

    prompt: str
    model: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    first_frame: Picture | None = None
    last_frame: Picture | None = None
    references: tuple[Picture, ...] = ()
    source: Path | None = None


class VideoMaker(Protocol):
    """Films."""

    provider: str

    async def make(self, request: VideoRequest, target: Path) -> str:
        """Write one video, piece by piece; minutes, mostly.

        Args:
            request: What shall be seen.
            target: The file to write, which the caller deletes, whatever comes.

        Returns:
            Its media type, ``video/...``.

        Raises:
            InputError: ``video.*`` or ``image.source``: a config value or a source that cannot be
                used.
            NetworkError, AccessError, ProtocolError: Of a remote provider.
            StorageError: The file cannot be written.
        """

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a ``VideoRequest.config`` that can never be used; sends nothing.

        Raises:
            InputError: ``video.config``
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it films with, its default first; never raises, empty where it cannot say."""

    async def aclose(self) -> None: ...
