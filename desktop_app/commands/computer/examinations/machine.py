"""Examines versions, folders, the journal and the keyring."""

from __future__ import annotations

import asyncio
import platform
import shutil
from collections.abc import Mapping

from desktop_app.commands.computer.examinations.finding import Finding, Verdict
from desktop_app.credentials import Credentials, CredentialsUnavailableError
from desktop_app.journal.reader import JournalReader
from desktop_app.paths import find_paths
from desktop_app.version import __version__

_LITTLE_SPACE_BYTES = 500_000_000
_MANY_THREADS = 1_000


async def versions() -> Finding:
    """Name the versions that a report about a fault needs."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    text = f"Parley {__version__}, Python {platform.python_version()}, {system}."
    return Finding("versions", Verdict.OK, text)


async def data_folder(environment: Mapping[str, str]) -> Finding:
    """See whether the data folder can be written and has room.

    Raises:
        StorageError: It cannot be written.
    """
    folder = find_paths(environment).data
    free = shutil.disk_usage(folder).free
    text = f"{folder}, {free / 1e9:.1f} GB free."
    if free < _LITTLE_SPACE_BYTES:
        return Finding("data folder", Verdict.WARNING, text, "Free some space on this disk.")
    return Finding("data folder", Verdict.OK, text)


async def journal(environment: Mapping[str, str]) -> Finding:
    """See whether the journal can be read.

    Raises:
        StorageError: It cannot.
    """
    reader = JournalReader(find_paths(environment).data)
    threads = await asyncio.to_thread(reader.threads, _MANY_THREADS)
    if not threads:
        return Finding("journal", Verdict.OK, "No conversations yet.")
    count = f"{len(threads)} or more" if len(threads) == _MANY_THREADS else str(len(threads))
    return Finding("journal", Verdict.OK, f"Conversations: {count}.")


async def keyring(credentials: Credentials) -> Finding:
    """See whether the system keeps keys; without one, Parley still works."""
    try:
        await credentials.check()
    except CredentialsUnavailableError as error:
        advice = "Nothing, unless you use a service with a key; then start or unlock a keyring."
        return Finding("keyring", Verdict.WARNING, str(error), advice)
    return Finding("keyring", Verdict.OK, "The system's keyring answers.")
