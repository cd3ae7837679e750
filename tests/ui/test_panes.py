"""Where the panes stand."""

from __future__ import annotations

from PySide6.QtCore import QSize

from desktop_app.ui.panes import LEFT, MOST_LEFT, RIGHT, Widths, lay_out_panes


def test_three_panes_share_a_wide_window():
    panes = lay_out_panes(QSize(1280, 800), Widths(), is_left_open=True, is_right_open=True)
    assert panes.left.width() + panes.centre.width() + panes.right.width() == 1280
    assert (panes.left.width(), panes.right.width()) == (LEFT, RIGHT)
    assert panes.centre.left() == LEFT
    assert not panes.is_overlay


def test_closed_sides_give_their_room_to_the_conversation():
    panes = lay_out_panes(QSize(1280, 800), Widths(), is_left_open=False, is_right_open=False)
    assert panes.centre.width() == 1280


def test_a_narrow_window_keeps_the_conversation_whole():
    panes = lay_out_panes(QSize(760, 520), Widths(), is_left_open=True, is_right_open=False)
    assert panes.is_overlay
    assert panes.centre.width() == 760
    assert panes.left.width() == LEFT


def test_the_conversation_never_gets_less_than_it_needs():
    panes = lay_out_panes(
        QSize(900, 600), Widths(MOST_LEFT, 460), is_left_open=True, is_right_open=True
    )
    assert panes.centre.width() >= 420
    assert panes.left.width() == MOST_LEFT


def test_a_side_cannot_be_dragged_beyond_its_bounds():
    panes = lay_out_panes(QSize(1280, 800), Widths(5000, 0), is_left_open=True, is_right_open=False)
    assert panes.left.width() == MOST_LEFT


def test_large_letters_get_wider_sides_and_the_whole_window_sooner():
    size = QSize(1024, 700)
    usual = lay_out_panes(size, Widths(), is_left_open=True, is_right_open=False)
    large = lay_out_panes(size, Widths(), is_left_open=True, is_right_open=False, text_scale=2)
    assert not usual.is_overlay
    assert large.is_overlay
    assert large.left.width() == 2 * usual.left.width()
    assert large.centre.width() == 1024


def test_a_side_never_hides_the_whole_conversation():
    panes = lay_out_panes(
        QSize(760, 520), Widths(MOST_LEFT), is_left_open=True, is_right_open=False, text_scale=2
    )
    assert panes.left.width() < 760
