"""Speaks replies with OpenAI: ``/audio/speech``, streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from desktop_app.credentials import Secret
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.voices import VoiceInfo, openai_voices
from desktop_app.protocol.wav_stream import wav_header
from desktop_app.service.gateway.spoken_text import portions
from desktop_app.service.providers.listed_models import listed_models
from desktop_app.service.providers.recording_ports import SpeakingWish
from desktop_app.service.providers.remote_api import Remote, RemoteApi
from desktop_app.service.providers.speech_models import default_voice, speech_models

LONGEST_INPUT = 4096
"""Characters in one request; a longer reply is spoken in several."""

_PCM_HZ = 24_000
_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": f"audio/pcm;rate={_PCM_HZ}",
}
_SOUND = ("audio/", "application/octet-stream")


class OpenAiSpeaker:
    """Speaks in ``mp3``, or in the format that ``provider_options.response_format`` names.

    ``output_format`` is another provider's option, and ignored.

    Args:
        url: Of the API, with its version.
        key: Of an account.
    """

    provider = "openai"

    def __init__(self, url: str, key: Secret) -> None:
        remote = Remote("OpenAI", url, key, refused="speech.refused", unreadable="tts.unreadable")
        self._api = RemoteApi(remote)
        self.model = speech_models(self.provider, "tts")[0].name

    def content_type(self, wish: SpeakingWish) -> str:
        """``audio/mpeg`` unless another format is asked for.

        Raises:
            InputError: ``speech.format``.
        """
        return _TYPES[_format(wish)]

    async def utter(self, text: str, wish: SpeakingWish) -> AsyncIterator[bytes]:
        """The sound as it comes.

        Raises:
            InputError: ``speech.format``, ``speech.too_long``, or ``speech.refused``: the voice,
                the model or an option.
            AccessError, NetworkError, ProtocolError
        """
        form, inputs = _format(wish), portions(text, LONGEST_INPUT)
        if len(inputs) > 1 and form == "flac":
            raise InputError(
                "speech.too_long",
                f"More than {LONGEST_INPUT} characters cannot be spoken as one flac file.",
            )
        body = self._body(wish, form)
        if len(inputs) > 1 and form == "wav":  # several files make none: samples do
            body["response_format"] = "pcm"
            yield wav_header(_PCM_HZ)
        for portion in inputs:
            request = body | {"input": portion}
            async with self._api.stream("POST", "/audio/speech", json=request) as response:
                if not response.headers.get("content-type", "").startswith(_SOUND):
                    raise self._api.strange()
                async for piece in response.aiter_bytes():
                    yield piece

    async def models(self) -> Sequence[ModelInfo]:
        """Those known to speak that the account has."""
        return await listed_models(self._api, speech_models(self.provider, "tts"))

    async def voices(self) -> Sequence[VoiceInfo]:
        """The documented ones: the API has no list."""
        return openai_voices()

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    def _body(self, wish: SpeakingWish, form: str) -> dict[str, Any]:
        ours = ("input", "stream_format")  # the sound itself is what is read here
        options = {name: value for name, value in wish.options.items() if name not in ours}
        return options | {
            "model": wish.model or self.model,
            "voice": wish.voice or default_voice(self.provider),
            "response_format": form,
        }


def _format(wish: SpeakingWish) -> str:
    name = str(wish.options.get("response_format") or "mp3").lower()
    if name not in _TYPES:
        known = ", ".join(_TYPES)
        raise InputError(
            "speech.format", f"OpenAI does not speak as “{name}”, only as one of: {known}."
        )
    return name
