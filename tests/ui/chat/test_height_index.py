"""Tops and rows, against the plain sum."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.chat.height_index import HeightIndex

HEIGHTS = st.lists(st.integers(1, 500), min_size=1, max_size=60)


@given(HEIGHTS)
def test_tops_are_the_sums_of_what_is_above(heights: list[int]):
    index = HeightIndex(heights)
    assert [index.top(row) for row in range(len(heights) + 1)] == [0, *accumulate(heights)]


@given(HEIGHTS, st.data())
def test_a_row_is_found_from_any_of_its_points(heights: list[int], data: st.DataObject):
    index = HeightIndex(heights)
    row = data.draw(st.integers(0, len(heights) - 1))
    inside = data.draw(st.integers(0, heights[row] - 1))
    assert index.row_at(index.top(row) + inside) == row


@given(HEIGHTS, st.data())
def test_a_changed_height_moves_what_is_below(heights: list[int], data: st.DataObject):
    index = HeightIndex(heights)
    row = data.draw(st.integers(0, len(heights) - 1))
    height = data.draw(st.integers(1, 900))
    assert index.set_height(row, height) == height - heights[row]
    changed = [*heights[:row], height, *heights[row + 1 :]]
    assert index.heights() == tuple(changed)
    assert index.total == sum(changed)


def test_points_outside_give_the_nearest_row():
    index = HeightIndex([10, 10])
    assert (index.row_at(-5), index.row_at(99)) == (0, 1)
    assert HeightIndex().row_at(0) == -1


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(0, 40), st.lists(st.integers(0, 50)))
def test_rows_are_added_and_taken_at_the_end(heights: list[int], keep: int, more: list[int]):
    index = HeightIndex(heights)
    index.truncate(min(keep, len(heights)))
    for height in more:
        index.append(height)
    expected = HeightIndex([*heights[:keep], *more])
    assert index.heights() == expected.heights()
    assert [index.top(row) for row in range(len(index) + 1)] == [
        expected.top(row) for row in range(len(index) + 1)
    ]
    assert [index.row_at(y) for y in range(0, 400, 7)] == [
        expected.row_at(y) for y in range(0, 400, 7)
    ]
