"""The files of voice notes that were sent: they are kept no longer than other recordings."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from desktop_app.journal.records import CUT_SHORT
from desktop_app.protocol.commands import TurnWishes

ATTACHMENTS = "attachments"
"""Below the data folder: our own copies of what is sent, each in a folder of its own."""

_ANSWERED = f"""
    SELECT id, wishes FROM message AS asked
    WHERE role = 'user' AND status = 'sent' AND wishes LIKE '%"recording":"%' AND created_at <= ?
    AND (
        SELECT iif(answer.error = '{CUT_SHORT}', 'cut short', answer.status) FROM message AS answer
        WHERE answer.thread_id = asked.thread_id AND answer.role = 'assistant'
        AND (answer.created_at, answer.number) > (asked.created_at, asked.number)
        ORDER BY answer.created_at, answer.number LIMIT 1
    ) IN ('complete', 'interrupted')
"""
"""Every other one may have to be sent again, and so may one whose answer was cut short."""


def remove_notes(connection: sqlite3.Connection, folder: Path, before_s: float) -> Sequence[str]:
    """Delete the notes of answered messages up to that age. Within one transaction.

    Recordings that are a person's own files are never touched.

    Args:
        connection: The journal.
        folder: The journal's.
        before_s: Unix seconds.

    Returns:
        The ids of the messages that have no sound any more.

    Raises:
        sqlite3.Error
    """
    gone: list[str] = []
    for row in connection.execute(_ANSWERED, (before_s,)).fetchall():
        try:
            wishes = msgspec.json.decode(row["wishes"], type=TurnWishes)
        except msgspec.DecodeError:
            continue
        own = Path(wishes.recording).parent
        if own.parent != folder / ATTACHMENTS:
            continue
        shutil.rmtree(own, ignore_errors=True)
        left = msgspec.json.encode(replace(wishes, recording="", words=None)).decode()
        connection.execute("UPDATE message SET wishes = ? WHERE id = ?", (left, row["id"]))
        gone.append(str(row["id"]))
    return gone
