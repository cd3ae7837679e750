"""Links say where they lead before they open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop_app.ui.chat.link_bar import place_of, says_where
from tests.ui.chat.conftest import press
from tests.ui.conftest import make_message


@pytest.mark.parametrize(
    ("words", "address", "is_said"),
    [
        ("https://a.example/x", "https://a.example/x", True),
        ("a.example", "https://a.example/", True),
        ("me@a.example", "mailto:me@a.example", True),
        ("Me@A.example", "mailto:Me@A.example", True),
        ("https://good.example", "https://evil.example/", False),
        ("here", "https://a.example", False),
        ("https://a.example", "http://a.example", False),
        ("https://good.example@evil.example", "https://good.example@evil.example", False),
        ("https://good.example:1@evil.example", "https://good.example:1@evil.example", False),
        ("https://\u0430pple.example", "https://\u0430pple.example", False),
        ("https://a.example/\u202egpj", "https://a.example/\u202egpj", False),
        ("https://a.example/\u0430", "https://a.example/\u0430", True),
    ],
)
def test_only_a_link_that_shows_its_address_needs_no_question(words, address, is_said):
    assert says_where(words, address) is is_said


def test_the_place_is_spelled_as_it_is():
    assert place_of("https://user@еxample.com/x").startswith("xn--")  # noqa: RUF001
    assert place_of("mailto:me@a.example") == "me@a.example"


def test_a_link_that_shows_its_address_opens_at_once(chat, qtbot):
    chat.show_messages("a", (make_message(1, "https://a.example/x"),), has_older=False)
    with qtbot.waitSignal(chat.link_chosen) as opened:
        press(chat, qtbot, "link")
    assert opened.args == ["https://a.example/x"]


def test_another_one_asks_where_it_stands_and_opens_on_consent(chat, qtbot):
    text = "[https://good.example](https://evil.example/)"
    chat.show_messages("a", (make_message(1, text),), has_older=False)
    opened = []
    chat.link_chosen.connect(opened.append)
    press(chat, qtbot, "link")
    assert opened == []
    assert chat._links.isVisible()
    assert "evil.example" in chat._links.accessibleName()
    qtbot.mouseClick(chat._links._open, Qt.MouseButton.LeftButton)
    assert opened == ["https://evil.example/"]
    assert not chat._links.isVisible()


def test_a_question_is_left_by_escape_and_by_copying(chat, qtbot):
    chat.show_messages("a", (make_message(1, "[here](https://a.example)"),), has_older=False)
    press(chat, qtbot, "link")
    qtbot.keyClick(chat._links, Qt.Key.Key_Escape)
    assert not chat._links.isVisible()
    press(chat, qtbot, "link")
    qtbot.mouseClick(chat._links._copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "https://a.example"
    assert not chat._links.isVisible()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", "smb://a/b"])
def test_what_is_not_safe_can_only_be_copied(chat, qtbot, address):
    chat.show_messages("a", (make_message(1, f"[here]({address})"),), has_older=False)
    press(chat, qtbot, "link")
    assert chat._links._open.isHidden()
    assert chat._links._copy.isVisible()
    assert chat.grab().width() == 760
