"""The journal's tables, as numbered migrations."""

from __future__ import annotations

from collections.abc import Sequence

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

_WISHES_AND_PICTURES = """
ALTER TABLE message ADD COLUMN wishes TEXT;

CREATE TABLE picture (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    path TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX picture_of_thread ON picture (thread_id, number);
"""

# What was made before is told by the question that it answered.
_PROVENANCE = """
ALTER TABLE picture ADD COLUMN prompt TEXT NOT NULL DEFAULT '';
ALTER TABLE picture ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE picture ADD COLUMN parent_id TEXT NOT NULL DEFAULT '';
ALTER TABLE picture ADD COLUMN is_removed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX picture_of_parent ON picture (parent_id) WHERE parent_id <> '';
CREATE INDEX picture_of_peer ON picture (remote_id);
UPDATE picture SET prompt = coalesce((
    SELECT question.text FROM message AS reply
    JOIN message AS question ON question.thread_id = reply.thread_id
    WHERE reply.id = picture.message_id AND question.role = 'user'
        AND question.created_at <= reply.created_at
    ORDER BY question.created_at DESC LIMIT 1
), '');
"""

_SPOKEN_REPLIES = """
ALTER TABLE utterance ADD COLUMN role TEXT NOT NULL DEFAULT 'user';
CREATE INDEX utterance_by_age ON utterance (created_at);
"""

_DETAILS = "ALTER TABLE message ADD COLUMN details TEXT;"

_MODEL_OF_THREAD = "ALTER TABLE thread ADD COLUMN model TEXT NOT NULL DEFAULT '';"

# Without prefixes of its own, the index merges every word that begins with the letter typed.
_BEGINNINGS_OF_WORDS = """
DROP TABLE message_words;
CREATE VIRTUAL TABLE message_words USING fts5 (
    text, content='message', content_rowid='number', prefix='1 2',
    tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO message_words (message_words) VALUES ('rebuild');
"""

_VOICES_OF_THREAD = """
ALTER TABLE thread ADD COLUMN heard_by TEXT NOT NULL DEFAULT '';
ALTER TABLE thread ADD COLUMN spoken_by TEXT NOT NULL DEFAULT '';
ALTER TABLE thread ADD COLUMN voice TEXT NOT NULL DEFAULT '';
"""

# With the titles in it, the index alone tells which of them hold what is looked for.
_TITLES_IN_ORDER = """
DROP INDEX thread_in_order;
CREATE INDEX thread_in_order
    ON thread (is_removed, is_pinned DESC, updated_at DESC, id, title);
"""

# Whose names a thread has is known where only one service was ever talked to in it.
_CHOICES_OF_PROFILES = """
ALTER TABLE thread ADD COLUMN profile TEXT NOT NULL DEFAULT '';
ALTER TABLE thread ADD COLUMN elsewhere TEXT;

CREATE TABLE talked_to (id TEXT PRIMARY KEY, profile TEXT NOT NULL, number INTEGER NOT NULL);
INSERT INTO talked_to
    SELECT id, min(profile), count(DISTINCT profile) FROM (
        SELECT profile, substr(id, 1, instr(id || ':', ':') - 1) AS id FROM (
            SELECT substr(rest, 1, instr(rest, ':') - 1) AS profile,
                substr(rest, instr(rest, ':') + 1) AS id
            FROM (SELECT substr(key, 8) AS rest FROM setting WHERE key LIKE 'thread:%')
        )
    ) GROUP BY id;
UPDATE thread SET profile = coalesce(
    (SELECT profile FROM talked_to WHERE talked_to.id = thread.id AND number = 1), ''
);
DROP TABLE talked_to;
"""

MIGRATIONS: Sequence[str] = (
    _FIRST,
    _WISHES_AND_PICTURES,
    _PROVENANCE,
    _SPOKEN_REPLIES,
    _DETAILS,
    _MODEL_OF_THREAD,
    _BEGINNINGS_OF_WORDS,
    _VOICES_OF_THREAD,
    _TITLES_IN_ORDER,
    _CHOICES_OF_PROFILES,
)
"""Number n brings a journal from version n to n + 1. Never changed once released, only added to."""
