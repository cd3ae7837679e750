"""A stand-in for ElevenLabs: speech to text, text to speech, voices and models."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.forms import SentForm
from tests.fakes.http_server import (
    HttpAnswer,
    HttpRequest,
    HttpServer,
    http_server,
    json_answer,
)

KEY = "sk_stand_in_abcdef0123456789"
VOICE = "21m00Tcm4TlvDq8ikWAM"
LABELS = {"gender": "female", "age": "young", "accent": "american", "language": "en"}

_FORMAT = re.compile(
    r"mp3_(22050_32|24000_48|44100_(32|64|96|128|192))|pcm_(8000|16000|22050|24000|32000|44100"
    r"|48000)|[ua]law_8000|opus_48000_(32|64|96|128|192)"
)
_HEARING = ("scribe_v1", "scribe_v2")
_TYPES = {"mp3": "audio/mpeg", "pcm": "audio/pcm", "opus": "audio/ogg"}


@dataclass
class ElevenLabsServer:
    """Hears ``words`` in every recording, and speaks a sound that holds format and text.

    Attributes:
        http: The server itself: requests, planned answers.
        voices: Ids and names of the account's voices.
    """

    words: str = "what time is it"
    voices: dict[str, str] = field(default_factory=lambda: {VOICE: "Rachel", "v2": "Sam"})
    models: tuple[str, ...] = ("eleven_flash_v2_5", "eleven_multilingual_v2")
    http: HttpServer = field(init=False)

    @property
    def url(self) -> str:
        """The root of the API, without its version."""
        return self.http.url

    def respond(self, request: HttpRequest) -> HttpAnswer:
        """The regular answer."""
        if request.headers.get("xi-api-key") != KEY:
            return _error(401, "invalid_api_key", "Invalid API key")
        match request.method, request.path.split("/"):
            case "GET", ["", "v1", "voices"]:
                rows = [
                    {"voice_id": id, "name": name, "labels": LABELS}
                    for id, name in self.voices.items()
                ]
                return json_answer({"voices": rows})
            case "GET", ["", "v1", "models"]:
                can = {"can_do_text_to_speech": True}
                return json_answer([{"model_id": name, **can} for name in self.models])
            case "POST", ["", "v1", "speech-to-text"]:
                return self._heard(request.form())
            case "POST", ["", "v1", "text-to-speech", voice, "stream"]:
                return self._spoken(voice, request.query, request.json())
        return json_answer({"detail": "Not Found"}, 404)

    def _heard(self, form: SentForm) -> HttpAnswer:
        if form.fields.get("model_id") not in _HEARING:
            return _error(400, "invalid_model_id", "The model is not known.")
        if not form.files or form.files[0].field != "file" or not form.files[0].content:
            return _invalid("file", "Field required")
        words = [
            {"text": "what", "start": 0.1, "end": 0.4, "type": "word", "speaker_id": "speaker_0"}
        ]
        language = form.fields.get("language_code", "en")
        body = {"language_code": language, "language_probability": 0.98, "words": words}
        return json_answer(body | {"text": self.words, "audio_duration_secs": 1.5})

    def _spoken(self, voice: str, query: dict[str, str], body: dict[str, Any]) -> HttpAnswer:
        form = query.get("output_format", "mp3_44100_128")
        if not _FORMAT.fullmatch(form):
            return _error(400, "invalid_output_format", f"{form} cannot be streamed")
        if voice not in self.voices:
            return _error(404, "voice_not_found", f"A voice with id {voice} was not found.")
        if body.get("model_id") not in self.models:
            return _error(400, "model_not_found", "The model is not known.")
        if not body.get("text"):
            return _invalid("text", "Field required")
        kind = _TYPES.get(form.partition("_")[0], "audio/basic")
        sound = f"<{form}:{body['text']}>".encode()
        return HttpAnswer(200, kind, (sound[:4], sound[4:]))


def _error(status: int, code: str, message: str) -> HttpAnswer:
    return json_answer({"detail": {"status": code, "message": message}}, status)


def _invalid(name: str, message: str) -> HttpAnswer:
    return json_answer({"detail": [{"loc": ["body", name], "msg": message, "type": "x"}]}, 422)


@asynccontextmanager
async def elevenlabs_server() -> AsyncIterator[ElevenLabsServer]:
    """A running one."""
    fake = ElevenLabsServer()
    async with http_server(fake.respond) as fake.http:
        yield fake
