"""Checks what a message asks of the language model: ``thinking`` and ``openrouter``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from desktop_app.service.http.bodies import invalid

_Count = Annotated[int, msgspec.Meta(ge=1)]


class _Thinking(msgspec.Struct, forbid_unknown_fields=True):
    effort: Literal["low", "medium", "high", "max"] | None = None
    budget_tokens: _Count | None = None
    max_tokens: _Count | None = None
    exclude_reasoning: bool | None = None


class _Routing(msgspec.Struct, forbid_unknown_fields=True):
    providers: list[str] | None = None
    allow_fallbacks: bool | None = None
    sort: Literal["price", "throughput", "latency"] | None = None
    ignore: list[str] | None = None
    max_price: dict[str, float] | None = None
    allowed_models: list[str] | None = None
    excluded_models: list[str] | None = None
    cost_tier: str | None = None


def check_thinking(thinking: dict[str, Any] | None) -> None:
    """Refuse what means nothing; None and null values are as good as absent.

    Raises:
        Refused: 422.
    """
    _check("thinking", thinking, _Thinking)


def check_routing(openrouter: dict[str, Any] | None) -> None:
    """Refuse what means nothing; None and null values are as good as absent.

    Raises:
        Refused: 422.
    """
    _check("openrouter", openrouter, _Routing)


def _check(name: str, given: dict[str, Any] | None, shape: type[msgspec.Struct]) -> None:
    try:
        msgspec.convert(given or {}, shape)
    except msgspec.ValidationError as error:
        sentence, _, place = str(error).partition(" - at `$")
        raise invalid(f"{name}{place.rstrip('`')}", sentence) from error
