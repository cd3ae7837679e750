"""Puts a journal in order at the start: what a crash cut, and what was removed before."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid

from msgspec.structs import replace

from desktop_app.journal import small_facts
from desktop_app.journal.picture_files import PictureFiles
from desktop_app.journal.records import (
    CUT_SHORT,
    UNHEARD,
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
    SAVE_THREAD,
    UTTERANCE_COLUMNS,
    message_of,
    utterance_of,
    values_of,
)
from desktop_app.journal.utterance_files import UtteranceFiles

NOT_UNDERSTOOD = "turn.not_understood"

_DELETE_UNBEGUN = (
    "DELETE FROM thread WHERE title = '' AND remote_id = '' AND NOT is_pinned "
    "AND id NOT IN (SELECT thread_id FROM message) AND id NOT IN (SELECT thread_id FROM utterance)"
)
"""Somebody chose who shall answer in a new thread, and then asked nothing."""

DELETED = "deleted"
"""How the keys of settings begin that name what the service is still to delete."""

_OF_THREAD = "thread"
_NOTE_DELETED = (
    f"UPDATE OR REPLACE setting SET key = '{DELETED}' || substr(key, {len(_OF_THREAD) + 1}) "
    f"WHERE key LIKE '{_OF_THREAD}:%' AND value <> '' AND EXISTS (SELECT 1 FROM thread "
    "WHERE is_removed AND instr(setting.key || ':', ':' || thread.id || ':') > 0)"
)
"""``thread:<profile>:<id>`` says which thread of the service is ours."""

TO_REBUILD = "rebuild"
"""The name of the damaged journal, until what the service has of it was fetched."""

FILES_LEFT = "files"
"""``files:<recording>`` says which files belong to a recording and have not gone with it."""

SPEECH_SENT = "sent"
"""``sent:<recording>`` says when all of a recording had left for the service."""

HEARD = "heard"
"""``heard:<reply>`` says how many characters of a reply were heard that sounds."""

_CUT_WHERE_HEARD = f"""
    UPDATE message SET
        heard_chars = min(CAST(setting.value AS INTEGER), length(text)),
        error = iif(status = 'complete', '{UNHEARD}', error),
        status = iif(status = 'complete', 'interrupted', status)
    FROM setting WHERE setting.key = '{HEARD}:' || message.id AND (
        status = 'streaming' OR error = '{CUT_SHORT}'
        OR (status = 'complete' AND CAST(setting.value AS INTEGER) < length(rtrim(text)))
    )
"""

_FORGET_SENT = (
    f"DELETE FROM setting WHERE key LIKE '{SPEECH_SENT}:%' AND substr(key, {len(SPEECH_SENT) + 2}) "
    "NOT IN (SELECT utterance_id FROM message WHERE status = 'queued' "
    "UNION SELECT id FROM utterance WHERE state IN ('capturing', 'captured'))"
)

_FORGET_FILES = (
    f"DELETE FROM setting WHERE key LIKE '{FILES_LEFT}:%' AND (value = '' "
    f"OR substr(key, {len(FILES_LEFT) + 2}) NOT IN (SELECT id FROM utterance))"
)

_IN_USE = "journal.in_use"
"""The small fact that is there while a program has the journal open, and after one that died."""

_SOUND_OF_REPLIES = "SELECT id FROM utterance WHERE role = ?"
_RECENT_S = 86_400.0
_NEWEST = 500

_UNANSWERED = f"""
    SELECT {MESSAGE_COLUMNS} FROM message AS asked
    WHERE role = 'user' AND status = 'sent' AND turn > 0 AND remote_id = '' AND times IS NULL
    AND created_at > ? AND number > (SELECT max(number) FROM message) - {_NEWEST}
    AND NOT EXISTS (
        SELECT 1 FROM message AS later
        WHERE later.thread_id = asked.thread_id
        AND (later.role = 'assistant' OR later.status = 'sent')
        AND (later.created_at, later.number) > (asked.created_at, asked.number)
    )
