"""Reads the line that names the files of a message, where models are told of them."""

from __future__ import annotations

import re
from pathlib import PurePath

from desktop_app.protocol.backboard.documents import IMAGES

_NOTE = re.compile(r"\s*\[Attached: (?P<files>.*)\]\s*$", re.DOTALL)
_FILE = re.compile(r"(?P<name>[^,]+) \(document_id (?P<id>[0-9a-f-]+)[^)]*\)")


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
