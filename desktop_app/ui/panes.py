"""Where the three panes of the window stand, for a size and what is open."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QSettings, QSize

NARROW = 900  # below this width the sides lie over the conversation
LEFT, RIGHT = 264, 284
LEAST_LEFT, MOST_LEFT = 200, 420
LEAST_RIGHT, MOST_RIGHT = 240, 460
_LEAST_CENTRE = 420
HANDLE = 8
_SEEN = 96  # of the conversation beside what lies over it


class Panes(NamedTuple):
    """Places in the window; an empty rectangle is a closed pane."""

    left: QRect
    centre: QRect
    right: QRect
    left_handle: QRect
    right_handle: QRect
    is_overlay: bool


class Widths(NamedTuple):
    """How wide the sides were made, px."""

    left: int = LEFT
    right: int = RIGHT


def remembered_widths(memory: QSettings) -> Widths:
    """As they were kept; what is no number counts as never made."""
    return Widths(_kept(memory, "left", LEFT), _kept(memory, "right", RIGHT))


def _kept(memory: QSettings, key: str, default: int) -> int:
    try:
        return int(str(memory.value(key, default)))
    except ValueError:
        return default


def lay_out_panes(
    size: QSize,
    widths: Widths,
    *,
    is_left_open: bool,
    is_right_open: bool,
    text_scale: float = 1.0,
) -> Panes:
    """Divide the window: sides beside the conversation, or over it when it is narrow.

    Args:
        size: Of the window.
        text_scale: How large the letters are: large ones need wider sides, and the whole window
            for the conversation sooner.
    """
    width, height = size.width(), size.height()
    is_overlay = width < NARROW * text_scale
    left = _within(widths.left, LEAST_LEFT, MOST_LEFT) if is_left_open else 0
    right = _within(widths.right, LEAST_RIGHT, MOST_RIGHT) if is_right_open else 0
    left, right = (min(width - _SEEN, round(side * text_scale)) for side in (left, right))
    if is_overlay:
        centre = QRect(0, 0, width, height)
    else:
        right = max(0, min(right, width - left - _LEAST_CENTRE))
        centre = QRect(left, 0, width - left - right, height)
    return Panes(
        QRect(0, 0, left, height),
        centre,
        QRect(width - right, 0, right, height),
        QRect(left - HANDLE // 2, 0, HANDLE if left else 0, height),
        QRect(width - right - HANDLE // 2, 0, HANDLE if right else 0, height),
        is_overlay,
    )


def _within(width: int, least: int, most: int) -> int:
    return max(least, min(most, width))
