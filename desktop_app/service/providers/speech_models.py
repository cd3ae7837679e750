"""What is known of the speech models of remote providers: data, the preferred one first."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import msgspec

from desktop_app import resources
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.ports import BUILT_IN

SpeechKind = Literal["stt", "tts"]


class _Rows(msgspec.Struct):
    voice: str
    stt: list[dict[str, Any]]
    stt_formats: str
    tts: list[dict[str, Any]]
    tts_formats: str


def speech_models(provider: str, kind: SpeechKind) -> tuple[ModelInfo, ...]:
    """The models of a provider that hear or speak; the first is its default."""
    known = _known()[provider]
    rows = known.stt if kind == "stt" else known.tts
    about: dict[str, Any] = {"provider": provider, "model_type": kind}
    if kind == "stt":
        about |= {"supports_audio_input": True, "supported_input_formats": known.stt_formats}
    else:
        about |= {"supports_audio_output": True, "supported_output_formats": known.tts_formats}
    return tuple(msgspec.convert(row | about, ModelInfo) for row in rows)


_ELSEWHERE = {
    ("stt", "scribe_v2_realtime"): "elevenlabs",
    ("stt", "basic"): BUILT_IN,
    ("tts", "basic"): BUILT_IN,
}


def provider_of(kind: SpeechKind, model: str) -> str:
    """Whose model this is; empty where nobody is known to have it."""
    if (kind, model) in _ELSEWHERE:
        return _ELSEWHERE[kind, model]
    for provider, known in _known().items():
        if any(row["name"] == model for row in (known.stt if kind == "stt" else known.tts)):
            return provider
    return ""


def default_voice(provider: str) -> str:
    """Its voice where none is asked for; empty where an account's own first one is taken."""
    return _known()[provider].voice


@cache
def _known() -> dict[str, _Rows]:
    content = resources.path("models/speech.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, _Rows])
