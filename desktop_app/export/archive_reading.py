"""Archives that somebody gave: read with distrust, and refused whole."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar
from uuid import NAMESPACE_OID, uuid5

import msgspec
from msgspec.structs import replace

from desktop_app.errors import InputError
from desktop_app.export.archive_names import (
    ATTACHMENT,
    FORMAT,
    MANIFEST,
    MOST_WAV_BYTES,
    PICTURE,
    RECORDING,
    THREAD,
    VERSION,
    WAV_HEAD_BYTES,
    Attachment,
    Manifest,
    plain_name,
    recording_name,
)
from desktop_app.export.archive_rows import checked_rows
from desktop_app.export.archive_writing import wav_head
from desktop_app.export.watch import Watch
from desktop_app.journal.note_files import ATTACHMENTS
from desktop_app.journal.records import UtteranceRecord
from desktop_app.journal.taking_in import ThreadRows
from desktop_app.journal.utterance_files import path_of
from desktop_app.prose import tr
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.system_reasons import reason_of

_Form = TypeVar("_Form")

_MOST_ENTRIES = 500_000
_MOST_TEXT_BYTES = 256 * 1024 * 1024
_BLOCK_BYTES = 256 * 1024
_ENCRYPTED = 0x1
_LONGEST_END_BYTES = 22 + 65_535  # with its comment
_TOLD_ELSEWHERE = 0xFFFF  # there are more than fit this number
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
"""The last one: a compression or an encryption that Python does not know."""


# Files lie in the zip as they are, so that none can be larger than the zip itself.
_KINDS = {
    MANIFEST: zipfile.ZIP_DEFLATED,
    THREAD: zipfile.ZIP_DEFLATED,
    RECORDING: zipfile.ZIP_STORED,
    PICTURE: zipfile.ZIP_STORED,
    ATTACHMENT: zipfile.ZIP_STORED,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the files of an archive go.

    Attributes:
        folder: The journal's.
        staged: A folder of this import alone, where they wait for their rows.
    """

    folder: Path
    staged: Path

    def place(self, entry: str) -> str:
        """Where an attached file goes, below either: each in a folder of its own."""
        own = uuid5(NAMESPACE_OID, f"{self.staged.name}/{entry}").hex
        return f"{ATTACHMENTS}/{own}/{plain_name(entry)}"


class ArchiveThread(ThreadRows, frozen=True, kw_only=True):
    """A thread as it stands in an archive."""

    attachments: tuple[Attachment, ...] = ()


