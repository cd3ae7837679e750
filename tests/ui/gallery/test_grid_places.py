"""Cells in rows: nothing overlaps, nothing is outside, and what is hit is what is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint

from desktop_app.ui.gallery.grid_places import GridPlaces, grid_places


def places(total: int, width: int, *, is_mirrored: bool = False) -> GridPlaces:
    return grid_places(total, width, wish=176, foot=20, margin=20, is_mirrored=is_mirrored)


@given(
    st.integers(1, 60),
    st.integers(60, 2600),
    st.booleans(),
    st.integers(0, 400),
    st.integers(1, 900),
)
def test_every_picture_is_hit_where_it_stands(total, width, is_mirrored, top, height):
    grid = places(total, width, is_mirrored=is_mirrored)
    seen = grid.visible(top, height)
    for number in range(total):
        cell = grid.cell(number)
        assert grid.at(cell.center()) == number
        assert 20 <= cell.left() <= cell.right() < width - 19
        is_on_screen = cell.bottom() >= top and cell.top() < top + height
        assert not is_on_screen or number in seen
    assert grid.cell(total - 1).bottom() < grid.height


@pytest.mark.parametrize(
    "point", [QPoint(5, 30), QPoint(300, 3), QPoint(300, 5000), QPoint(-9, -9)]
)
def test_beside_the_pictures_nothing_is_hit(point: QPoint):
    assert places(5, 800).at(point) == -1


def test_the_first_picture_stands_on_the_right_where_people_read_from_there():
    assert places(5, 800).picture(0).left() == 20
    assert places(5, 800, is_mirrored=True).picture(0).right() == 800 - 21


def test_what_is_on_screen_of_many_is_few():
    grid = places(10_000, 1000)
    assert len(grid.visible(grid.height // 2, 800)) < 60
    assert list(places(0, 1000).visible(0, 800)) == []
    assert places(0, 1000).height == 0
