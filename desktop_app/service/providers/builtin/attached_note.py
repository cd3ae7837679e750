"""The line at a message's end that tells a model of its files, and how it is read again."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePath

from desktop_app.protocol.backboard.documents import DONE, FAILED
from desktop_app.protocol.backboard.threads import Attachment

_BEGINNING = "[Attached: "
_ID = re.compile(r" \(document_id (?P<id>[0-9a-f-]{1,36})[^)]{0,40}\)")


def with_note(text: str, files: Sequence[Attachment]) -> str:
    """What the person said, and the files with their ids: tools ask for them by those."""
    if not files:
        return text
    names = ", ".join(f"{file.filename} (document_id {_known(file)})" for file in files)
    return f"{text}\n\n[Attached: {names}]".lstrip()


def without_note(text: str) -> str:
    """What the person said themselves."""
    return _parts(text)[0]


def attached_ids(text: str, endings: Collection[str]) -> list[str]:
    """Ids of the files with one of these endings, in order."""
    _, files = _parts(text)
    ids = []
    at = 0
    for found in _ID.finditer(files):
        if PurePath(files[at : found.start()]).suffix.lower() in endings:
            ids.append(found["id"])
        at = found.end()
    return ids


def _parts(text: str) -> tuple[str, str]:
    """What was said, and the files of the note; by hand, as any text may come here."""
    whole = text.rstrip()
    at = whole.find(_BEGINNING)
    if at < 0 or not whole.endswith("]"):
        return text, ""
    return whole[:at].rstrip(), whole[at + len(_BEGINNING) : -1]


def _known(file: Attachment) -> str:
    """Its id, and a word where the model must not believe that it knows the file."""
    if file.status in FAILED:
        return f"{file.document_id}, it could not be read"
    return file.document_id if file.status in DONE else f"{file.document_id}, not read yet"
