"""Makes pictures for a thread: finds what they shall be made from, and keeps what comes."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.errors import InputError
from desktop_app.service.making.made_media import made_facts
from desktop_app.service.making.makers import MakerChoice, Makers
from desktop_app.service.making.sources import Sources
from desktop_app.service.media.media_store import MediaStore, StoredMedia
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.picture_ports import Picture, PictureMaker, PictureRequest

MAX_SOURCES = 16


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """What shall be made, for which reply.

    Attributes:
        sources: Ids of pictures that shall be changed: made before, or attached.
        message_id: The reply that will show it.
    """

    thread_id: str
    message_id: str
    prompt: str
    choice: MakerChoice
    sources: tuple[str, ...] = ()


class Pictures:
    """Draws, and remembers from what.

    Attributes:
        makers: Who draws.
    """

    def __init__(self, media: MediaStore, sources: Sources, source: ProviderSource) -> None:
        self._media = media
        self._sources = sources
        self.makers: Makers[PictureMaker] = Makers(
            "image", lambda providers: providers.picture_makers, source
        )

    async def make(self, order: PictureOrder) -> tuple[StoredMedia, ...]:
        """One picture or, with ``n``, several; durable when this returns.

        Raises:
            InputError: ``image.*``.
            NetworkError, AccessError, ProtocolError: Of a remote provider.
            StorageError
        """
        prompt = self.makers.prompt(order.prompt)
        maker = await self.makers.chosen(order.choice)
        sources = await self._pictures(order)
        request = PictureRequest(prompt, order.choice.model, dict(order.choice.config), sources)
        with provider_failures("image.failed", "The picture could not be made."):
            made = await maker.make(request)
        model = await self.makers.model(maker, order.choice)
        facts = made_facts(prompt, maker.provider, model, order.sources)
        return tuple(
            [
                await self._media.add(
                    order.thread_id,
                    "picture",
                    picture,
                    message_id=order.message_id,
                    metadata=facts,
                )
                for picture in made
            ]
        )

    async def _pictures(self, order: PictureOrder) -> tuple[Picture, ...]:
        if len(order.sources) > MAX_SOURCES:
            raise InputError(
                "image.many_sources", f"At most {MAX_SOURCES} pictures can be combined."
            )
        return tuple(
            [
                await self._sources.picture(each, order.thread_id, for_a="image")
                for each in order.sources
            ]
        )