"""
"""Asked by this program, and neither answered nor stopped: then its turn would have times."""


def recover(connection: sqlite3.Connection, files: UtteranceFiles, now_s: float) -> None:
    """Settle everything the last process left half done. Within one transaction.

    Replies that sounded were heard as far as was noted last. Those that were growing are cut
    short: the service may have the rest. So are those that had
    not begun when a program died; what was imported or ended orderly waits for none.
    Recordings without a transcript become failed messages that can be retried, unless they wait to
    be sent, so that nothing said is lost. One that had left waits, too: the service may know it.

    Args:
        now_s: Unix seconds. What was asked more than a day before is left as it is.

    Raises:
        sqlite3.Error, StorageError
    """
    connection.execute(_CUT_WHERE_HEARD)
    connection.execute(small_facts.FORGET, small_facts.of(f"{HEARD}:"))
    connection.execute(
        "UPDATE message SET status = ?, error = ? WHERE status = ?",
        (str(MessageStatus.INTERRUPTED), CUT_SHORT, str(MessageStatus.STREAMING)),
    )
    unfinished = connection.execute(
        f"SELECT {UTTERANCE_COLUMNS} FROM utterance WHERE state IN (?, ?)",
        (str(UtteranceState.CAPTURING), str(UtteranceState.CAPTURED)),
    ).fetchall()
    for row in unfinished:
        _settle(connection, utterance_of(row), files)
    replies = connection.execute(_SOUND_OF_REPLIES, (str(Role.ASSISTANT),)).fetchall()
    with contextlib.suppress(OSError):  # the next start does it
        files.note_replies([str(row["id"]) for row in replies])
    if connection.execute("SELECT 1 FROM setting WHERE key = ?", (_IN_USE,)).fetchone():
        for row in connection.execute(_UNANSWERED, (now_s - _RECENT_S,)).fetchall():
            connection.execute(SAVE_MESSAGE, values_of(reply_to(message_of(row))))
    connection.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?, '1')", (_IN_USE,))


def note_end(connection: sqlite3.Connection) -> None:
    """Nothing is left half done. One that cannot be noted is taken for a crash: no harm.

    Never raises.
    """
    with contextlib.suppress(sqlite3.Error):
        connection.execute("DELETE FROM setting WHERE key = ?", (_IN_USE,))


def purge(
    connection: sqlite3.Connection,
    files: UtteranceFiles,
    pictures: PictureFiles,
    *,
    keeps_strays: bool,
) -> None:
    """Delete for good what was removed, and recordings without words. Within one transaction.

    What the service has of a thread is noted under ``DELETED``: it can be away now.

    Args:
        keeps_strays: Pictures that no row names belong to a database that was set aside.

    Raises:
        sqlite3.Error, OSError
    """
    gone = "thread_id IN (SELECT id FROM thread WHERE is_removed)"
    needless = f"{gone} OR state = '{UtteranceState.DISCARDED}'"
    for row in connection.execute(f"SELECT id FROM utterance WHERE {needless}").fetchall():
        files.remove(row["id"])
    forget_recordings(connection, needless)
    connection.execute(f"DELETE FROM message WHERE {gone}")
    connection.execute(f"DELETE FROM picture WHERE {gone} OR is_removed")
    if not keeps_strays:
        left = connection.execute("SELECT DISTINCT path FROM picture")
        pictures.remove_all_but({row["path"] for row in left})
    connection.execute(_NOTE_DELETED)
    connection.execute(_FORGET_FILES)
    connection.execute(_FORGET_SENT)
    connection.execute("DELETE FROM thread WHERE is_removed")
    connection.execute(_DELETE_UNBEGUN)


def forget_recordings(connection: sqlite3.Connection, which: str) -> None:
    """Delete these rows of ``utterance``; no message names them any more.

    Raises:
        sqlite3.Error
    """
    connection.execute(
        "UPDATE message SET utterance_id = '' WHERE utterance_id <> '' "
        f"AND utterance_id IN (SELECT id FROM utterance WHERE {which})"
    )
    connection.execute(f"DELETE FROM utterance WHERE {which}")


def _settle(
    connection: sqlite3.Connection, utterance: UtteranceRecord, files: UtteranceFiles
) -> None:
    duration_ms = utterance.duration_of(files.size_bytes(utterance.id))
    is_reply = utterance.role is Role.ASSISTANT  # of which the words are known
    whole = UtteranceState.TRANSCRIBED if is_reply else UtteranceState.CAPTURED
    state = whole if duration_ms else UtteranceState.DISCARDED
    connection.execute(
        "UPDATE utterance SET state = ?, duration_ms = ? WHERE id = ?",
        (str(state), duration_ms, utterance.id),
    )
    if is_reply:
        query = "UPDATE message SET speech_ms = ? WHERE utterance_id = ?"
        connection.execute(query, (duration_ms, utterance.id))
    if duration_ms and not is_reply and not _has_message(connection, utterance.id):
        failed = _failed_message(utterance, duration_ms)
        if _has_left(connection, utterance.id):
            failed = replace(failed, status=MessageStatus.QUEUED)
        connection.execute(SAVE_MESSAGE, values_of(failed))
        _list_thread(connection, utterance)


def _has_left(connection: sqlite3.Connection, utterance_id: str) -> bool:
    key = f"{SPEECH_SENT}:{utterance_id}"
    return connection.execute("SELECT 1 FROM setting WHERE key = ?", (key,)).fetchone() is not None


def _list_thread(connection: sqlite3.Connection, utterance: UtteranceRecord) -> None:
    """Speech that opened a thread was cut before its thread had a row: nobody would find it."""
    known = connection.execute("SELECT 1 FROM thread WHERE id = ?", (utterance.thread_id,))
    if known.fetchone() is None:
        at = utterance.created_at
        thread = ThreadRecord(id=utterance.thread_id, created_at=at, updated_at=at)
        connection.execute(SAVE_THREAD, values_of(thread))


def _has_message(connection: sqlite3.Connection, utterance_id: str) -> bool:
    """Whether a message of it is known; one that does not wait to be sent is marked as failed."""
    connection.execute(
        "UPDATE message SET status = ?, error = ? "
        "WHERE utterance_id = ? AND text = '' AND status <> ?",
        (str(MessageStatus.FAILED), NOT_UNDERSTOOD, utterance_id, str(MessageStatus.QUEUED)),
    )
    found = connection.execute("SELECT 1 FROM message WHERE utterance_id = ?", (utterance_id,))
    return found.fetchone() is not None


def reply_to(question: MessageRecord) -> MessageRecord:
    """A reply that is looked for at the service: nothing of it had come yet."""
    return MessageRecord(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{question.id} {question.turn}")),
        thread_id=question.thread_id,
        role=Role.ASSISTANT,
        text="",
        created_at=question.created_at,
        status=MessageStatus.INTERRUPTED,
        turn=question.turn,
        error=CUT_SHORT,
    )


def _failed_message(utterance: UtteranceRecord, duration_ms: int) -> MessageRecord:
    return MessageRecord(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, utterance.id)),
        thread_id=utterance.thread_id,
        role=Role.USER,
        text="",
        created_at=utterance.created_at,
        status=MessageStatus.FAILED,
        turn=utterance.turn,
        is_spoken=True,
        utterance_id=utterance.id,
        speech_ms=duration_ms,
        error=NOT_UNDERSTOOD,
    )
