"""A notice and the button in it share what is to be said."""

from __future__ import annotations

import pytest
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
