"""Makes pictures for a thread: finds what they shall be made from, and keeps what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop_app.errors import InputError
from desktop_app.service.media.media_store import MediaStore, StoredMedia
from desktop_app.service.pictures.attached_pictures import AttachedPictures
from desktop_app.service.pictures.picture_models import PictureModels
from desktop_app.service.pictures.picture_reading import read_picture
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.picture_ports import Picture, PictureMaker, PictureRequest

MAX_SOURCES = 16
MAX_PROMPT_CHARACTERS = 32_000


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """Who draws, and how: the ``image_*`` fields of a message.

    Attributes:
        provider: Or empty for the preferred one.
        model: Or empty for the provider's default.
        config: Only what a person set.
    """

    provider: str = ""
    model: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)


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
    choice: PictureChoice
    sources: tuple[str, ...] = ()


class Pictures:
    """Draws, and remembers from what."""

    def __init__(
        self, media: MediaStore, attached: AttachedPictures, source: ProviderSource
    ) -> None:
        self._media = media
        self._attached = attached
        self._source = source
        self._models = PictureModels()

    async def maker(self, choice: PictureChoice) -> PictureMaker:
        """Who draws.

        Raises:
            InputError: ``image.none`` or ``image.unknown_provider``.
            AppError: The providers could not be opened.
        """
        makers = (await self._source.get()).picture_makers
        if not makers:
            raise InputError("image.none", "There is nobody here who makes pictures.")
        if choice.provider and choice.provider.lower() not in makers:
            raise InputError(
                "image.unknown_provider",
                f"There is no image provider {choice.provider!r} here, only"
                f" {', '.join(sorted(makers))}.",
            )
        return makers[choice.provider.lower()] if choice.provider else next(iter(makers.values()))

    async def check(self, choice: PictureChoice) -> None:
        """Refuse who cannot draw here, as far as the makers say what they draw with, and how.

        Raises:
            InputError: ``image.none``, ``image.unknown_provider``, ``image.unknown_model`` or
                ``image.config``.
            AppError: The providers could not be opened.
        """
        maker = await self.maker(choice)
        known = await self._models.names(maker) if choice.model else ()
        if known and choice.model.lower() not in (each.lower() for each in known):
            raise InputError(
                "image.unknown_model",
                f"{maker.provider} has no image model {choice.model!r} here, only"
                f" {', '.join(known)}.",
            )
        maker.check(choice.config)

    async def model(self, maker: PictureMaker, choice: PictureChoice) -> str:
        """The model that draws, as far as the maker says."""
        return choice.model or next(iter(await self._models.names(maker)), "")

    async def make(self, order: PictureOrder) -> tuple[StoredMedia, ...]:
        """One picture or, with ``n``, several; durable when this returns.

        Raises:
            InputError: ``image.*``.
            NetworkError, AccessError, ProtocolError: Of a remote provider.
            StorageError
        """
        prompt = order.prompt.strip()
        if not prompt:
            raise InputError("image.no_prompt", "Say what the picture shall show.")
        if len(prompt) > MAX_PROMPT_CHARACTERS:
            raise InputError(
                "image.long_prompt",
                f"A picture's description has at most {MAX_PROMPT_CHARACTERS} characters.",
            )
        maker = await self.maker(order.choice)
        sources = await self._sources(order)
        request = PictureRequest(prompt, order.choice.model, dict(order.choice.config), sources)
        with provider_failures("image.failed", "The picture could not be made."):
            made = await maker.make(request)
        return await self._keep(order, maker, made)

    async def _keep(
        self, order: PictureOrder, maker: PictureMaker, made: Sequence[Picture]
    ) -> tuple[StoredMedia, ...]:
        facts = {
            "prompt": order.prompt.strip(),
            "provider": maker.provider,
            "model": await self.model(maker, order.choice),
            "parents": list(order.sources),
        }
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

    async def _sources(self, order: PictureOrder) -> tuple[Picture, ...]:
        if len(order.sources) > MAX_SOURCES:
            raise InputError(
                "image.many_sources", f"At most {MAX_SOURCES} pictures can be combined."
            )
        return tuple([await self._picture(each, order.thread_id) for each in order.sources])

    async def _picture(self, document_id: str, thread_id: str) -> Picture:
        media = await self._media.get(document_id)
        if media is not None and media.kind == "picture" and media.thread_id == thread_id:
            return Picture(await self._media.bytes_of(media), media.mime_type)
        attached = await self._attached.find(document_id, thread_id)
        if attached is None:
            raise InputError(
                "image.unknown_source", f"There is no picture {document_id} in this conversation."
            )
        return await read_picture(attached.path, attached.filename)
