"""Times that clients give."""

from __future__ import annotations

import pytest

from desktop_app.service.clock import now, past_time


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00.000000Z"),
        ("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00.000000Z"),
        ("2024-05-01 10:00:00.5", "2024-05-01T10:00:00.500000Z"),
        (1714557600, "2024-05-01T10:00:00.000000Z"),
    ],
)
def test_a_time_that_has_passed_is_taken(value, written):
    assert past_time(value) == written


def test_the_time_as_we_write_it_is_taken():
    at = now()
    assert past_time(at) == at


@pytest.mark.parametrize(
    "value", [None, "", "yesterday", "9999-01-01", "0001-01-01T00:00:00+14:00", 1e20, [], {}]
)
def test_anything_else_is_no_time(value):
    assert past_time(value) is None
