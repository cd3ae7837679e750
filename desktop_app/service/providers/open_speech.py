"""Opens who hears recordings and who speaks replies, the preferred one first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from desktop_app.errors import InputError
from desktop_app.service.providers.builtin.builtin_speaker import BuiltinSpeaker, ListedVoices
from desktop_app.service.providers.builtin.builtin_transcriber import BuiltinTranscriber
from desktop_app.service.providers.config import ELEVENLABS_SOCKET, ProviderConfig
from desktop_app.service.providers.elevenlabs.elevenlabs_live import ElevenLabsLiveStt
from desktop_app.service.providers.elevenlabs.elevenlabs_speaker import ElevenLabsSpeaker
from desktop_app.service.providers.elevenlabs.elevenlabs_transcriber import ElevenLabsTranscriber
from desktop_app.service.providers.elevenlabs.elevenlabs_voice_socket import (
    ElevenLabsVoiceSocket,
)
from desktop_app.service.providers.live_ports import LiveSpeechToText
from desktop_app.service.providers.openai.openai_speaker import OpenAiSpeaker
from desktop_app.service.providers.openai.openai_transcriber import OpenAiTranscriber
from desktop_app.service.providers.ports import BUILT_IN, SpeechToText
from desktop_app.service.providers.recording_ports import Speaker, Transcriber
from desktop_app.service.providers.reply_ports import OpensReplySpeech


def open_live_stt(config: ProviderConfig) -> dict[str, LiveSpeechToText]:
    """By provider name, those with a key."""
    if not config.elevenlabs_key:
        return {}
    url = config.elevenlabs_live_url or config.elevenlabs_url
    live = ElevenLabsLiveStt(url, config.elevenlabs_key)
    return {live.provider: live}


def open_voice_sockets(
    config: ProviderConfig, speakers: Mapping[str, Speaker]
) -> dict[str, OpensReplySpeech]:
    """Who shall speak over a socket, by provider name: only where that is chosen."""
    speaker = speakers.get("elevenlabs")
    if config.speaking != ELEVENLABS_SOCKET or not isinstance(speaker, ElevenLabsSpeaker):
        return {}
    url = config.elevenlabs_live_url or config.elevenlabs_url
    opens = partial(ElevenLabsVoiceSocket, url, config.elevenlabs_key, speaker)
    return {speaker.provider: opens}


def preferred(config: ProviderConfig, wish: str) -> str:
    """Who takes part in live speech where a session names nobody.

    Raises:
        InputError: ``provider.bad_choice``: the wish names nobody, or somebody without a key.
    """
    connected = [
        *(["elevenlabs"] if config.elevenlabs_key else []),
        *(["openai"] if config.openai_key else []),
        BUILT_IN,
    ]
    if not wish:
        return connected[0]
    if wish == ELEVENLABS_SOCKET and config.elevenlabs_key:
        return "elevenlabs"
    if wish not in connected:
        raise InputError(
            "provider.bad_choice",
            f"“{wish}” cannot hear or speak here, only {', '.join(connected)}: others need a key.",
        )
    return wish


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
        voice = config.elevenlabs_voice
        found.append(ElevenLabsSpeaker(config.elevenlabs_url, config.elevenlabs_key, voice))
    found.append(BuiltinSpeaker(tts))
    return {each.provider: each for each in found}
