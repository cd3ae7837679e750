"""Voices, and words spoken with one of them: Parley's extension of the API.

The API names models that speak but not the voices that they have, and speaks replies only. A
service of ours lists them and speaks a sentence; of others, the documented names are known.
"""

from __future__ import annotations

from msgspec import field

from desktop_app.protocol.backboard.wire import WireObject

VOICES_PATH = "/parley/voices"
SPEECH_PATH = "/parley/speech"
LONGEST_SAMPLE = 400
"""Characters of a sentence that a voice is heard with."""


class VoiceInfo(WireObject, frozen=True, omit_defaults=True):
    """One voice.

    Attributes:
        id: How turns name it.
        name: How people call it; empty where that is its id.
        languages: IETF tags; empty where it speaks any.
        models: That speak with it, the default first; empty for all of its provider.
    """

    id: str
    provider: str
    name: str = ""
    languages: list[str] = field(default_factory=list)
    description: str = ""
    models: list[str] = field(default_factory=list)


class VoicePage(WireObject, frozen=True):
    voices: list[VoiceInfo] = field(default_factory=list)
    total: int = 0


class SpeechRequest(WireObject, frozen=True, omit_defaults=True):
    """A sentence to be spoken, as s16le mono 24 kHz."""

    text: str
    provider: str
    model: str = ""
    voice: str = ""


_NAMES = "alloy ash ballad coral echo fable nova onyx sage shimmer verse marin cedar"
_EARLY = ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")


def openai_voices() -> list[VoiceInfo]:
    """Those that OpenAI documents; the older models have fewer of them."""
    return [
        VoiceInfo(
            id=name,
            provider="openai",
            name=name.capitalize(),
            models=["gpt-4o-mini-tts", *(("tts-1", "tts-1-hd") if name in _EARLY else ())],
        )
        for name in _NAMES.split()
    ]


def elevenlabs_speed(speed: float) -> float:
    """The nearest speed that ElevenLabs has; it refuses others."""
    return min(max(speed, 0.7), 1.2)


def documented_voices() -> list[VoiceInfo]:
    """For servers that list none: ElevenLabs' example is in every account."""
    return [
        *openai_voices(),
        VoiceInfo(id="21m00Tcm4TlvDq8ikWAM", provider="elevenlabs", name="Rachel"),
    ]
