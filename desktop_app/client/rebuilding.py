"""Fills a new journal with what the service still knows, after the old one was damaged."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import BusyError
from desktop_app.client.media import FetchedMedia
from desktop_app.client.remote_threads import ASSISTANT_NAME, RemoteThreads
from desktop_app.database.failures import storage_errors
from desktop_app.errors import AccessError, AppError, StorageError
from desktop_app.journal.picture_files import picture_path
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
)
from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.journal.taking_in import STAGED, TakenIn, ThreadRows
from desktop_app.protocol.backboard.threads import StoredMessage, Thread
from desktop_app.protocol.events import ImageReady, provider_name
from desktop_app.protocol.stored_replies import judged_in, pictures_in

logger = logging.getLogger(__name__)

_LONGEST_TITLE = 48
_ALL = 1_000_000
_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}


class TakesIn(Protocol):
    """A journal that can be written."""

    async def take_in(self, threads: Iterable[ThreadRows], staged: Path) -> TakenIn: ...

    async def thread(self, thread_id: str) -> ThreadRecord | None: ...

    async def messages(self, thread_id: str, *, limit: int = 200) -> Sequence[MessageRecord]: ...

    async def picture_names(self, message_id: str) -> frozenset[str]: ...

    async def settings(self, beginning: str) -> Mapping[str, str]: ...


class Rebuilding:
    """Reads threads of one profile's service, one after the other. Event loop only.

    Words come back with who wrote them, with the assistant of their thread and with the pictures
    that were made. Recordings and attached files were never at the service as the journal has them:
    they come back with what could be read of the damaged one, to which the rest is added here.

    Args:
        journal: The new one, of ``folder``.
        folder: The journal's.
        threads: Learns which thread of the service stands behind which.
        open_api: Waits until the service is there.
    """

    def __init__(
        self,
        journal: TakesIn,
        folder: Path,
        threads: RemoteThreads,
        open_api: Callable[[], Awaitable[BackboardApi]],
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._threads = threads
        self._open_api = open_api

    async def run(self) -> AsyncIterator[ThreadRecord]:
        """Take in each thread that has words; gives it as it stands in the journal then.

        What is wrong with one thread or picture keeps none of the others away. What a later run
        may still find is raised once all the others are there.

        Raises:
            NetworkError, AccessError, ProtocolError: Not all of it could be read.
            StorageError: The journal cannot be written.
        """
        api = await self._open_api()
        own = {one.assistant_id for one in await api.assistants.page(name=ASSISTANT_NAME)}
        pairs = await self._threads.pairs(self._journal)
        reading = _Reading(api, own, self._folder / f"{STAGED}rebuilt", pairs)
        try:
            async for listed in api.threads.every():
                try:
                    thread = await self._take_in(listed.thread_id, reading)
                except AppError as error:
                    if not _is_of_one(error):
                        raise
                    logger.warning("thread %s stays away: %s", listed.thread_id, error)
                    reading.miss(error)
                    continue
                if thread is not None:
                    yield thread
        finally:
            shutil.rmtree(reading.staged, ignore_errors=True)
        if reading.missed is not None:
            raise reading.missed

    async def _take_in(self, thread_id: str, reading: _Reading) -> ThreadRecord | None:
        """The thread as it stands in the journal then; None where it has no words.

        Raises:
            NetworkError, AccessError, ProtocolError, StorageError
        """
        found = await reading.api.threads.get(thread_id)
        rows = rows_of(found, reading.own, self._threads.profile)
        if not rows.messages:
            return None
        known = await self._journal.thread(reading.pairs.get(thread_id, thread_id))
        if known is None:
            places = {one.remote_id: one for one in rows.messages}
            await self._threads.adopt(found.thread_id, rows.thread.assistant_id)
        else:
            rows, places = await self._missing_of(known, rows)
        pictures = await self._pictures(found, places, reading)
        await self._journal.take_in((replace(rows, pictures=pictures),), reading.staged)
        return await self._journal.thread(rows.thread.id)

    async def _missing_of(
        self, known: ThreadRecord, rows: ThreadRows
    ) -> tuple[ThreadRows, dict[str, MessageRecord]]:
        """What the thread that is here lacks, and where each message of the service stands."""
        here = await self._journal.messages(known.id, limit=_ALL)
        places = {one.remote_id: one for one in here if one.remote_id}
        left = [one for one in here if not one.remote_id]
        missing: list[MessageRecord] = []
        for message in rows.messages:
            if message.remote_id in places:
                continue
            same = next((one for one in left if _is_same(one, message)), None)
            if same is not None:
                left.remove(same)
            else:
                missing.append(replace(message, thread_id=known.id))
            places[message.remote_id] = same or missing[-1]
        return ThreadRows(thread=known, messages=tuple(missing)), places

    async def _pictures(
        self, thread: Thread, places: Mapping[str, MessageRecord], reading: _Reading
    ) -> tuple[PictureRecord, ...]:
        """The pictures of a thread that are not here, their files in ``staged``.

        What cannot be had is left out.

        Raises:
            StorageError: A picture cannot be written.
        """
        made: list[PictureRecord] = []
        for message, named in _pictures_of(thread, places):
            if named.document_id in await self._journal.picture_names(message.id):
                continue
            try:
                media = await reading.api.media.fetch(named.url, named.mime_type)
            except AppError as error:
                logger.warning("a picture of thread %s stays away: %s", thread.thread_id, error)
                reading.miss(error)
                continue
            made.append(await _staged(message, named, media, reading.staged))
        return tuple(made)


@dataclass(slots=True)
class _Reading:
    """One run.

    Attributes:
        own: Ids of the assistants that are Parley's own.
        staged: Where files wait until they are taken in.
        pairs: Our ids of the service's threads, where the journal knows them.
        missed: What failed and may not fail again.
    """

    api: BackboardApi
    own: Collection[str]
    staged: Path
    pairs: Mapping[str, str]
    missed: AppError | None = None

    def miss(self, error: AppError) -> None:
        """Go on without what could not be read."""
        if error.retryable:
            self.missed = self.missed or error


def _is_of_one(error: AppError) -> bool:
    """Whether only the thing that was asked for cannot be had, and the next one may."""
    if isinstance(error, AccessError | BusyError | StorageError):
        return False
    return error.code != "http.402" and not error.code.startswith("network.")


async def _staged(
    message: MessageRecord, named: ImageReady, media: FetchedMedia, staged: Path
) -> PictureRecord:
    mime_type = media.kind(named.mime_type)
    path = picture_path(media.sha256, mime_type)
    await asyncio.to_thread(_write, staged / path, media.content)
    return PictureRecord(
        id=named.document_id,
        thread_id=message.thread_id,
        message_id=message.id,
        remote_id=named.document_id,
        mime_type=mime_type,
        path=path,
        size_bytes=media.size_bytes,
        created_at=message.created_at,
        prompt=named.prompt,
        model=named.model,
        parent_id=next(iter(named.parent_ids), ""),
    )


def _is_same(here: MessageRecord, there: MessageRecord) -> bool:
    return here.role is there.role and here.text.split() == there.text.split()


def _pictures_of(
    thread: Thread, places: Mapping[str, MessageRecord]
) -> Iterator[tuple[MessageRecord, ImageReady]]:
    """What its replies say that they made."""
    for stored in thread.messages:
        if stored.message_id in places:
            for picture in pictures_in(stored):
                yield places[stored.message_id], picture


def _write(path: Path, content: bytes | Path) -> None:
    with storage_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.move(content, path)
        else:
            path.write_bytes(content)


def rows_of(thread: Thread, own: Collection[str] = (), profile: str = "") -> ThreadRows:
    """A thread of the service as rows of the journal, without what is neither asked nor said.

    Args:
        own: Ids of the assistants that are Parley's own.
        profile: Of the service.
    """
    began_at = _seconds(thread.created_at, 0.0)
    messages: list[MessageRecord] = []
    for stored in thread.messages:
        message = _message_of(
            thread.thread_id, stored, messages[-1].created_at if messages else began_at
        )
        if message is not None:
            messages.append(message)
    ended_at = messages[-1].created_at if messages else began_at
    title = thread.title or thread.first_user_message or _first_words(messages)
    record = ThreadRecord(
        id=thread.thread_id,
        title=" ".join(title.split())[:_LONGEST_TITLE],
        remote_id=thread.thread_id,
        assistant_id="" if thread.assistant_id in own else thread.assistant_id,
        profile=profile,
        created_at=began_at,
        updated_at=max(ended_at, _seconds(thread.updated_at, 0.0)),
    )
    return ThreadRows(thread=record, messages=tuple(messages))


def _message_of(thread_id: str, stored: StoredMessage, not_before: float) -> MessageRecord | None:
    role = _ROLES.get(stored.role.lower())
    text = (stored.content or "").strip()
    if role is None or not (text or pictures_in(stored)):
        return None
    status = MessageStatus.SENT if role is Role.USER else MessageStatus.COMPLETE
    return MessageRecord(
        id=stored.message_id,
        thread_id=thread_id,
        role=role,
        text=text,
        created_at=max(not_before, _seconds(stored.created_at, not_before)),
        status=status,
        remote_id=stored.message_id,
        model=_model_of(stored) if role is Role.ASSISTANT else "",
        details=ReplyDetails(judged=judged_in(stored)),
    )


def _model_of(stored: StoredMessage) -> str:
    facts = stored.metadata_ or {}
    return provider_name(facts.get("model_provider"), facts.get("model_name"))


def _first_words(messages: list[MessageRecord]) -> str:
    return next((one.text for one in messages if one.role is Role.USER), "")


def _seconds(iso: str, otherwise: float) -> float:
    """Unix seconds of an ISO time; the services write UTC, with or without saying so."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return otherwise
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
