"""Videos of servers with OpenAI's Videos API: a job is begun, watched, and its file fetched."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from desktop_app.database.failures import storage_errors
from desktop_app.errors import AppError, InputError, NetworkError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.media_limits import MOST_VIDEO_BYTES
from desktop_app.service.clock import new_id
from desktop_app.service.providers.config_values import seed, shape, sides, whole
from desktop_app.service.providers.openai.openai_connection import OpenAiConnection
from desktop_app.service.providers.openai.video_files import mime_type_of, reference_of
from desktop_app.service.providers.video_ports import VideoRequest
from desktop_app.tasks import Background

_log = logging.getLogger(__name__)

_PATIENCE_S = 60.0
_GOODBYE_S = 3.0
_PIECE_BYTES = 1 << 20
_LONGEST_S = 600
_MOST_SIDE = 4096
_SHORT_SIDES = {"480p": 480, "720p": 720, "1080p": 1080, "2160p": 2160, "4k": 2160}
_USUAL_SHAPE = 16 / 9
_BLOCKED = ("moderation", "policy", "safety", "blocked")
_ENDED = ("completed", "succeeded", "success", "done", "finished")
_FAILED = ("failed", "error", "cancelled", "canceled", "expired")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a job is looked at.

    Attributes:
        first_s, longest_s: Between two looks, at first and after a while.
        limit_s: For the whole of it.
        failures: So many looks may fail, one after the other.
    """

    first_s: float = 1.0
    longest_s: float = 10.0
    limit_s: float = 1_800.0
    failures: int = 5


