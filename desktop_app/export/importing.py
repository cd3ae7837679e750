"""Takes an archive into the journal, beside a running engine or alone."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from desktop_app.database.failures import storage_errors
from desktop_app.errors import StorageError
from desktop_app.export.archive_reading import Archive, Arrival, open_archive
from desktop_app.export.watch import Watch
from desktop_app.journal.taking_in import STAGED, TakenIn, ThreadRows
from desktop_app.prose import tr

_Result = TypeVar("_Result")


class TakesIn(Protocol):
    """A journal that can be written."""

    async def take_in(self, threads: Iterable[ThreadRows], staged: Path) -> TakenIn: ...


async def import_archive(
    journal: TakesIn, folder: Path, path: Path, watch: Watch | None = None
) -> TakenIn:
    """Take in what is new in an archive; what is known already stays as it is.

    Reading and unpacking happen on a worker thread; the journal is only held for the rows.

    Args:
        journal: Of ``folder``.
        folder: The journal's.
        path: The archive.
        watch: Told of each entry, once when it is checked and once when it is unpacked.

    Raises:
        InputError: ``archive.foreign``, ``archive.newer``, ``archive.damaged``,
            ``archive.unreadable``: nothing was changed.
        StorageError: It does not fit the disk, or the journal cannot be written.
        StoppedError: ``export.cancelled``: nothing was changed.
    """
    watch = watch or Watch()
    staged = await _on_worker(lambda: Path(tempfile.mkdtemp(prefix=STAGED, dir=folder)), watch)
    arrival = Arrival(folder, staged)
    try:
        await _on_worker(lambda: _check_and_unpack(path, arrival, watch), watch)
        return await journal.take_in(_threads(path, arrival), staged)
    finally:
        await asyncio.to_thread(shutil.rmtree, staged, ignore_errors=True)


def _threads(path: Path, arrival: Arrival) -> Iterator[ThreadRows]:
    with open_archive(path) as archive:
        yield from archive.threads(arrival)


def _check_and_unpack(path: Path, arrival: Arrival, watch: Watch) -> None:
    with open_archive(path) as archive:
        watch.begin(archive.size * 2)
        archive.check(watch)
        _check_room(archive, arrival.staged)
        with storage_errors():
            archive.unpack(arrival, watch)


def _check_room(archive: Archive, staged: Path) -> None:
    with storage_errors():
        free = shutil.disk_usage(staged).free
    if archive.media_bytes > free:
        sentence = tr("The disk is too full for this archive: free some space, then import it.")
        raise StorageError("storage.full", sentence)


async def _on_worker(work: Callable[[], _Result], watch: Watch) -> _Result:
    """Who is cancelled meanwhile ends the work too, and waits for its end."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        watch.cancel()
        await asyncio.wait((running,))
        raise
