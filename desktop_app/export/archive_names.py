"""The names in an archive: a zip with one JSON file for each thread, and files beside them.

``parley.json`` says what it is; ``threads/0001.json`` holds the rows of a thread;
``recordings/ID.wav``, ``pictures/SHA256.png`` and ``attachments/1/NAME`` are the files.
"""

from __future__ import annotations

import re

from msgspec import Struct

from desktop_app.journal.picture_files import PICTURE_PATH

FORMAT = "parley-archive"
VERSION = 1

MANIFEST = "parley.json"
THREAD = re.compile(r"threads/[0-9]{1,9}\.json")
RECORDING = re.compile(r"recordings/([0-9A-Za-z_-]{1,64})\.wav")
PICTURE = PICTURE_PATH
ATTACHMENT = re.compile(r"attachments/[0-9]{1,9}/[^/\\\0]{1,255}")

WAV_HEAD_BYTES = 44
MOST_WAV_BYTES = 2**32 - 64
"""A day of sound: its head has no room for a larger number."""


class Manifest(Struct, frozen=True):
    """What the archive is."""

    format: str
    version: int


class Attachment(Struct, frozen=True):
    """A file that went along with a message.

    Attributes:
        path: Where it was, as messages name it.
        entry: Its name in the archive.
    """

    path: str
    entry: str
    sha256: str


def thread_name(number: int) -> str:
    return f"threads/{number:04}.json"


def recording_name(utterance_id: str) -> str:
    return f"recordings/{utterance_id}.wav"


def attachment_name(number: int, path: str) -> str:
    """A name that every system can unpack."""
    return f"attachments/{number}/{plain_name(path)}"


def plain_name(path: str) -> str:
    """The last part of a path, as every system takes it for a file's name."""
    last = re.split(r"[/\\]", path)[-1]
    plain = re.sub(r'[\x00-\x1f<>:"|?*]', "_", last).strip(". ")
    return plain[-100:] or "file"
