"""Conversations as Markdown, with their pictures in a folder beside the file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from desktop_app.export.open_ends import closing_line
from desktop_app.export.watch import Watch
from desktop_app.export.wording import failure_of, notes_of, speaker_of, title_of
from desktop_app.journal.records import MessageRecord, PictureRecord, ThreadRecord
from desktop_app.journal.snapshot import Snapshot

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The pictures of a document.

    Attributes:
        folder: Where they are written; made when there is one.
        shown: What that folder will be called, beside the document.
    """

    folder: Path
    shown: str


def write_markdown(
    out: TextIO,
    snapshot: Snapshot,
    threads: Iterable[ThreadRecord],
    pictures: Gathered,
    watch: Watch,
) -> None:
    """Write the threads one after the other; what was said stands as it was said.

    Code that was cut in its middle is closed: it would go on through all that was said after it.

    Args:
        out: The document.
        snapshot: The journal.
        threads: Which of its threads.
        pictures: Where they go.
        watch: Told of each message.

    Raises:
        StorageError, StoppedError, OSError
    """
    for number, thread in enumerate(threads):
        out.write(("\n" if number else "") + f"# {_plain(title_of(thread))}\n")
        for message in snapshot.messages(thread.id):
            watch.step()
            _write_message(out, message)
            for picture in snapshot.pictures(thread.id, message.id):
                watch.check()
                _write_picture(out, snapshot.folder, picture, pictures)


def _write_message(out: TextIO, message: MessageRecord) -> None:
    notes = " · ".join(_plain(note) for note in notes_of(message))
    out.write(f"\n## {_plain(speaker_of(message))}\n\n*{notes}*\n")
    if text := message.text.strip():
        end = closing_line(text)
        out.write(f"\n{text}\n{end}\n" if end else f"\n{text}\n")
    if reason := failure_of(message):
        out.write(f"\n> {_plain(reason)}\n")


def _write_picture(out: TextIO, folder: Path, picture: PictureRecord, pictures: Gathered) -> None:
    source = folder / picture.path
    if not source.is_file():
        return
    pictures.folder.mkdir(exist_ok=True)
    copy = pictures.folder / source.name
    if not copy.exists():
        shutil.copyfile(source, copy)
    words, link = _plain(picture.prompt), quote(f"{pictures.shown}/{source.name}")
    if picture.is_video:  # who shows Markdown shows no videos
        out.write(f"\n[{words or source.name}]({link})\n")
    else:
        out.write(f"\n![{words}]({link})\n")


def _plain(text: str) -> str:
    """One line in which nothing is Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
