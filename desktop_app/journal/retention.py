"""How long recordings are kept: what is deleted, and what must not be yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from desktop_app.errors import StorageError
from desktop_app.journal.discarded_sound import note_discarded
from desktop_app.journal.note_files import remove_notes
from desktop_app.journal.records import MessageStatus, UtteranceState
from desktop_app.journal.recovery import forget_recordings
from desktop_app.journal.utterance_files import UtteranceFiles

UNTIL_SENT, OFF = "until_sent", "off"
_KEPT_S = {"1_day": 86_400.0, "7_days": 7 * 86_400.0, UNTIL_SENT: 0.0, OFF: 0.0}

_BEING_SPOKEN = f"state = '{UtteranceState.CAPTURING}'"

# The recording of a question that was not delivered, or whose answer failed: a retry sends it.
_NEEDED = f"""
    state = '{UtteranceState.CAPTURED}' OR EXISTS (
        SELECT 1 FROM message AS asked
        WHERE asked.utterance_id = utterance.id AND asked.role = 'user' AND (
            asked.status IN ('queued', 'failed') OR (
                SELECT answer.status FROM message AS answer
                WHERE answer.thread_id = asked.thread_id AND answer.role = 'assistant'
                AND (answer.created_at, answer.number) > (asked.created_at, asked.number)
                ORDER BY answer.created_at, answer.number LIMIT 1
            ) = 'failed'
        )
    )
"""


def kept_for_s(keep: str) -> float | None:
    """For how many seconds the setting ``privacy.keep_recordings`` keeps them; None for ever."""
    return _KEPT_S.get(keep)


def remove_expired(
    connection: sqlite3.Connection, files: UtteranceFiles, folder: Path, keep: str, now_s: float
) -> Sequence[str]:
    """Delete recordings that are to be kept no longer. Within one transaction.

    What is being spoken is never touched; what a message needs to be sent (again) only by ``off``.

    Args:
        connection: The journal.
        files: Its sound.
        folder: Its own; the files of voice notes are below it.
        keep: The setting ``privacy.keep_recordings``; what is unknown keeps everything.
        now_s: Unix seconds.

    Returns:
        The ids of the recordings that are gone; of a voice note, that of its message.

    Raises:
        sqlite3.Error, OSError
    """
    kept_s = kept_for_s(keep)
    if kept_s is None:
        return ()
    before_s = now_s - kept_s
    needed = "" if keep == OFF else f"AND NOT ({_NEEDED})"
    expired = f"NOT ({_BEING_SPOKEN}) AND created_at <= {before_s!r} {needed}"
    found = connection.execute(f"SELECT id FROM utterance WHERE {expired}").fetchall()
    gone = [str(row["id"]) for row in found]
    for utterance_id in gone:
        files.remove(utterance_id)
    if gone:
        connection.executemany("UPDATE utterance SET path = '' WHERE id = ?", [(x,) for x in gone])
        forget_recordings(connection, "path = ''")
    left = connection.execute("SELECT id FROM utterance").fetchall()
    files.remove_strays({str(row["id"]) for row in left}, before_s)
    return [*gone, *remove_notes(connection, folder, before_s)]


def discard(connection: sqlite3.Connection, files: UtteranceFiles, utterance_id: str) -> str:
    """Delete one recording because a person wants it. Within one transaction.

    That the service is to delete it too is noted: see ``discarded_sound``.

    Returns:
        The id of the message that went with it, as nobody knows its words; empty for none.

    Raises:
        StorageError: ``journal.no_recording``, ``recording.being_spoken``,
            ``recording.being_sent``; nothing was changed.
        sqlite3.Error, OSError
    """
    query = "SELECT state FROM utterance WHERE id = ?"
    found = connection.execute(query, (utterance_id,)).fetchone()
    if found is None:
        raise StorageError("journal.no_recording", "There is no such recording.", id=utterance_id)
    if found["state"] == UtteranceState.CAPTURING:
        raise StorageError("recording.being_spoken", "This is being said at the moment.")
    query = "SELECT id, text, status FROM message WHERE utterance_id = ? AND role = 'user'"
    question = connection.execute(query, (utterance_id,)).fetchone()
    if question is not None and question["status"] == MessageStatus.QUEUED:
        raise StorageError("recording.being_sent", "This is being sent at the moment.")
    note_discarded(connection, utterance_id)
    files.remove(utterance_id)
    connection.execute(
        "UPDATE message SET utterance_id = '' WHERE utterance_id = ?", (utterance_id,)
    )
    connection.execute("DELETE FROM utterance WHERE id = ?", (utterance_id,))
    if question is None or question["text"]:
        return ""
    connection.execute("DELETE FROM message WHERE id = ?", (question["id"],))
    return str(question["id"])
