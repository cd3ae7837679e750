"""A button is as wide as its words, however loud it says them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look
from tests.fakes.ink import dark_in
from tests.ui.test_look import contrast


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("tone", [Tone.OUTLINE, Tone.ACCENT])
def test_words_keep_their_distance_from_the_edge(qtbot, percent, tone):
    parent = QWidget()
    qtbot.addWidget(parent)
    button = Button(
        Look(theme="light", text_percent=percent),
        parent,
        text="Use this model from now on",
        tone=tone,
    )
    button.resize(button.sizeHint())
    picture = button.grab().toImage()
    if tone is Tone.ACCENT:
        picture.invertPixels()
    inner = picture.rect().adjusted(4, 4, -4, -4)
    words = dark_in(picture, inner)
    assert words.left() >= 9
    assert picture.width() - 1 - words.right() >= 9


def test_the_chosen_one_of_several_has_a_mark_where_its_line_ends(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    choice = Button(look, parent, text="This computer", tone=Tone.CHOICE)
    choice.setCheckable(True)
    choice.resize(300, 40)

    def inks() -> list[bool]:
        """Whether anything is painted where lines end, and in the middle."""
        image = choice.grab().toImage()
        columns = (range(265, 292), range(130, 170))
        grounds = image.pixel(240, 20)
        return [any(image.pixel(x, 20) != grounds for x in each) for each in columns]

    assert inks() == [False, False]
    choice.setChecked(True)
    assert inks()[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tone", list(Tone))
def test_bar_54_the_focus_is_seen_on_every_kind_of_button(qtbot, theme, tone):
    look = Look(theme=theme, is_calm=True)
    parent = QWidget()
    parent.setPalette(QPalette(look.colour("background")))
    qtbot.addWidget(parent)
    button = Button(look, parent, text="Next", tone=tone)
    button.resize(button.sizeHint())
    before = button.grab().toImage()
    ground = before.pixelColor(button.width() // 2, 4)
    parent.move(300, 300)  # away from the mouse
    with qtbot.waitActive(parent):
        parent.show()
        parent.activateWindow()
    parent.setFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    after = button.grab().toImage()
    changed = [
        after.pixelColor(x, y)
        for x in range(after.width())
        for y in range(after.height())
        if after.pixel(x, y) != before.pixel(x, y)
    ]
    seen = [one for one in changed if contrast(one.name(), ground.name()) >= 3]
    assert len(seen) >= button.fontMetrics().horizontalAdvance("Next")


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_presses_it_as_space_does(look, qtbot, key):
    parent = QWidget()
    qtbot.addWidget(parent)
    button = Button(look, parent, text="Add")
    parent.show()
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, key)
