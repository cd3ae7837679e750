"""The real window as a screen reader has it: names, roles, focus and announcements on the bus."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from desktop_app.journal.records import MessageStatus, Role
from tests.fakes.accessibility_bus import Node
from tests.fakes.desktop import desktop
from tests.fakes.kept_conversations import write_conversations


def named(whole: Node, role: str) -> list[str]:
    return [node.name for node in whole.walk() if node.role == role]


async def test_bar_54_everything_painted_has_a_name_and_a_role(readers, x_server):
    await write_conversations(Path(os.environ["PARLEY_DATA_DIR"]))
    async with desktop() as window:
        await window.ready()
        shown = await asyncio.to_thread(readers.window, "Parley")

        def look() -> None:
            assert shown.role == "frame"
            last = "Parley: A single ride on board"
            assert readers.find(shown, "list item", last)
            threads = readers.find(shown, "list", "Threads")
            assert any(node.name.startswith("Trip to Lisbon") for node in threads.walk())
            chat = readers.find(shown, "list", "Conversation")
            assert len([name for name in named(chat, "list item") if name]) == 8
            assert "Mute" in named(shown, "push button")
            readers.find(shown, "page tab", "Images").press()
            readers.find(shown, "page tab list", "Images, tab 2 of 4")
            readers.find(shown, "push button", "Model: openai / gpt-4.1")
            readers.find(shown, "push button", "Gallery").press()
            pictures = readers.find(shown, "list", "Pictures")
            prompts = readers.eventually(lambda: named(pictures, "list item"))
            assert len(prompts) == 5
            assert prompts[0].startswith("A yellow tram at the castle, sketch ")

        await asyncio.to_thread(look)


async def test_bar_54_where_the_keyboard_is_is_told_part_by_part(readers, x_server):
    await write_conversations(Path(os.environ["PARLEY_DATA_DIR"]))
    async with desktop() as window:
        await window.ready()
        shown = await asyncio.to_thread(readers.window, "Parley")
        await asyncio.to_thread(readers.find, shown, "list item", "Parley: A single ride")
        await window.key("ctrl+shift+g")
        await asyncio.to_thread(readers.find, shown, "list item", "A yellow tram")
        await window.key("Home")
        told = await asyncio.to_thread(readers.heard, "StateChanged", "A yellow tram")
        assert ", picture 1 of 5, " in told[-1].words
        assert not [one.words for one in told if one.kind == "Announcement"]
        await window.key("Right")
        told = await asyncio.to_thread(readers.heard, "StateChanged", "A yellow tram")
        assert ", picture 2 of 5, " in told[-1].words
        await window.key("Return")
        await asyncio.to_thread(readers.heard, "StateChanged", "Picture")
        await window.key("Next")
        told = await asyncio.to_thread(readers.heard, "Announcement", "A yellow tram")
        assert told[-1].words.endswith(", 3 of 5")
        await asyncio.to_thread(readers.forget)
        await window.key("ctrl+shift+y")
        told = await asyncio.to_thread(readers.heard, "StateChanged", "Search memories")
        assert [one.words for one in told] == ["Search memories"], "and nothing on the way there"
        await window.key("ctrl+shift+m")
        await asyncio.to_thread(readers.find, shown, "label", "1 model")
        await asyncio.to_thread(readers.forget)
        await window.key("Down")
        await asyncio.to_thread(readers.heard, "Announcement", "Built-in responder, ")
        await window.key("Escape")
        told = await asyncio.to_thread(readers.heard, "StateChanged", "Message")
        assert [one.words for one in told] == ["Message"]


async def test_bar_55_a_reply_is_announced_when_it_begins_and_when_it_is_whole(readers, x_server):
    await write_conversations(Path(os.environ["PARLEY_DATA_DIR"]))
    async with desktop() as window:
        await window.ready()
        shown = await asyncio.to_thread(readers.window, "Parley")
        await asyncio.to_thread(readers.find, shown, "list item", "Parley: A single ride")
        await window.key("ctrl+n")
        await asyncio.to_thread(readers.lose, shown, "list item", "Parley: A single ride")
        await window.type("what is seven times eight")
        await window.key("Return")
        told = await asyncio.to_thread(readers.heard, "Announcement", "Parley: ")
        await window.message(Role.ASSISTANT, status=MessageStatus.COMPLETE)
        said = [one.words for one in told if one.kind == "Announcement"]
        assert "56" in said[-1]
        assert said[:-1] == ["Thinking"]
