"""The voice models that Backboard documents (contract section 7), for servers that list none."""

from __future__ import annotations

from typing import Literal

from desktop_app.protocol.backboard.messages import HearingChoice, SpeakingChoice
from desktop_app.protocol.backboard.models import ModelInfo

SpeechKind = Literal["stt", "tts"]

DOCUMENTED_HEARING = HearingChoice(provider="openai", model="gpt-4o-mini-transcribe")
DOCUMENTED_SPEAKING = SpeakingChoice(provider="openai", model="tts-1", voice="nova")
"""What Backboard's own application takes where a person has chosen nothing."""

_DOCUMENTED = {
    ("stt", "openai"): (
        "whisper-1 gpt-4o-transcribe gpt-4o-mini-transcribe gpt-4o-transcribe-diarize"
    ),
    ("stt", "elevenlabs"): "scribe_v1 scribe_v2",
    ("tts", "openai"): "tts-1 tts-1-hd gpt-4o-mini-tts",
    ("tts", "elevenlabs"): "eleven_v3 eleven_multilingual_v2 eleven_flash_v2_5 eleven_turbo_v2_5",
}


def documented_voice_models(kind: SpeechKind) -> list[ModelInfo]:
    """Speech to text (``stt``) or text to speech (``tts``), in the order of the contract."""
    return [
        ModelInfo(name=name, provider=provider, model_type=kind)
        for (known, provider), names in _DOCUMENTED.items()
        if known == kind
        for name in names.split()
    ]
