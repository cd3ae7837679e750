"""``parley models``: what can answer, draw, hear and speak."""

from __future__ import annotations

from desktop_app.commands.session import Session
from desktop_app.protocol.backboard.models import ModelInfo

_COLUMNS = ("kind", "model", "context", "can", "per 1M tokens in / out")


async def list_models(session: Session, kind: str, provider: str, search: str) -> None:
    """The catalogue, or the part of it that was asked for."""
    filters = {"model_type": kind, "provider": provider}
    wanted = {name: value for name, value in filters.items() if value}
    found = [one async for one in session.api.models.every(**wanted)]
    if search:
        found = [
            one for one in found if search.casefold() in f"{one.provider}/{one.name}".casefold()
        ]
    rows = [
        [
            one.model_type,
            f"{one.provider}/{one.name}",
            one.context_limit or "",
            _can(one),
            _cost(one),
        ]
        for one in found
    ]
    session.out.rows(_COLUMNS, rows, found)


def _can(model: ModelInfo) -> str:
    abilities = {
        "tools": model.supports_tools,
        "see": model.supports_vision,
        "think": model.supports_thinking,
        "draw": model.supports_image_output,
    }
    return ", ".join(name for name, has in abilities.items() if has)


def _cost(model: ModelInfo) -> str:
    price_in, price_out = model.input_cost_per_1m_tokens, model.output_cost_per_1m_tokens
    if price_in is None and price_out is None:
        return ""
    return f"${price_in or 0:g} / ${price_out or 0:g}"
