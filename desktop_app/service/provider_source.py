"""The providers, opened behind the service's start; who needs one waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from desktop_app.errors import AppError
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.providers.judge_ports import Judge
from desktop_app.service.providers.live_ports import LiveSpeechToText
from desktop_app.service.providers.picture_ports import PictureMaker
from desktop_app.service.providers.ports import Language, Recall, SpeechToText, TextToSpeech
from desktop_app.service.providers.recording_ports import Speaker, Transcriber
from desktop_app.service.providers.reply_ports import OpensReplySpeech
from desktop_app.service.providers.vector_ports import Embedder
from desktop_app.service.providers.video_ports import VideoMaker

_log = logging.getLogger(__name__)


class Providers(Protocol):
    """What answers, hears, speaks and draws; ``providers.open.Providers`` is the real one.

    Each mapping is by provider name, the preferred one first.

    Attributes:
        stt, tts: For live speech, built in.
        live_stt: Hears whole sessions; empty where none is connected.
        preferred_stt, preferred_tts: Providers of live speech where a session names none.
        transcribers, speakers: For whole recordings and replies; ``builtin`` is always there.
        voice_sockets: Speak live in place of the speaker of that name; mostly empty.
        picture_makers, video_makers: ``builtin`` is always there.
        embedders: Empty where none is connected.
        judges: ``builtin`` is always there; every language provider judges besides.
    """

    @property
    def stt(self) -> SpeechToText: ...
    @property
    def tts(self) -> TextToSpeech: ...
    @property
    def live_stt(self) -> Mapping[str, LiveSpeechToText]: ...
    @property
    def preferred_stt(self) -> str: ...
    @property
    def preferred_tts(self) -> str: ...
    @property
    def transcribers(self) -> Mapping[str, Transcriber]: ...
    @property
    def speakers(self) -> Mapping[str, Speaker]: ...
    @property
    def voice_sockets(self) -> Mapping[str, OpensReplySpeech]: ...
    @property
    def picture_makers(self) -> Mapping[str, PictureMaker]: ...
    @property
    def video_makers(self) -> Mapping[str, VideoMaker]: ...
    @property
    def embedders(self) -> Mapping[str, Embedder]: ...
    @property
    def judges(self) -> Mapping[str, Judge]: ...
    @property
    def languages(self) -> Mapping[str, Language]: ...
    @property
    def default_language(self) -> Language: ...

    async def look_again(self) -> None:
        """Find a language server that was started meanwhile; cheap, and never raises."""

    def lost(self, language: Language) -> None:
        """A language server did not answer."""

    async def warm_up(self) -> None:
        """Load what a first spoken turn would wait for. Idempotent.

        Raises:
            AppError: A part cannot be loaded.
        """


OpenProviders = Callable[[Recall], Awaitable[Providers]]


class ProviderSource:
    """Hands out the providers once they are open."""

    def __init__(self) -> None:
        self._settled = asyncio.Event()
        self._providers: Providers | None = None
        self._failure: AppError | None = None

    @property
    def known(self) -> Providers | None:
        """The providers, where they are there already."""
        return self._providers

    async def get(self) -> Providers:
        """The providers, as soon as they are there.

        Raises:
            AppError: They could not be opened.
        """
        await self._settled.wait()
        if self._failure is not None:
            raise self._failure
        assert self._providers is not None
        return self._providers

    async def fill(self, open_them: OpenProviders, recall: Recall) -> None:
        """Open the providers and let everyone go who waits for them."""
        try:
            self._providers = await open_them(recall)
        except AppError as error:
            _log.warning("The providers could not be opened: %s", error)
            self._failure = error
        except Exception:  # a broken provider must not take threads and messages with it
            _log.exception("The providers could not be opened")
            self._failure = AppError(
                "providers.broken", "Speech and language are not available: they failed to start."
            )
        self._settled.set()

    async def aclose(self) -> None:
        """Close what was opened. Idempotent."""
        providers, self._providers = self._providers, None
        if providers is None:
            return
        self._failure = AppError("service.stopping", "The service is stopping.")
        groups = (
            providers.languages,
            providers.live_stt,
            providers.transcribers,
            providers.speakers,
            providers.picture_makers,
            providers.video_makers,
            providers.embedders,
            providers.judges,
        )
        closes = [providers.stt.aclose, providers.tts.aclose]
        for group in groups:
            closes += [each.aclose for each in group.values()]
        for close in closes:
            with suppress(AppError), provider_failures("providers.broken", "It failed to close."):
                await close()


@asynccontextmanager
async def open_source(open_them: OpenProviders, recall: Recall) -> AsyncIterator[ProviderSource]:
    """A source that fills itself in the background."""
    source = ProviderSource()
    async with asyncio.TaskGroup() as tasks:
        filling = tasks.create_task(source.fill(open_them, recall), name="open providers")
        try:
            yield source
        finally:
            filling.cancel()
    await source.aclose()
