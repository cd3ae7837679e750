"""Speaks replies live with a provider of whole ones: sentence by sentence, streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.recording_ports import Speaker, SpeakingWish

SAMPLES = "pcm_24000"


class SpokenSentences:
    """A ``TextToSpeech``.

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

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncIterator[bytes]:
        """Speech of one sentence. Closing it stops the synthesis.

        Raises:
            AccessError, InputError, NetworkError, ProtocolError
        """
        odd = b""
        async with closing(self._speaker.utter(text, self._wish(voice, speed))) as pieces:
            async for piece in pieces:
                if self._format != SAMPLES:
                    yield piece
                    continue
                sound = odd + piece
                odd = sound[len(sound) & ~1 :]
                if whole := sound[: len(sound) & ~1]:
                    yield whole

    async def aclose(self) -> None:
        """Nothing is held between sentences."""

    def _wish(self, voice: str, speed: float) -> SpeakingWish:
        options: dict[str, Any] = {"response_format": self._format.partition("_")[0]}
        if self.provider == "elevenlabs":
            options = {"voice_settings": self._settings} if self._settings else {}
        if self.provider == "builtin":
            options = {}
        if speed != 1.0:
            options["speed"] = speed
        return SpeakingWish(self.model, voice, self._format, options)
