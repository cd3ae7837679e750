"""The line below a message is whole at every width and size of letters, and so is its step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF

from desktop_app.ui.chat.message_footer import Footer
from desktop_app.ui.look import Look

SENTENCE = "No answer came within a minute. Your question was kept; try again."
FAILED = Footer(SENTENCE, "warning", "danger", "retry")


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("width", [300, 420, 680, 1200])
def test_the_step_stands_within_the_line(qapp, percent, width):
    look = Look(theme="light", text_percent=percent)
    box = QRectF(0, 0, width, FAILED.height(look, width))
    places = FAILED.places(look, box, is_right=False)
    assert box.contains(places.step)
    assert box.adjusted(0, 0, 3, 0).contains(places.words)
    assert not places.step.intersects(places.words)


def test_words_that_fit_stay_on_one_line(qapp):
    look = Look(theme="light")
    footer = Footer("Waiting to be sent", "clock")
    assert footer.places(look, QRectF(0, 0, 680, 26), is_right=True).is_one_line
    assert footer.height(look, 680) == 26


def test_large_letters_need_more_lines(qapp):
    small, large = (Look(theme="light", text_percent=percent) for percent in (100, 200))
    assert FAILED.height(large, 680) > 2 * FAILED.height(small, 680)
