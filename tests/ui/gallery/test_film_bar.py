"""A video plays by the clock, stops where it is told to, and can be sought in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.protocol.motion_jpeg import Frame, MotionJpeg
from desktop_app.ui.gallery.film_bar import FilmBar

FILM = MotionJpeg(64, 48, 0.1, tuple(Frame(1 + n, 1) for n in range(30)))


class Clock:
    def __init__(self) -> None:
        self.s = 50.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bar(qtbot, look, clock: Clock) -> Iterator[FilmBar]:
    window = QWidget()
    qtbot.addWidget(window)
    made = FilmBar(look, window, clock)
    made.resize(400, 40)
    window.show()
    made.wanted = []
    made.frame_wanted.connect(made.wanted.append)
    made.show_film(FILM)
    yield made
    window.close()


def test_time_runs_to_the_right_in_every_language(qtbot, look):
    page = QWidget()
    qtbot.addWidget(page)
    page.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    bar = FilmBar(look, page)
    assert bar.seek.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert not bar.is_within


def test_frames_come_when_they_are_due_and_late_ones_are_left_out(bar: FilmBar, clock: Clock):
    bar.play()
    assert bar.is_playing
    for passed in (0.1, 0.1, 0.5):
        clock.s += passed + 0.001
        bar._on_time()
    assert bar.wanted == [1, 2, 7]
    assert bar._clock.text == "0:00 / 0:03"
    clock.s += 1
    bar._on_time()
    assert bar._clock.text == "0:01 / 0:03"


def test_it_ends_at_its_last_frame_and_begins_anew(bar: FilmBar, clock: Clock):
    bar.play()
    clock.s += 60
    bar._on_time()
    assert (bar.is_playing, bar.frame, bar.wanted[-1]) == (False, 29, 29)
    assert not bar.is_within
    assert bar._clock.text == "0:03 / 0:03"
    bar.play()
    assert bar.is_playing
    assert bar.wanted[-1] == 0


def test_it_stops_where_it_is_and_goes_on_from_there(qtbot, bar: FilmBar, clock: Clock):
    told = []
    bar.played.connect(told.append)
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    clock.s += 1.01
    bar._on_time()
    assert bar.button.accessibleName() == "Pause"
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert (bar.is_playing, bar.frame) == (False, 10)
    assert bar.is_within
    assert bar.button.accessibleName() == "Play"
    clock.s += 100
    bar.toggle()
    clock.s += 0.11
    bar._on_time()
    assert bar.frame == 11
    assert told == [True, False, True]


def test_time_itself_brings_the_frames(qtbot, bar: FilmBar, clock: Clock):
    bar.play()
    clock.s += 0.25
    qtbot.waitUntil(lambda: bar.wanted == [2], timeout=2000)


def test_it_is_sought_by_keys_and_by_a_press_anywhere(qtbot, bar: FilmBar):
    qtbot.keyClick(bar.seek, Qt.Key.Key_PageUp)
    assert bar.wanted == [10], "a second on"
    assert bar.seek.accessibleDescription() == "0:01 / 0:03"
    place = QPoint(bar.seek.width() - 2, bar.seek.height() // 2)
    qtbot.mouseClick(bar.seek, Qt.MouseButton.LeftButton, pos=place)
    assert bar.wanted[-1] == 29
    qtbot.keyClick(bar.seek, Qt.Key.Key_Home)
    assert bar.wanted[-1] == 0


def test_what_is_sought_while_it_plays_goes_on_from_there(bar: FilmBar, clock: Clock):
    bar.play()
    bar.seek.setValue(20)
    clock.s += 0.21
    bar._on_time()
    assert bar.frame == 22


def test_in_mirrored_windows_it_begins_at_the_right(qtbot, bar: FilmBar):
    bar.seek.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.mouseClick(bar.seek, Qt.MouseButton.LeftButton, pos=QPoint(2, 10))
    assert bar.frame == 29


def test_another_video_begins_at_its_beginning(bar: FilmBar):
    bar.seek.setValue(20)
    bar.play()
    bar.show_film(None)
    assert not bar.is_playing
    assert bar.isHidden()
    bar.play()
    assert not bar.is_playing
    bar.show_film(FILM)
    assert (bar.frame, bar.isHidden()) == (0, False)


def test_a_video_of_less_than_a_second_ends_where_it_is_said_to_end(bar: FilmBar, clock: Clock):
    bar.show_film(MotionJpeg(64, 48, 0.1, FILM.frames[:8]))
    assert bar._clock.text == "0:00 / 0:01"
    bar.play()
    clock.s += 60
    bar._on_time()
    assert bar._clock.text == "0:01 / 0:01"
