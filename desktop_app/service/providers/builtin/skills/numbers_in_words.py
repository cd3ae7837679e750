"""Numbers from words, and for people."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9,
}  # fmt: skip
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_DIGITS = re.compile(r"\d+(?:\.\d+)?$")
_LARGEST_PLAIN = 10**15


def with_digits(text: str) -> str:
    """``twenty four plus one point five`` -> ``24 plus 1.5``. Other words stay as they are."""
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    words = text.split()
    out: list[str] = []
    at = 0
    while at < len(words):
        number, after = _number_at(words, at)
        out.append(words[at] if number is None else number)
        at = at + 1 if number is None else after
    return " ".join(out)


def say_number(value: Fraction) -> tuple[str, bool]:
    """A number as people write it, and whether it is exact: ``16.09``, False."""
    if abs(value) >= _LARGEST_PLAIN:
        mantissa, _, power = f"{_decimal(value):.3E}".partition("E")
        return f"{_trimmed(mantissa)} times 10 to the power of {int(power)}", False
    if value.denominator == 1:
        return _grouped(str(value.numerator)), True
    places = 2 if abs(value) >= 1 else _places_of_small(value)
    rounded = round(value, places)
    return _grouped(_trimmed(f"{_decimal(rounded):.{places}f}")), rounded == value


def _places_of_small(value: Fraction) -> int:
    """So many decimal places that four digits are seen."""
    return min(3 - _decimal(abs(value)).adjusted(), 40)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _grouped(digits: str) -> str:
    whole, point, rest = digits.partition(".")
    if len(whole.lstrip("-")) < 5:
        return digits
    return f"{int(whole):,}{point}{rest}"


def _number_at(words: list[str], at: int) -> tuple[str | None, int]:
    if _DIGITS.match(words[at]) and (at + 1 == len(words) or words[at + 1] not in _SCALES):
        return None, at
    total, end, scale_before = Fraction(0), at, None
    while True:
        group, after = _below_thousand(words, end)
        if group is None:
            break
        scale = _SCALES.get(words[after]) if after < len(words) else None
        if scale_before is not None and (scale or 1) >= scale_before:
            break
        total, end = total + group * (scale or 1), after + (scale is not None)
        if scale is None:
            break
        scale_before = scale
    if end == at:
        return None, at
    return _with_decimals(words, end, total)


def _with_decimals(words: list[str], at: int, whole: Fraction) -> tuple[str, int]:
    digits = ""
    end = at
    if at < len(words) and words[at] == "point":
        end = at + 1
        while end < len(words) and words[end] in _UNITS:
            digits += str(_UNITS[words[end]])
            end += 1
    if digits:
        return f"{whole.numerator}.{digits}", end
    return (str(whole) if whole.denominator == 1 else f"{float(whole):f}"), at


def _below_thousand(words: list[str], at: int) -> tuple[Fraction | None, int]:
    if at >= len(words):
        return None, at
    if _DIGITS.match(words[at]):
        return Fraction(words[at]), at + 1
    is_article = words[at] == "a" and words[at + 1 : at + 2] in (
        ["hundred"],
        ["thousand"],
        ["million"],
    )
    number, end = (1, at + 1) if is_article else _below_hundred(words, at)
    if number is None:
        return None, at
    if words[end : end + 1] == ["hundred"]:
        rest, after = _below_hundred(words, end + 1 + (words[end + 1 : end + 2] == ["and"]))
        number, end = number * 100 + (rest or 0), after if rest is not None else end + 1
    return Fraction(number), end


def _below_hundred(words: list[str], at: int) -> tuple[int | None, int]:
    word = words[at] if at < len(words) else ""
    if word in _TENS:
        unit = _UNITS.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return _TENS[word] + unit, at + (2 if unit else 1)
    small = _UNITS.get(word, _TEENS.get(word))
    return small, at + (small is not None)
