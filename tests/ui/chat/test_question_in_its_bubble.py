"""Where the words and the mark of a question stand in its bubble."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from desktop_app.journal.records import MessageStatus, Role
from desktop_app.ui.chat.message_row import AFTER, MessageRow
from desktop_app.ui.chat.picture_shelf import PictureShelf
from desktop_app.ui.chat.player import Player
from desktop_app.ui.look import Look
from tests.fakes.ink import ink_of
from tests.ui.conftest import make_message


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_the_words_stand_in_the_middle(qapp, percent):
    look = Look(theme="light", text_percent=percent)
    row = MessageRow(look, make_message(1, "HIH", Role.USER), 400, PictureShelf())
    box = ink_of(lambda painter: row.paint(painter, QRectF(0, 0, 400, 200), None), 400, 200)
    below = row.height - look.scaled(AFTER) - 1 - box.bottom()
    assert abs(box.top() - below) <= 1 + look.scaled(1)


def test_the_wave_grows_with_the_letters(qapp):
    def wave(percent: int) -> tuple[int, int]:
        look = Look(theme="light", text_percent=percent)
        message = make_message(1, "Yes", Role.USER, speech_ms=3000, is_spoken=True)

        def paint(painter: QPainter) -> None:
            painter.setClipRect(0, 0, look.scaled(4 * 6), 100)
            Player(message, None).paint(painter, look, QRectF(0, 0, 300, look.scaled(18)))

        box = ink_of(paint, 300, 100)
        return box.width(), box.height()

    usual, twice = wave(100), wave(200)
    assert twice == pytest.approx((2 * usual[0], 2 * usual[1]), abs=3)


def test_what_was_said_has_its_bubble_and_is_played_before_its_words_are_known(qapp):
    look = Look(theme="light")
    said = make_message(
        1, "", Role.USER, status=MessageStatus.FAILED, is_spoken=True, speech_ms=3000,
        utterance_id="u", error="turn.not_understood",
    )  # fmt: skip
    row = MessageRow(look, said, 400, PictureShelf())
    [play] = [target for target in row.targets(0, row.height) if target.kind == "play"]
    assert play.value == "u"
    box = ink_of(lambda painter: row.paint(painter, QRectF(0, 0, 400, 200), None), 400, 200)
    assert play.box.top() <= box.top() < play.box.bottom() < row.footer_box().top()
    typed = MessageRow(look, make_message(2, "", Role.USER), 400, PictureShelf())
    assert typed.height < row.height
