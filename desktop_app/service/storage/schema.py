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

_KNOWLEDGE = """
CREATE INDEX messages_by_run ON messages (run_id, seq);

CREATE TABLE documents (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
    thread_id TEXT REFERENCES threads (id) ON DELETE CASCADE,
    message_id TEXT,
    filename TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_message TEXT,
    summary TEXT,
    total_tokens INTEGER,
    chunk_count INTEGER,
    metadata TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    processing_started_at TEXT,
    processing_completed_at TEXT
) STRICT;
CREATE INDEX documents_by_assistant ON documents (assistant_id, seq);
CREATE INDEX documents_by_thread ON documents (thread_id, seq);
CREATE INDEX documents_by_message ON documents (message_id);
CREATE INDEX documents_by_status ON documents (status);

CREATE TABLE chunks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    document_seq INTEGER NOT NULL REFERENCES documents (seq) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    place TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;
CREATE INDEX chunks_by_document ON chunks (document_seq, ordinal);

CREATE TABLE chunk_vectors (
    chunk_seq INTEGER NOT NULL REFERENCES chunks (seq) ON DELETE CASCADE,
    space TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (space, chunk_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX vectors_by_chunk ON chunk_vectors (chunk_seq);

CREATE VIRTUAL TABLE chunk_words USING fts5 (
    content, content='chunks', content_rowid='seq', tokenize='porter unicode61'
);
CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
    INSERT INTO chunk_words (rowid, content) VALUES (new.seq, new.content);
END;
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO chunk_words (chunk_words, rowid, content)
        VALUES ('delete', old.seq, old.content);
END;

CREATE TABLE media (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    message_id TEXT,
    kind TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    metadata TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX media_by_thread ON media (thread_id, seq);
CREATE INDEX media_by_message ON media (message_id);

CREATE TABLE memory_vectors (
    memory_seq INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
    space TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (space, memory_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX vectors_by_memory ON memory_vectors (memory_seq);
CREATE TRIGGER memory_meaning_changed AFTER UPDATE OF content ON memories BEGIN
    DELETE FROM memory_vectors WHERE memory_seq = new.seq;
END;

CREATE TABLE memory_operations (
    id TEXT PRIMARY KEY,
    assistant_id TEXT NOT NULL REFERENCES assistants (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    memory_ids TEXT,
    error TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_by_assistant ON memory_operations (assistant_id, created_at);

CREATE TABLE waiting_runs (
    id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    question TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_by_thread ON waiting_runs (thread_id, created_at);
"""
"""
documents: files that were uploaded, for an assistant (no thread) or for one thread; their pieces
in chunks (a number is never used again), the pieces' vectors by the model that made them
(``space``: provider/model).
memory_vectors: the same for memories; made when they are first searched, gone with the words.
media: pictures, videos, spoken replies and recordings of a thread, by kind ``picture``, ``video``,
``speech`` and ``recording``; metadata of what was made has prompt, provider, model and parent ids.
waiting_runs: turns that stopped for the outputs of tools, with all that is needed to go on.
"""

_TERMS = """
CREATE VIRTUAL TABLE chunk_terms USING fts5vocab (chunk_words, row);
"""

_REVISIONS = """
ALTER TABLE threads ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER thread_reply_changed AFTER UPDATE ON messages BEGIN
    UPDATE threads SET revision = revision + 1 WHERE id = new.thread_id;
END;
CREATE TRIGGER thread_reply_deleted AFTER DELETE ON messages BEGIN
    UPDATE threads SET revision = revision + 1 WHERE id = old.thread_id;
END;
CREATE TRIGGER attachment_added AFTER INSERT ON documents WHEN new.message_id IS NOT NULL BEGIN
    UPDATE threads SET revision = revision + 1 WHERE id = new.thread_id;
END;
CREATE TRIGGER attachment_changed AFTER UPDATE ON documents WHEN new.message_id IS NOT NULL BEGIN
    UPDATE threads SET revision = revision + 1 WHERE id = new.thread_id;
END;
CREATE TRIGGER attachment_deleted AFTER DELETE ON documents WHEN old.message_id IS NOT NULL BEGIN
    UPDATE threads SET revision = revision + 1 WHERE id = old.thread_id;
END;
"""
"""
threads.revision: with the rest of its row it says whether anything that a thread shows has changed;
a new message changes the row itself.
"""

MIGRATIONS: tuple[str, ...] = (_CONVERSATIONS, _KNOWLEDGE, _TERMS, _REVISIONS)
"""Step ``n`` leads from ``user_version`` n to n + 1. A published step never changes."""
