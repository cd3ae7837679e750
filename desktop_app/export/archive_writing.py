"""Conversations as an archive from which they come back as they were."""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

import msgspec

from desktop_app.errors import StorageError
from desktop_app.export.archive_names import (
    FORMAT,
    MANIFEST,
    MOST_WAV_BYTES,
    PICTURE,
    VERSION,
    Attachment,
    Manifest,
    attachment_name,
    recording_name,
    thread_name,
)
from desktop_app.export.watch import Watch
from desktop_app.journal.records import MessageRecord, ThreadRecord, UtteranceRecord
from desktop_app.journal.snapshot import Snapshot
from desktop_app.journal.utterance_files import path_of

_BLOCK_BYTES = 256 * 1024
_ENCODER = msgspec.json.Encoder()


class ArchiveWriter:
    """Writes threads into a zip, file after file; memory does not grow with them.

    Args:
        file: The zip, open for writing.
        snapshot: The journal.
        watch: Told of each message, recording and picture.
    """

    def __init__(self, file: IO[bytes], snapshot: Snapshot, watch: Watch) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._snapshot = snapshot
        self._watch = watch
        self._pictures: set[str] = set()
        self._attachments: dict[str, Attachment] = {}

    def write(self, threads: Iterable[ThreadRecord]) -> None:
        """Write these threads and close the zip.

        Raises:
            StorageError, StoppedError, OSError
        """
        with self._zip:
            with self._entry(MANIFEST, is_text=True) as out:
                out.write(_ENCODER.encode(Manifest(FORMAT, VERSION)))
            for number, thread in enumerate(threads, start=1):
                self._write_files(thread.id)
                with self._entry(thread_name(number), is_text=True) as out:
                    self._write_rows(out, thread)

    def _write_rows(self, out: IO[bytes], thread: ThreadRecord) -> None:
        snapshot, watch = self._snapshot, self._watch
        out.write(b'{"thread":' + _ENCODER.encode(thread))
        named: dict[str, Attachment] = {}

        def messages() -> Iterator[MessageRecord]:
            for message in snapshot.messages(thread.id):
                watch.step()
                kept = _paths_of(message) & self._attachments.keys()
                named.update({path: self._attachments[path] for path in kept})
                yield message

        _write_list(out, "messages", messages())
        _write_list(out, "utterances", snapshot.utterances(thread.id))
        _write_list(out, "pictures", snapshot.pictures(thread.id))
        _write_list(out, "attachments", named.values())
        out.write(b"}\n")

    def _write_files(self, thread_id: str) -> None:
        for utterance in self._snapshot.utterances(thread_id):
            self._watch.step()
            self._write_recording(utterance)
        for picture in self._snapshot.pictures(thread_id):
            self._watch.step()
            path = self._snapshot.folder / picture.path
            is_known = picture.path in self._pictures or not PICTURE.fullmatch(picture.path)
            if not is_known and path.is_file():
                self._pictures.add(picture.path)
                self._copy(path.open("rb"), picture.path)
        for message in self._snapshot.messages(thread_id):
            for named in sorted(_paths_of(message) - self._attachments.keys()):
                self._write_attachment(named)

    def _write_recording(self, utterance: UtteranceRecord) -> None:
        path = self._snapshot.folder / path_of(utterance.id)
        if not path.is_file():
            return
        size = min(path.stat().st_size & ~1, MOST_WAV_BYTES)
        with self._entry(recording_name(utterance.id), size=size) as out, path.open("rb") as file:
            out.write(wav_head(utterance.rate_hz, size))
            self._pass(file, out, size)

    def _write_attachment(self, named: str) -> None:
        path = Path(named)
        try:
            if not path.is_absolute() or not path.is_file():
                return
            file = path.open("rb")
        except (OSError, ValueError):
            return  # it may be the person's own file, or no name of one: it goes without
        entry = attachment_name(len(self._attachments) + 1, named)
        self._attachments[named] = Attachment(named, entry, self._copy(file, entry))

    def _copy(self, file: BinaryIO, name: str) -> str:
        with file:
            size = os.fstat(file.fileno()).st_size
            with self._entry(name, size=size) as out:
                return self._pass(file, out, size)

    def _pass(self, file: IO[bytes], out: IO[bytes], size: int) -> str:
        """Copy exactly so much; returns its SHA-256."""
        digest = hashlib.sha256()
        left = size
        while left:
            self._watch.check()
            block = file.read(min(left, _BLOCK_BYTES))
            if not block:
                raise StorageError("export.changed", f"{file.name} changed while it was read.")
            left -= len(block)
            digest.update(block)
            out.write(block)
        return digest.hexdigest()

    def _entry(self, name: str, *, is_text: bool = False, size: int = 0) -> IO[bytes]:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        is_large = is_text or size > zipfile.ZIP64_LIMIT // 2
        return self._zip.open(info, "w", force_zip64=is_large)


def wav_head(rate_hz: int, size_bytes: int) -> bytes:
    """The first 44 bytes of a WAV file of s16le mono sound."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate_hz, rate_hz * 2, 2, 16)
    data = struct.pack("<4sI", b"data", size_bytes)
    return struct.pack("<4sI4s", b"RIFF", 36 + size_bytes, b"WAVE") + form + data


def _paths_of(message: MessageRecord) -> set[str]:
    return {path for path in (*message.wishes.files, message.wishes.recording) if path}


def _write_list(out: IO[bytes], name: str, rows: Iterable[object]) -> None:
    out.write(f',\n"{name}":['.encode())
    for number, row in enumerate(rows):
        out.write((b",\n" if number else b"\n") + _ENCODER.encode(row))
    out.write(b"]")
