"""What screen readers are told of what the window paints itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.journal.records import PictureRecord, Role
from desktop_app.link.messages import Phase, PhaseChanged
from desktop_app.ui.gallery.picture_canvas import PictureCanvas
from desktop_app.ui.keys_page import KeyCap
from desktop_app.ui.models.model_filters import ModelFilters
from desktop_app.ui.settings.microphone_card import LevelBar
from tests.ui.conftest import make_message


def told(widget: QWidget) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


def named(whole: QAccessibleInterface) -> list[tuple[str, str]]:
    """Role and name of every child that has a name."""
    children = [whole.child(number) for number in range(whole.childCount())]
    return [
        (child.role().name, child.text(QAccessible.Text.Name))
        for child in children
        if child is not None and child.text(QAccessible.Text.Name)
    ]


def test_bar_54_messages_and_what_can_be_pressed_in_them_have_names_and_roles(desk):
    desk.reader.written = {
        "a": [
            make_message(1, "Where is it?", Role.USER),
            make_message(2, "[Here](https://example.org)\n\n```python\nx = 1\n```"),
        ]
    }
    desk.wiring.start(opens_newest=False)
    desk.wiring.threads.open_thread("a")
    chat = told(desk.window.pane.chat)
    assert chat.role() is QAccessible.Role.List
    assert ("ListItem", "You: Where is it?") in named(chat)
    assert ("Link", "Here") in named(chat)
    assert ("Button", "Copy") in named(chat)


def test_bar_54_a_part_that_is_gone_is_not_spoken_of(desk):
    chat = desk.window.pane.chat
    chat.show_messages("a", (make_message(1, "One"), make_message(2, "Two")), has_older=False)
    whole = told(chat)
    second = whole.child(whole.childCount() - 1)
    assert second.text(QAccessible.Text.Name) == "Parley: Two"
    chat.show_messages("a", (make_message(1, "One"),), has_older=False)
    assert not second.isValid()
    assert second.text(QAccessible.Text.Name) == ""
    assert second.state().invalid


def test_bar_54_tabs_of_the_side_are_tabs(desk):
    desk.window.toggle_right()
    tabs = told(desk.window.side.tabs)
    assert tabs.role() is QAccessible.Role.PageTabList
    assert [role for role, _ in named(tabs)] == ["PageTab"] * 4
    assert named(tabs)[0] == ("PageTab", "Turn")


def tram(number: int) -> PictureRecord:
    return PictureRecord(
        id=f"p{number}",
        thread_id="a",
        message_id="m",
        remote_id="",
        mime_type="image/png",
        path="x.png",
        size_bytes=1,
        created_at=float(number),
        prompt=f"A tram, number {number}",
    )


@pytest.fixture
def reader(qapp) -> Iterator[None]:
    """Somebody listens."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def test_bar_54_a_gallery_in_which_no_picture_is_current_yet_says_what_there_is(
    desk, qtbot, reader
):
    desk.reader.made = [tram(1)]
    desk.wiring.start()
    desk.window.activateWindow()
    desk.window.gallery_toggled.emit()
    grid = desk.window.pane._pages["gallery"].grid
    qtbot.waitUntil(grid.hasFocus)
    assert grid.accessibleDescription() == "1 picture"
    grid.show_pictures((tram(1), tram(2)), 3)
    assert grid.current is None
    assert grid.accessibleDescription() == "3 pictures"


def test_bar_54_pictures_of_the_gallery_are_listed_with_their_prompts(desk):
    desk.reader.made = [tram(number) for number in range(3)]
    desk.wiring.start()
    desk.window.gallery_toggled.emit()
    grid = desk.window.focusWidget()
    opened = []
    grid.opened.connect(opened.append)
    told(grid).child(told(grid).childCount() - 1).actionInterface().doAction("Press")
    assert [one.id for one in opened] == ["p0"]
    names = [name for role, name in named(told(grid)) if role == "ListItem"]
    assert [name.partition(", picture")[0] for name in names] == [
        "A tram, number 2",
        "A tram, number 1",
        "A tram, number 0",
    ]


def press(whole: QAccessibleInterface, name: str) -> None:
    """As a screen reader does it."""
    children = [whole.child(number) for number in range(whole.childCount())]
    [part] = [one for one in children if one and one.text(QAccessible.Text.Name) == name]
    action = part.actionInterface()
    assert action.actionNames() == ["Press"]
    assert action.keyBindingsForAction("Press") == []
    action.doAction("Press")


def test_bar_54_what_is_painted_can_be_pressed_by_a_screen_reader(desk):
    chat = desk.window.pane.chat
    shown = make_message(1, "Where?", Role.USER), make_message(2, "```python\nx = 1\n```")
    chat.show_messages("a", shown, has_older=False)
    chat.show()
    press(told(chat), "Copy")
    assert QGuiApplication.clipboard().text().strip() == "x = 1"
    QGuiApplication.clipboard().clear()
    message = told(chat).child(told(chat).childCount() - 1 - chat.spoken_count() + 1)
    assert message.text(QAccessible.Text.Name) == "You: Where?"
    assert message.actionInterface() is None, "nothing happens when a message is pressed"
    assert message.textInterface() is None
    desk.window.toggle_right()
    tabs = desk.window.side.tabs
    press(told(tabs), "Images")
    assert "Images" in tabs.accessibleName()


@pytest.mark.parametrize(
    ("phase", "words"), [(Phase.LISTENING, "Listening"), (Phase.SPEAKING, "Speaking")]
)
def test_bar_56_the_phase_is_a_word_beside_its_ring(desk, phase, words):
    desk.store.apply(PhaseChanged("a", phase, 1, is_voice_on=True))
    desk.store.tell()
    assert ("Indicator", words) in named(told(desk.window.pane.dock))
    assert ("StaticText", words) in named(told(desk.window.pane.dock))


def test_bar_54_every_button_in_sight_is_one_for_screen_readers(desk):
    desk.store.apply(PhaseChanged("a", Phase.SPEAKING, 1, is_voice_on=True))
    desk.store.tell()
    buttons = [one for one in desk.window.findChildren(QAbstractButton) if one.isVisible()]
    assert len(buttons) > 8
    for button in buttons:
        whole = told(button)
        assert whole.role() in (QAccessible.Role.Button, QAccessible.Role.CheckBox)
        assert whole.text(QAccessible.Text.Name)


def test_bar_54_what_opens_a_menu_is_no_check_box_whatever_is_chosen_in_it(look, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    filters = ModelFilters(look, parent)
    filters.show_providers(("openai", "xai"))
    assert not filters.provider.is_on
    filters.provider.choices()[2].trigger()
    assert filters.provider.is_on
    chosen = told(filters.provider)
    assert chosen.role() is QAccessible.Role.Button
    assert chosen.text(QAccessible.Text.Name) == "Provider: xai"
    assert told(filters.abilities["sees"]).role() is QAccessible.Role.CheckBox


@pytest.mark.parametrize(
    ("kind", "role"), [(PictureCanvas, "Graphic"), (KeyCap, "StaticText"), (LevelBar, "Indicator")]
)
def test_bar_54_what_is_painted_without_parts_says_what_it_is(look, qtbot, desk, kind, role):
    parent = QWidget()
    qtbot.addWidget(parent)
    given = ("Ctrl+N",) if kind is KeyCap else ()
    assert told(kind(look, parent, *given)).role().name == role
