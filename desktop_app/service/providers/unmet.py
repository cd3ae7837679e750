"""Says which wishes of a turn a provider cannot meet; the turn goes on without them."""

from __future__ import annotations

from collections.abc import Sequence


def no_routing(reason: str, names: Sequence[str] = ()) -> str:
    """The object ``openrouter``, or some of its fields, changed nothing."""
    what = f"openrouter ({', '.join(names)})" if names else "openrouter"
    return f"{what} had no effect: {reason}."


def no_search(model: str) -> str:
    """``web_search`` changed nothing."""
    return f"web_search had no effect: {model} cannot search the web."


def no_thinking(model: str) -> str:
    """``thinking`` changed nothing."""
    return f"thinking had no effect: {model} does not take it."
