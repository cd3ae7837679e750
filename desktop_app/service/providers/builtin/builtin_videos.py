"""Films without a video model: real videos, always the same for the same words, and labelled."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop_app.database.failures import storage_errors
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.builtin.filming.film_wish import (
    LEAST_S,
    MOST_S,
    SHAPES,
    SHORT_SIDES,
    FilmWish,
    film_wish_of,
)
from desktop_app.service.providers.video_ports import VideoRequest

MODEL = "moving-drawing"
_MIME_TYPE = "video/x-msvideo"


class BuiltinVideos:
    """A ``VideoMaker`` that is no model, and writes so on every frame."""

    provider = "builtin"

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()  # it keeps a core busy, and holds large pictures

    async def make(self, request: VideoRequest, target: Path) -> str:
        """Go over a drawing or the pictures that are given, or change a video, on a thread.

        Raises:
            InputError: ``video.*`` or ``image.source``: no words, an unknown model, a config value
                or a source that cannot be used.
            StorageError: The file cannot be written.
        """
        if request.model.lower() not in ("", MODEL):
            raise InputError("video.model", f"There is no built-in video model {request.model!r}.")
        if not request.prompt.strip():
            raise InputError("video.prompt", "A video needs a description.")
        if request.source and (request.first_frame or request.references):
            raise InputError(
                "video.source", "Without a video model a video is changed alone, without pictures."
            )
        wish = film_wish_of(request.config)
        async with self._one_at_a_time:
            await _on_thread(request, wish, target)
        return _MIME_TYPE

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a configuration that can never be used.

        Raises:
            InputError: ``video.config``
        """
        film_wish_of(config)

    async def models(self) -> Sequence[ModelInfo]:
        """One row, which says that it is no video model."""
        return [
            ModelInfo(
                name=MODEL,
                provider=self.provider,
                model_type="video",
                supports_vision=True,
                supports_video_input=True,
                supports_video_output=True,
                supports_audio_output=True,
                display_name="Built-in moving drawing",
                description=(
                    "No video model: labelled placeholder videos that go over a drawing made from"
                    " the words or over pictures, and simple changes to them."
                ),
                video_capabilities={
                    "supported_durations": list(range(LEAST_S, MOST_S + 1)),
                    "supported_resolutions": list(SHORT_SIDES),
                    "supported_aspect_ratios": list(SHAPES),
                    "supported_sizes": ["640x360", "854x480", "1280x720", "720x1280", "480x480"],
                    "supported_frame_images": ["first_frame", "last_frame"],
                    "generate_audio": True,
                    "seed": True,
                },
            )
        ]

    async def aclose(self) -> None:
        """Nothing is held."""


async def _on_thread(request: VideoRequest, wish: FilmWish, target: Path) -> None:
    """Return when the thread has ended: until then it writes to the file."""
    unwanted = threading.Event()

    def work() -> None:
        # Imported with the first video, on its thread: most starts never film.
        from desktop_app.service.providers.builtin.filming.film import Film

        with storage_errors():
            Film(request, wish, unwanted.is_set).write(target)

    # Not ``to_thread``: what is awaited must outlive the cancellation.
    filming = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        await asyncio.shield(filming)
    except asyncio.CancelledError:
        unwanted.set()
        await asyncio.wait([filming])
        raise
