"""Works out what a spoken or typed sum comes to, exactly and within limits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

from desktop_app.service.providers.builtin.skills.numbers_in_words import say_number, with_digits

_LONGEST = 300  # characters
_DEEPEST = 30  # parentheses and signs inside each other
_LARGEST_BITS = 4096

_ASKED = re.compile(
    r"^(?:what is|what's|whats|what are|how much is|how much are|calculate|compute|work out|solve"
    r"|evaluate) "
)
_EQUALS = re.compile(r"\s*(?:=|equals?(?: to)?|is equal to|is)$")
_WORDS: tuple[tuple[str, str], ...] = (
    (r"the ", ""),
    (r"square root of", "sqrt"),
    (r"cube root of", "cbrt"),
    (r"multiplied by", "*"),
    (r"divided by", "/"),
    (r"(?:raised )?to power of", "^"),
    (r"percent of", "% of"),
    (r"squared", "^ 2"),
    (r"cubed", "^ 3"),
    (r"plus", "+"),
    (r"minus|negative", "-"),
    (r"times", "*"),
    (r"over", "/"),
    (r"half of", "0.5 of"),
)
_SYMBOLS = str.maketrans({"×": "*", "÷": "/", "−": "-", "·": "*", "√": " sqrt "})  # noqa: RUF001
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+|\*\*|[-+*/^()%]|of\b|sqrt\b|cbrt\b|x(?=\s*\d))")
_LOOKS_LIKE_SOMETHING_ELSE = re.compile(r"^[\d.]+(?:-[\d.]+)+$|^\d+/\d+/\d+$")


class UnanswerableError(Exception):
    """A sum that has no answer; the text says why."""


def answer(text: str) -> str | None:
    """A sentence with the result, or None when ``text`` is not a sum.

    Args:
        text: Lower case, without punctuation at its end.
    """
    if len(text) > _LONGEST:
        return None
    expression = _EQUALS.sub("", _ASKED.sub("", text))
    is_asked = expression != text
    if not is_asked and _LOOKS_LIKE_SOMETHING_ELSE.match(expression):
        return None
    tokens = _tokens(expression)
    if tokens is None:
        return None
    try:
        value = _Sum(tokens).value()
    except UnanswerableError as error:
        return str(error)
    except SyntaxError:
        return None
    said, is_exact = say_number(value)
    return f"That is {said}." if is_exact else f"That is about {said}."


def _tokens(expression: str) -> list[str] | None:
    text = with_digits(expression.translate(_SYMBOLS))
    for words, symbol in _WORDS:
        text = re.sub(rf"(?<![a-z])(?:{words})(?![a-z])" if symbol else rf"\b{words}", symbol, text)
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        tokens.append(found.group(1))
        at = found.end()
    is_number = all(token[-1].isdigit() for token in tokens if token != "-") and len(tokens) < 3
    return None if is_number else tokens


class _Sum:
    """One expression, by recursive descent. Raises SyntaxError where it is none."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def value(self) -> Fraction:
        result = self._sum()
        if self._at != len(self._tokens):
            raise SyntaxError
        return result

    def _take(self, *wanted: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return self._tokens[self._at - 1]
        return None

    def _sum(self) -> Fraction:
        result = self._product()
        while sign := self._take("+", "-"):
            right = self._product()
            result = _checked(result + right if sign == "+" else result - right)
        return result

    def _product(self) -> Fraction:
        result = self._signed()
        while sign := self._take("*", "/", "x"):
            right = self._signed()
            if sign == "/" and right == 0:
                raise UnanswerableError("Nothing can be divided by zero.")
            result = _checked(result / right if sign == "/" else result * right)
        return result

    def _signed(self) -> Fraction:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SyntaxError
        try:
            return -self._signed() if self._take("-") else self._power()
        finally:
            self._depth -= 1

    def _power(self) -> Fraction:
        result = self._share()
        return _power(result, self._signed()) if self._take("^", "**") else result

    def _share(self) -> Fraction:
        result = self._atom()
        if self._take("%"):
            result /= 100
            if not self._take("of"):
                raise SyntaxError  # "80 plus 10 percent" has two meanings
            return _checked(result * self._signed())
        if self._take("of"):
            return _checked(result * self._signed())
        return result

    def _atom(self) -> Fraction:
        if self._take("("):
            result = self._sum()
            if not self._take(")"):
                raise SyntaxError
            return result
        if root := self._take("sqrt", "cbrt"):
            return _root(self._signed(), 2 if root == "sqrt" else 3)
        if self._at == len(self._tokens) or not self._tokens[self._at][-1].isdigit():
            raise SyntaxError
        self._at += 1
        return Fraction(self._tokens[self._at - 1])


def _checked(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _LARGEST_BITS:
        raise UnanswerableError("That number is too large for me.")
    return value


def _power(number: Fraction, exponent: Fraction) -> Fraction:
    if number == 0 and exponent < 0:
        raise UnanswerableError("Nothing can be divided by zero.")
    if exponent.denominator != 1:
        return _broken_power(number, exponent)
    bits = max(number.numerator.bit_length(), number.denominator.bit_length())
    if abs(exponent) * bits > _LARGEST_BITS and abs(number) not in (0, 1):
        raise UnanswerableError("That number is too large for me.")
    if number in (0, 1, -1):
        return number ** int(exponent % 2 + 2 if exponent else 0)
    return Fraction(number ** int(exponent))


def _broken_power(number: Fraction, exponent: Fraction) -> Fraction:
    if number < 0:
        raise UnanswerableError("That has no real answer.")
    if number == 0:
        return number
    return _by_decimal(number, lambda base: base ** _decimal(exponent), exponent)


def _root(number: Fraction, degree: int) -> Fraction:
    if number < 0 and degree == 2:
        raise UnanswerableError("A negative number has no real square root.")
    size = abs(number)
    if size == 0:
        return size
    root = _by_decimal(size, lambda base: base ** (Decimal(1) / degree), Fraction(1, degree))
    nearest = root.limit_denominator(10**9)
    exact = nearest if nearest**degree == size else root
    return -exact if number < 0 else exact


def _by_decimal(
    number: Fraction, work_out: Callable[[Decimal], Decimal], exponent: Fraction
) -> Fraction:
    digits = abs(math.log10(number.numerator) - math.log10(number.denominator)) * float(
        abs(exponent)
    )
    if digits > _LARGEST_BITS / 4:
        raise UnanswerableError("That number is too large for me.")
    with localcontext() as context:
        context.prec = 40
        return Fraction(work_out(_decimal(number)))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
