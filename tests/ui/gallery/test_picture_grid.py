"""The grid of pictures: what it asks for, and what it paints."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.look import Look
from tests.ui.gallery.conftest import record

PICTURES = tuple(record(number, prompt="A lighthouse") for number in range(200))
GROUND = 0xFFFFFFFF


class Supply(QObject):
    """Has every picture, and remembers what it was asked for."""

    arrived = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[list[str]] = []
        self._image = QImage(8, 8, QImage.Format.Format_RGB32)
        self._image.fill(0xFF3060A0)

    def use_size(self, side: int, radius: float) -> None:
        """One picture is as good as another here."""

    def image(self, _path: str) -> QImage:
        return self._image

    def want(self, paths: list[str]) -> None:
        self.wanted.append(paths)


@pytest.fixture
def supply(qapp) -> Supply:
    return Supply()


@pytest.fixture
def grid(qtbot, supply) -> PictureGrid:
    grid = PictureGrid(Look(theme="light", is_calm=True), None, supply)
    qtbot.addWidget(grid)
    grid.resize(800, 600)
    grid.show()
    grid.show_pictures(PICTURES, len(PICTURES))
    return grid


def test_what_is_in_sight_is_asked_for_first(grid, supply):
    seen = grid.places.visible(0, grid.viewport().height())
    assert supply.wanted[-1][: len(seen)] == [PICTURES[number].path for number in seen]
    assert len(supply.wanted[-1]) > len(seen)


def test_nothing_is_asked_for_again_while_the_same_rows_are_in_sight(grid, supply):
    before = len(supply.wanted)
    for value in range(1, 10):
        grid.verticalScrollBar().setValue(value)
    assert len(supply.wanted) == before
    grid.verticalScrollBar().setValue(2000)
    assert len(supply.wanted) == before + 1


def test_other_pictures_in_the_same_places_are_asked_for(grid, supply):
    grid.show_pictures(PICTURES[100:], 100)
    assert supply.wanted[-1][0] == PICTURES[100].path


@pytest.mark.parametrize("is_mirrored", [False, True])
def test_the_words_stand_below_their_picture_on_its_side(grid, is_mirrored):
    if is_mirrored:
        grid.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    box = grid.places.picture(0)
    image = QImage(grid.viewport().size(), QImage.Format.Format_RGB32)
    image.fill(GROUND)
    grid.viewport().render(image)
    inked = [
        x
        for x in range(box.left(), box.right() + 1)
        for y in range(box.bottom() + 2, box.bottom() + grid.places.foot)
        if image.pixelColor(x, y).lightness() < 160
    ]
    is_near = (box.right() - max(inked) if is_mirrored else min(inked) - box.left()) < 6
    assert is_near
    assert max(inked) - min(inked) < box.width() * 0.75
