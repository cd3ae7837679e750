"""A goal of the performance page is kept by its ratio to the floor, on any machine."""

from __future__ import annotations

import pytest

from tests.benchmarks.figures import PageGoal

GOAL = PageGoal(most=40, floor=16)


@pytest.mark.parametrize(
    ("measured", "floor", "is_met"),
    [(40, 16, True), (41, 16, False), (80, 32, True), (39, 15, False)],
)
def test_a_goal_of_the_page_is_judged_by_its_ratio(measured, floor, is_met):
    assert GOAL.is_met(measured, floor) is is_met


def test_a_goal_says_its_ratio_and_the_times_it_comes_from():
    assert GOAL.said("us") == "<= 2.50x the floor (40 of 16 us there)"
