"""The window is killed in the middle of a sentence: nothing that was typed is lost."""

import asyncio
import os
import sys
from pathlib import Path

from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.ui.compose.unsent import Unsent, read
from tests.fakes.desktop import ROOT, Desktop, desktop


def unsent() -> Unsent:
    return read(Path(os.environ["PARLEY_DATA_DIR"]) / "unsent.json")


def written_at() -> int:
    """When the file was last written: the next window does so when it shows what is in it."""
    return (Path(os.environ["PARLEY_DATA_DIR"]) / "unsent.json").stat().st_mtime_ns


async def killed_window() -> Desktop:
    """A window that the test ends with ``kill -9``."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "desktop_app", cwd=ROOT)
    window = Desktop(process)
    await window.shown()
    return window


async def test_bar_35_half_a_sentence_is_there_again_after_a_kill(x_server):
    window = await killed_window()
    await window.type("what is seven times")
    await window.eventually(lambda: "what is seven times" in unsent().drafts.values() or None)
    window.process.kill()
    await window.process.wait()
    left_at = written_at()
    async with desktop() as again:
        await again.eventually(lambda: True if written_at() != left_at else None)
        await again.type(" eight")
        await again.key("Return")
        question = await again.message(Role.USER, status=MessageStatus.SENT)
        reply = await again.message(Role.ASSISTANT, status=MessageStatus.COMPLETE)
    assert question.text == "what is seven times eight"
    assert "56" in reply.text


async def test_bar_35_a_message_sent_just_before_a_kill_arrives_once(x_server):
    window = await killed_window()
    await window.type("what is two plus two")
    await window.key("Return")
    await window.eventually(lambda: unsent().messages or tuple(window.messages()) or None)
    window.process.kill()
    await window.process.wait()
    async with desktop() as again:
        question = await again.message(Role.USER, status=MessageStatus.SENT)
        await again.message(Role.ASSISTANT, status=MessageStatus.COMPLETE)
        await again.eventually(lambda: None if unsent().messages else True)
    journal = JournalReader(Path(os.environ["PARLEY_DATA_DIR"]))
    (thread,) = journal.threads(10)
    asked = [one.text for one in journal.messages(thread.id) if one.role is Role.USER]
    assert question.text == "what is two plus two"
    assert asked == ["what is two plus two"]
