"""Sizes, dates and prices as people read them."""

from __future__ import annotations

from datetime import datetime

from desktop_app.prose import mark, tr
from desktop_app.protocol.service_calls import ModelRow
from desktop_app.ui import moments
from desktop_app.ui.numbers import price, short


def day(at: str | None) -> str:
    """The day of an ISO time, with its year if that is another one; empty for none."""
    try:
        moment = datetime.fromisoformat(at or "").astimezone()
    except ValueError:
        return ""
    is_this_year = moment.year == datetime.now(moment.tzinfo).year
    return moments.short_day(moment) if is_this_year else moments.day(moment)


def context_words(tokens: int) -> str:
    """``128k tokens``, or empty where nobody says."""
    if tokens <= 0:
        return ""
    if tokens >= 1_000_000:
        size = short(tokens / 1_000_000) + "M"
    else:
        size = f"{tokens // 1000}k" if tokens >= 1000 else str(tokens)
    return tr(mark("{tokens} tokens")).format(tokens=size)


def price_words(model: ModelRow) -> str:
    """For a million tokens in and out, or that nobody says."""
    prices = (model.input_usd, model.output_usd)
    if model.unit_usd is not None and prices == (None, None):
        return f"${price(model.unit_usd)}" if model.unit_usd else tr(mark("free"))
    if None in prices:
        return tr(mark("price unknown"))
    if not any(prices):
        return tr(mark("free"))
    into, out = (price(one or 0.0) for one in prices)
    return tr(mark("${into} in, ${out} out")).format(into=into, out=out)
