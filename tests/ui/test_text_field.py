"""The outline of fields says where the keys go, and their icons grow with the letters."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop_app.ui.look import Look
from desktop_app.ui.panels.fields import LineField
from desktop_app.ui.panels.fields import TextField as PageField
from desktop_app.ui.settings.keys_card import KeyField
from desktop_app.ui.text_field import TextField, icon_room


@pytest.fixture
def parent(qtbot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(300, 200)
    parent.show()
    parent.activateWindow()
    qtbot.waitUntil(parent.isActiveWindow)
    return parent


@pytest.mark.parametrize(
    "make",
    [
        TextField,
        lambda look, parent: LineField(look, parent, "Search", icon="search"),
        lambda look, parent: PageField(look, parent, "What it is told"),
    ],
)
def test_every_field_has_an_outline_that_tells_the_keys(parent, qtbot, make):
    look = Look(theme="light")
    field = make(look, parent)
    field.resize(200, 80)
    field.show()
    edge = field.grab().toImage().pixelColor(100, 0)
    field.setFocus()
    assert edge.lightness() < look.colour("line").lightness()
    assert field.grab().toImage().pixelColor(100, 0) == look.colour("accent")


def test_words_begin_behind_an_icon_that_grows_with_the_letters(parent):
    usual, large = (Look(theme="light", text_percent=percent) for percent in (100, 200))
    assert icon_room(large) == icon_room(usual) + 16
    field = TextField(large, parent, icon="search")
    assert field.textMargins().left() == icon_room(large)
    assert field.minimumHeight() > 32


def test_the_cross_of_a_key_field_grows_with_the_letters(parent):
    def side(percent: int) -> int:
        field = KeyField(Look(theme="light", text_percent=percent), parent)
        (cross,) = field.findChildren(QAction)
        picture = cross.icon().pixmap(32, 32).toImage()
        inked = [x for x in range(32) for y in range(32) if picture.pixelColor(x, y).alpha() > 99]
        return max(inked) - min(inked) + 1

    assert side(200) == pytest.approx(2 * side(100), abs=2)
