"""Writes conversations into a file of a person's choice. Blocks: call it on a worker thread.

A window does so with ``on_worker(lambda: export_threads(wish, watch))`` and may call
``watch.cancel()`` meanwhile. PDF is drawn by ``ui.pdf``, as it needs Qt.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.export.archive_writing import ArchiveWriter
from desktop_app.export.html import write_html
from desktop_app.export.markdown import Gathered, write_markdown
from desktop_app.export.watch import Watch
from desktop_app.export.wording import title_of
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.snapshot import Snapshot, open_snapshot
from desktop_app.prose import tr
from desktop_app.system_reasons import reason_of

_LONGEST_STEM_BYTES = 240  # a name has room for 255


class Format(StrEnum):
    """What is written."""

    MARKDOWN = "md"
    HTML = "html"
    PDF = "pdf"
    JSON = "json"  # a zip, from which everything comes back


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What a person wants exported.

    Attributes:
        folder: Of the journal.
        path: The file to write; one that is there is replaced once the new one is complete.
        thread_ids: Which threads, in this order; empty for all.
    """

    folder: Path
    path: Path
    format: Format
    thread_ids: tuple[str, ...] = ()


def export_threads(wish: ExportWish, watch: Watch | None = None) -> int:
    """Write the file; returns how many threads are in it. Memory does not grow with them.

    Raises:
        StorageError: ``journal.none``; the journal cannot be read.
        InputError: ``thread.unknown``; ``export.unwritable``; ``export.format`` for PDF.
        StoppedError: ``export.cancelled``: nothing was left behind.
    """
    watch = watch or Watch()
    with open_snapshot(wish.folder) as snapshot:
        chosen = chosen_threads(snapshot, wish.thread_ids)
        with written_whole(wish.path) as part:
            _write(wish, part, snapshot, chosen, watch)
    return len(chosen)


def chosen_threads(snapshot: Snapshot, thread_ids: Sequence[str]) -> list[ThreadRecord]:
    """These threads, or all; without what is in them.

    Raises:
        InputError: ``thread.unknown``
    """
    if not thread_ids:
        return list(snapshot.threads())
    found = []
    for thread_id in thread_ids:
        thread = snapshot.thread(thread_id)
        if thread is None:
            sentence = tr("There is no conversation {thread} here.")
            raise InputError("thread.unknown", sentence.format(thread=thread_id))
        found.append(thread)
    return found


def page_title(threads: Sequence[ThreadRecord]) -> str:
    """What a document of these threads is called."""
    return title_of(threads[0]) if len(threads) == 1 else tr("Conversations")


def pictures_beside(path: Path) -> Path:
    """The folder in which the pictures of a Markdown document are, where it has any."""
    stem = path.stem.encode(errors="surrogateescape")[:_LONGEST_STEM_BYTES]
    return path.with_name(f"{stem.decode(errors='ignore')}_files")


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file; what is there stays until the copy is whole.

    Raises:
        InputError: ``export.unwritable``
    """
    with written_whole(target) as part:
        shutil.copyfile(source, part)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A new file beside ``path`` that takes its place when the context is left in peace.

    Its name is nobody else's: one that was stopped may still be writing while the next one begins.

    Raises:
        InputError: ``export.unwritable``
    """
    part: Path | None = None
    try:
        with _write_errors(path):
            number, name = tempfile.mkstemp(".part", f"{path.stem[:20]}.", path.parent)
            os.close(number)
            part = Path(name)
            yield part
            part.replace(path)
    except BaseException:
        if part is not None:
            part.unlink(missing_ok=True)
        raise


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = reason_of(error)
        raise InputError(
            "export.unwritable",
            tr("{file} cannot be written: {reason}.").format(file=path, reason=reason),
            file=str(path),
            reason=reason,
        ) from error


def _write(
    wish: ExportWish, part: Path, snapshot: Snapshot, chosen: Sequence[ThreadRecord], watch: Watch
) -> None:
    watch.begin(sum(snapshot.count(thread.id) for thread in chosen))
    match wish.format:
        case Format.JSON:
            with part.open("wb") as file:
                ArchiveWriter(file, snapshot, watch).write(chosen)
        case Format.HTML:
            with part.open("w", encoding="utf-8") as out:
                write_html(out.write, snapshot, chosen, page_title(chosen), watch)
        case Format.MARKDOWN:
            _write_markdown(wish.path, part, snapshot, chosen, watch)
        case Format.PDF:
            raise InputError("export.format", tr("PDF needs the window's part of Parley."))


def _write_markdown(
    path: Path, part: Path, snapshot: Snapshot, chosen: Sequence[ThreadRecord], watch: Watch
) -> None:
    """The document's pictures come into a folder beside it, which also appears at the end."""
    pictures = pictures_beside(path)
    new = part.with_name(f"{part.name}_files")
    try:
        with part.open("w", encoding="utf-8") as out:
            write_markdown(out, snapshot, chosen, Gathered(new, pictures.name), watch)
        if new.exists():
            pictures.mkdir(exist_ok=True)
            for picture in new.iterdir():
                picture.replace(pictures / picture.name)
    finally:
        shutil.rmtree(new, ignore_errors=True)
