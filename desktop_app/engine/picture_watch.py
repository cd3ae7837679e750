"""Fetches pictures of replies that did not come, from where the service keeps them now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from msgspec import structs

from desktop_app.engine.ports import Journal, Time
from desktop_app.engine.stored_ports import Media, StoredReplies
from desktop_app.engine.wanted_replies import question_before
from desktop_app.errors import AppError, StorageError
from desktop_app.journal.records import MessageRecord, PictureRecord
from desktop_app.journal.reply_details import MissingPictures
from desktop_app.link.messages import LinkEvent, MessageSaved, NoticeCleared
from desktop_app.link.thread_messages import PictureSaved
from desktop_app.protocol.events import ImageReady
from desktop_app.protocol.stored_replies import StoredReply
from desktop_app.tasks import Background

WAITS_S = (0.0, 2.0, 8.0, 30.0)
"""Before each look; a link that has expired is another one when the service is asked again."""

_NEWEST = 100
_NOT_FETCHED = "media.not_fetched"

Find = Callable[[str], Awaitable[StoredReply | None]]
"""The stored reply of a message; raises AppError."""


class PictureWatch:
    """Follows what ``ReplyDetails.missing`` names, until it is there or given up. Event loop only.

    Args:
        journal: Where replies and pictures are.
        stored: Fetches what the service's links point to.
        find: Finds a reply at the service, with its links as they are now.
        publish: Takes the news.
        time: Clocks and waiting.
        report: Told what went wrong here.
    """

    def __init__(
        self,
        journal: Journal,
        stored: StoredReplies,
        find: Find,
        publish: Callable[[LinkEvent], None],
        *,
        time: Time,
        report: Callable[[str, BaseException], None],
    ) -> None:
        self._journal = journal
        self._stored = stored
        self._find = find
        self._publish = publish
        self._time = time
        self._background = Background(report)

    def notice(self, event: LinkEvent) -> None:
        """A reply was saved that lacks pictures."""
        if isinstance(event, MessageSaved) and event.message.lacks_pictures:
            self._begin(event.message.id)

    async def resume(self) -> None:
        """Take up what an earlier run left."""
        for message in await self._journal.lacking_pictures():
            self._begin(message.id)

    async def fetch(self, message_id: str) -> None:
        """A person wants the pictures that were given up."""
        message = await self._journal.message(message_id)
        if message is not None and message.details.missing is not None:
            await self._save(message, MissingPictures(message.details.missing.ids))
            self._begin(message_id)

    async def missing_of(
        self, message: MessageRecord, found: StoredReply
    ) -> MissingPictures | None:
        """Which of the pictures that the service has of a reply are not here."""
        kept = await self._journal.picture_names(message.id)
        ids = tuple(one.document_id for one in found.pictures if one.document_id not in kept)
        return MissingPictures(ids) if ids else message.details.missing

    async def aclose(self) -> None:
        """Look no more; the next run takes it up. Idempotent."""
        await self._background.aclose()

    def _begin(self, message_id: str) -> None:
        name = f"pictures of {message_id}"
        if not self._background.is_running(name):
            self._background.run(self._follow(message_id), name=name)

    async def _follow(self, message_id: str) -> None:
        for wait_s in WAITS_S:
            await self._time.sleep(wait_s)
            try:
                if await self._look(message_id):
                    return
            except StorageError:
                break  # the disk takes nothing: to fetch it anew would not help
            except AppError as error:
                if not error.retryable:
                    break
        message = await self._journal.message(message_id)
        if message is not None and message.details.missing is not None:
            await self._save(message, structs.replace(message.details.missing, is_given_up=True))

    async def _look(self, message_id: str) -> bool:
        """Fetch what can be had now; whether there is nothing left to look for.

        Raises:
            NetworkError, AccessError, ProtocolError: The service cannot be asked.
            StorageError: The disk takes no picture.
        """
        found = await self._find(message_id)
        for picture in found.pictures if found is not None else ():
            message = await self._journal.message(message_id)
            if message is None or message.details.missing is None:
                return True
            if picture.document_id in message.details.missing.ids:
                await self._take(message, picture)
        message = await self._journal.message(message_id)
        return message is None or message.details.missing is None

    async def _take(self, message: MessageRecord, named: ImageReady) -> None:
        """Keep one picture; one that cannot be had is still missing afterwards."""
        try:
            media = await self._stored.picture(named.url, named.mime_type)
        except StorageError:
            raise
        except AppError:
            return
        try:
            await self._keep(message, named, media)
        except AppError:
            await asyncio.to_thread(media.drop)
            raise
        now = await self._journal.message(message.id)
        if now is None or now.details.missing is None:
            return
        left = tuple(one for one in now.details.missing.ids if one != named.document_id)
        await self._save(now, structs.replace(now.details.missing, ids=left) if left else None)
        if not left:
            self._publish(NoticeCleared(_NOT_FETCHED))

    async def _keep(self, message: MessageRecord, named: ImageReady, media: Media) -> None:
        if named.document_id in await self._journal.picture_names(message.id):
            await asyncio.to_thread(media.drop)
            return
        made = await self._record(message, named, media.kind(named.mime_type))
        kept = await self._journal.keep_picture(made, media.content, media.sha256)
        self._publish(PictureSaved(kept))

    async def _record(self, message: MessageRecord, named: ImageReady, kind: str) -> PictureRecord:
        rows = await self._journal.messages(message.thread_id, limit=_NEWEST)
        question = question_before(message, rows)
        edited_id = question.wishes.edited_id if question is not None else ""
        return PictureRecord(
            id=str(uuid4()),
            thread_id=message.thread_id,
            message_id=message.id,
            remote_id=named.document_id,
            mime_type=kind,
            path="",
            size_bytes=0,
            created_at=self._time.wall(),
            prompt=named.prompt or (question.text if question is not None else ""),
            model=named.model,
            parent_id=next((one for one in (edited_id, *named.parent_ids) if one), ""),
        )

    async def _save(self, message: MessageRecord, missing: MissingPictures | None) -> None:
        after = await self._journal.note_missing(message.id, missing)
        if after is not None:
            self._publish(MessageSaved(after))