class Archive:
    """An open archive. One thread at a time.

    Every method may raise InputError: ``archive.foreign`` (it is none of ours),
    ``archive.newer``, ``archive.damaged``.
    """

    def __init__(self, file: zipfile.ZipFile, size_bytes: int) -> None:
        self._file = file
        self._told: dict[str, str] = {}  # sums of attached files, by their entries
        # A newer one may hold what is not known here, so who wrote it is asked first.
        self._entries = {one.filename: one for one in file.infolist() if _is_manifest(one)}
        self._check_manifest()
        self._entries = _checked_entries(file, size_bytes)

    @property
    def media_bytes(self) -> int:
        """How much room its recordings, pictures and attached files take."""
        files = (RECORDING, PICTURE, ATTACHMENT)
        names = (name for name in self._entries if _kind(name) in files)
        return sum(self._entries[name].file_size for name in names)

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self._entries)

    def check(self, watch: Watch) -> None:
        """Read all of it once.

        Raises:
            InputError, StoppedError
        """
        utterances: dict[str, UtteranceRecord] = {}
        for rows in self.threads():
            watch.check()
            utterances.update({recording_name(one.id): one for one in rows.utterances})
        for name in self._entries:
            watch.step()
            if _kind(name) is RECORDING:
                self._check_recording(name, utterances.get(name))
            elif self._is_changed(name):
                raise damaged(name)

    def threads(self, arrival: Arrival | None = None) -> Iterator[ThreadRows]:
        """The rows of each thread; a file of this computer is named in none unless it is in here.

        What names a file would send it to the service when a person tries that message again.
        What is in here and not there, as on another computer, is named by where it arrives.
        """
        for name in sorted(self._entries):
            if _kind(name) is THREAD:
                found = _decoded(self._text(name), ArchiveThread, name)
                told = {one.entry: one.sha256 for one in found.attachments}
                self._told.update({one: told[one] for one in told if ATTACHMENT.fullmatch(one)})
                yield checked_rows(self._with_files(found, arrival), name)

    def unpack(self, arrival: Arrival, watch: Watch) -> None:
        """Put all files there, by the paths that the journal will know them by.

        Raises:
            InputError, StoppedError, OSError
        """
        folder = arrival.staged
        for name in self._entries:
            watch.step()
            if _kind(name) is PICTURE:
                self._unpack(name, folder / name, 0, watch)
            elif name in self._told:
                self._unpack(name, folder / arrival.place(name), 0, watch)
            elif found := RECORDING.fullmatch(name):
                self._unpack(name, folder / path_of(found[1]), WAV_HEAD_BYTES, watch)

    def _unpack(self, name: str, target: Path, skipped: int, watch: Watch) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with target.open("xb") as out, self._open(name) as file:
            file.read(skipped)
            while block := file.read(_BLOCK_BYTES):
                watch.check()
                out.write(block)

    def _check_manifest(self) -> None:
        if MANIFEST not in self._entries:
            raise foreign(tr("it was not exported by Parley"))
        manifest = _decoded(self._text(MANIFEST), Manifest, MANIFEST)
        if manifest.format != FORMAT:
            raise foreign(tr("it was not exported by Parley"))
        if manifest.version > VERSION:
            raise InputError(
                "archive.newer", tr("A newer Parley wrote this archive. Update Parley to read it.")
            )

    def _check_recording(self, name: str, utterance: UtteranceRecord | None) -> None:
        size = self._entries[name].file_size - WAV_HEAD_BYTES
        with self._open(name) as file:
            head = file.read(WAV_HEAD_BYTES)
            is_sized = 0 <= size <= MOST_WAV_BYTES and not size % 2
            if utterance is None or not is_sized or head != wav_head(utterance.rate_hz, size):
                raise damaged(name)
            while file.read(_BLOCK_BYTES):  # the zip's own sum is compared at the end
                pass

    def _is_changed(self, name: str) -> bool:
        """Whether a picture or an attached file is not the one that it is told to be."""
        picture = PICTURE.fullmatch(name)
        told = self._told.get(name) if picture is None else picture[1]
        return told is not None and self._sha256(name) != told

    def _with_files(self, rows: ArchiveThread, arrival: Arrival | None) -> ThreadRows:
        held = {one.path: one for one in rows.attachments if one.entry in self._entries}

        def named(path: str) -> str:
            """How it is named here; empty where it may not be."""
            is_here, one = _is_far(path) or _may_be_here(path), held.get(path)
            if one is None:
                return "" if is_here else path
            if is_here and self._is_same(path, one):
                return path
            return str(arrival.folder / arrival.place(one.entry)) if arrival is not None else path

        messages = []
        for message in rows.messages:
            wishes = message.wishes
            files = tuple(filter(None, map(named, wishes.files)))
            wishes = replace(wishes, files=files, recording=named(wishes.recording))
            messages.append(replace(message, wishes=wishes))
        return ThreadRows(
            thread=rows.thread,
            messages=tuple(messages),
            utterances=rows.utterances,
            pictures=rows.pictures,
        )

    def _is_same(self, path: str, attachment: Attachment) -> bool:
        """Whether that file is here already; a pipe or a device, which may never end, is none."""
        size_bytes = self._entries[attachment.entry].file_size
        try:
            here = Path(path)
            if _is_far(path) or not here.is_file() or here.stat().st_size != size_bytes:
                return False
            with here.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self._sha256(
                    attachment.entry
                )
        except OSError:
            return False

    def _sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        with self._open(name) as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
        return digest.hexdigest()

    def _text(self, name: str) -> bytes:
        with self._open(name) as file:
            text = file.read(_MOST_TEXT_BYTES + 1)
        if len(text) > _MOST_TEXT_BYTES:
            raise foreign(tr("a part of it is too large"))
        return text

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            opened = self._file.open(self._entries[name])
        # The last three: it claims to begin before or far behind the file.
        except (*_BROKEN, OSError, ValueError, OverflowError) as error:
            raise damaged(name) from error
        try:
            with opened as file:
                yield file
        except _BROKEN as error:
            raise damaged(name) from error


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The archive in this file.

    Raises:
        InputError: ``archive.unreadable``, or it is refused.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        reason = reason_of(error)
        raise InputError(
            "archive.unreadable",
            tr("{file} cannot be read: {reason}.").format(file=path, reason=reason),
            file=str(path),
            reason=reason,
        ) from error
    with file:
        try:
            opened = zipfile.ZipFile(file)
        # The last one: an archive over several disks, or of a later version of the format.
        except (*_BROKEN, OSError, ValueError, OverflowError) as error:
            raise foreign(tr("it is no zip file")) from error
        with opened:
            if _number_told(file) != min(len(opened.infolist()), _TOLD_ELSEWHERE):
                raise damaged(path.name)  # one entry's comment may have swallowed the next
            yield Archive(opened, path.stat().st_size)


