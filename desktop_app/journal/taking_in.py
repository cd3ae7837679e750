"""Takes rows in that another journal gave out: what is known here already stays as it is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from desktop_app.journal.note_files import ATTACHMENTS
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    ThreadRecord,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.rows import unless_known, values_of
from desktop_app.journal.utterance_files import path_of

STAGED = "incoming-"
"""How folders of files begin that are about to be taken in."""
VIDEOS = f"{STAGED}videos"
"""Where those of replies wait until they are kept; what was left there goes at the next start."""

NOT_SENT = "turn.interrupted"


class ThreadRows(Struct, frozen=True, kw_only=True):
    """One thread with all that belongs to it, each kind the oldest first."""

    thread: ThreadRecord
    messages: tuple[MessageRecord, ...] = ()
    utterances: tuple[UtteranceRecord, ...] = ()
    pictures: tuple[PictureRecord, ...] = ()


class TakenIn(Struct, frozen=True):
    """What was new, and the threads that were looked at, as they stand now."""

    thread_ids: tuple[str, ...] = ()
    threads: int = 0
    messages: int = 0
    recordings: int = 0
    pictures: int = 0


_TAKE_THREAD = unless_known("thread", ThreadRecord)
_TAKE_MESSAGE = unless_known("message", MessageRecord)
_TAKE_UTTERANCE = unless_known("utterance", UtteranceRecord)
_TAKE_PICTURE = unless_known("picture", PictureRecord)


class TakingIn:
    """One taking in. Within one transaction, on the journal's thread.

    Args:
        connection: The journal.
        folder: Its folder.
        staged: Where the files are that rows name, by the same relative paths.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path, staged: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._staged = staged
        self._moved: list[Path] = []

    def take(self, threads: Iterable[ThreadRows]) -> TakenIn:
        """Insert what is new, and move its files; on any failure no file is left here.

        A question that had not been sent comes in as failed, for nobody here wants it sent.

        Raises:
            sqlite3.Error, OSError, AppError
        """
        taken = TakenIn()
        try:
            for rows in threads:
                taken = self._take(rows, taken)
        except BaseException:
            for path in self._moved:
                path.unlink(missing_ok=True)
                if path.parent.parent.name == ATTACHMENTS:
                    path.parent.rmdir()
            raise
        return taken

    def _take(self, rows: ThreadRows, taken: TakenIn) -> TakenIn:
        is_new = self._insert(_TAKE_THREAD, rows.thread)
        show = "UPDATE thread SET is_removed = 0 WHERE id = ?"
        self._connection.execute(show, (rows.thread.id,))
        messages = [self._take_message(_settled(one)) for one in rows.messages]
        recordings = [self._take_utterance(one, rows.messages) for one in rows.utterances]
        pictures = [self._take_picture(one) for one in rows.pictures]
        return TakenIn(
            (*taken.thread_ids, rows.thread.id),
            taken.threads + is_new,
            taken.messages + sum(messages),
            taken.recordings + sum(recordings),
            taken.pictures + sum(pictures),
        )

    def _take_message(self, message: MessageRecord) -> bool:
        is_new = self._insert(_TAKE_MESSAGE, message)
        for path in (*message.wishes.files, message.wishes.recording) if is_new else ():
            place = Path(path).parts[-3:]
            is_own = Path(path) == self._folder.joinpath(*place) and place[0] == ATTACHMENTS
            if is_own and ".." not in place:
                self._move("/".join(place))
        return is_new

    def _take_utterance(
        self, utterance: UtteranceRecord, messages: Iterable[MessageRecord]
    ) -> bool:
        if not self._insert(_TAKE_UTTERANCE, utterance):
            return False
        self._move(path_of(utterance.id))
        for message in messages:  # one that is known may have lost its recording since
            if message.utterance_id == utterance.id:
                self._connection.execute(
                    "UPDATE message SET utterance_id = ? WHERE id = ? AND utterance_id = ''",
                    (utterance.id, message.id),
                )
        return True

    def _take_picture(self, picture: PictureRecord) -> bool:
        is_new = self._insert(_TAKE_PICTURE, picture)
        show = "UPDATE picture SET is_removed = 0 WHERE id = ?"
        self._connection.execute(show, (picture.id,))
        if not (self._folder / picture.path).exists():
            self._move(picture.path)
        return is_new

    def _insert(
        self, statement: str, record: ThreadRecord | MessageRecord | PictureRecord | UtteranceRecord
    ) -> bool:
        return self._connection.execute(statement, values_of(record)).rowcount == 1

    def _move(self, relative: str) -> None:
        source, target = self._staged / relative, self._folder / relative
        if relative and source.is_file():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source.replace(target)
            self._moved.append(target)


def _settled(message: MessageRecord) -> MessageRecord:
    match message.status:
        case MessageStatus.QUEUED:
            return replace(message, status=MessageStatus.FAILED, error=NOT_SENT)
        case MessageStatus.STREAMING:
            return replace(message, status=MessageStatus.INTERRUPTED)
        case _:
            return message


def remove_leftovers(folder: Path) -> None:
    """Delete what a taking in left that was killed."""
    for left in folder.glob(f"{STAGED}*"):
        shutil.rmtree(left, ignore_errors=True)


def is_whole(utterance: UtteranceRecord) -> bool:
    """Whether all of it was said."""
    return utterance.state not in (UtteranceState.CAPTURING, UtteranceState.DISCARDED)
