"""A stand-in for OpenAI's audio endpoints: their parameters, formats, streams and refusals."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import soundfile

from desktop_app.protocol.wav_stream import wav_file
from tests.fakes.forms import SentForm
from tests.fakes.http_server import (
    HttpAnswer,
    HttpRequest,
    HttpServer,
    http_server,
    json_answer,
)

KEY = "sk-proj-stand-in-0123456789"
VOICES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer")

_ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
_FORMATS = {
    "whisper-1": ("json", "text", "srt", "verbose_json", "vtt"),
    "gpt-4o-transcribe": ("json",),
    "gpt-4o-mini-transcribe": ("json",),
    "gpt-4o-transcribe-diarize": ("json", "text", "diarized_json"),
}
_SPEECH = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
_SOUND_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_TOKENS = {
    "type": "tokens",
    "input_tokens": 30,
    "output_tokens": 6,
    "total_tokens": 36,
    "input_token_details": {"audio_tokens": 28, "text_tokens": 2},
}


@dataclass
class OpenAiAudioServer:
    """Hears ``words`` in every recording, and speaks a sound that holds the text.

    Attributes:
        http: The server itself: requests, planned answers.
        models: What the account has.
    """

    words: str = "what time is it"
    models: tuple[str, ...] = (*_FORMATS, *_SPEECH, "gpt-4.1")
    http: HttpServer = field(init=False)

    @property
    def url(self) -> str:
        """The root of the API, with its version."""
        return f"{self.http.url}/v1"

    def respond(self, request: HttpRequest) -> HttpAnswer:
        """The regular answer."""
        offered = request.headers.get("authorization", "").removeprefix("Bearer ")
        if offered != KEY:
            return _error(401, f"Incorrect API key provided: {offered}.", "invalid_api_key")
        match request.method, request.path:
            case "GET", "/v1/models":
                rows = [{"id": name, "object": "model"} for name in self.models]
                return json_answer({"object": "list", "data": rows})
            case "POST", "/v1/audio/transcriptions":
                return self._transcription(request.form())
            case "POST", "/v1/audio/speech":
                return self._speech(request.json())
        return _error(404, f"Invalid URL ({request.method} {request.path})")

    def _transcription(self, form: SentForm) -> HttpAnswer:
        model = form.fields.get("model", "")
        form_name = form.fields.get("response_format", "json")
        if model not in self.models or model not in _FORMATS:
            return _error(404, f"The model `{model}` does not exist.", "model_not_found")
        if form_name not in _FORMATS[model]:
            return _error(400, f"response_format '{form_name}' is not compatible with '{model}'.")
        if len(form.files) != 1 or form.files[0].field != "file":
            return _error(400, "file is a required property")
        if form.files[0].filename.rpartition(".")[2] not in _ENDINGS:
            return _error(400, f"Invalid file format. Supported formats: {list(_ENDINGS)}")
        if "timestamp_granularities[]" in form.fields and form_name != "verbose_json":
            return _error(400, "timestamp_granularities needs response_format verbose_json")
        if form.fields.get("stream") == "true" and model != "whisper-1":
            pieces = tuple(_sse(self._events(is_diarized=form_name == "diarized_json")))
            return HttpAnswer(200, "text/event-stream; charset=utf-8", pieces)
        return self._whole(model, form_name)

    def _whole(self, model: str, form_name: str) -> HttpAnswer:
        cue = f"00:00:00.000 --> 00:00:01.500\n{self.words}\n"
        texts = {"text": f"{self.words}\n", "srt": f"1\n{cue}", "vtt": f"WEBVTT\n\n{cue}"}
        if form_name in texts:
            kind = "text/plain; charset=utf-8"
            return HttpAnswer(200, kind, (texts[form_name].encode(),))
        usage = {"type": "duration", "seconds": 2} if model == "whisper-1" else _TOKENS
        body: dict[str, object] = {"text": self.words, "usage": usage}
        if form_name == "verbose_json":
            words = [{"word": "what", "start": 0.0, "end": 0.4}]
            body |= {"task": "transcribe", "language": "english", "duration": 1.5, "words": words}
        return json_answer(body)

    def _events(self, *, is_diarized: bool) -> Iterator[dict[str, object]]:
        for index, word in enumerate(self.words.split()):
            delta = f" {word}" if index else word
            yield {"type": "transcript.text.delta", "delta": delta, "logprobs": []}
        if is_diarized:
            segment = {"id": "seg_1", "start": 0.0, "end": 1.5, "speaker": "A", "text": self.words}
            yield {"type": "transcript.text.segment", **segment}
        yield {"type": "transcript.text.done", "text": self.words, "usage": _TOKENS}

    def _speech(self, body: dict[str, object]) -> HttpAnswer:
        model, text = body.get("model"), str(body.get("input", ""))
        kind = str(body.get("response_format", "mp3"))
        if model not in self.models or model not in _SPEECH:
            return _error(404, f"The model `{model}` does not exist.", "model_not_found")
        if not 0 < len(text) <= 4096:
            return _error(400, "String should have 1 to 4096 characters", "string_too_long")
        if body.get("voice") not in VOICES:
            return _error(400, f"Input should be one of {VOICES}")
        if "output_format" in body or kind not in _SOUND_TYPES:
            return _error(400, "Unknown parameter or format")
        if "instructions" in body and str(model).startswith("tts-1"):
            return _error(400, "instructions are not supported with this model")
        sound = sound_of(kind, text)
        half = len(sound) // 2
        return HttpAnswer(200, _SOUND_TYPES[kind], (sound[:half], sound[half:]))


def sound_of(kind: str, text: str) -> bytes:
    """What is spoken: 10 ms of samples for a character, or a file that holds the text itself."""
    pcm = b"\x01\x00" * (240 * len(text))
    match kind:
        case "pcm":
            return pcm
        case "wav":
            return wav_file(pcm, 24_000)
        case "mp3":
            file = io.BytesIO()
            soundfile.write(file, np.frombuffer(pcm, np.int16), 24_000, format="MP3")
            return file.getvalue()
        case _:
            return f"<{kind}:{text}>".encode()


def _sse(events: Iterator[dict[str, object]]) -> Iterator[bytes]:
    for event in events:
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _error(status: int, message: str, code: str | None = None) -> HttpAnswer:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return json_answer({"error": error}, status)


@asynccontextmanager
async def openai_audio_server() -> AsyncIterator[OpenAiAudioServer]:
    """A running one."""
    fake = OpenAiAudioServer()
    async with http_server(fake.respond) as fake.http:
        yield fake
