"""Hears recordings with ElevenLabs: ``/v1/speech-to-text``, in one answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from desktop_app.credentials import Secret
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
)
from desktop_app.service.providers.remote_api import Remote, RemoteApi
from desktop_app.service.providers.speech_models import speech_models


class ElevenLabsTranscriber:
    """Sends a recording from the disk; its models tell no words before the end.

    Args:
        url: Of the API, without its version.
        key: Of an account.
    """

    provider = "elevenlabs"

    def __init__(self, url: str, key: Secret) -> None:
        self._api = RemoteApi(
            elevenlabs(url, key, refused="recording.refused", unreadable="stt.unreadable")
        )
        self.model = speech_models(self.provider, "stt")[0].name

    async def transcribe(
        self, recording: Recording, wish: HearingWish
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        """The whole.

        Raises:
            InputError: ``recording.refused``: the file, the model or an option.
            AccessError, NetworkError, ProtocolError
        """
        with recording.path.open("rb") as file:  # httpx sends it piece by piece
            files = {"file": (recording.filename, file, recording.mime_type)}
            data = self._fields(wish)
            yield self._whole(
                await self._api.read("POST", "/v1/speech-to-text", data=data, files=files)
            )

    async def models(self) -> Sequence[ModelInfo]:
        """Those known to hear: the API keeps no list of them."""
        return speech_models(self.provider, "stt")

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    def _fields(self, wish: HearingWish) -> dict[str, str]:
        options = {name: _text(value) for name, value in wish.options.items()}
        fields = options | {"model_id": wish.model or self.model}
        return fields | ({"language_code": wish.language} if wish.language else {})

    def _whole(self, found: Any) -> HeardAll:
        if not isinstance(found, dict):
            raise self._api.strange()
        texts = list(_texts(found))
        if not texts or not all(isinstance(text, str) for text in texts):
            raise self._api.strange()
        seconds = found.get("audio_duration_secs")
        duration = float(seconds) if isinstance(seconds, int | float) else None
        usage = {} if duration is None else {"duration_seconds": duration}
        rest = {name: value for name, value in found.items() if name != "text"}
        return HeardAll("\n".join(map(str, texts)).strip(), duration, usage, rest or None)


def elevenlabs(url: str, key: Secret, *, refused: str, unreadable: str) -> Remote:
    """ElevenLabs as it is asked: the key has a header of its own."""
    return Remote("ElevenLabs", url, key, "xi-api-key", "", refused, unreadable)


def _texts(found: dict[str, Any]) -> Iterator[Any]:
    """The text, or those of several channels."""
    channels = found.get("transcripts")
    for channel in channels if isinstance(channels, list) else [found]:
        yield channel.get("text") if isinstance(channel, dict) else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
