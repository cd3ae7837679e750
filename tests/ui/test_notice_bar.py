"""A notice and the button in it share what is to be said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.ui.notice_bar import NoticeBar

SAID = "The reply could not be finished. What had arrived was kept"


@pytest.mark.parametrize(("action", "said"), [("retry", f"{SAID}."), ("", f"{SAID}; try again.")])
def test_the_step_is_said_once(qtbot, look, action, said):
    window = QWidget()
    qtbot.addWidget(window)
    bar = NoticeBar(look, window)
    bar.show_notices((Notice(NoticeLevel.ERROR, "reply.failed", action=action),))
    assert bar.sentence == said
    assert bar.accessibleDescription() == f"{SAID}; try again."
    assert bar._step.text() == ("Try again" if action else "")


def test_the_words_of_the_service_are_there_to_be_read_and_all_can_be_copied(qtbot, look):
    window = QWidget()
    qtbot.addWidget(window)
    bar = NoticeBar(look, window)
    bar.show_notices((Notice(NoticeLevel.ERROR, "http.402", {"message": "No credits left."}),))
    assert "No credits left." not in bar.sentence
    assert bar._words.toolTip() == "No credits left."
    assert bar._words.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert bar._words.focusPolicy() is Qt.FocusPolicy.NoFocus
    bar.show_notices((Notice(NoticeLevel.ERROR, "odd.code", {"message": "Own words."}),))
    assert (bar.sentence, bar._words.toolTip()) == ("Own words.", "")
