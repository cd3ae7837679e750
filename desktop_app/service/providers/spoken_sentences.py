"""Speaks replies with a provider of whole texts: each sentence is one, the next asked for early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from desktop_app.errors import AppError, NetworkError
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.recording_ports import Speaker, SpeakingWish
from desktop_app.service.providers.reply_ports import Sentences, TakeSound
from desktop_app.service.providers.whole_samples import WholeSamples

SAMPLES = "pcm_24000"

_TRIES = 2  # of a sentence of which nothing has been heard
_AGAIN_AFTER_S = 0.2
_SILENT_AFTER_S = 15.0
_PIECES_AHEAD = 64
_WITHOUT_CONTEXT = ("eleven_v3",)


class SpokenSentences:
    """A ``ReplySpeech``.

    Args:
        speaker: Is not closed with it.
        model: Of its models, or empty for its default.
        output_format: ``pcm_24000``, or a coded one whose sentences can be joined.
        settings: ``voice_settings`` beside the speed, for who knows them.
    """

    def __init__(
        self,
        speaker: Speaker,
        model: str = "",
        *,
        output_format: str = SAMPLES,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._speaker = speaker
        self._format = output_format
        self._settings = dict(settings or {})
        self.provider = speaker.provider
        self.model = model or speaker.model

    def content_type(self) -> str:
        """MIME type of the sound.

        Raises:
            InputError: ``speech.format``: it has no such format.
        """
        return self._speaker.content_type(self._wish("", 1.0))

    async def speak_reply(
        self, sentences: Sentences, take: TakeSound, *, voice: str, speed: float
    ) -> None:
        """Speak until the sentences end; see ``ReplySpeech``."""
        wish = self._wish(voice, speed)
        begun: asyncio.Queue[_Sentence | None] = asyncio.Queue(1)  # beside the one that is heard
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._begin_all(sentences, begun, wish, tasks), name="ahead")
                number = 0
                while (sentence := await begun.get()) is not None:
                    await sentence.pass_on(number, take)
                    number += 1
        except* AppError as errors:
            raise errors.exceptions[0] from None

    async def _begin_all(
        self,
        sentences: Sentences,
        begun: asyncio.Queue[_Sentence | None],
        wish: SpeakingWish,
        tasks: asyncio.TaskGroup,
    ) -> None:
        previous = ""
        while (text := await sentences.get()) is not None:
            following = self._after(previous, wish)
            sentence = _Sentence(
                self._speaker, text, following, are_samples=self._format == SAMPLES
            )
            previous = text
            await begun.put(sentence)
            tasks.create_task(sentence.ask(), name="speak a sentence")
        await begun.put(None)

    def _after(self, previous: str, wish: SpeakingWish) -> SpeakingWish:
        """With what was said before, for a provider whose intonation goes on from there."""
        if not previous or self.provider != "elevenlabs" or self.model in _WITHOUT_CONTEXT:
            return wish
        return replace(wish, options={**wish.options, "previous_text": previous})

    def _wish(self, voice: str, speed: float) -> SpeakingWish:
        options: dict[str, Any] = {"response_format": self._format.partition("_")[0]}
        if self.provider == "elevenlabs":
            options = {"voice_settings": self._settings} if self._settings else {}
        if self.provider == "builtin":
            options = {}
        if speed != 1.0:
            options["speed"] = speed
        return SpeakingWish(self.model, voice, self._format, options)


class _Sentence:
    """One sentence being spoken, its sound kept until it is its turn."""

    def __init__(
        self, speaker: Speaker, text: str, wish: SpeakingWish, *, are_samples: bool
    ) -> None:
        self._speaker = speaker
        self._text = text
        self._wish = wish
        self._are_samples = are_samples
        # A full queue makes the provider wait, through its connection.
        self._pieces: asyncio.Queue[bytes | AppError | None] = asyncio.Queue(_PIECES_AHEAD)

    async def ask(self) -> None:
        """Ask for the sound. A failure is told behind what came before it."""
        try:
            with provider_failures("tts.broken", "The answer cannot be spoken: the voice failed."):
                await self._ask_again()
        except AppError as error:
            await self._pieces.put(error)
        else:
            await self._pieces.put(None)

    async def pass_on(self, number: int, take: TakeSound) -> None:
        """Tell the sound.

        Raises:
            AppError: There is no, or no more, of it.
        """
        while (piece := await self._pieces.get()) is not None:
            if isinstance(piece, AppError):
                raise piece
            await take(number, piece)

    async def _ask_again(self) -> None:
        for tries in range(1, _TRIES + 1):
            has_sounded = False
            try:
                async with aclosing(self._sound()) as sound:
                    async for piece in sound:
                        has_sounded = True
                        await self._pieces.put(piece)
            except NetworkError as error:
                if has_sounded or tries == _TRIES or not error.retryable:
                    raise
                await asyncio.sleep(_AGAIN_AFTER_S)
            else:
                return

    async def _sound(self) -> AsyncGenerator[bytes, None]:
        samples = WholeSamples()
        async with closing(self._speaker.utter(self._text, self._wish)) as pieces:
            while True:
                try:
                    async with asyncio.timeout(_SILENT_AFTER_S):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    raise stopped(self._speaker.provider) from None
                if sound := samples.feed(piece) if self._are_samples else piece:
                    yield sound


def stopped(provider: str) -> NetworkError:
    """A voice fell silent."""
    names = {"elevenlabs": "ElevenLabs", "openai": "OpenAI"}
    name = names.get(provider, provider)
    return NetworkError("network.timeout", f"{name} stopped speaking.", retryable=True)
