"""Hears recordings with OpenAI: ``/audio/transcriptions``, streamed where its models can."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import httpx

from desktop_app.credentials import Secret
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.sse import SseDecoder
from desktop_app.service.providers.listed_models import listed_models
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
)
from desktop_app.service.providers.remote_api import Remote, RemoteApi
from desktop_app.service.providers.speech_models import speech_models

_SUBTITLES = ("srt", "vtt")
_CUE = re.compile(r"^(WEBVTT.*|\d+|[\d:.,]+ --> [\d:.,]+.*|NOTE.*)?$")


class OpenAiTranscriber:
    """Sends a recording from the disk, and tells words as they come.

    Args:
        url: Of the API, with its version.
        key: Of an account.
    """

    provider = "openai"

    def __init__(self, url: str, key: Secret) -> None:
        remote = Remote(
            "OpenAI", url, key, refused="recording.refused", unreadable="stt.unreadable"
        )
        self._api = RemoteApi(remote)
        self.model = speech_models(self.provider, "stt")[0].name

    async def transcribe(
        self, recording: Recording, wish: HearingWish
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        """Deltas of the models that stream, then the whole.

        Raises:
            InputError: ``recording.refused``: the file, the model or an option.
            AccessError, NetworkError, ProtocolError
        """
        with recording.path.open("rb") as file:  # httpx sends it piece by piece
            files = {"file": (named(recording), file, recording.mime_type)}
            data = self._fields(wish)
            path = "/audio/transcriptions"
            async with self._api.stream("POST", path, data=data, files=files) as response:
                async for event in self._answer(response, str(data["response_format"])):
                    yield event

    async def models(self) -> Sequence[ModelInfo]:
        """Those known to hear that the account has."""
        return await listed_models(self._api, speech_models(self.provider, "stt"))

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._api.aclose()

    def _fields(self, wish: HearingWish) -> dict[str, Any]:
        known = speech_models(self.provider, "stt")
        model = wish.model or self.model
        chosen = next((each for each in known if each.name == model), None)
        options = dict(wish.options)
        form = str(options.pop("response_format", "") or _default_format(model, options))
        fields: dict[str, Any] = {"model": model, "response_format": form}
        if wish.language:
            fields["language"] = wish.language
        can_stream = chosen is None or bool(chosen.supports_streaming)
        if can_stream and form in ("json", "diarized_json"):
            fields["stream"] = "true"
        for name, value in options.items():
            fields |= _form_fields(name, value)
        if "diarize" in model:
            fields.setdefault("chunking_strategy", "auto")  # required above 30 s
        return fields

    async def _answer(
        self, response: httpx.Response, form: str
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        kind = response.headers.get("content-type", "").partition(";")[0]
        if kind == "text/event-stream":
            async for event in self._streamed(response):
                yield event
        elif kind == "application/json":
            yield self._whole(self._api.parsed(await self._api.body(response)))
        elif kind == "text/plain" and form not in ("json", "diarized_json", "verbose_json"):
            yield _from_text((await self._api.body(response)).decode(errors="replace"), form)
        else:
            raise self._api.strange()

    async def _streamed(self, response: httpx.Response) -> AsyncIterator[HeardDelta | HeardAll]:
        segments: list[dict[str, Any]] = []
        async for data in _events(response):
            match self._parsed(data):
                case {"type": "transcript.text.delta", "delta": str(delta)}:
                    yield HeardDelta(delta)
                case {"type": "transcript.text.segment", **segment}:
                    segments.append(segment)
                case {"type": "transcript.text.done", **done}:
                    yield self._whole(({"segments": segments} if segments else {}) | done)
                    return
        raise self._api.broken()

    def _parsed(self, data: bytes) -> dict[str, Any]:
        event = self._api.parsed(data)
        if not isinstance(event, dict):
            raise self._api.strange()
        if event.get("error"):
            raise self._api.told(event)
        return event

    def _whole(self, found: Any) -> HeardAll:
        if not isinstance(found, dict) or not isinstance(found.get("text"), str):
            raise self._api.strange()
        usage = _usage(found.get("usage"))
        duration = found.get("duration", usage.get("duration_seconds"))
        rest = {name: value for name, value in found.items() if name not in ("text", "usage")}
        return HeardAll(found["text"].strip(), _seconds(duration), usage, rest or None)


async def _events(response: httpx.Response) -> AsyncIterator[bytes]:
    decoder = SseDecoder()
    async for chunk in response.aiter_bytes():
        for data in decoder.feed(chunk):
            yield data
    for data in decoder.finish():
        yield data


def named(recording: Recording) -> str:
    """Its file name, with an ending: that is how providers tell formats apart."""
    if PurePath(recording.filename).suffix:
        return recording.filename
    return recording.filename + (mimetypes.guess_extension(recording.mime_type) or ".wav")


def _default_format(model: str, options: Mapping[str, Any]) -> str:
    if options.get("timestamp_granularities"):
        return "verbose_json"
    return "diarized_json" if "diarize" in model else "json"


def _form_fields(name: str, value: Any) -> dict[str, Any]:
    """An option as form fields: lists have brackets behind their names."""
    if isinstance(value, list):
        return {f"{name}[]": [str(each) for each in value]}
    if isinstance(value, dict):
        return {f"{name}[{key}]": str(each) for key, each in value.items()}
    if isinstance(value, bool):
        return {name: str(value).lower()}
    return {name: str(value)}


def _from_text(body: str, form: str) -> HeardAll:
    if form not in _SUBTITLES:
        return HeardAll(body.strip())
    return HeardAll(" ".join(_spoken_lines(body)), provider_output={form: body})


def _spoken_lines(subtitles: str) -> Iterator[str]:
    for line in subtitles.splitlines():
        if not _CUE.match(line.strip()):
            yield line.strip()


def _usage(found: Any) -> dict[str, Any]:
    """The counts as ``voice_records`` names them."""
    if not isinstance(found, dict):
        return {}
    details = found.get("input_token_details")
    counts = {
        "input_tokens": found.get("input_tokens"),
        "output_tokens": found.get("output_tokens"),
        "total_tokens": found.get("total_tokens"),
        "audio_input_tokens": details.get("audio_tokens") if isinstance(details, dict) else None,
        "duration_seconds": found.get("seconds"),
    }
    return {name: value for name, value in counts.items() if isinstance(value, int | float)}


def _seconds(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None
