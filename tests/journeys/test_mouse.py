"""A person with a mouse on a real X server: what is dragged out of the window and into it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from desktop_app.journal.records import MessageStatus, Role
from tests.fakes.accessibility_bus import Node
from tests.fakes.desktop import Desktop, desktop, xdotool
from tests.fakes.kept_conversations import write_conversations

_STEPS = 12
_TITLE = "Reading list"


async def centre(node: Node) -> tuple[int, int]:
    """In the middle of it, px on the screen."""
    left, top, width, height = await asyncio.to_thread(lambda: node.box)
    return left + width // 2, top + height // 2


async def begin_drag(start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press the button here and move to there, in steps, as a hand does."""
    await xdotool("mousemove", "--sync", *map(str, start))
    await xdotool("mousedown", "1")
    for step in range(1, _STEPS + 1):
        between = [a + (b - a) * step // _STEPS for a, b in zip(start, end, strict=True)]
        await xdotool("mousemove", "--sync", *map(str, between))


def files_of(window: Desktop, words: str) -> tuple[str, ...] | None:
    """What went along with the message of these words, once it is sent."""
    asked = [one for one in window.messages() if words in one.text and one.role is Role.USER]
    is_sent = bool(asked) and asked[0].status is MessageStatus.SENT
    return asked[0].wishes.files if is_sent else None


async def test_bar_38_a_thread_is_dragged_into_the_conversation_as_a_file(readers, x_server):
    """Both halves at once: it leaves the list as a file, and the conversation takes files."""
    await write_conversations(Path(os.environ["PARLEY_DATA_DIR"]))
    async with desktop() as window:
        await window.ready()
        shown = await asyncio.to_thread(readers.window, "Parley")
        row = await asyncio.to_thread(readers.find, shown, "list item", _TITLE)
        field = await asyncio.to_thread(readers.find, shown, "text", "Message")
        await begin_drag(await centre(row), await centre(field))
        await asyncio.to_thread(readers.find, shown, "label", "Drop to attach")
        await asyncio.to_thread(readers.find, shown, "label", "Taken are PDF")
        await xdotool("mouseup", "1")
        await asyncio.to_thread(readers.find, shown, "label", f"{_TITLE}.md")
        await window.type("what is seven times eight")
        await window.key("Return")
        (kept,) = await window.eventually(lambda: files_of(window, "seven times eight"))
        assert _TITLE in await asyncio.to_thread(Path(kept).read_text, "utf-8")
