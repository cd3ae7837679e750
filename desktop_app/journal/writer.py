"""Writes the journal: one connection on one thread, behind coroutines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from desktop_app.database.worker import Worker
from desktop_app.journal.records import (
    MessageRecord,
    PictureRecord,
    Role,
    ThreadRecord,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.reply_details import Learning, MissingPictures
from desktop_app.journal.rows import SAVE_MESSAGE, SAVE_THREAD
from desktop_app.journal.tables import Tables
from desktop_app.journal.taking_in import TakenIn, ThreadRows
from desktop_app.protocol.commands import Answerer

_SLOW_S = 0.05
"""A write that takes longer may delay the loop, and what it sends and plays, no second time."""


class JournalWriter:
    """The engine's journal; implements ``engine.ports.Journal``.

    Every coroutine returns when its row is durable, and its write happens even when the caller is
    cancelled meanwhile. Everything runs in the order in which it was called. Each may raise
    StorageError (``storage.full``, ``storage.broken``, ``storage.failed``).

    Attributes:
        set_aside: Where a damaged database was put at the start, or None.
    """

    def __init__(self, worker: Worker, tables: Tables) -> None:
        self._worker = worker
        self._tables = tables
        self._is_closed = False
        self._is_slow: dict[str, bool] = {}  # of each utterance that is open: see write_utterance
        self.set_aside = tables.set_aside

    @classmethod
    async def open(cls, folder: Path, *, purges: bool = True) -> JournalWriter:
        """Lock the folder, open or create its journal and settle what a crash left.

        Args:
            purges: What was removed goes for good; False where a window can still take it back.

        Raises:
            StorageError: Also ``journal.in_use`` and ``storage.newer``.
        """
        worker = Worker("journal")
        try:
            return cls(worker, await worker.run(lambda: Tables(folder, purges=purges)))
        except BaseException:
            worker.close()
            raise

    async def save_thread(self, thread: ThreadRecord) -> None:
        """Insert or replace; a hidden thread stays hidden."""
        await self._worker.run(lambda: self._tables.save(SAVE_THREAD, thread))

    async def touch_thread(
        self, thread_id: str, at: float, title: str, *, model: str = "", profile: str = ""
    ) -> ThreadRecord | None:
        """Create the thread, or note that something happened in it now.

        Args:
            at: Unix seconds.
            title: For a thread that has none yet.
            model, profile: For a thread that is created.

        Returns:
            The thread as it is now, None when a person removed it.
        """
        thread = ThreadRecord(
            id=thread_id, title=title, created_at=at, updated_at=at, model=model, profile=profile
        )
        return await self._worker.run(lambda: self._tables.touch(thread))

    async def choose_answerer(
        self, thread_id: str, at: float, who: Answerer, profile: str = ""
    ) -> ThreadRecord | None:
        """Say who answers in the thread, which is created where it is new.

        Args:
            at: Unix seconds, when a new thread was created.
            profile: Of the service that knows these names.

        Returns:
            The thread as it is now, None when a person removed it.
        """
        new = ThreadRecord(id=thread_id, created_at=at, updated_at=at)
        return await self._worker.run(lambda: self._tables.choose(new, who, profile))

    async def rename_thread(self, thread_id: str, title: str) -> ThreadRecord | None:
        """Exchange the title; None when the thread is unknown or removed."""
        return await self._worker.run(lambda: self._tables.rename(thread_id, title))

    async def mark_thread(
        self, thread_id: str, *, is_pinned: bool | None = None, is_unread: bool | None = None
    ) -> ThreadRecord | None:
        """Exchange the marks that are given; None when that changes nothing."""
        return await self._worker.run(lambda: self._tables.mark(thread_id, is_pinned, is_unread))

    async def remove_thread(self, thread_id: str) -> None:
        """Hide the thread; the first start after that deletes it for good."""
        await self._worker.run(lambda: self._tables.hide(thread_id, is_removed=True))

    async def restore_thread(self, thread_id: str) -> ThreadRecord | None:
        """Show a removed thread again."""
        await self._worker.run(lambda: self._tables.hide(thread_id, is_removed=False))
        return await self.thread(thread_id)

    async def thread(self, thread_id: str) -> ThreadRecord | None:
        """The thread, unless it is unknown or removed."""
        return await self._worker.run(lambda: self._tables.thread(thread_id))

    async def save_message(self, message: MessageRecord) -> None:
        """Insert or replace; a user's message survives even a power loss."""
        tables, is_precious = self._tables, message.role is Role.USER
        await self._worker.run(lambda: tables.save(SAVE_MESSAGE, message, is_precious=is_precious))

    async def message(self, message_id: str) -> MessageRecord | None:
        """The message with that id."""
        return await self._worker.run(lambda: self._tables.message(message_id))

    async def messages(self, thread_id: str, *, limit: int = 200) -> Sequence[MessageRecord]:
        """The newest ``limit`` messages, oldest first."""
        return await self._worker.run(lambda: self._tables.messages(thread_id, limit))

    async def pending(self) -> Sequence[MessageRecord]:
        """User messages that are QUEUED, oldest first."""
        return await self._worker.run(self._tables.pending)

    async def note_learning(self, message_id: str, learning: Learning) -> MessageRecord | None:
        """Keep what was learned from the turn of a reply; None when the reply is gone."""
        return await self._worker.run(lambda: self._tables.note_learning(message_id, learning))

    async def note_missing(
        self, message_id: str, missing: MissingPictures | None
    ) -> MessageRecord | None:
        """Keep which pictures of a reply are not here; None when the reply is gone."""
        return await self._worker.run(lambda: self._tables.note_missing(message_id, missing))

    async def save_again(self, message: MessageRecord) -> MessageRecord:
        """Save a reply that was over; what was fetched and learned for it since stays."""
        return await self._worker.run(lambda: self._tables.save_again(message))

    async def learning_messages(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those from which something is still being learned."""
        return await self._worker.run(self._tables.learning_messages)

    async def cut_replies(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those whose rest may be at the service, oldest first."""
        return await self._worker.run(self._tables.cut_replies)

    async def keep_picture(
        self, picture: PictureRecord, content: bytes | Path, sha256: str = ""
    ) -> PictureRecord:
        """Keep a picture or video; returns it with ``path`` and ``size_bytes`` as they are now.

        Args:
            picture: Its row.
            content: Its bytes, or a file with them, which is taken away. Asked again with a file
                that was taken, it returns what was kept.
            sha256: Of the content, where it is known.
        """
        return await self._worker.run(lambda: self._tables.keep_picture(picture, content, sha256))

    async def picture_names(self, message_id: str) -> frozenset[str]:
        """The peer's ids of the pictures of a message, removed ones too."""
        return await self._worker.run(lambda: self._tables.picture_names(message_id))

    async def lacking_pictures(self) -> Sequence[MessageRecord]:
        """Of the newest replies, those with pictures that are still looked for."""
        return await self._worker.run(self._tables.lacking_pictures)

    async def remove_picture(self, picture_id: str) -> None:
        """Hide the picture; the first start after that deletes it for good."""
        await self._worker.run(lambda: self._tables.hide_picture(picture_id, is_removed=True))

    async def restore_picture(self, picture_id: str) -> PictureRecord | None:
        """Show a removed picture again; None when it is gone for good."""
        await self._worker.run(lambda: self._tables.hide_picture(picture_id, is_removed=False))
        return await self._worker.run(lambda: self._tables.picture(picture_id))

    async def begin_utterance(self, utterance: UtteranceRecord) -> None:
        """Create the row and the file; ``path`` and ``state`` are set here.

        Sound is taken, too, where a full disk refused the row: who asks again finds it there.
        """
        try:
            await self._worker.run(lambda: self._tables.begin_utterance(utterance))
        finally:
            self._is_slow.setdefault(utterance.id, False)

    def append_utterance(self, utterance_id: str, pcm: bytes) -> None:
        """Add sound, in order, without waiting; a failure is raised by ``end_utterance``.

        A stuck disk lets this queue grow by 32 kB per second of speech, not faster.
        """
        self._worker.post(lambda: self._tables.files.append(utterance_id, pcm))

    def write_utterance(self, utterance_id: str, pcm: bytes) -> None:
        """Add sound of an utterance between ``begin_utterance`` and ``end_utterance``, in order.

        A failure is raised by ``end_utterance``. Loop thread only.

        A process that is killed after this returns has kept it, as the system has it then: that
        takes microseconds, and no other thread. Where the disk is so slow that it does not, the
        rest of the utterance waits for it elsewhere, as with ``append_utterance``.
        """
        is_slow = self._is_slow.get(utterance_id)
        if is_slow is None:
            return
        if is_slow:
            self.append_utterance(utterance_id, pcm)
            return
        began_s = perf_counter()
        self._tables.files.append(utterance_id, pcm)
        if perf_counter() - began_s > _SLOW_S:
            self._is_slow[utterance_id] = True

    async def end_utterance(self, utterance_id: str, state: UtteranceState) -> UtteranceRecord:
        """Close the recording: everything appended is on disk when this returns."""
        self._is_slow.pop(utterance_id, None)
        return await self._worker.run(lambda: self._tables.end_utterance(utterance_id, state))

    async def set_utterance_state(self, utterance_id: str, state: UtteranceState) -> None:
        """Say how far it has come; DISCARDED sound is deleted at the next start."""
        await self._worker.run(lambda: self._tables.set_state(utterance_id, state))

    async def utterance(self, utterance_id: str) -> UtteranceRecord | None:
        """The utterance's row."""
        return await self._worker.run(lambda: self._tables.utterance(utterance_id))

    async def utterance_pcm(self, utterance_id: str) -> bytes:
        """The recorded bytes, s16le mono at the recording's rate.

        Raises:
            StorageError: ``journal.no_recording``.
        """
        return await self._worker.run(lambda: self._tables.files.read(utterance_id))

    async def discard_utterance(self, utterance_id: str) -> str:
        """Delete a recording for good, and its message if nobody knows its words.

        Returns:
            The id of the message that is gone too, or empty.

        Raises:
            StorageError: ``journal.no_recording``, ``recording.being_spoken``,
                ``recording.being_sent``.
        """
        return await self._worker.run(lambda: self._tables.discard_utterance(utterance_id))

    async def remove_expired(self, keep: str, now_s: float) -> Sequence[str]:
        """Delete the recordings that are to be kept no longer; see ``retention``.

        Args:
            keep: The setting ``privacy.keep_recordings``.
            now_s: Unix seconds.

        Returns:
            The ids of those that are gone.
        """
        return await self._worker.run(lambda: self._tables.remove_expired(keep, now_s))

    async def take_in(self, threads: Iterable[ThreadRows], staged: Path) -> TakenIn:
        """Insert what is new of these threads, all of it or nothing.

        Args:
            threads: Rows that another journal gave out; read on the journal's thread.
            staged: A folder of this disk with the files that they name; those needed are moved.
        """
        return await self._worker.run(lambda: self._tables.take_in(threads, staged))

    async def setting(self, key: str) -> str | None:
        """A small remembered fact."""
        return await self._worker.run(lambda: self._tables.setting(key))

    async def set_setting(self, key: str, value: str) -> None:
        """Remember a small fact."""
        await self._worker.run(lambda: self._tables.set_setting(key, value))

    async def settings(self, beginning: str) -> Mapping[str, str]:
        """Every small fact whose key begins so, by its key."""
        return await self._worker.run(lambda: self._tables.settings(beginning))

    async def forget_settings(self, beginning: str) -> None:
        """Forget every small fact whose key begins so."""
        await self._worker.run(lambda: self._tables.forget_settings(beginning))

    async def aclose(self) -> None:
        """Finish what was asked, close the files, free the folder. Idempotent."""
        if not self._is_closed:
            self._is_closed = True
            await self._worker.run(self._tables.close)
            self._worker.close()
