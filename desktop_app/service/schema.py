"""The service database's tables, one numbered step after the other."""

from __future__ import annotations

_CONVERSATIONS = """
CREATE TABLE assistants (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX assistants_by_name ON assistants (name);

CREATE TABLE threads (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
    session_key TEXT UNIQUE,
    metadata TEXT,
    first_user_message TEXT,
    message_count INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX threads_by_update ON threads (updated_at);
CREATE INDEX threads_by_assistant ON threads (assistant_id, updated_at);

CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    status TEXT NOT NULL,
    run_id TEXT,
    metadata TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX messages_by_thread ON messages (thread_id, seq);

CREATE TABLE memories (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
    content TEXT NOT NULL,
    metadata TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX memories_by_assistant ON memories (assistant_id, seq);

CREATE VIRTUAL TABLE message_words USING fts5 (
    content, content='messages', content_rowid='seq', tokenize='porter unicode61'
);
CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
    INSERT INTO message_words (rowid, content) VALUES (new.seq, new.content);
END;
CREATE TRIGGER message_changed AFTER UPDATE OF content ON messages BEGIN
    INSERT INTO message_words (message_words, rowid, content)
        VALUES ('delete', old.seq, old.content);
    INSERT INTO message_words (rowid, content) VALUES (new.seq, new.content);
END;
CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
    INSERT INTO message_words (message_words, rowid, content)
        VALUES ('delete', old.seq, old.content);
END;

CREATE VIRTUAL TABLE memory_words USING fts5 (
    content, content='memories', content_rowid='seq', tokenize='porter unicode61'
);
CREATE TRIGGER memory_added AFTER INSERT ON memories BEGIN
    INSERT INTO memory_words (rowid, content) VALUES (new.seq, new.content);
END;
CREATE TRIGGER memory_changed AFTER UPDATE OF content ON memories BEGIN
    INSERT INTO memory_words (memory_words, rowid, content)
        VALUES ('delete', old.seq, old.content);
    INSERT INTO memory_words (rowid, content) VALUES (new.seq, new.content);
END;
CREATE TRIGGER memory_removed AFTER DELETE ON memories BEGIN
    INSERT INTO memory_words (memory_words, rowid, content)
        VALUES ('delete', old.seq, old.content);
END;
"""

MIGRATIONS: tuple[str, ...] = (_CONVERSATIONS,)
"""Step ``n`` leads from ``user_version`` n to n + 1. A published step never changes."""
