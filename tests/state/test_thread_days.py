"""Headings of the thread list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop_app.state.thread_days import Day, Days

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "day"),
    [
        (timedelta(hours=-1), Day.TODAY),
        (timedelta(0), Day.TODAY),
        (timedelta(hours=12), Day.TODAY),
        (timedelta(hours=12, seconds=1), Day.YESTERDAY),
        (timedelta(hours=36), Day.YESTERDAY),
        (timedelta(hours=37), Day.WEEK),
        (timedelta(days=7, hours=12), Day.WEEK),
        (timedelta(days=7, hours=13), Day.MONTH),
        (timedelta(days=30, hours=12), Day.MONTH),
        (timedelta(days=30, hours=13), Day.OLDER),
    ],
)
def test_days_are_calendar_days(before, day):
    assert Days(NOON).of((NOON - before).timestamp()) is day
