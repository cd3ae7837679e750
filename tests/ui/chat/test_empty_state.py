"""The empty conversation, in whatever room there is for it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from desktop_app.ui.chat.empty_state import ExampleCard, Invitation
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look


@pytest.fixture
def parent(qtbot):
    found = QWidget()
    qtbot.addWidget(found)
    found.resize(760, 520)
    found.show()
    return found


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
@pytest.mark.parametrize("percent", [100, 150, 200])
def test_what_there_is_no_room_for_is_left_out_and_nothing_is_cut(parent, qapp, percent):
    invitation = Invitation(Look(theme="light", is_calm=True, text_percent=percent), parent)
    whole, counts = invitation.sizeHint().height(), []
    for height in range(whole + 40, 0, -17):
        invitation.setGeometry(0, 0, 760, height)
        invitation.show()
        qapp.processEvents()
        shown = [
            part
            for kind in (Label, ExampleCard)
            for part in invitation.findChildren(kind)
            if part.isVisible()
        ]
        for part in shown:
            top = part.mapTo(invitation, part.rect().topLeft()).y()
            assert part.height() >= part.sizeHint().height()
            assert top >= 0
            assert top + part.height() <= height
        assert invitation.sizeHint().height() == whole
        counts.append(len(shown))
    assert counts[0] == 7
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 0
