"""Adds up what the rounds of a turn cost, and says how full the model's context is."""

from __future__ import annotations

from typing import TypeVar

from desktop_app.protocol.backboard.messages import ContextUsage
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.events import Usage
from desktop_app.service.runs.prompting import context_limit

_Number = TypeVar("_Number", int, float)


def added(before: Usage | None, more: Usage | None) -> Usage | None:
    """The counts of both; one that a server left out stays unknown only where both did."""
    if before is None or more is None:
        return before or more
    return Usage(
        input_tokens=_sum(before.input_tokens, more.input_tokens),
        output_tokens=_sum(before.output_tokens, more.output_tokens),
        cost_usd=_sum(before.cost_usd, more.cost_usd),
        cached_input_tokens=_sum(before.cached_input_tokens, more.cached_input_tokens),
        cache_write_input_tokens=_sum(
            before.cache_write_input_tokens, more.cache_write_input_tokens
        ),
    )


def context_usage(
    model: ModelInfo | None, name: str, last: Usage | None, estimate: int
) -> ContextUsage | None:
    """How full the context was in the last round; None where its size is not known.

    Args:
        model: Whose context.
        name: The model's, as it is told.
        last: What the server counted in that round, where it counts.
        estimate: Our own count of the same tokens.
    """
    limit = context_limit(model)
    if limit is None:
        return None
    counted = last is not None and last.input_tokens is not None
    used = (last.input_tokens or 0) + (last.output_tokens or 0) if counted and last else estimate
    return ContextUsage(
        percent=round(100 * used / limit, 2),
        used_tokens=used,
        context_limit=limit,
        summary_tokens=0,
        model=name,
    )


def _sum(one: _Number | None, other: _Number | None) -> _Number | None:
    return one if other is None else other if one is None else one + other
