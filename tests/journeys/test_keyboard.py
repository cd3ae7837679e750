"""A person without a mouse on a real X server: everything is reached, and one always sees where."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest
from PIL import ImageChops

from desktop_app.journal.records import MessageRecord, MessageStatus
from desktop_app.paths import find_paths
from tests.fakes.accessibility_bus import AccessibilityBus, Heard, Node
from tests.fakes.desktop import Desktop, desktop
from tests.fakes.kept_conversations import write_conversations
from tests.fakes.x_server import XServer

_AROUND = 4  # px of a ring that may lie outside of what it surrounds
_MOST_STEPS = 30


class Fingers:
    """Presses keys, and looks at the screen before and after."""

    def __init__(self, window: Desktop, readers: AccessibilityBus, screen: XServer) -> None:
        self._window = window
        self._readers = readers
        self._screen = screen

    async def focus_after(self, key: str, name: str = "") -> Heard:
        """Press a key that moves the focus to what is called so; it is seen there."""
        await asyncio.to_thread(self._readers.forget)
        before = await asyncio.to_thread(self._screen.picture)
        await self._window.key(key)
        told = await asyncio.to_thread(self._readers.heard, "StateChanged", name)
        heard = told[-1]
        await asyncio.to_thread(self._is_marked, before, heard.node)
        return heard

    async def walk_to(self, name: str, key: str = "Tab") -> Heard:
        """Press a key until the thing that is called so has the keyboard."""
        met = []
        for _ in range(_MOST_STEPS):
            heard = await self.focus_after(key)
            met.append(heard.words)
            if heard.words.startswith(name):
                return heard
        pytest.fail(f"{name} was not reached: {met}")

    def _is_marked(self, before: object, node: Node) -> None:
        left, top, width, height = node.box
        box = (
            max(0, left - _AROUND),
            max(0, top - _AROUND),
            left + width + _AROUND,
            top + height + _AROUND,
        )

        def differs() -> bool:
            now = self._screen.picture()
            return ImageChops.difference(before.crop(box), now.crop(box)).getbbox() is not None  # type: ignore[attr-defined]

        self._readers.eventually(differs)


def answer(window: Desktop) -> MessageRecord | None:
    whole = (one for one in window.messages() if one.status is MessageStatus.COMPLETE)
    return next((one for one in whole if "56" in one.text), None)


def chosen_theme() -> str | None:
    path = find_paths(os.environ).settings
    theme = json.loads(path.read_text("utf-8"))["appearance"]["theme"]
    return None if theme == "light" else str(theme)


async def test_bar_54_everything_is_done_by_keyboard_and_the_focus_is_seen(readers, x_server):
    await write_conversations(Path(os.environ["PARLEY_DATA_DIR"]))
    async with desktop() as window:
        await window.ready()
        fingers = Fingers(window, readers, x_server)
        shown = await asyncio.to_thread(readers.window, "Parley")
        await asyncio.to_thread(readers.find, shown, "list item", "Parley: A single ride")

        await window.key("ctrl+n")
        await asyncio.to_thread(readers.lose, shown, "list item", "Parley: A single ride")
        await window.type("what is seven times eight")
        await window.key("Return")
        reply = await window.eventually(lambda: answer(window))
        await asyncio.to_thread(readers.find, shown, "list item", f"Parley: {reply.text}")

        await fingers.focus_after("ctrl+f", "Find in this thread")
        await window.type("56")
        await asyncio.to_thread(readers.find, shown, "label", "1 of 1")
        await window.key("Escape")

        await fingers.walk_to("Settings")
        await fingers.focus_after("ctrl+shift+g", "Pictures")
        await asyncio.to_thread(readers.find, shown, "list item", "A yellow tram")
        await fingers.walk_to("A yellow tram", "Right")
        await fingers.focus_after("Escape", "Message")

        await fingers.focus_after("ctrl+comma", "Search settings")
        await window.type("theme")
        await fingers.focus_after("Tab", "Light")  # the choice; on Linux its label is a relation
        await window.key("Down")
        assert await window.eventually(chosen_theme) == "dark"
        await fingers.focus_after("Escape", "Message")

        await fingers.focus_after("ctrl+shift+m", "Search models")
        await window.type("built-in")
        await asyncio.to_thread(
            readers.find, shown, "label", "1 model"
        )  # they come from the service
        await window.key("Return")
        thread = reply.thread_id
        await window.eventually(
            lambda: next(
                (one for one in window.journal.threads(20) if one.id == thread and one.model), None
            )
        )

        await window.key("ctrl+shift+d")
        await fingers.walk_to("Turn, tab 1 of 4")
        await fingers.focus_after("Right", "Images")
        await window.key("ctrl+shift+d")
