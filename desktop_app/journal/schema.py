"""The journal's tables, as numbered migrations under SQLite's ``user_version``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from desktop_app.errors import StorageError

DATABASE_NAME = "journal.sqlite3"

_FIRST = """
CREATE TABLE thread (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    assistant_id TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    is_pinned INTEGER NOT NULL,
    is_unread INTEGER NOT NULL,
    is_removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX thread_in_order ON thread (is_removed, is_pinned DESC, updated_at DESC, id);

CREATE TABLE message (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at REAL NOT NULL,
    status TEXT NOT NULL,
    turn INTEGER NOT NULL,
    is_spoken INTEGER NOT NULL,
    utterance_id TEXT NOT NULL,
    speech_ms INTEGER NOT NULL,
    heard_chars INTEGER,
    model TEXT NOT NULL,
    heard_by TEXT NOT NULL,
    spoken_by TEXT NOT NULL,
    times TEXT,
    error TEXT NOT NULL,
    remote_id TEXT NOT NULL
) STRICT;
CREATE INDEX message_of_thread ON message (thread_id, created_at, number);
CREATE INDEX message_unfinished ON message (status) WHERE status IN ('queued', 'streaming');
CREATE INDEX message_of_utterance ON message (utterance_id) WHERE utterance_id <> '';

CREATE VIRTUAL TABLE message_words USING fts5 (
    text, content='message', content_rowid='number', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
    INSERT INTO message_words (rowid, text) VALUES (new.number, new.text);
END;
CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
    INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text);
END;
CREATE TRIGGER message_changed AFTER UPDATE OF text ON message WHEN old.text <> new.text BEGIN
    INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text);
    INSERT INTO message_words (rowid, text) VALUES (new.number, new.text);
END;

CREATE TABLE utterance (
    id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL,
    turn INTEGER NOT NULL,
    created_at REAL NOT NULL,
    state TEXT NOT NULL,
    path TEXT NOT NULL,
    duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX utterance_of_thread ON utterance (thread_id);
CREATE INDEX utterance_unfinished ON utterance (state)
    WHERE state IN ('capturing', 'captured', 'discarded');

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""

MIGRATIONS: Sequence[str] = (_FIRST,)
"""Number n brings a journal from version n to n + 1. Never changed once released, only added to."""


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[str] = MIGRATIONS
) -> None:
    """Bring the journal up to date, in one transaction, keeping a copy from before.

    Args:
        connection: In autocommit mode (``isolation_level=None``).
        path: The database's file; the copy is put beside it.
        migrations: All that are known.

    Raises:
        StorageError: ``journal.newer``: a newer Parley wrote it; it is left as it is.
        sqlite3.Error: A migration failed; the journal is as it was.
    """
    version = known_version(connection, len(migrations))
    if version == len(migrations):
        return
    if version:
        _back_up(connection, path.with_name(f"{path.name}.v{version}.backup"))
    script = "\n".join(migrations[version:])
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {len(migrations)};\nCOMMIT;"
        )
    except sqlite3.Error:
        if connection.in_transaction:
            connection.rollback()
        raise


def known_version(connection: sqlite3.Connection, newest: int = len(MIGRATIONS)) -> int:
    """The journal's version; 0 when it has no tables yet.

    Raises:
        StorageError: ``journal.newer``: it is higher than ``newest``.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        raise StorageError(
            "journal.newer",
            f"Your conversations were written by a newer Parley (format {version}, this one knows "
            f"{newest}). Update Parley, or choose another data folder; nothing was changed.",
            version=str(version),
            known=str(newest),
        )
    return version


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
