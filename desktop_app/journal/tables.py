"""The journal's statements. The journal's thread only."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from desktop_app.database.failures import storage_errors
from desktop_app.database.sqlite_file import open_sound, transaction
from desktop_app.errors import StorageError
from desktop_app.journal import small_facts
from desktop_app.journal.folder_lock import FolderLock
from desktop_app.journal.picture_files import PictureFiles
from desktop_app.journal.records import (
    CUT_SHORT,
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.recovery import TO_REBUILD, note_end, purge, recover
from desktop_app.journal.reply_details import Learning, MissingPictures
from desktop_app.journal.retention import discard, remove_expired
from desktop_app.journal.rows import (
    CHOOSE_IN_THREAD,
    MESSAGE_COLUMNS,
    NEWEST_MESSAGES,
    NOT_REMOVED,
    PICTURE_COLUMNS,
    SAVE_MESSAGE,
    SAVE_PICTURE,
    SAVE_UTTERANCE,
    THREAD_COLUMNS,
    TOUCH_THREAD,
    UTTERANCE_COLUMNS,
    message_of,
    picture_of,
    thread_of,
    utterance_of,
    values_of,
)
from desktop_app.journal.salvage import salvage
from desktop_app.journal.schema import DATABASE_NAME, MIGRATIONS
from desktop_app.journal.strays import list_strays
from desktop_app.journal.taking_in import TakenIn, TakingIn, ThreadRows, remove_leftovers
from desktop_app.journal.utterance_files import UtteranceFiles, path_of
from desktop_app.protocol.commands import Answerer

_NEWEST = 500
_SALVAGING = "journal.salvaging"
"""The small fact that names a damaged database while it is being read out."""

logger = logging.getLogger(__name__)
_Values = tuple[Any, ...] | dict[str, Any]
_Record = TypeVar("_Record")
_Row = Callable[[sqlite3.Row], _Record]


class Tables:
    """One locked folder, its open database and its sound files.

    Every method may raise StorageError.

    Args:
        purges: What was removed goes for good; False where a window can still take it back.

    Attributes:
        files: The sound of the utterances.
        set_aside: Where a damaged database was put at the start, or None.
    """

    def __init__(self, folder: Path, *, purges: bool = True) -> None:
        with storage_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = FolderLock(folder, len(MIGRATIONS))
        self._folder = folder
        try:
            self.files = UtteranceFiles(folder)
            self._pictures = PictureFiles(folder)
            with storage_errors():
                opened = open_sound(folder / DATABASE_NAME, MIGRATIONS)
                self._connection, self.set_aside = opened
        except BaseException:
            self._lock.release()
            raise
        self._settle(purges=purges)

    def save(
        self,
        statement: str,
        record: ThreadRecord | MessageRecord | PictureRecord | UtteranceRecord,
        *,
        is_precious: bool = False,
    ) -> None:
        """Insert or replace one row; a precious one survives even a power loss."""
        with storage_errors():
            self._set_durability(survives_power_loss=is_precious)
            self._connection.execute(statement, values_of(record))

    def hide(self, thread_id: str, *, is_removed: bool) -> None:
        """Take a thread out of every list, or put it back."""
        self._execute("UPDATE thread SET is_removed = ? WHERE id = ?", (is_removed, thread_id))

    def touch(self, thread: ThreadRecord) -> ThreadRecord | None:
        """Create the thread or note that it went on; None when it is removed."""
        self.save(TOUCH_THREAD, thread)
        return self.thread(thread.id)

    def rename(self, thread_id: str, title: str) -> ThreadRecord | None:
        """Exchange the title; None when the thread is unknown or removed."""
        self._execute("UPDATE thread SET title = ? WHERE id = ?", (title, thread_id))
        return self.thread(thread_id)

    def choose(self, new: ThreadRecord, who: Answerer, profile: str) -> ThreadRecord | None:
        """Exchange who answers at this service; creates the thread; None when it is removed."""
        known = self.thread(new.id) or new
        self.save(CHOOSE_IN_THREAD, known.chosen(who, profile))
        return self.thread(new.id)

    def mark(
        self, thread_id: str, is_pinned: bool | None, is_unread: bool | None
    ) -> ThreadRecord | None:
        """Exchange the marks that are given; None when that changes nothing."""
        before = self.thread(thread_id)
        if before is None:
            return None
        pinned = before.is_pinned if is_pinned is None else is_pinned
        unread = before.is_unread if is_unread is None else is_unread
        after = replace(before, is_pinned=pinned, is_unread=unread)
        if after == before:
            return None
        statement = "UPDATE thread SET is_pinned = ?, is_unread = ? WHERE id = ?"
        self._execute(statement, (pinned, unread, thread_id))
        return after

    def thread(self, thread_id: str) -> ThreadRecord | None:
        """The thread, unless unknown or removed."""
        query = f"SELECT {THREAD_COLUMNS} FROM thread WHERE id = ? AND NOT is_removed"
        return self._one(query, (thread_id,), thread_of)

    def message(self, message_id: str) -> MessageRecord | None:
        """The message with that id."""
        query = f"SELECT {MESSAGE_COLUMNS} FROM message WHERE id = ?"
        return self._one(query, (message_id,), message_of)

    def note_learning(self, message_id: str, learning: Learning) -> MessageRecord | None:
        """Keep what was learned from the turn of a reply; None when the reply is gone."""
        return self._note(message_id, learning=learning)

    def note_missing(
        self, message_id: str, missing: MissingPictures | None
    ) -> MessageRecord | None:
        """Keep which pictures of a reply are not here; None when the reply is gone."""
        return self._note(message_id, missing=missing)

    def _note(self, message_id: str, **details: Any) -> MessageRecord | None:
        message = self.message(message_id)
        if message is None:
            return None
        noted = replace(message, details=replace(message.details, **details))
        self.save(SAVE_MESSAGE, noted)
        return noted

    def save_again(self, message: MessageRecord) -> MessageRecord:
        """Save a reply that was over; what was fetched and learned for it since stays."""
        known = self.message(message.id)
        if known is not None:
            noted = {"missing": known.details.missing, "learning": known.details.learning}
            message = replace(message, details=replace(message.details, **noted))
        self.save(SAVE_MESSAGE, message)
        return message

    def learning_messages(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those from which something is still being learned."""
        found = self._with_detail("learning")
        return [one for one in found if one.details.learning and one.details.learning.is_pending]

    def lacking_pictures(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those with pictures that are still looked for."""
        found = self._with_detail("missing")
        return [one for one in found if one.lacks_pictures]

    def _with_detail(self, name: str) -> Sequence[MessageRecord]:
        query = (
            f"SELECT {MESSAGE_COLUMNS} FROM message WHERE details LIKE '%\"{name}\":%' "
            f"AND number > (SELECT max(number) FROM message) - {_NEWEST} AND {NOT_REMOVED}"
        )
        with storage_errors():
            return [message_of(row) for row in self._connection.execute(query).fetchall()]

    def cut_replies(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those whose rest may be at the service, oldest first."""
        query = (
            f"SELECT {MESSAGE_COLUMNS} FROM message WHERE status = ? AND error = ? "
            f"AND number > (SELECT max(number) FROM message) - {_NEWEST} AND {NOT_REMOVED} "
            "ORDER BY number"
        )
        values = (str(MessageStatus.INTERRUPTED), CUT_SHORT)
        with storage_errors():
            rows = self._connection.execute(query, values).fetchall()
        return [message_of(row) for row in rows]

    def messages(self, thread_id: str, limit: int) -> Sequence[MessageRecord]:
        """The newest ``limit`` messages, oldest first."""
        with storage_errors():
            rows = self._connection.execute(
                NEWEST_MESSAGES, {"thread_id": thread_id, "limit": limit}
            ).fetchall()
        return [message_of(row) for row in reversed(rows)]

    def pending(self) -> Sequence[MessageRecord]:
        """Queued messages of the user, oldest first."""
        query = (
            f"SELECT {MESSAGE_COLUMNS} FROM message WHERE status = 'queued' AND role = ? "
            f"AND {NOT_REMOVED} ORDER BY created_at, number"
        )
        with storage_errors():
            rows = self._connection.execute(query, (str(Role.USER),)).fetchall()
        return [message_of(row) for row in rows]

    def keep_picture(
        self, picture: PictureRecord, content: bytes | Path, sha256: str = ""
    ) -> PictureRecord:
        """Put the bytes on the disk, then the row; returns it with ``path`` and ``size_bytes``."""
        is_gone = isinstance(content, Path) and not content.exists()
        if is_gone and (known := self.picture(picture.id)):
            return known  # it was kept while nobody waited for it any more
        path, size = self._pictures.keep(content, picture.mime_type, sha256)
        parent_id = self._parent_of(picture)
        kept = replace(picture, path=path, size_bytes=size, parent_id=parent_id)
        self.save(SAVE_PICTURE, kept)
        return kept

    def _parent_of(self, picture: PictureRecord) -> str:
        """Our id of the picture that it was made from; the peer may have named it by its own."""
        if not picture.parent_id:
            return ""
        query = (
            "SELECT id FROM picture WHERE id = ?1 OR (remote_id = ?1 AND thread_id = ?2) "
            "ORDER BY number DESC LIMIT 1"
        )
        values = (picture.parent_id, picture.thread_id)
        return self._one(query, values, lambda row: str(row["id"])) or ""

    def picture_names(self, message_id: str) -> frozenset[str]:
        """The peer's ids of the pictures of a message, removed ones too."""
        query = "SELECT remote_id FROM picture WHERE message_id = ?"
        with storage_errors():
            rows = self._connection.execute(query, (message_id,)).fetchall()
        return frozenset(str(row["remote_id"]) for row in rows)

    def hide_picture(self, picture_id: str, *, is_removed: bool) -> None:
        """Take a picture out of every list, or put it back."""
        self._execute("UPDATE picture SET is_removed = ? WHERE id = ?", (is_removed, picture_id))

    def picture(self, picture_id: str) -> PictureRecord | None:
        """The picture, unless unknown or removed."""
        query = f"SELECT {PICTURE_COLUMNS} FROM picture WHERE id = ? AND NOT is_removed"
        return self._one(query, (picture_id,), picture_of)

    def begin_utterance(self, utterance: UtteranceRecord) -> None:
        """Create the row and open the file."""
        started = replace(
            utterance, path=path_of(utterance.id), state=UtteranceState.CAPTURING, duration_ms=0
        )
        self.files.begin(utterance.id)
        self.save(SAVE_UTTERANCE, started)

    def end_utterance(self, utterance_id: str, state: UtteranceState) -> UtteranceRecord:
        """Put the sound on the disk, then say so in the row."""
        self.files.end(utterance_id)
        begun = self.utterance(utterance_id)
        if begun is None:
            raise StorageError(
                "journal.no_recording", "This recording was never begun.", id=utterance_id
            )
        duration_ms = begun.duration_of(self.files.size_bytes(utterance_id))
        query = "UPDATE utterance SET state = ?, duration_ms = ? WHERE id = ?"
        self._execute(query, (str(state), duration_ms, utterance_id))
        return replace(begun, state=state, duration_ms=duration_ms)

    def set_state(self, utterance_id: str, state: UtteranceState) -> None:
        """Say how far an utterance has come."""
        self._execute("UPDATE utterance SET state = ? WHERE id = ?", (str(state), utterance_id))

    def utterance(self, utterance_id: str) -> UtteranceRecord | None:
        """The utterance's row."""
        query = f"SELECT {UTTERANCE_COLUMNS} FROM utterance WHERE id = ?"
        return self._one(query, (utterance_id,), utterance_of)

    def discard_utterance(self, utterance_id: str) -> str:
        """Delete a recording, and its message if nobody knows its words; returns that one's id."""
        with storage_errors(), transaction(self._connection):
            return discard(self._connection, self.files, utterance_id)

    def remove_expired(self, keep: str, now_s: float) -> Sequence[str]:
        """Delete the recordings that are to be kept no longer; returns their ids."""
        with storage_errors(), transaction(self._connection):
            return remove_expired(self._connection, self.files, self._folder, keep, now_s)

    def take_in(self, threads: Iterable[ThreadRows], staged: Path) -> TakenIn:
        """Insert what is new of these threads, all of it or nothing; see ``taking_in``."""
        with storage_errors(), transaction(self._connection):
            return TakingIn(self._connection, self._folder, staged).take(threads)

    def setting(self, key: str) -> str | None:
        """A small remembered fact."""
        return self._one(small_facts.READ, {"key": key}, lambda row: str(row["value"]))

    def set_setting(self, key: str, value: str) -> None:
        """Remember a small fact."""
        self._execute(small_facts.NOTE, {"key": key, "value": value})

    def settings(self, beginning: str) -> Mapping[str, str]:
        """Every small fact whose key begins so, by its key."""
        with storage_errors():
            found = self._connection.execute(small_facts.ALL, small_facts.of(beginning))
            return small_facts.by_key(found)

    def forget_settings(self, beginning: str) -> None:
        """Forget every small fact whose key begins so."""
        self._execute(small_facts.FORGET, small_facts.of(beginning))

    def close(self) -> None:
        """Close the files and free the folder. Call once."""
        note_end(self._connection)
        self._shut()

    def _shut(self) -> None:
        try:
            self.files.close()
            with storage_errors():
                self._connection.close()
        finally:
            self._lock.release()

    @property
    def _was_damaged(self) -> bool:
        """Whether an older database was ever set aside: its files may be wanted again."""
        return any(self._folder.glob(f"{DATABASE_NAME}.broken*"))

    def _salvage(self) -> None:
        """Take over what can be read of a damaged database, or go on where a start was cut.

        What cannot be taken over must not keep the journal closed.
        """
        name = self.set_aside.name if self.set_aside else self.setting(_SALVAGING)
        if not name:
            return
        try:
            self.set_setting(_SALVAGING, name)
            self.set_setting(TO_REBUILD, name)
            number = salvage(self._connection, self._folder / name)
            with transaction(self._connection):
                list_strays(self._connection, self._folder, self._folder / name)
            self.forget_settings(_SALVAGING)
        except (sqlite3.Error, OSError, StorageError) as error:
            logger.warning("not all of %s could be taken over: %s", name, error)
        else:
            logger.info("%d messages of %s could be read", number, name)

    def _settle(self, *, purges: bool) -> None:
        remove_leftovers(self._folder)
        try:
            self._salvage()
            with storage_errors(), transaction(self._connection):
                if purges:
                    self._purge()
                recover(self._connection, self.files, time.time())
        except BaseException:
            self._shut()
            raise

    def _purge(self) -> None:
        purge(self._connection, self.files, self._pictures, keeps_strays=self._was_damaged)

    def _set_durability(self, *, survives_power_loss: bool) -> None:
        """FULL puts each commit on the disk; NORMAL survives a killed process only."""
        level = "FULL" if survives_power_loss else "NORMAL"
        self._connection.execute(f"PRAGMA synchronous = {level}")

    def _execute(self, statement: str, values: _Values) -> None:
        with storage_errors():
            self._set_durability(survives_power_loss=False)
            self._connection.execute(statement, values)

    def _one(self, query: str, values: _Values, read: _Row[_Record]) -> _Record | None:
        with storage_errors():
            row = self._connection.execute(query, values).fetchone()
        return None if row is None else read(row)
