"""Makes videos for a thread: finds what they shall be made from, and keeps what comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import InputError
from desktop_app.service.clock import new_id
from desktop_app.service.making.made_media import made_facts
from desktop_app.service.making.makers import MakerChoice, Makers
from desktop_app.service.making.sources import Sources
from desktop_app.service.media.media_store import MediaStore, StoredMedia
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.video_ports import VideoMaker, VideoRequest

MAX_SOURCES = 16


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """What shall be made, for which reply.

    Attributes:
        sources: Ids of what it shall be made from: a video is changed; of pictures the first is
            where it begins, the others are shown in it.
        references: Ids of pictures that are shown in it and are not where it begins.
        last_frame: Id of the picture where it ends; empty for none.
        message_id: The reply that will show it.
    """

    thread_id: str
    message_id: str
    prompt: str
    choice: MakerChoice
    sources: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    last_frame: str = ""

    @property
    def parents(self) -> tuple[str, ...]:
        """All ids, each once."""
        last = (self.last_frame,) if self.last_frame else ()
        return tuple(dict.fromkeys((*self.sources, *self.references, *last)))


class Videos:
    """Films, and remembers from what.

    Args:
        media: Keeps what was made.
        sources: Finds what it is made from.
        source: Of the providers.
        scratch: Folder of videos that are being made.

    Attributes:
        makers: Who films.
    """

    def __init__(
        self, media: MediaStore, sources: Sources, source: ProviderSource, scratch: Path
    ) -> None:
        self._media = media
        self._sources = sources
        self._scratch = scratch
        self.makers: Makers[VideoMaker] = Makers(
            "video", lambda providers: providers.video_makers, source
        )

    async def make(self, order: VideoOrder) -> StoredMedia:
        """One video; durable when this returns.

        Raises:
            InputError: ``video.*`` or ``image.*``.
            NetworkError, AccessError, ProtocolError: Of a remote provider.
            StorageError
        """
        prompt = self.makers.prompt(order.prompt)
        maker = await self.makers.chosen(order.choice)
        request = await self._request(prompt, order)
        with self._unfinished() as target:
            with provider_failures("video.failed", "The video could not be made."):
                mime_type = await maker.make(request, target)
            model = await self.makers.model(maker, order.choice)
            return await self._media.add_file(
                order.thread_id,
                "video",
                target,
                mime_type,
                message_id=order.message_id,
                metadata=made_facts(prompt, maker.provider, model, order.parents),
            )

    @contextmanager
    def _unfinished(self) -> Iterator[Path]:
        """A file that is gone afterwards: the store keeps a copy."""
        target = self._scratch / f"{new_id()}.video"
        try:
            yield target
        finally:
            target.unlink(missing_ok=True)

    async def _request(self, prompt: str, order: VideoOrder) -> VideoRequest:
        if len(order.parents) > MAX_SOURCES:
            raise InputError(
                "video.many_sources", f"At most {MAX_SOURCES} pictures can become a video."
            )
        films: list[Path] = []
        stills: list[Picture] = []
        for each in order.sources:
            film = await self._sources.video(each, order.thread_id)
            if film is None:
                stills.append(await self._picture(each, order))
            else:
                films.append(film)
        if len(films) > 1:
            raise InputError("video.many_sources", "Only one video can be changed at a time.")
        if order.last_frame and not stills:
            raise InputError("video.last_frame", "A last picture goes only with a first one.")
        shown = [await self._picture(each, order) for each in order.references]
        return VideoRequest(
            prompt,
            order.choice.model,
            dict(order.choice.config),
            first_frame=stills[0] if stills else None,
            last_frame=await self._picture(order.last_frame, order) if order.last_frame else None,
            references=(*stills[1:], *shown),
            source=films[0] if films else None,
        )

    async def _picture(self, document_id: str, order: VideoOrder) -> Picture:
        return await self._sources.picture(document_id, order.thread_id, for_a="video")
