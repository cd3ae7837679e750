"""What is looked for among the models, and what fits it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.folding import folded
from desktop_app.protocol.service_calls import ModelRow


@dataclass(frozen=True, slots=True)
class ModelWish:
    """What a model shall be like; the defaults leave every model in.

    Attributes:
        words: All of them stand in its name, its label or its provider.
        provider: Who offers it.
        least_context: Tokens that it reads at once.
        most_usd: For a million tokens that it writes; one whose price nobody says is left out.
        sees, has_tools, thinks: It can, as far as somebody says so.
    """

    words: str = ""
    provider: str = ""
    least_context: int = 0
    most_usd: float | None = None
    sees: bool = False
    has_tools: bool = False
    thinks: bool = False


def fitting(
    models: Sequence[ModelRow], wish: ModelWish, recent: Sequence[str] = ()
) -> tuple[ModelRow, ...]:
    """Those that fit: recently used ones first, in that order, then as they were given.

    Args:
        models: Of the catalogue.
        wish: What is looked for.
        recent: Full names, the last used first.
    """
    words = folded(wish.words).split()
    found = [one for one in models if _fits(one, wish) and _holds(one, words)]
    places = {name: place for place, name in enumerate(recent)}
    return tuple(sorted(found, key=lambda one: places.get(one.full_name, len(places))))


def providers_of(models: Sequence[ModelRow]) -> tuple[str, ...]:
    """Who offers models, in the order of the alphabet."""
    return tuple(sorted({one.provider for one in models if one.provider}, key=str.casefold))


def _fits(model: ModelRow, wish: ModelWish) -> bool:
    is_cheap = wish.most_usd is None or (
        model.output_usd is not None and model.output_usd <= wish.most_usd
    )
    return (
        is_cheap
        and wish.provider in ("", model.provider)
        and model.context >= wish.least_context
        and bool(model.sees or not wish.sees)
        and bool(model.has_tools or not wish.has_tools)
        and bool(model.thinks or not wish.thinks)
    )


def _holds(model: ModelRow, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = folded(f"{model.full_name} {model.label}")
    return all(word in text for word in words)
