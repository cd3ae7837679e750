"""Records as database rows and back."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from desktop_app.errors import StorageError
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
    UtteranceRecord,
)
from desktop_app.journal.reply_details import NO_DETAILS
from desktop_app.protocol.commands import PLAIN, Answerer
from desktop_app.protocol.fitting import fits
from desktop_app.protocol.json_faults import UNREADABLE

_Record = TypeVar("_Record", bound=Struct)

_AS_JSON = frozenset({"times", "wishes", "details", "elsewhere"})
_INSTEAD = {"role": Role.ASSISTANT, "status": MessageStatus.COMPLETE}
"""Of a message that cannot be understood there: it is read, and nothing more is done with it."""

_CHOICE = (*Answerer.__struct_fields__, "profile", "elsewhere")


def upsert_sql(table: str, record: type[Struct]) -> str:
    """An insert of every field that replaces the row with the same id."""
    names = record.__struct_fields__
    values = ", ".join(f":{name}" for name in names)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes}"
    )


def unless_known(table: str, record: type[Struct]) -> str:
    """An insert of every field that leaves a row with the same id as it is."""
    return upsert_sql(table, record).partition(" DO UPDATE ")[0] + " DO NOTHING"


SAVE_THREAD = upsert_sql("thread", ThreadRecord)
TOUCH_THREAD = (
    upsert_sql("thread", ThreadRecord).partition(" DO UPDATE ")[0]
    + " DO UPDATE SET updated_at = excluded.updated_at, "
    "title = CASE thread.title WHEN '' THEN excluded.title ELSE thread.title END"
)
"""Creates the thread, or says that something happened in it; a title that it has stays."""

CHOOSE_IN_THREAD = (
    upsert_sql("thread", ThreadRecord).partition(" DO UPDATE ")[0]
    + " DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _CHOICE)
)
"""Says who answers, hears and speaks in the thread; all else of it stays."""

SAVE_MESSAGE = upsert_sql("message", MessageRecord)
SAVE_PICTURE = upsert_sql("picture", PictureRecord)
SAVE_UTTERANCE = upsert_sql("utterance", UtteranceRecord)

THREAD_COLUMNS = ", ".join(ThreadRecord.__struct_fields__)
MESSAGE_COLUMNS = ", ".join(MessageRecord.__struct_fields__)
PICTURE_COLUMNS = ", ".join(PictureRecord.__struct_fields__)
UTTERANCE_COLUMNS = ", ".join(UtteranceRecord.__struct_fields__)

NOT_REMOVED = "thread_id NOT IN (SELECT id FROM thread WHERE is_removed)"
"""Leaves out what belongs to a hidden thread."""

SHOWN_PICTURES = f"NOT picture.is_removed AND {NOT_REMOVED}"

NEWEST_MESSAGES = (
    f"SELECT {MESSAGE_COLUMNS} FROM message WHERE thread_id = :thread_id "
    f"AND {NOT_REMOVED} ORDER BY created_at DESC, number DESC LIMIT :limit"
)


def values_of(
    record: ThreadRecord | MessageRecord | PictureRecord | UtteranceRecord,
) -> dict[str, Any]:
    """The record's fields as SQLite stores them."""
    values = {name: getattr(record, name) for name in record.__struct_fields__}
    for name in _AS_JSON & values.keys():
        value = values[name]
        is_default = value is None or value in (PLAIN, NO_DETAILS, {})
        values[name] = None if is_default else msgspec.json.encode(value).decode()
    return {name: str(one) if isinstance(one, str) else one for name, one in values.items()}


def thread_of(row: sqlite3.Row) -> ThreadRecord:
    """The thread in a row of THREAD_COLUMNS."""
    return _record_of(_read(row), ThreadRecord)


def message_of(row: sqlite3.Row) -> MessageRecord:
    """The message in a row of MESSAGE_COLUMNS."""
    return _record_of(_read(row), MessageRecord)


def _read(row: sqlite3.Row) -> dict[str, Any]:
    """What is there of it, with what is kept as JSON."""
    values = {name: one for name, one in dict(row).items() if one is not None}
    for name in _AS_JSON & values.keys():
        with suppress(*UNREADABLE):
            values[name] = msgspec.json.decode(values[name])
    return values


def role_of(row: sqlite3.Row) -> Role:
    """Whose words they are."""
    return Role(row["role"]) if row["role"] in list(Role) else Role.ASSISTANT


def picture_of(row: sqlite3.Row) -> PictureRecord:
    """The picture in a row of PICTURE_COLUMNS."""
    return _record_of(dict(row), PictureRecord)


def utterance_of(row: sqlite3.Row) -> UtteranceRecord:
    """The utterance in a row of UTTERANCE_COLUMNS."""
    return _record_of(dict(row), UtteranceRecord)


def _record_of(values: dict[str, Any], record: type[_Record]) -> _Record:
    try:
        return msgspec.convert(values, record, strict=False)  # SQLite has no booleans: 0 and 1
    except msgspec.ValidationError:
        values = _sound(values, record)
    try:
        return msgspec.convert(values, record, strict=False)
    except msgspec.ValidationError as error:
        raise StorageError(
            "storage.broken", f"A saved row cannot be understood: {error}.", reason=str(error)
        ) from error


def _sound(values: dict[str, Any], record: type[Struct]) -> dict[str, Any]:
    """What can be understood of a row in which the disk changed something.

    SQLite looks after its pages, not after what stands in them; one such row must not take the
    thread, or the list of threads, along.
    """
    sound = {}
    for field in msgspec.structs.fields(record):
        if field.name in values and fits(values[field.name], field.type):
            sound[field.name] = values[field.name]
    return {name: one for name, one in _INSTEAD.items() if name in values} | sound
