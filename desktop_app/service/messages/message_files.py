"""The files that come with a message: checked before anything is stored, then kept."""

from __future__ import annotations

from pathlib import PurePath

from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.documents.library import Library, check_file
from desktop_app.service.media.media_store import MediaStore, StoredMedia
from desktop_app.service.messages.message_plan import MessagePlan
from desktop_app.service.pictures.picture_reading import read_picture
from desktop_app.service.runs.question import Question


class MessageFiles:
    """Attachments become documents of the thread, pictures and recordings its media."""

    def __init__(self, library: Library, media: MediaStore) -> None:
        self._library = library
        self._media = media

    async def check(self, plan: MessagePlan) -> None:
        """Refuse what can never be used.

        Raises:
            InputError: ``document.*`` or ``image.*``.
        """
        for upload in plan.files:
            check_file(upload.filename, upload.size_bytes)
        for upload in plan.sources:
            await read_picture(upload.path, upload.filename)

    async def attach(self, plan: MessagePlan, question: Question) -> list[Document]:
        """Keep the attachments; they are read in the background.

        Raises:
            StorageError
        """
        return [
            await self._library.add(
                upload.path,
                upload.filename,
                upload.content_type,
                assistant_id=question.assistant_id,
                thread_id=question.thread_id,
                message_id=question.message_id,
            )
            for upload in plan.files
        ]

    async def attachments(self, question: Question) -> list[Attachment]:
        """What came with the question, and how far it is.

        Raises:
            StorageError
        """
        found = await self._library.attachments(question.thread_id)
        return found.get(question.message_id, [])

    async def keep_sources(self, plan: MessagePlan, question: Question) -> list[str]:
        """Keep what a picture is made from; the ids, in order.

        Raises:
            InputError: ``image.*``
            StorageError
        """
        ids = []
        for upload in plan.sources:
            kept = await self._media.add(
                question.thread_id,
                "picture",
                await read_picture(upload.path, upload.filename),
                message_id=question.message_id,
                metadata={"filename": upload.filename},
            )
            ids.append(kept.id)
        return ids

    async def keep_recording(self, plan: MessagePlan, question: Question) -> StoredMedia | None:
        """Keep the spoken question, where there is one.

        Raises:
            StorageError
        """
        upload = plan.recording
        if upload is None:
            return None
        return await self._media.add_file(
            question.thread_id,
            "recording",
            upload.path,
            upload.content_type,
            message_id=question.message_id,
            metadata={"filename": PurePath(upload.filename).name},
        )
