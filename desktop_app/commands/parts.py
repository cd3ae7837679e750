"""What commands work on: the journal and the service of the data folder, or an open window's."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop_app import settings as settings_file
from desktop_app.client.remote_threads import AllOfShelf, Shelf
from desktop_app.client.service_connection import ServiceAddresses
from desktop_app.commands.terminal.text_sink import harmless
from desktop_app.credentials import Credentials
from desktop_app.engine.service_keeper import ServiceKeeper
from desktop_app.errors import NetworkError, StorageError
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import LinkEvent
from desktop_app.network_access import use_network
from desktop_app.paths import Paths
from desktop_app.processes.remote_service import RemoteService
from desktop_app.processes.service_child import both_doors, remove_note, running_service, starter
from desktop_app.processes.who_answers import who_answers
from desktop_app.profiles import Profile, find_profile
from desktop_app.protocol.commands import Answerer
from desktop_app.settings import Settings
from desktop_app.tasks import Background

OTHER_WITHIN_S = 15.0
_LOOK_S = 0.1


class WholeShelf(Shelf, AllOfShelf, Protocol):
    """Where a command finds and remembers which threads are the same."""


@dataclass(frozen=True, slots=True)
class CommandParts:
    """What a command works on.

    Attributes:
        find: Waits until the profile's service is there and says where.
        journal: The person's own, or one for this command alone while a window has that.
        data: The person's folder.
        journal_folder: Where the journal is.
        known: Reads the person's own journal, whoever writes it.
        shelf: What the journal remembers of threads, the person's own where it is another.
    """

    settings: Settings
    profile: Profile
    find: Callable[[], Awaitable[ServiceAddresses]]
    journal: JournalWriter
    data: Path
    journal_folder: Path
    known: JournalReader
    shelf: WholeShelf

    async def answerer_of(self, thread_id: str) -> Answerer:
        """See ``who_answers``."""
        thread = await asyncio.to_thread(self.known.thread, thread_id)
        return who_answers(thread, self.settings, self.profile.key)


class _BorrowedShelf:
    """Remembers in the command's journal, and knows what the person's own remembers."""

    def __init__(self, own: JournalWriter, known: JournalReader) -> None:
        self._own = own
        self._known = known

    async def setting(self, key: str) -> str | None:
        return await self._own.setting(key) or self._known.setting(key)

    async def set_setting(self, key: str, value: str) -> None:
        await self._own.set_setting(key, value)

    async def settings(self, beginning: str) -> Mapping[str, str]:
        known = await asyncio.to_thread(self._known.settings, beginning)
        return {**known, **await self._own.settings(beginning)}


@asynccontextmanager
async def open_parts(
    paths: Paths,
    background: Background,
    publish: Callable[[LinkEvent], None] = lambda _: None,
    *,
    profile: str = "",
) -> AsyncIterator[CommandParts]:
    """The parts while the context is open; everything that was started ends with it.

    While a window has the folder, its service is used too and what is said is kept by that
    service; the journal, which one process may write, is left to the window.

    Args:
        paths: Where the data are.
        background: Keeps the service.
        publish: Told how the service does.
        profile: Name of the service; empty for the settings' choice.

    Raises:
        InputError: There is no such profile.
        StorageError: The journal cannot be opened.
    """
    settings = settings_file.load(paths.settings, report=warn)
    use_network(settings.network, os.environ)
    chosen = find_profile(settings, profile)
    async with AsyncExitStack() as stack:
        journal = await _own_journal(paths.data)
        folder = paths.data
        is_borrowed = journal is None
        if journal is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley")))
            journal = await JournalWriter.open(folder)
        elif journal.set_aside:
            warn(
                "The journal was damaged: a new one was started with what could be read of it; "
                f"the old is {journal.set_aside}."
            )
        stack.push_async_callback(journal.aclose)
        find = _finder(paths, settings, chosen, is_borrowed=is_borrowed)
        if find is None:
            remove_note(paths.data)  # of a window that was killed
            start = starter(paths.data, lambda: settings.language, is_shared=False)
            keeper = ServiceKeeper(start, publish)
            background.run(keeper.run(), name="service")
            find = _kept_by(keeper)
        known = JournalReader(paths.data)
        shelf: WholeShelf = _BorrowedShelf(journal, known) if is_borrowed else journal
        yield CommandParts(settings, chosen, find, journal, paths.data, folder, known, shelf)


def warn(sentence: str) -> None:
    """Tell the person what is odd, and go on."""
    sys.stderr.write(f"parley: {harmless(sentence)}\n")


_Find = Callable[[], Awaitable[ServiceAddresses]]


def _finder(
    paths: Paths, settings: Settings, profile: Profile, *, is_borrowed: bool
) -> _Find | None:
    """How to find a service that runs already; None where it must be started."""
    if not profile.is_embedded:
        return RemoteService(profile, Credentials(), os.environ).addresses
    return _borrowed(paths.data) if is_borrowed else None


def _kept_by(keeper: ServiceKeeper) -> _Find:
    async def find() -> ServiceAddresses:
        return both_doors(await keeper.address())

    return find


def _borrowed(folder: Path) -> _Find:
    async def find() -> ServiceAddresses:
        found = running_service(folder)
        if found is None:
            raise NetworkError("service.gone", "The other Parley has ended meanwhile: ask again.")
        return both_doors(found)

    return find


async def _own_journal(folder: Path) -> JournalWriter | None:
    """The journal, or None where a window has it and a service that can be shared.

    A window that has just started and a command that will soon end are waited for.
    """
    wait_until_s = time.monotonic() + OTHER_WITHIN_S
    while True:
        try:
            return await JournalWriter.open(folder)
        except StorageError as error:
            if error.code != "journal.in_use":
                raise
            if running_service(folder) is not None:
                return None
            if time.monotonic() > wait_until_s:
                raise
        await asyncio.sleep(_LOOK_S)
