"""Where mathematics stands inside of Markdown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Code is looked for first, so that what stands in it is never taken for mathematics.
_SPAN = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<escaped>\\\$)"
    r"|\$\$(?P<wide>[^$\n]{1,2000})\$\$"
    r"|\\\((?P<round>.{1,2000}?)\\\)"
    r"|\\\[(?P<square>.{1,2000}?)\\\]"
    r"|\$(?P<dollar>(?![\s$])[^$\n]{1,500}?(?<![\s\\]))\$(?!\d)",
    re.DOTALL,
)
_STRONG = re.compile(r"[\\^_={}<>|]")
_WEAK = re.compile(r"[A-Za-z0-9)]\s*[-+*/]\s*[A-Za-z0-9(]|^-?[A-Za-z]'?$|^-?\d+(?:\.\d+)?[a-z]?$")
_RANGE = re.compile(r"(\d[\d.,]*)([kKmM]?)-(\d[\d.,]*)([kKmM]?)")
_IS_OPEN = re.compile(r"[-\u2013\u2014+*/(,:;]$")
_HAS_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")


@dataclass(frozen=True, slots=True)
class MathPlace:
    """One piece of mathematics: its marks begin and end there, ``source`` is between them."""

    begin: int
    end: int
    source: str


def may_have_math(markdown: str) -> bool:
    """Whether ``math_in`` is worth asking."""
    return "$" in markdown or "\\(" in markdown or "\\[" in markdown


def math_in(markdown: str) -> Iterator[MathPlace]:
    """What ``$``, ``$$``, ``\\(\\)`` and ``\\[\\]`` enclose; no prices, and nothing in code."""
    for found in _SPAN.finditer(markdown):
        inside = found["wide"] or found["round"] or found["square"] or _of_dollars(found)
        if inside is not None:
            yield MathPlace(found.start(), found.end(), inside)


def _of_dollars(found: re.Match[str]) -> str | None:
    """What single dollars enclose, unless they are prices: ``$5 and $6`` is no mathematics."""
    inside = found["dollar"]
    if not inside or _IS_OPEN.search(inside) or _is_price_range(inside):
        return None
    if _STRONG.search(inside):
        is_price = inside[0].isdigit() and _HAS_WORDS.search(inside)
        return None if is_price else inside
    is_sum = _WEAK.search(inside) and not _HAS_WORDS.search(inside)
    return inside if is_sum else None


def _is_price_range(inside: str) -> bool:
    """Whether it leads from a number up to a greater one, as ``5-10``: it is no difference."""
    found = _RANGE.fullmatch(inside)
    if found is None:
        return False
    first, unit, last, last_unit = found.groups()
    return _amount(first, unit or last_unit) < _amount(last, last_unit)


def _amount(number: str, unit: str) -> float:
    digits = re.sub(r"[.,](?=\d{3}(?!\d))", "", number.rstrip(".,")).replace(",", ".")
    whole, *parts = digits.split(".")
    thousands = {"": 1, "k": 1_000, "m": 1_000_000}[unit.lower()]
    return float(f"{whole}.{''.join(parts)}") * thousands
