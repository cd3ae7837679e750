"""The line at a message's end that tells a model of its files, and how it is read again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from desktop_app.protocol.backboard.documents import DONE, FAILED, IMAGES
from desktop_app.protocol.backboard.threads import Attachment

_NOTE = re.compile(r"\s*\[Attached: (?P<files>.*)\]\s*$", re.DOTALL)
_FILE = re.compile(r"(?P<name>[^,]+) \(document_id (?P<id>[0-9a-f-]+)[^)]*\)")


def with_note(text: str, files: Sequence[Attachment]) -> str:
    """What the person said, and the files with their ids: tools ask for them by those."""
    if not files:
        return text
    names = ", ".join(f"{file.filename} (document_id {_known(file)})" for file in files)
    return f"{text}\n\n[Attached: {names}]".lstrip()


def without_note(text: str) -> str:
    """What the person said themselves."""
    return _NOTE.sub("", text)


def attached_pictures(text: str) -> list[str]:
    """Ids of the pictures among the files, in order."""
    note = _NOTE.search(text)
    if note is None:
        return []
    return [
        found["id"]
        for found in _FILE.finditer(note["files"])
        if PurePath(found["name"]).suffix.lower() in IMAGES
    ]


def _known(file: Attachment) -> str:
    """Its id, and a word where the model must not believe that it knows the file."""
    if file.status in FAILED:
        return f"{file.document_id}, it could not be read"
    return file.document_id if file.status in DONE else f"{file.document_id}, not read yet"
