"""Opens who hears recordings and who speaks replies, the preferred one first."""

from __future__ import annotations

from desktop_app.service.providers.builtin_speaker import BuiltinSpeaker, ListedVoices
from desktop_app.service.providers.builtin_transcriber import BuiltinTranscriber
from desktop_app.service.providers.ports import SpeechToText
from desktop_app.service.providers.recording_ports import Speaker, Transcriber


def open_transcribers(stt: SpeechToText) -> dict[str, Transcriber]:
    """By provider name."""
    found: list[Transcriber] = [BuiltinTranscriber(stt)]
    return {each.provider: each for each in found}


def open_speakers(tts: ListedVoices) -> dict[str, Speaker]:
    """By provider name."""
    found: list[Speaker] = [BuiltinSpeaker(tts)]
    return {each.provider: each for each in found}
