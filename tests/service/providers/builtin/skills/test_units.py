"""Conversions, spoken and typed."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.skills.units import _ALSO, _KNOWN, UnitConverter

_UNITS = UnitConverter()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how many kilometers are in ten miles", "10 miles is about 16.09 kilometers."),
        ("what is ten miles in kilometers", "10 miles is about 16.09 kilometers."),
        ("ten miles in kilometers", "10 miles is about 16.09 kilometers."),
        ("how many feet are there in a mile", "1 mile is 5280 feet."),
        ("how many ounces in a pound", "1 pound is 16 ounces."),
        ("how many kilometers is one mile", "1 mile is about 1.61 kilometers."),
        (
            "convert 72 fahrenheit to celsius",
            "72 degrees fahrenheit is about 22.22 degrees celsius.",
        ),
        ("minus forty celsius in fahrenheit", "-40 degrees celsius is -40 degrees fahrenheit."),
        ("10km to miles", "10 kilometers is about 6.21 miles."),
        ("what is 2.5 hours in minutes", "2.5 hours is 150 minutes."),
        ("what is 100 km/h in mph", "100 kilometers per hour is about 62.14 miles per hour."),
        ("two litres in pints", "2 liters is about 4.23 pints."),
        ("5 km in kilograms", "Kilometers and kilograms do not measure the same thing."),
        ("how many days are there until christmas", None),
        ("five apples in pears", None),
        ("how many people are in ten houses", None),
        ("what is my favorite color", None),
        ("", None),
    ],
)
def test_conversions_come_out_right(text, expected):
    assert _UNITS.answer(text) == expected


@pytest.mark.parametrize("unit", _KNOWN)
def test_every_known_unit_converts_to_itself(unit):
    assert _UNITS.answer(f"3 {unit} in {unit}") == f"3 {unit} is 3 {unit}."


def test_every_short_form_is_a_known_unit():
    assert set(_ALSO.values()) <= set(_KNOWN)
