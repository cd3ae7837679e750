"""Rows that stand in an archive: only such as a journal can hold, and that belong together."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.errors import InputError
from desktop_app.export.archive_names import PICTURE
from desktop_app.journal.records import (
    MessageRecord,
    PictureRecord,
    ThreadRecord,
    UtteranceRecord,
)
from desktop_app.journal.rows import values_of
from desktop_app.journal.taking_in import ThreadRows, is_whole
from desktop_app.journal.utterance_files import path_of
from desktop_app.prose import tr

_MOST_ID_CHARACTERS = 200
_LARGEST = 2**63 - 1

_Row = ThreadRecord | MessageRecord | UtteranceRecord | PictureRecord


def checked_rows(rows: ThreadRows, name: str) -> ThreadRows:
    """The rows as they are.

    Raises:
        InputError: ``archive.damaged``: not all of them can be.
    """
    belonging: list[MessageRecord | UtteranceRecord | PictureRecord] = []
    for kind in (rows.messages, rows.utterances, rows.pictures):
        belonging.extend(kind)
    everything: list[_Row] = [rows.thread, *belonging]
    is_sound = (
        all(_has_id(one) and _can_be_stored(one) for one in everything)
        and all(one.thread_id == rows.thread.id for one in belonging)
        and _are_different(rows.messages)
        and _are_different(rows.utterances)
        and _are_different(rows.pictures)
        and all(is_whole(one) and _names_its_own(one) for one in rows.utterances)
        and all(PICTURE.fullmatch(one.path) for one in rows.pictures)
    )
    if not is_sound:
        sentence = tr("The archive is damaged ({file}). Nothing was changed.")
        raise InputError("archive.damaged", sentence.format(file=name), file=name)
    return rows


def _has_id(row: _Row) -> bool:
    return 0 < len(row.id) <= _MOST_ID_CHARACTERS


def _are_different(rows: Iterable[_Row]) -> bool:
    ids = [row.id for row in rows]
    return len(set(ids)) == len(ids)


def _names_its_own(utterance: UtteranceRecord) -> bool:
    try:
        return utterance.path in ("", path_of(utterance.id))
    except ValueError:
        return False


def _can_be_stored(row: _Row) -> bool:
    try:
        values = values_of(row)
        "".join(one for one in values.values() if isinstance(one, str)).encode()
    except (ValueError, OverflowError, TypeError):
        return False
    return all(-_LARGEST <= one <= _LARGEST for one in values.values() if isinstance(one, int))
