"""``parley models``: what can answer, draw, hear and speak."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from desktop_app.client.errors import NotFoundError
from desktop_app.client.resources.models import MOST_PER_PAGE, Models
from desktop_app.commands.api.session import Session
from desktop_app.errors import InputError, NetworkError, ProtocolError
from desktop_app.folding import folded
from desktop_app.protocol.backboard.models import ModelInfo, ModelPage, VideoModel

_COLUMNS = ("kind", "model", "context", "can", "price")
_LISTS: dict[str, Callable[[Models], Callable[..., Awaitable[ModelPage]]]] = {
    "embedding": lambda models: models.embedding_page,
    "image": lambda models: models.image_page,
}

_Model = ModelInfo | VideoModel


async def list_models(
    session: Session, kind: str, provider: str, search: str, **filters: Any
) -> None:
    """The catalogue, or the part of it that was asked for."""
    wanted = {name: value for name, value in filters.items() if value is not None}
    found = [one async for one in _found(session.api.models, kind, provider, wanted)]
    found = [one for one in found if _fits(one, provider, wanted)]
    if search:
        found = [one for one in found if folded(search) in folded(_full_name(one))]
    rows = [[_kind(one), _full_name(one), _size(one), _can(one), _cost(one)] for one in found]
    session.out.rows(_COLUMNS, rows, found)


async def show(session: Session, name: str, kind: str) -> None:
    """One model in full, with its controls of reasoning where it has any.

    Raises:
        InputError: ``model.unknown``, or ``model.several`` where the kind must be named.
    """
    found = await _named(session.api.models, name, kind)
    if not found:
        raise InputError(
            "model.unknown",
            f'There is no model "{name}"; `parley models list` says what there is.',
        )
    if len(found) > 1:
        kinds = ", ".join(_kind(one) for one in found)
        raise InputError("model.several", f'"{name}" is {kinds}: add --type with one of them.')
    [model] = found
    plain: dict[str, Any] = msgspec.to_builtins(model)
    if isinstance(model, ModelInfo) and model.model_type == "llm":
        with suppress(NetworkError, ProtocolError):  # not every server tells
            thinking = await session.api.models.thinking(model.provider, model.name)
            plain["thinking_controls"] = thinking.get("thinking_controls")
    session.out.facts({name.replace("_", " "): _fact(fact) for name, fact in plain.items()}, plain)


async def providers(session: Session, kind: str) -> None:
    """Whose models there are."""
    models = session.api.models
    asked = {"embedding": models.embedding_providers, "image": models.image_providers}
    found = await asked.get(kind, models.providers)()
    session.out.rows(("provider",), [[one] for one in found], found)


async def _found(
    models: Models, kind: str, provider: str, filters: dict[str, Any]
) -> AsyncIterator[_Model]:
    """The models of a kind; empty for all."""
    of_provider = {"provider": provider} if provider else {}
    if kind == "video":
        for video in (await models.video_page(limit=MOST_PER_PAGE, provider=provider)).models:
            yield video
    elif kind in ("voice", "stt", "tts"):
        for side in ("stt", "tts"):
            if kind in ("voice", side):
                for one in await models.speech(cast(Any, side)):
                    yield one
    elif kind in _LISTS:
        async for one in _pages(_LISTS[kind](models), filters | of_provider):
            yield replace(one, model_type=kind)  # not every server says it of each row
    else:
        of_kind = {"model_type": "llm"} if kind == "chat" else {}
        async for one in models.every(**filters, **of_provider, **of_kind):
            yield one


async def _pages(
    page: Callable[..., Awaitable[ModelPage]], filters: dict[str, Any]
) -> AsyncIterator[ModelInfo]:
    skip = 0
    while True:
        found = await page(skip=skip, limit=MOST_PER_PAGE, **filters)
        for one in found.models:
            yield one
        skip += MOST_PER_PAGE
        if skip >= found.total or not found.models:
            return


def _fits(model: _Model, provider: str, filters: dict[str, Any]) -> bool:
    """Whether a row is what was asked for, also where a server knows no such filter."""
    if provider and model.provider.casefold() != provider.casefold():
        return False
    for name, wanted in filters.items():
        side, _, what = name.partition("_")
        if side == "supports":
            if not getattr(model, name, None):
                return False
            continue
        field = "context_limit" if what == "context" else "embedding_dimensions"
        value = getattr(model, field, None) or 0
        if (side == "min" and value < wanted) or (side == "max" and value > wanted):
            return False
    return True


async def _named(models: Models, name: str, kind: str) -> list[_Model]:
    """The models of that name, ``PROVIDER/NAME`` or ``NAME`` alone."""
    provider, slash, rest = name.partition("/")
    if slash and rest:
        found = [one async for one in _found(models, kind, provider, {})]
        if same := [one for one in found if _full_name(one).casefold() == name.casefold()]:
            return same
    with suppress(NotFoundError):
        one = await _got(models, name, kind)
        if kind in ("", _kind(one)) or (kind == "voice" and _kind(one) in ("stt", "tts")):
            return [one]
    return []


async def _got(models: Models, name: str, kind: str) -> _Model:
    match kind:
        case "embedding":
            return replace(await models.embedding(name), model_type=kind)
        case "image":
            return replace(await models.image(name), model_type=kind)
        case "video":
            return await models.video(name)
        case _:
            return await models.get(name)


def _full_name(model: _Model) -> str:
    name = model.name or (model.id if isinstance(model, VideoModel) else "")
    return f"{model.provider}/{name}" if model.provider else name


def _kind(model: _Model) -> str:
    if isinstance(model, VideoModel):
        return "video"
    return "chat" if model.model_type == "llm" else model.model_type


def _size(model: _Model) -> str:
    if isinstance(model, VideoModel):
        return ""
    if model.embedding_dimensions:
        return f"{model.embedding_dimensions} dim"
    return str(model.context_limit or "")


def _can(model: _Model) -> str:
    if isinstance(model, VideoModel):
        return ", ".join(model.supported_resolutions or ())
    abilities = {
        "tools": model.supports_tools,
        "see": model.supports_vision,
        "think": model.supports_thinking,
        "draw": model.supports_image_output,
        "stream": model.supports_streaming and model.model_type != "llm",
    }
    return ", ".join(name for name, has in abilities.items() if has)


def _cost(model: _Model) -> str:
    """As its kind is paid for."""
    if isinstance(model, VideoModel):
        return ""
    price_in, price_out = model.input_cost_per_1m_tokens, model.output_cost_per_1m_tokens
    if model.cost_per_image is not None:
        return f"${model.cost_per_image:g} per picture"
    if model.cost_per_minute is not None:
        return f"${model.cost_per_minute:g} per minute"
    if model.cost_per_1m_characters is not None:
        return f"${model.cost_per_1m_characters:g} per 1M characters"
    if price_in is None and price_out is None:
        return ""
    return f"${price_in or 0:g} / ${price_out or 0:g} per 1M tokens in / out"


def _fact(fact: Any) -> str:
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, list):
        return ", ".join(map(str, fact))
    if isinstance(fact, dict):
        return "\n".join(f"{name}: {_fact(inner)}" for name, inner in fact.items())
    return "" if fact is None else str(fact)
