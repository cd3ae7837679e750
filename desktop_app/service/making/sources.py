"""The pictures and videos of a conversation that others are made from, by their ids."""

from __future__ import annotations

from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.documents import VIDEO
from desktop_app.service.making.makers import MadeKind
from desktop_app.service.media.media_store import MediaStore, StoredMedia
from desktop_app.service.pictures.attached_pictures import AttachedPictures
from desktop_app.service.pictures.picture_reading import read_picture
from desktop_app.service.providers.picture_ports import Picture


class Sources:
    """Finds what was made before, and what was attached."""

    def __init__(self, media: MediaStore, attached: AttachedPictures) -> None:
        self._media = media
        self._attached = attached

    async def picture(self, document_id: str, thread_id: str, *, for_a: MadeKind) -> Picture:
        """A picture of the thread.

        Args:
            document_id: Of one that was made, uploaded or attached.
            thread_id: Where it must be.
            for_a: What shall be made from it.

        Raises:
            InputError: ``*.unknown_source``, or it cannot be read.
            StorageError
        """
        media = await self._stored(document_id, thread_id)
        if media is not None and media.kind == "picture":
            return Picture(await self._media.bytes_of(media), media.mime_type)
        attached = await self._attached.find(document_id, thread_id)
        if attached is None:
            raise InputError(
                f"{for_a}.unknown_source",
                f"There is no picture {document_id} in this conversation.",
            )
        return await read_picture(attached.path, attached.filename)

    async def video(self, document_id: str, thread_id: str) -> Path | None:
        """The file of a video of the thread; None where the id is none's.

        Raises:
            StorageError
        """
        media = await self._stored(document_id, thread_id)
        if media is not None and media.kind == "video":
            return self._media.path_of(media)
        attached = await self._attached.find(document_id, thread_id, endings=VIDEO)
        return None if attached is None else attached.path

    async def _stored(self, document_id: str, thread_id: str) -> StoredMedia | None:
        media = await self._media.get(document_id)
        return media if media is not None and media.thread_id == thread_id else None
