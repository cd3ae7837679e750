"""The grid of pictures: what it asks for, and what it paints."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication

from desktop_app.ui.gallery.picture_grid import PictureGrid
from desktop_app.ui.look import Look
from tests.ui.gallery.conftest import record

PICTURES = tuple(record(number, prompt="A lighthouse") for number in range(200))
GROUND = 0xFFFFFFFF


class Supply(QObject):
    """Has every picture, and remembers what it was asked for."""

    arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[list[str]] = []
        self._image = QImage(8, 8, QImage.Format.Format_RGB32)
        self._image.fill(0xFF3060A0)

    def use_size(self, side: int, radius: float) -> None:
        """One picture is as good as another here."""

    def image(self, _path: str) -> QImage:
        return self._image

    def length_s(self, _path: str) -> float:
        return 0.0

    def want(self, paths: list[str], on_screen: int | None = None) -> None:
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


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_what_is_moved_by_scrolling_looks_as_if_it_was_painted_anew(grid, qtbot):
    grid.choose(6)
    grid.activateWindow()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus, timeout=2000)
    ringed = _on_screen(grid)
    grid.clearFocus()
    assert _on_screen(grid) != ringed
    grid.setFocus()
    assert _on_screen(grid) == ringed
    bar = grid.verticalScrollBar()
    for step in (40, 33, 300, -90, 40):
        bar.setValue(bar.value() + step)
        moved = _on_screen(grid)
        grid.viewport().update()
        assert _on_screen(grid) == moved


def test_scrolling_paints_only_what_comes_into_sight(grid, qtbot):
    painted = []
    grid.viewport().installEventFilter(watch := _Paints(grid, painted))
    _on_screen(grid)
    painted.clear()
    grid.verticalScrollBar().setValue(40)
    _on_screen(grid)
    assert [box.height() for box in painted] == [40]
    grid.viewport().removeEventFilter(watch)


def test_what_arrives_is_painted_and_nothing_else(grid, supply):
    painted = []
    grid.viewport().installEventFilter(watch := _Paints(grid, painted))
    _on_screen(grid)
    painted.clear()
    supply.arrived.emit(frozenset({PICTURES[0].path, PICTURES[1].path, "far/away.jpg"}))
    _on_screen(grid)
    assert painted == [grid.places.cell(0).united(grid.places.cell(1))]
    grid.viewport().removeEventFilter(watch)


class _Paints(QObject):
    def __init__(self, parent: QObject, painted: list[QRect]) -> None:
        super().__init__(parent)
        self._painted = painted

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QPaintEvent):
            self._painted.append(event.rect())
        return False


def _on_screen(grid: PictureGrid) -> QImage:
    """What the window shows once it has painted what it was asked to."""
    QApplication.sendEvent(grid.window(), QEvent(QEvent.Type.UpdateRequest))
    shown = grid.window().backingStore().paintDevice()
    assert isinstance(shown, QImage)
    return shown.copy()


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


def test_the_length_of_a_video_is_read_out(grid, supply):
    film = record(900, mime_type="video/mp4")
    supply.length_s = lambda _path: 8.0
    grid.show_pictures((film,), 1)
    assert grid.spoken_part(0).name.endswith(", 0:08")
    grid.choose(0)
    assert grid.accessibleDescription().endswith(", 0:08")
