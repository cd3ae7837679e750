"""A person at the screen: starts the window, presses keys, reads the journal."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.processes.service_child import NOTE

ROOT = Path(__file__).parents[2]
WITHIN_S = 40.0
_LOOK_S = 0.05
_Found = TypeVar("_Found")


class Witness:
    """Waits for what the programs of this folder leave on disk.

    Attributes:
        journal: What the conversation left there.
    """

    def __init__(self) -> None:
        self.journal = JournalReader(Path(os.environ["PARLEY_DATA_DIR"]))

    async def ready(self) -> None:
        """Return when the engine and its service run: the service's note is there."""
        note = Path(os.environ["PARLEY_DATA_DIR"]) / NOTE
        await self.eventually(lambda: note if note.exists() else None)

    async def message(
        self, role: Role, *, status: MessageStatus | None = None, number: int = 1
    ) -> MessageRecord:
        """The ``number``-th message of that role in the newest thread, once it is so far."""

        def find() -> MessageRecord | None:
            ours = [one for one in self.messages() if one.role is role]
            found = ours[number - 1] if len(ours) >= number else None
            return found if found and status in (None, found.status) else None

        return await self.eventually(find)

    def messages(self) -> list[MessageRecord]:
        """Everything said in the newest thread, oldest first."""
        threads = self.journal.threads(limit=1)
        return list(self.journal.messages(threads[0].id)) if threads else []

    async def eventually(self, find: Callable[[], _Found | None]) -> _Found:
        """What ``find`` gives once it gives something: the journal belongs to a process
        that can only be looked at."""
        async with asyncio.timeout(WITHIN_S):
            while (found := await asyncio.to_thread(find)) is None:  # noqa: ASYNC110 - a file
                await asyncio.sleep(_LOOK_S)
        return found


class Desktop(Witness):
    """One running window as its user has it: a process of its own on the X server.

    Attributes:
        process: The window's process.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        super().__init__()
        self.process = process

    async def shown(self) -> None:
        """Return when the window is on the screen and has the keyboard."""
        async with asyncio.timeout(WITHIN_S):
            window = await xdotool("search", "--sync", "--onlyvisible", "--name", "Parley")
            await xdotool("windowfocus", "--sync", window.split()[0])

    async def press(self, key: str) -> None:
        """Press a key down and keep it there."""
        await xdotool("keydown", key)

    async def release(self, key: str) -> None:
        await xdotool("keyup", key)

    async def type(self, text: str) -> None:
        """Type into what has the keyboard."""
        await xdotool("type", "--delay", "5", text)

    async def key(self, key: str) -> None:
        """Press and release one key or chord, e.g. ``ctrl+n``."""
        await xdotool("key", key)


@asynccontextmanager
async def desktop(*arguments: str) -> AsyncIterator[Desktop]:
    """A window from its start to its end; it is closed as its user closes it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "desktop_app", *arguments, cwd=ROOT
    )
    try:
        shown = Desktop(process)
        await shown.shown()
        yield shown
        await shown.key("ctrl+q")
        async with asyncio.timeout(WITHIN_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def xdotool(*words: str) -> str:
    """Run one xdotool command."""
    tool = await asyncio.create_subprocess_exec(
        "xdotool", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await tool.communicate()
    assert tool.returncode == 0, (words, error.decode())
    return out.decode()
