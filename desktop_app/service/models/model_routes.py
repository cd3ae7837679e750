"""The model catalogue: section 13 of the Backboard contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.models import (
    ModelInfo,
    ModelPage,
    ProviderPage,
    VideoModel,
    VideoModelPage,
)
from desktop_app.service.http.bodies import JsonResponse, Refused, not_found, whole_number
from desktop_app.service.http.described import Described
from desktop_app.service.models.catalogue import Catalogue, providers_of, video_model

_MOST_PER_PAGE = 500
_MOST_OF_ALL = 15_000  # some clients ask for everything at once
_MOST_SKIPPED = 10_000_000
_MOST_TOKENS = 1_000_000_000
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_VOICE = ("stt", "tts")
_EFFORTS = ("low", "medium", "high", "max")
_OF_THINKING = ("effort", "budget_tokens", "max_tokens", "exclude_reasoning")

_Row = TypeVar("_Row")

_PAGE = {"skip": range(_MOST_SKIPPED + 1), "limit": range(1, _MOST_PER_PAGE + 1)}
_CONTEXT = {"min_context": range(_MOST_TOKENS + 1), "max_context": range(_MOST_TOKENS + 1)}
_DIMENSIONS = {"min_dimensions": range(_MOST_TOKENS + 1), "max_dimensions": range(_MOST_TOKENS + 1)}


class ThinkingMetadata(msgspec.Struct, frozen=True):
    """What may be set of a model's thinking."""

    provider: str
    model: str
    supports_thinking: bool
    thinking_controls: dict[str, Any]


