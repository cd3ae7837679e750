"""The files that come with a message: checked before anything is stored, then kept."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.documents import VIDEO, Document
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.service.documents.library import Library, check_file
from desktop_app.service.http.uploads import Upload
from desktop_app.service.media.media_store import MediaStore, StoredMedia
from desktop_app.service.messages.message_plan import MessagePlan
from desktop_app.service.pictures.picture_reading import read_picture
from desktop_app.service.runs.question import Question


class MessageFiles:
    """Attachments become documents of the thread; pictures, videos and recordings its media."""

    def __init__(self, library: Library, media: MediaStore) -> None:
        self._library = library
        self._media = media

    async def check(self, plan: MessagePlan) -> None:
        """Refuse what can never be used.

        Raises:
            InputError: ``document.*``, ``image.*`` or ``video.*``.
        """
        for upload in plan.files:
            check_file(upload.filename, upload.size_bytes)
        for upload in plan.sources.pictures:
            await read_picture(upload.path, upload.filename)
        video = plan.sources.video
        if video and PurePath(video.filename).suffix.lower() not in VIDEO:
            raise InputError(
                "video.unreadable", f'"{video.filename}" is no video.', file=video.filename
            )

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

    async def keep_sources(self, plan: MessagePlan, question: Question) -> dict[str, Any]:
        """Keep what a picture or video is made from; the arguments of the tool that name it.

        Raises:
            InputError: ``image.*``
            StorageError
        """
        given = plan.sources
        base = [await self._keep_picture(given.image, question)] if given.image else []
        references = [await self._keep_picture(each, question) for each in given.references]
        if plan.media.operation == "generate_image":
            return {"document_ids": [*base, *references]} if base or references else {}
        if given.video:
            base.append(await self._keep_video(given.video, question))
        named: dict[str, Any] = {"document_ids": base, "reference_ids": references}
        if given.last_frame:
            named["last_frame_id"] = await self._keep_picture(given.last_frame, question)
        return {name: value for name, value in named.items() if value}

    async def _keep_picture(self, upload: Upload, question: Question) -> str:
        kept = await self._media.add(
            question.thread_id,
            "picture",
            await read_picture(upload.path, upload.filename),
            message_id=question.message_id,
            metadata={"filename": upload.filename},
        )
        return kept.id

    async def _keep_video(self, upload: Upload, question: Question) -> str:
        is_named = upload.content_type.startswith("video/")
        kept = await self._media.add_file(
            question.thread_id,
            "video",
            upload.path,
            upload.content_type if is_named else "application/octet-stream",
            message_id=question.message_id,
            metadata={"filename": upload.filename},
        )
        return kept.id

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
