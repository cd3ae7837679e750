"""Our side of the gateway as frames on the wire, explicit where a peer's default may differ."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
import pybase64

from desktop_app.protocol.commands import ConfigureSession, SpeechInput, SpeechOutput
from desktop_app.protocol.events import bare_name
from desktop_app.protocol.gateway import (
    BackendOptions,
    GatewayClientMessage,
    SessionConfigure,
    SttOptions,
    TtsOptions,
    encode,
)


class Frame(msgspec.Struct, frozen=True):
    """One WebSocket frame to send."""

    data: bytes
    is_text: bool


def text_frame(message: GatewayClientMessage) -> Frame:
    """A message as JSON."""
    return Frame(encode(message), is_text=True)


LONGEST_CHUNK_BYTES = 32_000
"""1 s, the contract's longest."""

_LEAST_SPEECH_MS = 120  # a "yes" is an utterance
_UNSAID = SttOptions().min_speech_duration_ms  # a default is left out


def sound_frames(pcm: bytes, *, is_binary: bool) -> list[Frame]:
    """Sound of any length, s16le mono 16 kHz, as chunks that the contract allows."""
    step = LONGEST_CHUNK_BYTES
    pieces = (pcm[at : at + step] for at in range(0, len(pcm), step))
    return [sound_frame(piece, is_binary=is_binary) for piece in pieces]


def sound_frame(pcm: bytes, *, is_binary: bool) -> Frame:
    """One chunk of s16le mono 16 kHz."""
    if is_binary:
        return Frame(pcm, is_text=False)
    head = b'{"type":"audio.append","sample_rate":16000,"audio":"'
    return Frame(head + pybase64.b64encode(pcm) + b'"}', is_text=True)


def configure_frame(configuration: ConfigureSession, extensions: Collection[str] = ()) -> Frame:
    """``session.configure`` with every choice of ours spelled out.

    Args:
        configuration: What the session shall be.
        extensions: What the peer understands beyond the contract: pictures and videos are asked
            for, and memory is spoken of, where it knows the words.
    """
    message = SessionConfigure(
        session_id=configuration.session_id,
        stt=_stt(configuration.speech_input),
        tts=_tts(configuration.speech_output),
        backend=_backend(configuration.model),
        media="auto" if "assistant.tool" in extensions else "none",
        memory=configuration.memory if "memory.use" in extensions else "auto",
    )
    known: dict[str, Any] = msgspec.to_builtins(message)
    if (heard := configuration.speech_input) is not None:
        known["stt"] |= {
            "sample_rate": 16_000,
            "audio_format": "pcm_16000",
            "commit_strategy": heard.commit_strategy,
        }
    if configuration.speech_output is not None:
        known["tts"]["output_format"] = "pcm_24000"
    return Frame(msgspec.json.encode(known), is_text=True)


def _backend(model: str) -> BackendOptions | None:
    """A model that was chosen; otherwise the gateway knows best."""
    provider, _, name = model.partition("/")
    return BackendOptions(provider=provider, model=name) if provider and name else None


def _stt(heard: SpeechInput | None) -> SttOptions | None:
    if heard is None:
        return None
    is_ended_there = heard.commit_strategy == "vad"
    return SttOptions(
        min_speech_duration_ms=_LEAST_SPEECH_MS if is_ended_there else _UNSAID,
        model_id=bare_name(heard.model),
        language_code=heard.language,
        commit_strategy=heard.commit_strategy,
        vad_silence_threshold_secs=min(3.0, max(0.3, heard.end_silence_s)),
    )


def _tts(spoken: SpeechOutput | None) -> TtsOptions | None:
    if spoken is None:
        return None
    settings = {} if spoken.speed == 1.0 else {"speed": spoken.speed}
    model = bare_name(spoken.model)
    return TtsOptions(voice_id=spoken.voice, model_id=model, voice_settings=settings)
