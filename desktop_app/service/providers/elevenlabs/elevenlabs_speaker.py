"""Speaks replies with ElevenLabs: ``/v1/text-to-speech/{voice}/stream``."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from desktop_app.credentials import Secret
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.voices import VoiceInfo, elevenlabs_speed
from desktop_app.protocol.wav_stream import wav_header
from desktop_app.service.gateway.spoken_text import portions
from desktop_app.service.providers.elevenlabs.elevenlabs_transcriber import elevenlabs
from desktop_app.service.providers.listed_models import listed_models
from desktop_app.service.providers.recording_ports import SpeakingWish
from desktop_app.service.providers.remote_api import RemoteApi
from desktop_app.service.providers.speech_models import default_voice, speech_models

LONGEST_TEXT = 5_000
"""Characters in one request: of all its models, what the strictest takes."""
_DEFAULT_FORMAT = "mp3_44100_128"
_NAME = re.compile(r"(mp3|pcm|wav|opus|ulaw|alaw)_(\d{4,5})(?:_\d{2,3})?")
_IN_QUERY = ("optimize_streaming_latency", "enable_logging")


class ElevenLabsSpeaker:
    """Speaks in ``mp3_44100_128`` or in what ``output_format`` names, WAV among them.

    Args:
        url: Of the API, without its version.
        key: Of an account.
        voice: Where none is asked for.
    """

    provider = "elevenlabs"

    def __init__(self, url: str, key: Secret, voice: str = "") -> None:
        self._api = RemoteApi(
            elevenlabs(url, key, refused="speech.refused", unreadable="tts.unreadable")
        )
        self.model = speech_models(self.provider, "tts")[0].name
        self._voice = voice or default_voice(self.provider)

    def content_type(self, wish: SpeakingWish) -> str:
        """MIME type of the format that is asked for.

        Raises:
            InputError: ``speech.format``.
        """
        return _content_type(_format(wish))

    async def utter(self, text: str, wish: SpeakingWish) -> AsyncIterator[bytes]:
        """The sound as it comes; a long text is spoken in portions, one after the other.

        Raises:
            InputError: ``speech.format``, or ``speech.refused``: the voice, the model, an option.
            AccessError, NetworkError, ProtocolError
        """
        form = _format(wish)
        voice = quote(wish.voice or await self.first_voice(), safe="")
        params = {name: _text(wish.options[name]) for name in _IN_QUERY if name in wish.options}
        # WAV is not streamed by this provider: samples are, and a header makes them WAV.
        params["output_format"] = form.replace("wav_", "pcm_")
        path, is_first = f"/v1/text-to-speech/{voice}/stream", True
        for portion in portions(text, LONGEST_TEXT) or (text,):
            body = self._body(portion, wish)
            async with self._api.stream("POST", path, params=params, json=body) as response:
                kind = response.headers.get("content-type", "")
                if kind.startswith(("application/json", "text/")):
                    raise self._api.strange()
                if is_first and form.startswith("wav_"):
                    yield wav_header(_rate_hz(form))
                is_first = False
                async for piece in response.aiter_bytes():
                    yield piece

    async def voices(self) -> Sequence[VoiceInfo]:
        """What the account can speak with.

        Raises:
            AccessError, NetworkError, ProtocolError
        """
        found = await self._api.read("GET", "/v1/voices")
        rows = found.get("voices") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            raise self._api.strange()
        return [_voice(row) for row in rows if isinstance(row, dict) and row.get("voice_id")]

    async def models(self) -> Sequence[ModelInfo]:
        """Those known to speak that the account has."""
        return await listed_models(self._api, speech_models(self.provider, "tts"), "/v1/models")

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    def _body(self, text: str, wish: SpeakingWish) -> dict[str, Any]:
        ours = ("text", "model_id", "response_format", "speed", *_IN_QUERY)
        options = {name: value for name, value in wish.options.items() if name not in ours}
        speed = wish.options.get("speed")
        if isinstance(speed, int | float):
            settings = options.get("voice_settings")
            known: Mapping[str, Any] = settings if isinstance(settings, dict) else {}
            options["voice_settings"] = {"speed": elevenlabs_speed(speed), **known}
        return options | {"text": text, "model_id": wish.model or self.model}

    async def first_voice(self) -> str:
        """The voice where none is asked for; looked up once.

        Raises:
            InputError: ``speech.voice``: the account has none.
            AccessError, NetworkError, ProtocolError
        """
        if not self._voice:
            voices = await self.voices()
            if not voices:
                raise InputError("speech.voice", "The ElevenLabs account has no voice.")
            self._voice = voices[0].id
        return self._voice


def _format(wish: SpeakingWish) -> str:
    name = wish.output_format or _DEFAULT_FORMAT
    if _NAME.fullmatch(name) is None:
        raise InputError(
            "speech.format",
            f"ElevenLabs does not speak as “{name}”, but for example as mp3_44100_128, pcm_24000,"
            " wav_24000 or opus_48000_64.",
        )
    return name


def _content_type(form: str) -> str:
    codec, rate_hz = form.partition("_")[0], _rate_hz(form)
    types = {
        "mp3": "audio/mpeg",
        "opus": "audio/ogg",
        "wav": "audio/wav",
        "pcm": f"audio/pcm;rate={rate_hz}",
        "ulaw": f"audio/PCMU;rate={rate_hz}",
        "alaw": f"audio/PCMA;rate={rate_hz}",
    }
    return types[codec]


def _rate_hz(form: str) -> int:
    return int(form.split("_")[1])


def _voice(row: Mapping[str, Any]) -> VoiceInfo:
    """What an account says of a voice; each of its words may be missing."""
    labels = row.get("labels")
    said: Mapping[str, Any] = labels if isinstance(labels, dict) else {}
    facts = (said.get(one) for one in ("gender", "age", "accent", "use_case", "descriptive"))
    described = row.get("description") or ", ".join(str(one) for one in facts if one)
    language = said.get("language")
    return VoiceInfo(
        id=str(row["voice_id"]),
        provider="elevenlabs",
        name=str(row.get("name") or ""),
        languages=[str(language)] if language else [],
        description=str(described).replace("_", " "),
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
