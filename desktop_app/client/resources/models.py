"""The model catalogue of a Backboard API: contract section 13."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from desktop_app.client.http_connection import HttpConnection, Request
from desktop_app.client.request_body import JsonBody
from desktop_app.errors import AccessError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.models import (
    ModelInfo,
    ModelPage,
    ProviderPage,
    VideoModel,
    VideoModelPage,
)
from desktop_app.protocol.backboard.voice_models import SpeechKind, documented_voice_models
from desktop_app.protocol.backboard.voices import (
    SPEECH_PATH,
    VOICES_PATH,
    SpeechRequest,
    VoiceInfo,
    documented_voices,
)

logger = logging.getLogger(__name__)

MOST_PER_PAGE = 500

_Row = TypeVar("_Row", ModelInfo, VideoModel, VoiceInfo)


class Models:
    """``api.models``. Filters are those of the contract: ``provider``, ``model_type``,
    ``supports_tools``, ``min_context`` and so on; a row that cannot be read is left out.
    """

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def page(self, *, skip: int = 0, limit: int = 100, **filters: Any) -> ModelPage:
        """Of every kind."""
        return await self._page("/models", skip=skip, limit=limit, **filters)

    async def every(self, **filters: Any) -> AsyncIterator[ModelInfo]:
        """All of them, page by page."""
        skip = 0
        while True:
            found = await self.page(skip=skip, limit=MOST_PER_PAGE, **filters)
            for one in found.models:
                yield one
            skip += MOST_PER_PAGE
            if skip >= found.total or not found.models:
                return

    async def get(self, name: str) -> ModelInfo:
        """By name in either case, which may contain slashes."""
        return await self._connection.get(_named("/models", name), ModelInfo)

    async def providers(self) -> list[str]:
        return await self._providers("/models/providers")

    async def of_provider(self, provider: str, *, skip: int = 0, limit: int = 100) -> ModelPage:
        return await self._page(_named("/models/provider", provider), skip=skip, limit=limit)

    async def embedding_page(self, *, skip: int = 0, limit: int = 100, **filters: Any) -> ModelPage:
        return await self._page("/models/embedding/all", skip=skip, limit=limit, **filters)

    async def embedding_providers(self) -> list[str]:
        return await self._providers("/models/embedding/providers")

    async def embedding(self, name: str) -> ModelInfo:
        return await self._connection.get(_named("/models/embedding", name), ModelInfo)

    async def image_page(self, *, skip: int = 0, limit: int = 100, **filters: Any) -> ModelPage:
        return await self._page("/models/image/all", skip=skip, limit=limit, **filters)

    async def image_providers(self) -> list[str]:
        return await self._providers("/models/image/providers")

    async def image(self, name: str) -> ModelInfo:
        return await self._connection.get(_named("/models/image", name), ModelInfo)

    async def video_page(
        self, *, skip: int = 0, limit: int = 100, provider: str = ""
    ) -> VideoModelPage:
        found = await self._connection.get(
            "/models/video/all", dict[str, Any], skip=skip, limit=limit, provider=provider
        )
        rows = _readable(found, VideoModel)
        return VideoModelPage(models=rows, total=_total(found, len(rows)))

    async def video(self, name: str) -> VideoModel:
        return await self._connection.get(_named("/models/video", name), VideoModel)

    async def thinking(self, provider: str, model: str) -> dict[str, Any]:
        """Which thinking controls a model has, as they come."""
        return await self._connection.get(
            "/models/thinking-metadata", dict[str, Any], provider=provider, model=model
        )

    async def speech(self, kind: SpeechKind) -> list[ModelInfo]:
        """Models that hear (``stt``) or speak (``tts``).

        Servers list them in one of two places; where they list none, the documented ones.
        """
        for path, filters in (("/models", {"model_type": kind}), ("/models/voice/all", {})):
            try:
                found = await self._page(path, skip=0, limit=MOST_PER_PAGE, **filters)
            except AccessError:
                raise
            except NetworkError as error:
                if error.retryable:
                    raise
                continue  # this server has no such list
            except ProtocolError:
                continue
            rows = [one for one in found.models if one.model_type == kind]
            if rows:
                return rows
        return documented_voice_models(kind)

    async def voices(self) -> list[VoiceInfo]:
        """Whom replies can be spoken as; of a server without our extension, the documented ones."""
        try:
            found = await self._connection.get(VOICES_PATH, dict[str, Any])
        except AccessError:
            raise
        except NetworkError as error:
            if error.retryable:
                raise
            return documented_voices()
        except ProtocolError:
            return documented_voices()
        return _readable(found, VoiceInfo, "voices") or documented_voices()

    async def speak(self, wish: SpeechRequest) -> bytes:
        """A sentence as s16le mono 24 kHz.

        Raises:
            NotFoundError: The server has no such extension.
        """
        asked = Request("POST", SPEECH_PATH, JsonBody(wish))
        return (await self._connection.tell(asked)).content

    async def _page(self, path: str, **params: Any) -> ModelPage:
        told = {name: _flag(value) for name, value in params.items()}
        found = await self._connection.get(path, dict[str, Any], **told)
        rows = _readable(found, ModelInfo)
        return ModelPage(models=rows, total=_total(found, len(rows)))

    async def _providers(self, path: str) -> list[str]:
        return (await self._connection.get(path, ProviderPage)).providers


def _named(path: str, name: str) -> str:
    return f"{path}/{quote(name, safe='/')}"


def _flag(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _total(found: dict[str, Any], count: int) -> int:
    total = found.get("total")
    return total if isinstance(total, int) else count


def _readable(found: dict[str, Any], kind: type[_Row], name: str = "models") -> list[_Row]:
    """One odd row among thousands must not cost the catalogue."""
    rows: list[_Row] = []
    for row in found.get(name) or ():
        try:
            rows.append(msgspec.convert(row, kind, strict=False))
        except msgspec.ValidationError:
            logger.info("A row of the catalogue that cannot be read was left out.")
    return rows
