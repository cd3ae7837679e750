"""Opens who hears recordings and who speaks replies, the preferred one first."""

from __future__ import annotations

from desktop_app.service.providers.builtin.builtin_speaker import BuiltinSpeaker, ListedVoices
from desktop_app.service.providers.builtin.builtin_transcriber import BuiltinTranscriber
from desktop_app.service.providers.config import ProviderConfig
from desktop_app.service.providers.elevenlabs.elevenlabs_speaker import ElevenLabsSpeaker
from desktop_app.service.providers.elevenlabs.elevenlabs_transcriber import ElevenLabsTranscriber
from desktop_app.service.providers.openai.openai_speaker import OpenAiSpeaker
from desktop_app.service.providers.openai.openai_transcriber import OpenAiTranscriber
from desktop_app.service.providers.ports import SpeechToText
from desktop_app.service.providers.recording_ports import Speaker, Transcriber


def open_transcribers(config: ProviderConfig, stt: SpeechToText) -> dict[str, Transcriber]:
    """By provider name; who is asked over the network is there only with a key.

    Raises:
        InputError: A configured address is none.
    """
    found: list[Transcriber] = []
    if config.openai_key:
        found.append(OpenAiTranscriber(config.openai_url, config.openai_key))
    if config.elevenlabs_key:
        found.append(ElevenLabsTranscriber(config.elevenlabs_url, config.elevenlabs_key))
    found.append(BuiltinTranscriber(stt))
    return {each.provider: each for each in found}


def open_speakers(config: ProviderConfig, tts: ListedVoices) -> dict[str, Speaker]:
    """By provider name; who is asked over the network is there only with a key.

    Raises:
        InputError: A configured address is none.
    """
    found: list[Speaker] = []
    if config.openai_key:
        found.append(OpenAiSpeaker(config.openai_url, config.openai_key))
    if config.elevenlabs_key:
        found.append(ElevenLabsSpeaker(config.elevenlabs_url, config.elevenlabs_key))
    found.append(BuiltinSpeaker(tts))
    return {each.provider: each for each in found}
