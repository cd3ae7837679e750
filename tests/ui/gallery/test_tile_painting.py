"""A video's tile says how long it is, and nothing on it covers anything else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from desktop_app.ui.gallery.play_sign import paint_length, sign_side
from desktop_app.ui.gallery.tile_painting import paint_tile
from desktop_app.ui.look import Look
from tests.ui.gallery.conftest import record

VIDEO = record(1, mime_type="video/mp4", path="pictures/1.mp4")


def painted(look: Look, side: int, image: QImage | None, length: str = "") -> QImage:
    seen = QImage(side, side, QImage.Format.Format_RGB32)
    seen.fill(look.colour("background"))
    painter = QPainter(seen)
    paint_tile(painter, QRect(0, 0, side, side), look, VIDEO, image, length)
    painter.end()
    return seen


def pill_in(look: Look, side: int, words: str) -> QRectF:
    ground = QImage(side, side, QImage.Format.Format_RGB32)
    painter = QPainter(ground)
    pill = paint_length(painter, QRectF(0, 0, side, side), look, words)
    painter.end()
    return pill


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("side", [90, 110, 140, 166, 240, 400])
def test_the_length_stands_in_a_corner_below_the_sign_or_not_at_all(qapp, side, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    box, pill = QRectF(0, 0, side, side), pill_in(look, side, "10:48")
    assert pill.isNull() or box.contains(pill)
    assert pill.isNull() or pill.top() >= (side + sign_side(box, look)) / 2
    assert not pill.isNull() or side < 166 * look.text_scale
    assert (painted(look, side, None) == painted(look, side, None, "10:48")) == pill.isNull()


@pytest.mark.parametrize("side", [110, 166, 300])
def test_that_there_is_no_preview_is_said_beside_the_length(look, side):
    none = QImage()
    pill = pill_in(look, side, "0:04").toAlignedRect()
    assert painted(look, side, none, "0:04").copy(pill) == painted(look, side, None, "0:04").copy(
        pill
    )
    if side > 110:
        assert painted(look, side, none, "0:04") != painted(look, side, None, "0:04")
