"""The sound of recorded utterances: one raw file each, appended as it arrives."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from io import FileIO
from pathlib import Path

from desktop_app.database.failures import storage_error, storage_errors
from desktop_app.errors import StorageError

MOST_REFUSED_BYTES = 64 << 20
"""Of sound that the disk did not take: half an hour of it. What is more is lost."""

_FOLDER = "utterances"
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_OF_REPLY = "reply-"
_OLDER_REPLIES = "journal.replies"


def path_of(utterance_id: str) -> str:
    """Where an utterance's sound is, relative to the journal's folder.

    Raises:
        ValueError: The id is not one that a file name can be made of.
    """
    if not _ID.fullmatch(utterance_id):
        raise ValueError(f"not an utterance id: {utterance_id!r}")
    return f"{_FOLDER}/{utterance_id}.pcm"


def id_of_reply(new_id: str) -> str:
    """The id of a reply's sound: whose a file is can be told by its name alone."""
    return _OF_REPLY + new_id


def is_of_reply(utterance_id: str) -> bool:
    """Whether it is a reply's sound; earlier versions did not say so: see ``older_replies``."""
    return utterance_id.startswith(_OF_REPLY)


def older_replies(folder: Path) -> frozenset[str]:
    """The ids of replies' sounds whose names do not say so, as far as they were noted.

    Raises:
        OSError
    """
    noted = folder / _OLDER_REPLIES
    return frozenset(noted.read_text("ascii", "ignore").split()) if noted.exists() else frozenset()


class UtteranceFiles:
    """Writes and reads the sound files. The journal's thread only.

    What is begun may be appended to by another thread, one at a time, until it is ended. What the
    disk refuses, as it is full, is kept here until it takes it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, FileIO] = {}
        self._refused: dict[str, bytearray] = {}  # what follows on what is in the file
        with storage_errors():
            (folder / _FOLDER).mkdir(mode=0o700, exist_ok=True)

    def begin(self, utterance_id: str) -> None:
        """Open an utterance for sound; one that is open goes on.

        Raises:
            StorageError
        """
        if utterance_id in self._open:
            return
        path = self._folder / path_of(utterance_id)
        try:
            # Unbuffered: what was appended outlives a killed process.
            self._open[utterance_id] = FileIO(path, "ab")
        except OSError as error:
            self._refused.setdefault(utterance_id, bytearray())
            raise storage_error(error) from error

    def append(self, utterance_id: str, pcm: bytes) -> None:
        """Add sound. What cannot be written is tried again by ``end``."""
        file = self._open.get(utterance_id)
        if file is None or utterance_id in self._refused:
            self._keep(utterance_id, pcm)
            return
        written = 0
        try:
            written = file.write(pcm)
            while written < len(pcm):
                written += file.write(memoryview(pcm)[written:])
        except OSError:
            self._refused[utterance_id] = bytearray(pcm[written:])

    def _keep(self, utterance_id: str, pcm: bytes) -> None:
        refused = self._refused.get(utterance_id)
        if refused is not None and sum(map(len, self._refused.values())) < MOST_REFUSED_BYTES:
            refused += pcm

    def end(self, utterance_id: str) -> None:
        """Put everything appended on the disk and close. Idempotent; after a failure it goes on.

        Raises:
            StorageError: Some of it could not be written.
        """
        if utterance_id in self._refused:
            self.begin(utterance_id)
        file = self._open.get(utterance_id)
        if file is None:
            return
        with storage_errors():
            refused = self._refused.get(utterance_id) or bytearray()
            while refused:
                del refused[: file.write(refused)]
            os.fsync(file.fileno())
            file.close()
        del self._open[utterance_id]
        self._refused.pop(utterance_id, None)

    def size_bytes(self, utterance_id: str) -> int:
        """How much is on disk; 0 when there is nothing."""
        try:
            return (self._folder / path_of(utterance_id)).stat().st_size
        except FileNotFoundError:
            return 0

    def read(self, utterance_id: str) -> bytes:
        """The recorded bytes, in whole samples, those too that the disk has not taken yet.

        Raises:
            StorageError: ``journal.no_recording``: they are gone.
        """
        refused = self._refused.get(utterance_id)
        if not refused:
            return read_sound(self._folder, utterance_id)
        path = self._folder / path_of(utterance_id)
        pcm = (path.read_bytes() if path.exists() else b"") + refused
        return bytes(pcm[: len(pcm) // 2 * 2])

    def remove(self, utterance_id: str) -> None:
        """Delete the sound for good. Idempotent."""
        self._refused.pop(utterance_id, None)
        if (file := self._open.pop(utterance_id, None)) is not None:
            file.close()
        (self._folder / path_of(utterance_id)).unlink(missing_ok=True)

    def note_replies(self, utterance_ids: Collection[str]) -> None:
        """These are replies: should the database be damaged, nothing else says it of older ones.

        Raises:
            OSError
        """
        older = {one for one in utterance_ids if not is_of_reply(one)}
        known = older_replies(self._folder)
        if older <= known:
            return
        path = self._folder / _OLDER_REPLIES
        written = path.with_suffix(".new")
        written.write_text("\n".join(sorted(older | known)), "ascii")
        written.replace(path)

    def remove_strays(self, known: Collection[str], before_s: float) -> None:
        """Delete sound that no row knows and that is older than this Unix second.

        Raises:
            OSError
        """
        for path in (self._folder / _FOLDER).glob("*.pcm"):
            if path.stem not in known and path.stat().st_mtime < before_s:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close what is still open; its utterance is recovered at the next start."""
        for file in self._open.values():
            file.close()
        self._open.clear()
        self._refused.clear()


def read_sound(folder: Path, utterance_id: str) -> bytes:
    """The recorded bytes, in whole samples. Any thread.

    Raises:
        StorageError: ``journal.no_recording``: they are gone.
    """
    try:
        with storage_errors():
            pcm = (folder / path_of(utterance_id)).read_bytes()
    except (StorageError, ValueError) as error:
        raise StorageError(
            "journal.no_recording", "The recording of this message is gone.", id=utterance_id
        ) from error
    return pcm[: len(pcm) // 2 * 2]
