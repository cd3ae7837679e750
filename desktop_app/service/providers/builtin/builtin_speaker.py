"""Speaks replies with the built-in voice, in the formats that can be made here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.voices import VoiceInfo
from desktop_app.service.gateway.spoken_text import SentenceSplitter
from desktop_app.service.providers.builtin.sound_formats import (
    FORMATS,
    SoundFormat,
    open_encoder,
    read_format,
)
from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.ports import TextToSpeech
from desktop_app.service.providers.recording_ports import SpeakingWish

LONGEST_CHARACTERS = 40_000
"""About 45 minutes of speech."""

_EXAMPLES = ("en-us", "en-gb", "de", "fr-fr", "es", "it")


class ListedVoices(TextToSpeech, Protocol):
    """A voice that can say which voices it has."""

    async def voices(self) -> Mapping[str, str]:
        """Names by what ``speak`` takes.

        Raises:
            ChildError: It cannot be loaded.
        """


class BuiltinSpeaker:
    """Speaks sentence by sentence, so that live speech gets its turn in between.

    Args:
        tts: The voice, shared with live speech; closed by whoever opened it.
    """

    provider = "builtin"

    def __init__(self, tts: ListedVoices) -> None:
        self._tts = tts
        self.model = tts.model

    def content_type(self, wish: SpeakingWish) -> str:
        """``audio/wav`` unless another format is asked for.

        Raises:
            InputError: ``speech.format``.
        """
        return _format(wish).content_type

    async def utter(self, text: str, wish: SpeakingWish) -> AsyncIterator[bytes]:
        """The speech; ``wav`` and ``pcm`` come as they are made, the others in one piece.

        Raises:
            InputError: ``speech.*``
            ChildError: The voice cannot be loaded.
        """
        form, speed = _format(wish), speed_of(wish.options)
        await self._check(text, wish)
        encoder = await asyncio.to_thread(open_encoder, form, SPEECH_RATE_HZ)
        async with aclosing(self._sound(text, wish.voice, speed)) as chunks:
            async for pcm in chunks:
                if sound := encoder.feed(pcm):
                    yield sound
        if rest := await asyncio.to_thread(encoder.finish):
            yield rest

    async def models(self) -> Sequence[ModelInfo]:
        """The one that it has."""
        model = ModelInfo(
            name=self._tts.model,
            provider=self.provider,
            model_type="tts",
            supports_audio_output=True,
            supports_streaming=True,
            supported_output_formats=FORMATS,
            cost_per_1m_characters=0.0,
            description="A robotic voice in many languages, on this computer",
        )
        return [model]

    async def voices(self) -> Sequence[VoiceInfo]:
        """One for each language.

        Raises:
            ChildError: The voice cannot be loaded.
        """
        found = await self._tts.voices()
        return [
            VoiceInfo(id=language, provider=self.provider, name=name, languages=[language])
            for language, name in sorted(found.items(), key=lambda one: one[1].casefold())
        ]

    async def aclose(self) -> None:
        """Nothing is held between replies."""

    async def _check(self, text: str, wish: SpeakingWish) -> None:
        if wish.model not in ("", self._tts.model):
            raise InputError(
                "speech.model", f"There is no model “{wish.model}” here, only “{self._tts.model}”."
            )
        if not text.strip():
            raise InputError("speech.empty", "The reply has no words that could be spoken.")
        if len(text) > LONGEST_CHARACTERS:
            raise InputError(
                "speech.too_long",
                f"The reply is too long to be spoken: {len(text)} characters, and"
                f" {LONGEST_CHARACTERS} are possible.",
            )
        voice = wish.voice.partition("+")[0].lower()  # a variant stands behind the plus
        if voice and voice not in await self._tts.voices():
            examples = ", ".join(_EXAMPLES)
            raise InputError(
                "speech.voice",
                f"There is no voice “{wish.voice}” here. Voices are called like languages:"
                f" {examples} and others.",
            )

    async def _sound(self, text: str, voice: str, speed: float) -> AsyncGenerator[bytes, None]:
        splitter = SentenceSplitter()
        for sentence in (*splitter.feed(text), *splitter.finish()):
            async with closing(self._tts.speak(sentence, voice=voice, speed=speed)) as chunks:
                async for chunk in chunks:
                    yield chunk


def speed_of(options: Mapping[str, Any], least: float = 0.25, most: float = 4.0) -> float:
    """``speed`` of the options.

    Raises:
        InputError: ``speech.option``.
    """
    speed = options.get("speed", 1.0)
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not least <= speed <= most:
        raise InputError("speech.option", f"speed must be a number from {least} to {most}.")
    return float(speed)


def _format(wish: SpeakingWish) -> SoundFormat:
    named = wish.options.get("response_format") or wish.output_format or "wav"
    return read_format(str(named))
