"""Numbers are written as the chosen language writes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QLocale

from desktop_app.protocol.events import Usage
from desktop_app.protocol.service_calls import ModelRow
from desktop_app.ui.numbers import decimal, file_size, money, price, short, whole
from desktop_app.ui.panels.amounts import context_words, day, price_words
from desktop_app.ui.side import turn_words

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture
def french() -> Iterator[None]:
    before = QLocale(QLocale().name())  # QLocale() itself would change with the default
    QLocale.setDefault(QLocale("fr"))
    yield
    QLocale.setDefault(before)


def test_numbers_in_french(french):
    assert whole(8192) == f"8{THIN}192"
    assert (decimal(2.5), short(1.04), short(1.25), decimal(3, 2)) == ("2,5", "1", "1,2", "3,00")
    assert money(0.0042) == "0,0042\N{NO-BREAK SPACE}$"


def test_places_with_numbers_in_french(french):
    model = ModelRow("x", "y", context=1_500_000, input_usd=0.25, output_usd=10.0)
    assert price_words(model) == "$0,25 in, $10 out"
    assert context_words(model.context) == "1,5M tokens"
    assert file_size(3 << 19) == "1,5 Mo"
    usage = Usage(input_tokens=10, context_used_tokens=4096, context_limit_tokens=8192)
    assert turn_words.context_words(usage).endswith(f"of 8{THIN}192")


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        *((0, "0 bytes"), (1, "1 byte"), (900, "900 bytes"), (2048, "2 kB"), (3 << 20, "3 MB")),
        *((3 << 19, "1.5 MB"), (256 << 20, "256 MB"), (3 << 30, "3 GB")),
    ],
)
def test_sizes_are_said_as_people_say_them(size_bytes, said):
    assert file_size(size_bytes) == said


@pytest.mark.parametrize(
    "model",
    [
        ModelRow("builtin", "responder", input_usd=0.0, output_usd=0.0),
        ModelRow("builtin", "drawing", kind="image", unit_usd=0.0),
    ],
)
def test_what_costs_nothing_is_free(model):
    assert price_words(model) == "free"
    assert money(0) == "free"


@pytest.mark.parametrize(
    ("dollars", "said"), [(2, "2"), (1.1, "1.10"), (0.3, "0.30"), (0.075, "0.075"), (15.0, "15")]
)
def test_prices_have_two_digits_for_cents_or_as_many_as_they_need(dollars, said):
    assert price(dollars) == said


def test_a_day_has_its_year_if_that_is_another_one():
    now = datetime.now().astimezone()
    assert str(now.year) not in day(now.isoformat())
    assert "1999" in day("1999-05-03T12:00:00+00:00")
    assert day("no day") == day(None) == ""
