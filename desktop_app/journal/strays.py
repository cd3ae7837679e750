"""Recordings and attached files that no row names, after a damaged database lost their rows."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from desktop_app.journal.note_files import ATTACHMENTS
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    Role,
    ThreadRecord,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.rows import (
    MESSAGE_COLUMNS,
    SAVE_MESSAGE,
    SAVE_UTTERANCE,
    message_of,
    unless_known,
    values_of,
)
from desktop_app.journal.utterance_files import is_of_reply, older_replies, path_of
from desktop_app.prose import tr
from desktop_app.protocol.commands import TurnWishes

_UNSENT = "unsent.json"
_TAKE_THREAD = unless_known("thread", ThreadRecord)


def list_strays(connection: sqlite3.Connection, folder: Path, damaged: Path) -> None:
    """Show them in a thread of their own. Within one transaction, before ``recover``.

    A recording that a message names belongs to it. Any other becomes a message: the person's can be
    heard, saved and sent again, a reply's heard and saved. Which it is, its name says, or, of one
    that an earlier version wrote, a list of theirs. The files are named by one message.

    Args:
        folder: The journal's.
        damaged: What was set aside; each has one such thread at most.

    Raises:
        sqlite3.Error, OSError
    """
    replies = older_replies(folder)
    recordings = []
    for path in _recordings(connection, folder):
        if not _give_back(connection, path):
            recordings.append(path)
    files = list(_files(connection, folder))
    if not recordings and not files:
        return
    dates = [path.stat().st_mtime for path in (*recordings, *files)]
    thread_id = str(uuid.uuid5(uuid.NAMESPACE_OID, damaged.name))
    thread = ThreadRecord(
        id=thread_id,
        title=tr("Found after damage"),
        created_at=min(dates),
        updated_at=max(dates),
        is_unread=True,
    )
    connection.execute(_TAKE_THREAD, values_of(thread))
    for path in recordings:
        utterance = _utterance(path, thread_id)
        if path.stem in replies:
            utterance = replace(utterance, role=Role.ASSISTANT)
        connection.execute(SAVE_UTTERANCE, values_of(utterance))
        if utterance.role is Role.ASSISTANT:
            connection.execute(SAVE_MESSAGE, values_of(_reply(utterance, path)))
    if files:
        connection.execute(SAVE_MESSAGE, values_of(_message(files, thread_id, max(dates))))


def _recordings(connection: sqlite3.Connection, folder: Path) -> Iterator[Path]:
    known = {str(row["id"]) for row in connection.execute("SELECT id FROM utterance")}
    for path in sorted((folder / Path(path_of("x")).parent).glob("*.pcm")):
        with suppress(ValueError):  # a name that is none of ours
            if path.stem not in known and path_of(path.stem):
                yield path


def _give_back(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether a message names the recording, whose row is then written anew."""
    query = f"SELECT {MESSAGE_COLUMNS} FROM message WHERE utterance_id = ? LIMIT 1"
    row = connection.execute(query, (path.stem,)).fetchone()
    if row is None:
        return False
    message = message_of(row)
    utterance = _utterance(path, message.thread_id)
    has_words = message.role is Role.ASSISTANT or bool(message.text)
    state = UtteranceState.TRANSCRIBED if has_words else UtteranceState.CAPTURED
    whole = replace(utterance, turn=message.turn, role=message.role, state=state)
    duration_ms = whole.duration_of(path.stat().st_size)
    connection.execute(SAVE_UTTERANCE, values_of(replace(whole, duration_ms=duration_ms)))
    return True


def _files(connection: sqlite3.Connection, folder: Path) -> Iterator[Path]:
    """What neither a message nor a draft names."""
    known = set[str]()
    query = "SELECT wishes FROM message WHERE wishes IS NOT NULL"
    for row in connection.execute(query):
        with suppress(msgspec.DecodeError):  # what it named is not known: a stray
            known.update(msgspec.json.decode(row["wishes"], type=TurnWishes).paths)
    draft = folder / _UNSENT
    drafts = draft.read_text("utf-8", "replace") if draft.exists() else ""
    for path in sorted((folder / ATTACHMENTS).glob("*/*")):
        if str(path) not in known and path.parent.name not in drafts and path.is_file():
            yield path


def _utterance(path: Path, thread_id: str) -> UtteranceRecord:
    return UtteranceRecord(
        id=path.stem,
        thread_id=thread_id,
        turn=0,
        created_at=path.stat().st_mtime,
        state=UtteranceState.CAPTURED,
        path=path_of(path.stem),
        role=Role.ASSISTANT if is_of_reply(path.stem) else Role.USER,
    )


def _reply(utterance: UtteranceRecord, path: Path) -> MessageRecord:
    return MessageRecord(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, utterance.id)),
        thread_id=utterance.thread_id,
        role=Role.ASSISTANT,
        text=tr("A spoken reply whose words were lost"),
        created_at=utterance.created_at,
        status=MessageStatus.COMPLETE,
        is_spoken=True,
        utterance_id=utterance.id,
        speech_ms=utterance.duration_of(path.stat().st_size),
    )


def _message(files: list[Path], thread_id: str, at: float) -> MessageRecord:
    return MessageRecord(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, thread_id)),
        thread_id=thread_id,
        role=Role.USER,
        text=tr("Attached files that belong to no message any more"),
        created_at=at,
        status=MessageStatus.SENT,
        wishes=TurnWishes(files=tuple(str(path) for path in files)),
    )
