"""What a turn took: tokens, money, seconds of speech; for one reply and for a whole thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.journal.records import MessageRecord
from desktop_app.protocol.events import Usage


@dataclass(frozen=True, slots=True)
class Spent:
    """Sums over replies; what a peer did not tell counts nothing.

    Attributes:
        cost_usd: None where no reply had a price.
        unpriced: Replies with tokens and no price.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    unpriced: int = 0


def spent_by(messages: Iterable[MessageRecord]) -> Spent:
    """Everything that these messages took."""
    tokens_in = tokens_out = unpriced = 0
    cost: float | None = None
    for message in messages:
        usage = message.details.usage
        if usage is None:
            continue
        tokens_in += usage.input_tokens or 0
        tokens_out += usage.output_tokens or 0
        if usage.cost_usd is not None:
            cost = (cost or 0.0) + usage.cost_usd
        elif usage.input_tokens or usage.output_tokens:
            unpriced += 1
    return Spent(tokens_in, tokens_out, cost, unpriced)


def context_share(usage: Usage | None) -> float | None:
    """How full the model's context is, 0 to 1; None where nobody says."""
    if usage is None:
        return None
    if usage.context_used_tokens is not None and usage.context_limit_tokens:
        return min(1.0, usage.context_used_tokens / usage.context_limit_tokens)
    if usage.context_percent is not None:
        return min(1.0, max(0.0, usage.context_percent / 100))
    return None
