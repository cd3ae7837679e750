"""Converts units: only those that it knows by name, from parts that were parsed."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from desktop_app.service.providers.builtin.skills.numbers_in_words import say_number, with_digits

# Spoken plural: singular, name in pint.
_KNOWN: dict[str, tuple[str, str]] = {
    "kilometers": ("kilometer", "kilometer"), "meters": ("meter", "meter"),
    "centimeters": ("centimeter", "centimeter"), "millimeters": ("millimeter", "millimeter"),
    "miles": ("mile", "mile"), "yards": ("yard", "yard"), "feet": ("foot", "foot"),
    "inches": ("inch", "inch"), "nautical miles": ("nautical mile", "nautical_mile"),
    "light years": ("light year", "light_year"),
    "kilograms": ("kilogram", "kilogram"), "grams": ("gram", "gram"),
    "milligrams": ("milligram", "milligram"), "pounds": ("pound", "pound"),
    "ounces": ("ounce", "ounce"), "stones": ("stone", "stone"), "tonnes": ("tonne", "tonne"),
    "liters": ("liter", "liter"), "milliliters": ("milliliter", "milliliter"),
    "gallons": ("gallon", "gallon"), "quarts": ("quart", "quart"), "pints": ("pint", "pint"),
    "cups": ("cup", "cup"), "tablespoons": ("tablespoon", "tablespoon"),
    "teaspoons": ("teaspoon", "teaspoon"), "fluid ounces": ("fluid ounce", "fluid_ounce"),
    "seconds": ("second", "second"), "minutes": ("minute", "minute"), "hours": ("hour", "hour"),
    "days": ("day", "day"), "weeks": ("week", "week"),
    "degrees celsius": ("degree celsius", "degC"),
    "degrees fahrenheit": ("degree fahrenheit", "degF"), "kelvin": ("kelvin", "kelvin"),
    "kilometers per hour": ("kilometer per hour", "kilometer/hour"),
    "miles per hour": ("mile per hour", "mile/hour"), "knots": ("knot", "knot"),
    "meters per second": ("meter per second", "meter/second"),
    "acres": ("acre", "acre"), "hectares": ("hectare", "hectare"),
    "square meters": ("square meter", "meter**2"), "square feet": ("square foot", "foot**2"),
    "square miles": ("square mile", "mile**2"),
    "square kilometers": ("square kilometer", "kilometer**2"),
    "bytes": ("byte", "byte"), "kilobytes": ("kilobyte", "kilobyte"),
    "megabytes": ("megabyte", "megabyte"), "gigabytes": ("gigabyte", "gigabyte"),
    "terabytes": ("terabyte", "terabyte"),
    "joules": ("joule", "joule"), "calories": ("calorie", "calorie"),
    "kilocalories": ("kilocalorie", "kilocalorie"), "watts": ("watt", "watt"),
    "kilowatts": ("kilowatt", "kilowatt"), "horsepower": ("horsepower", "horsepower"),
}  # fmt: skip
_ALSO = {
    "km": "kilometers", "m": "meters", "cm": "centimeters", "mm": "millimeters", "mi": "miles",
    "ft": "feet", "yd": "yards", "kg": "kilograms", "kilos": "kilograms", "kilo": "kilograms",
    "g": "grams", "lb": "pounds", "lbs": "pounds", "oz": "ounces", "l": "liters",
    "ml": "milliliters", "celsius": "degrees celsius", "centigrade": "degrees celsius",
    "fahrenheit": "degrees fahrenheit", "c": "degrees celsius", "f": "degrees fahrenheit",
    "°c": "degrees celsius", "°f": "degrees fahrenheit", "km/h": "kilometers per hour",
    "kph": "kilometers per hour", "mph": "miles per hour", "kb": "kilobytes", "mb": "megabytes",
    "gb": "gigabytes", "tb": "terabytes", "kelvins": "kelvin", "stone": "stones", "ton": "tonnes",
    "tons": "tonnes", "degrees centigrade": "degrees celsius",
}  # fmt: skip
_NUMBER = r"(?P<number>-?\d+(?:\.\d+)?|an?)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"how many (?P<target>.+?) (?:are|is|make)?(?: there)? ?(?:in )?"
        rf"{_NUMBER} (?P<unit>.+)",
        r"(?:convert |what is |what's |how much is |how much are |what are )?"
        rf"{_NUMBER} ?(?P<unit>.+?) (?:to|into|in|as) (?P<target>.+)",
    )
)


class UnitConverter:
    """Answers questions about units. The first answer loads pint, 0.2 s: not on the event loop."""

    def __init__(self) -> None:
        self._registry: Any = None

    def answer(self, text: str) -> str | None:
        """A sentence with the conversion, or None when ``text`` asks for none.

        Args:
            text: Lower case, without punctuation at its end.
        """
        text = re.sub(r"\bminus (?=\d)", "-", with_digits(text[:200]).replace("metre", "meter"))
        for form in _FORMS:
            if found := form.fullmatch(text.replace("litre", "liter")):
                unit, target = _named(found["unit"]), _named(found["target"])
                if unit and target:
                    number = found["number"]
                    return self._convert(
                        Fraction(1 if number in ("a", "an") else number), unit, target
                    )
        return None

    def load(self) -> None:
        """Load pint and its definitions, once; 0.2 s."""
        import pint

        self._registry = self._registry or pint.UnitRegistry()

    def _convert(self, number: Fraction, unit: str, target: str) -> str:
        import pint  # here, because it takes 0.2 s

        self.load()
        try:
            quantity = self._registry.Quantity(float(number), _KNOWN[unit][1])
            result = float(quantity.to(_KNOWN[target][1]).magnitude)
        except pint.DimensionalityError:
            return f"{unit.capitalize()} and {target} do not measure the same thing."
        except OverflowError:
            return "That number is too large for me."
        said, is_exact = say_number(Fraction(f"{result:.10g}"))
        given, _ = say_number(number)
        about = "" if is_exact else "about "
        return f"{given} {_counted(unit, given)} is {about}{said} {_counted(target, said)}."


def _named(spoken: str) -> str | None:
    spoken = _ALSO.get(spoken, spoken)
    if spoken in _KNOWN:
        return spoken
    return next((plural for plural, (one, _) in _KNOWN.items() if one == spoken), None)


def _counted(unit: str, number: str) -> str:
    return _KNOWN[unit][0] if number == "1" else unit
