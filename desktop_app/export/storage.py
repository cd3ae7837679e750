"""How much room everything takes on the disk. Blocks: call it on a worker thread."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from desktop_app.database.failures import storage_errors
from desktop_app.errors import StorageError
from desktop_app.journal.schema import DATABASE_NAME
from desktop_app.journal.snapshot import open_snapshot

_SERVICE = ("service.sqlite3*", "service-files")


class StorageUse(Struct, frozen=True):
    """Bytes on the disk, by kind. A window shows it by ``on_worker(lambda: storage_use(folder))``.

    Attributes:
        journal: What was said, in words.
        recordings: What was said, as sound, by both sides.
        pictures: Made in conversations.
        attachments: Copies of the files that went along with messages, or will.
        service: What the embedded service keeps: its database, documents and media.
    """

    journal: int
    recordings: int
    pictures: int
    attachments: int
    service: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.journal + self.recordings + self.pictures + self.attachments + self.service


def storage_use(folder: Path) -> StorageUse:
    """What the data folder holds now; what vanishes meanwhile counts as nothing."""
    return StorageUse(
        journal=_size(folder.glob(f"{DATABASE_NAME}*")),
        recordings=_size([folder / "utterances"]),
        pictures=_size([folder / "pictures"]),
        attachments=_size([folder / "attachments"]),
        service=_size(one for pattern in _SERVICE for one in folder.glob(pattern)),
    )


def remove_service_data(folder: Path) -> None:
    """Delete what the embedded service keeps; it must not run.

    Raises:
        StorageError: It cannot be deleted, or only in part.
    """
    with storage_errors():
        for path in [one for pattern in _SERVICE for one in folder.glob(pattern)]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def ids_of_all(folder: Path, kind: Literal["thread", "picture"]) -> Sequence[str]:
    """The ids of every conversation or picture.

    Raises:
        StorageError: The journal cannot be read.
    """
    try:
        with open_snapshot(folder) as snapshot:
            threads = [thread.id for thread in snapshot.threads()]
            if kind == "thread":
                return threads
            return [one.id for thread in threads for one in snapshot.pictures(thread)]
    except StorageError as error:
        if error.code == "journal.none":
            return ()
        raise


def _size(paths: Iterable[Path]) -> int:
    return sum(_sizes(paths))


def _sizes(paths: Iterable[Path]) -> Iterator[int]:
    for path in paths:
        if path.is_dir():
            for inner, _, names in os.walk(path):
                yield from _sizes(Path(inner, name) for name in names)
            continue
        try:
            yield path.stat().st_size
        except OSError:
            continue
