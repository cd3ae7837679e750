"""What a turn took: tokens, money, seconds of speech; for one reply and for a whole thread."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.journal.records import MessageRecord, Role
from desktop_app.journal.spending import Spent
from desktop_app.protocol.events import Usage


def spent_by(messages: Iterable[MessageRecord]) -> Spent:
    """Everything that these messages took."""
    tokens_in = tokens_out = unpriced = said_ms = spoken_ms = 0
    cost: float | None = None
    for message in messages:
        said_ms += message.speech_ms if message.role is Role.USER else 0
        spoken_ms += message.speech_ms if message.role is Role.ASSISTANT else 0
        usage = message.details.usage
        if usage is None:
            continue
        tokens_in += usage.input_tokens or 0
        tokens_out += usage.output_tokens or 0
        if usage.cost_usd is not None:
            cost = (cost or 0.0) + usage.cost_usd
        elif usage.input_tokens or usage.output_tokens:
            unpriced += 1
    return Spent(tokens_in, tokens_out, cost, unpriced, said_ms, spoken_ms)


def context_share(usage: Usage | None) -> float | None:
    """How full the model's context is, 0 to 1; None where nobody says."""
    if usage is None:
        return None
    if usage.context_used_tokens is not None and usage.context_limit_tokens:
        return min(1.0, usage.context_used_tokens / usage.context_limit_tokens)
    if usage.context_percent is not None:
        return min(1.0, max(0.0, usage.context_percent / 100))
    return None
