"""Conversations as one HTML file that needs nothing else and loads nothing."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from desktop_app.export.formatted import formatted
from desktop_app.export.watch import Watch
from desktop_app.export.wording import failure_of, notes_of, speaker_of, title_of, video_words
from desktop_app.journal.records import MessageRecord, PictureRecord, Role, ThreadRecord
from desktop_app.journal.snapshot import Snapshot
from desktop_app.protocol.motion_jpeg import read_motion_jpeg

Write = Callable[[str], object]

_SHOWN_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_PLAYED_TYPES = ("video/mp4", "video/webm")
_LARGEST_PLAYED_BYTES = 20 << 20  # a page with more of it in an address opens slowly or not
_BLOCK_BYTES = 3 * 64 * 1024  # whole groups of base64

_HEAD = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem;
 margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; line-height: 1.25; margin: 3rem 0 1.5rem; }}
article {{ margin: 1.5rem 0; }}
article.user {{ border-inline-start: 3px solid #4c6ef5; padding-inline-start: .75rem; }}
h2 {{ font-size: 1rem; margin: 0; }}
small {{ opacity: .7; }}
.text {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: .25rem 0 0; }}
.reply {{ overflow-wrap: anywhere; }}
.reply > :first-child {{ margin-top: .25rem; }}
pre, code {{ font: .9em/1.45 ui-monospace, monospace; background: #8881; border-radius: 4px; }}
pre {{ padding: .75rem; white-space: pre-wrap; }}
pre code {{ font: inherit; background: none; }}
.math {{ font-family: "STIX Two Math", "Cambria Math", serif; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #8886; padding: .25rem .6rem; text-align: start; }}
blockquote {{ border-inline-start: 3px solid #8886; margin-inline: 0; padding-inline-start: 1rem; }}
.failed {{ color: #c92a2a; margin: .25rem 0 0; }}
img, video {{ max-width: 100%; height: auto; display: block; margin: .75rem 0; }}
@media print {{ article {{ break-inside: avoid-page; }} }}
</style>
</head>
<body>
"""
_TAIL = "</body>\n</html>\n"


def write_html(
    write: Write, snapshot: Snapshot, threads: Iterable[ThreadRecord], title: str, watch: Watch
) -> None:
    """Write one page of these threads, one after the other.

    Args:
        write: Takes the page, piece by piece.
        snapshot: The journal.
        threads: Which of its threads.
        title: Of the page.
        watch: Told of each message.

    Raises:
        StorageError, StoppedError, OSError
    """
    write(_HEAD.format(title=html.escape(title)))
    for thread in threads:
        write(heading(thread))
        for message in snapshot.messages(thread.id):
            watch.step()
            write_message(write, snapshot, message)
    write(_TAIL)


def heading(thread: ThreadRecord) -> str:
    """What stands above a thread."""
    return f'<h1 dir="auto">{html.escape(title_of(thread))}</h1>\n'


def write_message(write: Write, snapshot: Snapshot, message: MessageRecord) -> None:
    """One message with its pictures; everything that anybody wrote is escaped."""
    kind = "user" if message.role is Role.USER else "assistant"
    notes = html.escape(" · ".join(notes_of(message)))
    write(f'<article class="{kind}">\n<h2>{html.escape(speaker_of(message))}</h2>\n')
    write(f"<small>{notes}</small>\n")
    if text := message.text.strip():
        is_reply = message.role is Role.ASSISTANT
        written = formatted(text) if is_reply else html.escape(text)
        kind = "reply" if is_reply else "text"
        write(f'<div class="{kind}" dir="auto">{written}</div>\n')
    if reason := failure_of(message):
        write(f'<p class="failed" dir="auto">{html.escape(reason)}</p>\n')
    for picture in snapshot.pictures(message.thread_id, message.id):
        _write_picture(write, snapshot.folder, picture)
    write("</article>\n")


def _write_picture(write: Write, folder: Path, picture: PictureRecord) -> None:
    path, words = folder / picture.path, html.escape(picture.prompt)
    if not path.is_file():
        return
    with path.open("rb") as file:
        if picture.mime_type in _SHOWN_TYPES:
            write(f'<img alt="{words}" src="')
            _write_data(write, picture.mime_type, file)
            write('">\n')
        elif picture.is_video:
            _write_video(write, picture, file)


def _write_video(write: Write, picture: PictureRecord, file: BinaryIO) -> None:
    """Its words, and as much of it as a browser shows: all, the first picture, or nothing."""
    words, kind = html.escape(picture.prompt), picture.mime_type
    film = read_motion_jpeg(file)
    if film is not None:
        write(f'<img alt="{words}" src="')
        _write_data(write, "image/jpeg", io.BytesIO(film.frames[0].read(file)))
        write('">\n')
    elif kind in _PLAYED_TYPES and picture.size_bytes <= _LARGEST_PLAYED_BYTES:
        write(f'<video controls title="{words}" src="')
        _write_data(write, kind, file)
        write('"></video>\n')
    said = html.escape(video_words(picture))
    write(f'<p><small dir="auto">{said}</small></p>\n')


def _write_data(write: Write, kind: str, file: BinaryIO) -> None:
    """All of it as an address."""
    write(f"data:{kind};base64,")
    file.seek(0)
    while block := file.read(_BLOCK_BYTES):
        write(base64.b64encode(block).decode("ascii"))