class ModelRoutes:
    """GET, and nothing else."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def routes(self) -> list[Route]:
        """Those with words of their own before those with names."""
        paths: dict[str, Callable[..., Any]] = {
            "/models": self.all,
            "/models/providers": self.providers,
            "/models/provider/{provider:path}": self.of_provider,
            "/models/thinking-metadata": self.thinking,
            "/models/embedding/all": self.embeddings,
            "/models/embedding/providers": self.embedding_providers,
            "/models/embedding/{name:path}": self.embedding,
            "/models/image/all": self.images,
            "/models/image/providers": self.image_providers,
            "/models/image/{name:path}": self.image,
            "/models/video/all": self.videos,
            "/models/video/providers": self.video_providers,
            "/models/video/{name:path}": self.video,
            "/models/voice/all": self.voices,
            "/models/voice/providers": self.voice_providers,
            "/models/voice/{name:path}": self.voice,
            "/models/{name:path}": self.one,
        }
        return [Route(f"/api{path}", endpoint, methods=["GET"]) for path, endpoint in paths.items()]

    @Described(
        "List models of every kind",
        answer=ModelPage,
        query={
            "model_type": str,
            "provider": str,
            "supports_tools": bool,
            "supports_vision": bool,
            "supports_thinking": bool,
            "supports_json_output": bool,
            **_CONTEXT,
            "skip": range(_MOST_SKIPPED + 1),
            "limit": range(1, _MOST_OF_ALL + 1),
        },
    )
    async def all(self, request: Request) -> Response:
        rows = _of_provider(await self._catalogue.rows(), request)
        if model_type := request.query_params.get("model_type"):
            rows = [row for row in rows if row.model_type == model_type.lower()]
        for name in ("tools", "vision", "thinking", "json_output"):
            rows = _supporting(rows, request, f"supports_{name}")
        rows = _between(rows, request, "context", lambda row: row.context_limit)
        return _page(rows, request, most=_MOST_OF_ALL)

    @Described("List the providers of models", answer=ProviderPage)
    async def providers(self, _request: Request) -> Response:
        return _providers(await self._catalogue.rows())

    @Described("List the models of one provider", answer=ModelPage, query=_PAGE)
    async def of_provider(self, request: Request) -> Response:
        wanted = request.path_params["provider"].lower()
        rows = await self._catalogue.rows()
        return _page([row for row in rows if row.provider.lower() == wanted], request)

    @Described("Get a model by name, in either case", answer=ModelInfo)
    async def one(self, request: Request) -> Response:
        return JsonResponse(_named(await self._catalogue.rows(), request, "Model"))

    @Described(
        "Say which thinking a model can be asked for",
        answer=ThinkingMetadata,
        query={"provider": str, "model": str},
        refuses=(404,),
    )
    async def thinking(self, request: Request) -> Response:
        wanted = request.query_params.get("model", "").lower()
        if not wanted:
            raise _unfit("model", "Field required", "missing")
        rows = _of_provider(await self._catalogue.rows(), request)
        row = next((row for row in rows if row.name.lower() == wanted), None)
        if row is None:
            raise not_found("Model")
        return JsonResponse(_thinking_of(row))

    @Described(
        "List embedding models", answer=ModelPage, query={"provider": str, **_DIMENSIONS, **_PAGE}
    )
    async def embeddings(self, request: Request) -> Response:
        rows = _of_provider(await self._embedding_rows(), request)
        rows = _between(rows, request, "dimensions", lambda row: row.embedding_dimensions or 0)
        return _page(rows, request)

    @Described("List the providers of embedding models", answer=ProviderPage)
    async def embedding_providers(self, _request: Request) -> Response:
        return _providers(await self._rows("embedding"))

    @Described("Get an embedding model by name", answer=ModelInfo)
    async def embedding(self, request: Request) -> Response:
        return JsonResponse(_named(await self._embedding_rows(), request, "Embedding model"))

    @Described(
        "List image models",
        answer=ModelPage,
        query={"provider": str, "supports_vision": bool, **_PAGE},
    )
    async def images(self, request: Request) -> Response:
        rows = _of_provider(await self._rows("image"), request)
        return _page(_supporting(rows, request, "supports_vision"), request)

    @Described("List the providers of image models", answer=ProviderPage)
    async def image_providers(self, _request: Request) -> Response:
        return _providers(await self._rows("image"))

    @Described("Get an image model by name", answer=ModelInfo)
    async def image(self, request: Request) -> Response:
        return JsonResponse(_named(await self._rows("image"), request, "Image model"))

    @Described(
        "List video models",
        answer=VideoModelPage,
        query={"provider": str, **_PAGE},
    )
    async def videos(self, request: Request) -> Response:
        rows = _of_provider(await self._rows("video"), request)
        shown = [video_model(row) for row in _cut(rows, request, _MOST_PER_PAGE)]
        return JsonResponse(VideoModelPage(models=shown, total=len(rows)))

    @Described("List the providers of video models", answer=ProviderPage)
    async def video_providers(self, _request: Request) -> Response:
        return _providers(await self._rows("video"))

    @Described("Get a video model by name", answer=VideoModel)
    async def video(self, request: Request) -> Response:
        return JsonResponse(video_model(_named(await self._rows("video"), request, "Video model")))

    @Described(
        "List models that hear or speak",
        answer=ModelPage,
        query={"provider": str, "model_type": str, **_PAGE},
    )
    async def voices(self, request: Request) -> Response:
        rows = _of_provider(await self._rows(*_VOICE), request)
        if model_type := request.query_params.get("model_type"):
            rows = [row for row in rows if row.model_type == model_type.lower()]
        return _page(rows, request)

    @Described("List the providers of models that hear or speak", answer=ProviderPage)
    async def voice_providers(self, _request: Request) -> Response:
        return _providers(await self._rows(*_VOICE))

    @Described("Get a model that hears or speaks by name", answer=ModelInfo)
    async def voice(self, request: Request) -> Response:
        return JsonResponse(_named(await self._rows(*_VOICE), request, "Voice model"))

    async def _rows(self, *kinds: str) -> list[ModelInfo]:
        return [row for row in await self._catalogue.rows() if row.model_type in kinds]

    async def _embedding_rows(self) -> list[ModelInfo]:
        """With their dimensions, which the API promises; 0 where nobody knows them."""
        return [
            msgspec.structs.replace(row, embedding_dimensions=row.embedding_dimensions or 0)
            for row in await self._rows("embedding")
        ]


def _thinking_of(row: ModelInfo) -> ThinkingMetadata:
    can_think = bool(row.supports_thinking)
    controls: dict[str, Any] = {
        "supported": can_think,
        "allowed_fields": list(_OF_THINKING) if can_think else [],
        "defaults_only": False,
    }
    if can_think:
        controls["efforts"] = list(_EFFORTS)
    return ThinkingMetadata(row.provider, row.name, can_think, controls)


def _named(rows: Sequence[ModelInfo], request: Request, what: str) -> ModelInfo:
    """By name, or by ``provider/name`` where no name has that form.

    Raises:
        Refused: 404.
    """
    wanted = request.path_params["name"].lower()
    by_name = [row for row in rows if row.name.lower() == wanted]
    by_both = [row for row in rows if f"{row.provider}/{row.name}".lower() == wanted]
    for row in (*by_name, *by_both):
        return row
    raise not_found(what)


def _page(rows: Sequence[ModelInfo], request: Request, most: int = _MOST_PER_PAGE) -> Response:
    return JsonResponse(ModelPage(models=_cut(rows, request, most), total=len(rows)))


def _cut(rows: Sequence[_Row], request: Request, most: int) -> list[_Row]:
    skip = whole_number(request, "skip", 0, 0, _MOST_SKIPPED)
    limit = whole_number(request, "limit", 100, 1, most)
    return list(rows[skip : skip + limit])


def _providers(rows: Iterable[ModelInfo]) -> Response:
    names = providers_of(rows)
    return JsonResponse(ProviderPage(providers=names, total=len(names)))


def _of_provider(rows: Iterable[ModelInfo], request: Request) -> list[ModelInfo]:
    wanted = request.query_params.get("provider", "").lower()
    return [row for row in rows if not wanted or row.provider.lower() == wanted]


def _supporting(rows: list[ModelInfo], request: Request, name: str) -> list[ModelInfo]:
    """Those for which the flag is as asked; what is not known counts as no."""
    text = request.query_params.get(name)
    if text is None:
        return rows
    if text.lower() not in _FLAGS:
        raise _unfit(name, "Input should be true or false", "bool_parsing")
    wanted = _FLAGS[text.lower()]
    return [row for row in rows if bool(getattr(row, name)) == wanted]


def _between(
    rows: list[ModelInfo], request: Request, name: str, size: Callable[[ModelInfo], int]
) -> list[ModelInfo]:
    least = whole_number(request, f"min_{name}", 0, 0, _MOST_TOKENS)
    most = whole_number(request, f"max_{name}", _MOST_TOKENS, 0, _MOST_TOKENS)
    return [row for row in rows if least <= size(row) <= most]


def _unfit(name: str, sentence: str, kind: str) -> Refused:
    detail: Mapping[str, Any] = {"loc": ["query", name], "msg": sentence, "type": kind}
    return Refused(422, [dict(detail)])
