"""Reads the journal while the engine writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from desktop_app.database.failures import storage_errors
from desktop_app.database.migrations import known_version
from desktop_app.database.readable_rows import text_of
from desktop_app.errors import StorageError
from desktop_app.journal import small_facts
from desktop_app.journal.catching_up import catch_up
from desktop_app.journal.origins import LEARNED_FROM, Origin, origins_in
from desktop_app.journal.records import (
    MessageRecord,
    PictureRecord,
    Role,
    SearchHit,
    ThreadRecord,
    UtteranceRecord,
)
from desktop_app.journal.rows import (
    MESSAGE_COLUMNS,
    NOT_REMOVED,
    PICTURE_COLUMNS,
    SHOWN_PICTURES,
    THREAD_COLUMNS,
    UTTERANCE_COLUMNS,
    message_of,
    picture_of,
    role_of,
    thread_of,
    utterance_of,
)
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.journal.search_query import SearchWish
from desktop_app.journal.searching import (
    TITLE_MATCHES,
    hits_of,
    part_pattern,
    search_statement,
)
from desktop_app.journal.spending import COST_OF_REPLY, SPENT, Spent, spent_of
from desktop_app.journal.utterance_files import read_sound
from desktop_app.protocol.commands import TurnWishes

_FOLLOWS = "(-is_pinned, -updated_at, id) > (-:pinned, -:at, :id)"
_UNDECODED = "Could not decode to UTF-8"
_STEPS_BETWEEN_QUESTIONS = 1000  # of SQLite's machine: well below a millisecond


class JournalReader:
    """Read-only and free of state: any thread may call any method at any time.

    Each call opens the file anew, so it always reads the journal that is there now. A journal
    that does not exist yet is an empty one, and one of an older version is first brought up to
    date, by whoever writes it or else here. Every method may raise StorageError
    (``storage.broken``, ``storage.newer``, ``storage.older``, ``storage.failed``).

    Args:
        folder: The writer's folder.

    Attributes:
        is_catching_up: A reading waits for an older journal to be brought up to date. Any thread.
    """

    def __init__(self, folder: Path) -> None:
        self.is_catching_up = False
        self._folder = folder
        self._path = folder / DATABASE_NAME

    def threads(
        self, limit: int = 200, *, filter_text: str = "", after: ThreadRecord | None = None
    ) -> Sequence[ThreadRecord]:
        """Pinned threads first, then the latest.

        Args:
            limit: How many at most.
            filter_text: Looked for in the titles.
            after: The last of the page before, as it was read; only what follows it is given.
        """
        text = filter_text.strip().casefold()
        values: dict[str, Any] = {"limit": limit, "text": text, "part": part_pattern(text)}
        conditions = f"AND {TITLE_MATCHES} " if text else ""
        if after is not None:
            conditions += f"AND {_FOLLOWS} "
            values |= {"pinned": after.is_pinned, "at": after.updated_at, "id": after.id}
        rows = self._rows(
            f"SELECT {THREAD_COLUMNS} FROM thread WHERE is_removed = 0 {conditions}"
            "ORDER BY is_pinned DESC, updated_at DESC, id LIMIT :limit",
            values,
        )
        return [thread_of(row) for row in rows]

    def thread(self, thread_id: str) -> ThreadRecord | None:
        """The thread, unless it is unknown or removed."""
        query = f"SELECT {THREAD_COLUMNS} FROM thread WHERE id = :id AND NOT is_removed"
        rows = self._rows(query, {"id": thread_id})
        return thread_of(rows[0]) if rows else None

    def messages(
        self, thread_id: str, limit: int = 200, before: str = ""
    ) -> Sequence[MessageRecord]:
        """The newest ``limit`` messages, oldest first.

        Args:
            thread_id: Whose.
            limit: How many at most.
            before: Id of a message; only older ones are given. For reading page after page.
        """
        older = (
            "AND (created_at, number) < (SELECT created_at, number FROM message WHERE id = :before)"
        )
        rows = self._rows(
            f"SELECT {MESSAGE_COLUMNS} FROM message WHERE thread_id = :thread_id "
            f"AND {NOT_REMOVED} {older if before else ''} "
            "ORDER BY created_at DESC, number DESC LIMIT :limit",
            {"thread_id": thread_id, "limit": limit, "before": before},
        )
        return [message_of(row) for row in reversed(rows)]

    def spent(self, thread_id: str = "", since_s: float = 0.0) -> Spent:
        """What the replies of one thread, or of all, took.

        Args:
            since_s: Unix seconds; what is older is left out.
        """
        (row,) = self._rows(SPENT, {"thread_id": thread_id, "since": since_s}) or (None,)
        return spent_of(row) if row is not None else Spent()

    def origins(self, memory_ids: Collection[str]) -> Mapping[str, Origin]:
        """The turn that each of these memories came from, as far as it is known here."""
        return origins_in(self._rows(LEARNED_FROM, {}), frozenset(memory_ids))

    def setting(self, key: str) -> str | None:
        """A small remembered fact."""
        rows = self._rows(small_facts.READ, {"key": key})
        return str(rows[0]["value"]) if rows else None

    def settings(self, beginning: str) -> Mapping[str, str]:
        """Every small fact whose key begins so, by its key."""
        return small_facts.by_key(self._rows(small_facts.ALL, small_facts.of(beginning)))

    def pictures(
        self, thread_id: str = "", limit: int = 200, offset: int = 0
    ) -> Sequence[PictureRecord]:
        """Newest first; of one thread, or of all."""
        of_thread = "AND thread_id = :thread_id " if thread_id else ""
        rows = self._rows(
            f"SELECT {PICTURE_COLUMNS} FROM picture WHERE {SHOWN_PICTURES} {of_thread}"
            "ORDER BY number DESC LIMIT :limit OFFSET :offset",
            {"thread_id": thread_id, "limit": limit, "offset": offset},
        )
        return [picture_of(row) for row in rows]

    def picture_count(self, thread_id: str = "") -> int:
        """How many pictures there are; of one thread, or of all."""
        of_thread = "AND thread_id = :thread_id" if thread_id else ""
        query = f"SELECT count(*) AS count FROM picture WHERE {SHOWN_PICTURES} {of_thread}"
        rows = self._rows(query, {"thread_id": thread_id})
        return int(rows[0]["count"]) if rows else 0

    def picture_family(self, picture_id: str) -> Sequence[PictureRecord]:
        """The picture, all it was made from, and what else was made from the same; oldest first.

        Pictures of one reply are siblings too. One that was removed ends the chain.
        """
        rows = self._rows(
            "WITH RECURSIVE chain (id, parent_id, message_id) AS ("
            "SELECT id, parent_id, message_id FROM picture WHERE id = :id AND NOT is_removed "
            "UNION SELECT p.id, p.parent_id, p.message_id FROM picture AS p "
            "JOIN chain ON p.id = chain.parent_id WHERE NOT p.is_removed) "
            f"SELECT {PICTURE_COLUMNS} FROM picture WHERE {SHOWN_PICTURES} AND ("
            "id IN (SELECT id FROM chain) OR parent_id = :id "
            "OR parent_id <> '' AND parent_id = (SELECT parent_id FROM chain WHERE id = :id) "
            "OR message_id = (SELECT message_id FROM chain WHERE id = :id)) ORDER BY number",
            {"id": picture_id},
        )
        return [picture_of(row) for row in rows]

    def cost_of_reply(self, message_id: str) -> float | None:
        """Dollars, where the peer told a price."""
        rows = self._rows(COST_OF_REPLY, {"id": message_id})
        return rows[0]["cost"] if rows else None

    def files_of_messages(self, *, is_unsent: bool = False) -> Sequence[str]:
        """Paths of files that went, or will go, along with messages of threads that are kept.

        Args:
            is_unsent: Only of messages that have not arrived, or may be sent again; those of a
                removed thread too, as it may be taken back.
        """
        wanted = "status IN ('queued', 'failed')" if is_unsent else NOT_REMOVED
        query = f"SELECT wishes FROM message WHERE wishes IS NOT NULL AND {wanted}"
        rows = self._rows(query, {})
        try:
            found = [msgspec.json.decode(row["wishes"], type=TurnWishes) for row in rows]
        except msgspec.DecodeError as error:  # whose files these are must be known, or none is
            raise StorageError("storage.broken", str(error), reason=str(error)) from error
        return [path for wishes in found for path in wishes.paths]

    def utterances(
        self, thread_id: str = "", limit: int = 200, offset: int = 0
    ) -> Sequence[UtteranceRecord]:
        """Recordings of questions and spoken replies, newest first; of one thread, or of all."""
        of_thread = "AND thread_id = :thread_id " if thread_id else ""
        rows = self._rows(
            f"SELECT {UTTERANCE_COLUMNS} FROM utterance WHERE state <> 'discarded' "
            f"AND {NOT_REMOVED} {of_thread}"
            "ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset",
            {"thread_id": thread_id, "limit": limit, "offset": offset},
        )
        return [utterance_of(row) for row in rows]

    def utterance(self, utterance_id: str) -> UtteranceRecord | None:
        """One recording."""
        rows = self._rows(
            f"SELECT {UTTERANCE_COLUMNS} FROM utterance WHERE id = :id AND {NOT_REMOVED}",
            {"id": utterance_id},
        )
        return utterance_of(rows[0]) if rows else None

    def message_of(self, utterance_id: str) -> MessageRecord | None:
        """The message that this recording belongs to, unless it has none yet."""
        rows = self._rows(
            f"SELECT {MESSAGE_COLUMNS} FROM message WHERE utterance_id <> '' "
            f"AND utterance_id = :id AND {NOT_REMOVED}",
            {"id": utterance_id},
        )
        return message_of(rows[0]) if rows else None

    def utterance_pcm(self, utterance_id: str) -> bytes:
        """The recorded bytes, s16le mono at the recording's rate.

        Raises:
            StorageError: ``journal.no_recording``: they are gone.
        """
        return read_sound(self._folder, utterance_id)

    def search(
        self, wish: SearchWish, limit: int = 50, is_stale: Callable[[], bool] | None = None
    ) -> Sequence[SearchHit]:
        """Messages that hold every word (the last may be a beginning), newest first.

        Args:
            wish: What is looked for.
            limit: How many at most.
            is_stale: Asked now and then, on this thread; once it says so, nothing is found.
        """
        statement = search_statement(wish, limit)
        if statement is None:
            return []
        return hits_of(self._rows(statement.query, statement.values, is_stale), wish)

    def texts(self, thread_id: str) -> Sequence[tuple[str, Role, str]]:
        """Id, role and text of every message of a thread, oldest first."""
        rows = self._rows(
            f"SELECT id, role, text FROM message WHERE thread_id = :thread_id AND {NOT_REMOVED} "
            "ORDER BY created_at, number",
            {"thread_id": thread_id},
        )
        return [(row["id"], role_of(row), row["text"]) for row in rows]

    def count_from(self, thread_id: str, message_id: str) -> int:
        """How many messages there are from this one to the newest; 0 for an unknown one."""
        rows = self._rows(
            f"SELECT count(*) AS number FROM message WHERE thread_id = :thread_id "
            f"AND {NOT_REMOVED} AND (created_at, number) >= "
            "(SELECT created_at, number FROM message WHERE id = :id)",
            {"thread_id": thread_id, "id": message_id},
        )
        return int(rows[0]["number"]) if rows else 0

    def _rows(
        self, query: str, values: dict[str, Any], is_stale: Callable[[], bool] | None = None
    ) -> list[sqlite3.Row]:
        with storage_errors():
            if not self._path.is_file():
                return []
            with self._connection() as connection:
                version = known_version(connection, len(MIGRATIONS))
                if not version:
                    return []
                if version < len(MIGRATIONS):
                    self._catch_up()
                if is_stale is not None:
                    connection.set_progress_handler(is_stale, _STEPS_BETWEEN_QUESTIONS)
                try:
                    return connection.execute(query, values).fetchall()
                except sqlite3.OperationalError as error:
                    if is_stale is not None and is_stale():
                        return []  # interrupted, because nobody waits for it any more
                    if _UNDECODED not in str(error):
                        raise
                    connection.text_factory = text_of
                    return connection.execute(query, values).fetchall()

    def _catch_up(self) -> None:
        self.is_catching_up = True
        try:
            catch_up(self._folder)
        finally:
            self.is_catching_up = False

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            connection.row_factory = sqlite3.Row
            connection.create_function("casefold", 1, str.casefold, deterministic=True)
            yield connection
