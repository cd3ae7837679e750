"""A conversation to look at, and a pointer that presses what stands in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.ui.chat.chat_view import ChatView
from desktop_app.ui.chat.conversation_scroll import TOP
from desktop_app.ui.chat.target_walk import Pressable, pressable_in
from desktop_app.ui.look import Look


@pytest.fixture
def chat(look: Look, qtbot) -> Iterator[ChatView]:
    parent = QWidget()
    qtbot.addWidget(parent)
    view = ChatView(look, parent)
    parent.resize(760, 520)
    view.resize(760, 520)
    parent.show()
    qtbot.waitExposed(parent)
    yield view
    parent.close()  # it lives as long as the test


def in_sight(chat: ChatView) -> list[Pressable]:
    """What can be pressed without scrolling."""
    top = chat.verticalScrollBar().value() - TOP
    return pressable_in(chat._stack, top, chat.viewport().height())


def press(chat: ChatView, qtbot, kind: str, number: int = 0) -> None:
    """Click on one of the things of a kind, where it is painted."""
    chosen = [one for one in in_sight(chat) if one.target.kind == kind][number]
    box = chosen.target.box
    top = chosen.y - box.top() - (chat.verticalScrollBar().value() - TOP)
    point = box.center() + QPointF(chat._left(), top)
    qtbot.mouseClick(chat.viewport(), Qt.MouseButton.LeftButton, pos=point.toPoint())