class OpenAiVideos:
    """A ``VideoMaker`` over ``/videos``.

    What the API has no word for (``provider``, ``upscale_factor``, ``creativity``) is left out of a
    configuration; ``seed`` and sound are sent as vLLM-Omni knows them, where they are set.

    Args:
        url: Of the server, with or without ``/v1``.
        key: Bearer token; may be empty.
        provider: What it is called in the API.
        model: What it films with unless a request says.
        pace: Of looking at a job.
    """

    def __init__(
        self, url: str, key: str, *, provider: str, model: str, pace: Pace | None = None
    ) -> None:
        self.provider = provider
        self._model = model
        self._pace = pace or Pace()
        self._connection = OpenAiConnection(url, key, called="video service", family="video")
        self._asking = Background(_note)

    async def make(self, request: VideoRequest, target: Path) -> str:
        """Have a video made; the server is told where nobody waits for it any more.

        Raises:
            InputError: ``video.*``: what was asked for cannot be made, or is refused.
            NetworkError, AccessError, ProtocolError, StorageError
        """
        job = await self._begun(request)
        path = self._path(job)
        try:
            job = await self._ended(path, job)
            if _status(job) in _FAILED:
                raise self._failure(job)
            return await self._fetch(path + "/content", target)
        finally:
            await self._forget(path)

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a configuration that can never be used.

        Raises:
            InputError: ``video.config``
        """
        _settings(config)

    async def models(self) -> Sequence[ModelInfo]:
        """The one that was configured."""
        return [
            ModelInfo(
                name=self._model,
                provider=self.provider,
                model_type="video",
                supports_vision=True,
                supports_video_output=True,
                video_capabilities={"supported_frame_images": ["first_frame"], "seed": True},
            )
        ]

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._asking.aclose()
        await self._connection.aclose()

    async def _begun(self, request: VideoRequest) -> dict[str, Any]:
        """The job; who stops in the middle of asking for it leaves none behind."""
        asking = self._asking.run(self._begin(request), name=f"video {new_id()}")
        if asking is None:
            raise self._connection.broken()
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            with suppress(AppError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    job = await asking
                await self._forget(self._path(job))
            raise

    def _path(self, job: Mapping[str, Any]) -> str:
        job_id = str(job.get("id") or "")
        if not job_id:
            raise self._connection.unreadable()
        return f"/videos/{quote(job_id, safe='')}"

    async def _begin(self, request: VideoRequest) -> dict[str, Any]:
        if not request.prompt.strip():
            raise InputError("video.prompt", "A video needs a description.")
        fields = {"model": request.model or self._model, **_settings(request.config)}
        # As a form, also without a file: vLLM-Omni takes nothing else.
        parts: list[tuple[str, Any]] = [("prompt", (None, request.prompt))]
        with ExitStack() as files, storage_errors():
            if reference := reference_of(request, files):
                parts.append(("input_reference", reference))
            return await self._connection.ask(
                "POST", "/videos", patience_s=_PATIENCE_S, is_job=True, data=fields, files=parts
            )

    async def _ended(self, path: str, job: dict[str, Any]) -> dict[str, Any]:
        """The job as soon as it is done, or has failed."""
        try:
            async with asyncio.timeout(self._pace.limit_s):
                return await self._watched(path, job)
        except TimeoutError as error:
            minutes = round(self._pace.limit_s / 60)
            raise NetworkError(
                "video.timeout",
                f"{self._connection.name} did not finish the video in {minutes} minutes.",
            ) from error

    async def _watched(self, path: str, job: dict[str, Any]) -> dict[str, Any]:
        wait_s, failures, is_known = self._pace.first_s, 0, False
        while (status := _status(job)) not in (*_ENDED, *_FAILED):
            if not status:
                raise self._connection.unreadable()
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 1.5, self._pace.longest_s)
            try:
                job = await self._connection.ask("GET", path, patience_s=_PATIENCE_S, is_job=True)
                failures, is_known = 0, True
            except (InputError, NetworkError) as error:
                failures += 1
                is_early = not is_known and _is_missing(error)  # not known yet everywhere there
                if not (error.retryable or is_early) or failures > self._pace.failures:
                    raise
                wait_s = max(wait_s, float(error.facts.get("seconds", 0)))
        return job

    async def _fetch(self, path: str, target: Path) -> str:
        """Write the file, from its beginning again where the connection breaks off."""
        for _ in range(self._pace.failures):
            try:
                return await self._written(path, target)
            except (InputError, NetworkError) as error:
                if not (error.retryable or _is_missing(error)):
                    raise
                await asyncio.sleep(self._pace.first_s)
        return await self._written(path, target)

    async def _written(self, path: str, target: Path) -> str:
        head, size = b"", 0
        with storage_errors():
            file = await asyncio.to_thread(target.open, "wb")
            with file:
                async with self._connection.fetch(path) as response:
                    async for piece in response.aiter_bytes(_PIECE_BYTES):
                        head = head or piece
                        size += len(piece)
                        if size > MOST_VIDEO_BYTES:
                            raise self._connection.unreadable()
                        await asyncio.to_thread(file.write, piece)
        mime_type = mime_type_of(head)
        if mime_type is None:
            raise self._connection.unreadable()
        return mime_type

    async def _forget(self, path: str) -> None:
        """Nobody wants it there any more: work that goes on is stopped, and no file is left."""
        with suppress(AppError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._connection.ask("DELETE", path, is_job=True)

    def _failure(self, job: Mapping[str, Any]) -> AppError:
        detail = self._connection.detail(job)
        error = job.get("error")
        code = str(error.get("code") if isinstance(error, dict) else "").lower()
        if any(word in code for word in _BLOCKED):
            said = f"{self._connection.name} refused the request. {detail}".strip()
            return InputError("video.refused", said, detail=detail)
        said = f"{self._connection.name} could not make the video. {detail}".strip()
        return NetworkError("video.failed", said)


def _note(name: str, error: BaseException) -> None:
    """It is raised to whoever asked, if anybody still does."""
    _log.debug("%s could not be begun: %s", name, type(error).__name__)


def _status(job: Mapping[str, Any]) -> str:
    return str(job.get("status") or "").lower()


def _is_missing(error: AppError) -> bool:
    return error.facts.get("status") == "404"


def _settings(config: Mapping[str, Any]) -> dict[str, str]:
    """What of a configuration the API understands.

    Raises:
        InputError: ``video.config``
    """
    try:
        wanted = {"size": _size(config), "seed": seed(config)}
        if duration_s := whole(config, "duration", 0, 1, _LONGEST_S):
            wanted["seconds"] = str(duration_s)
        if str(config.get("generate_audio") or "").lower() in ("true", "1"):
            wanted["generate_sound"] = "true"
    except ValueError as error:
        raise InputError("video.config", f"{error}.") from error
    return {name: value for name, value in wanted.items() if value}


def _size(config: Mapping[str, Any]) -> str:
    if size := sides(config.get("size")):
        wide, high = size
    else:
        wide_by_high, resolution = shape(config.get("aspect_ratio")), config.get("resolution")
        if wide_by_high is None and resolution in (None, ""):
            return ""
        short = _SHORT_SIDES.get(str(resolution or "720p").lower())
        if short is None:
            names = ", ".join(_SHORT_SIDES)
            raise ValueError(f"The resolution {str(resolution)[:40]!r} is none of {names}")
        wide_by_high = wide_by_high or _USUAL_SHAPE
        long = round(short * max(wide_by_high, 1 / wide_by_high) / 2) * 2
        wide, high = (long, short) if wide_by_high >= 1 else (short, long)
    if not (1 <= wide <= _MOST_SIDE and 1 <= high <= _MOST_SIDE):
        raise ValueError(f"A video has at most {_MOST_SIDE} pixels on each side, not {wide}x{high}")
    return f"{wide}x{high}"