def _number_told(file: IO[bytes]) -> int:
    """How many entries the list of contents says that it has, at the end of the zip."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _LONGEST_END_BYTES))
    end = file.read()
    at = end.rfind(b"PK\5\6")
    return int.from_bytes(end[at + 10 : at + 12], "little")


def foreign(reason: str) -> InputError:
    """It is no archive of ours."""
    sentence = tr("This file cannot be imported: {reason}. Nothing was changed.")
    return InputError("archive.foreign", sentence.format(reason=reason), reason=reason)


def damaged(name: str) -> InputError:
    """A part of it is not what it should be."""
    sentence = tr("The archive is damaged ({file}). Nothing was changed.")
    return InputError("archive.damaged", sentence.format(file=name), file=name)


def _checked_entries(file: zipfile.ZipFile, size_bytes: int) -> dict[str, zipfile.ZipInfo]:
    infos = file.infolist()
    if len(infos) > _MOST_ENTRIES:
        raise foreign(tr("it holds too many files"))
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        kind = _kind(info.filename)
        if kind is None:
            raise foreign(tr("it holds a file that does not belong there"))
        if info.filename in entries or info.flag_bits & _ENCRYPTED:
            raise damaged(info.filename)
        if info.compress_type not in (zipfile.ZIP_STORED, _KINDS[kind]):
            raise foreign(tr("a part of it is packed in a way that cannot be trusted"))
        entries[info.filename] = info
    stored = (one.file_size for one in infos if one.compress_type == zipfile.ZIP_STORED)
    packed = sum(one.file_size for one in infos if one.compress_type != zipfile.ZIP_STORED)
    if sum(stored) > size_bytes or packed > 8 * _MOST_TEXT_BYTES:
        raise foreign(tr("it claims to hold more than it can"))
    return entries


def _is_manifest(info: zipfile.ZipInfo) -> bool:
    is_plain = info.compress_type in (zipfile.ZIP_STORED, _KINDS[MANIFEST])
    return info.filename == MANIFEST and is_plain and not info.flag_bits & _ENCRYPTED


def _is_far(path: str) -> bool:
    """Whether it names another computer: Windows would show itself there, only to look."""
    return path.startswith(("\\\\", "//"))


def _may_be_here(path: str) -> bool:
    """Whether it names something here, or nothing that anybody could look for."""
    try:
        return bool(path) and Path(path).exists()
    except OSError:
        return True


def _kind(name: str) -> object:
    """Which of ``_KINDS`` it is; None for what does not belong here."""
    if name == MANIFEST:
        return MANIFEST
    for pattern in (THREAD, RECORDING, PICTURE, ATTACHMENT):
        if pattern.fullmatch(name):
            return pattern
    return None


def _decoded(text: bytes, form: type[_Form], name: str) -> _Form:
    try:
        return msgspec.json.decode(text, type=form)
    except UNREADABLE as error:
        raise damaged(name) from error
