"""What a gateway session does, read from ``session.configure`` and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.errors import InputError
from desktop_app.protocol.gateway import BackendOptions, SessionConfigure, SttOptions, TtsOptions
from desktop_app.service.clock import new_id

INPUT_RATES_HZ = range(8_000, 48_001)
OUTPUT_RATES_HZ = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
STRATEGIES = ("manual", "vad")

_PCM = re.compile(r"pcm_(\d{4,5})")
_DEFAULTS = SttOptions()


@dataclass(frozen=True, slots=True)
class Voice:
    """How the reply is spoken.

    Attributes:
        name: The provider's voice, or empty for its default.
        rate_hz: Of the samples sent.
    """

    name: str
    speed: float
    rate_hz: int

    @property
    def output_format(self) -> str:
        """As the wire names it."""
        return f"pcm_{self.rate_hz}"


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A session's settings.

    Attributes:
        key: The conversation's key.
        input_hz: Rate of the client's sound, always s16le mono.
        is_manual: The client ends utterances; otherwise silence does.
        end_silence_s: Silence that ends an utterance.
        voice: None for replies in text alone.
    """

    key: str
    stt: SttOptions
    input_hz: int
    is_manual: bool
    end_silence_s: float
    voice: Voice | None
    provider: str = ""
    model: str = ""
    system_prompt: str = ""


def read_plan(configure: SessionConfigure) -> SessionPlan:
    """Check the client's wishes.

    Raises:
        InputError: ``session.*``; the sentence says what can be had instead.
    """
    stt = configure.stt or _DEFAULTS
    if stt.commit_strategy not in STRATEGIES:
        raise InputError("session.commit_strategy", "commit_strategy must be manual or vad.")
    backend = _backend(configure.backend or BackendOptions())
    return SessionPlan(
        key=configure.session_id or new_id(),
        stt=stt,
        input_hz=_input_hz(stt),
        is_manual=stt.commit_strategy == "manual",
        end_silence_s=min(max(stt.vad_silence_threshold_secs, 0.3), 3.0),
        voice=_voice(configure.tts) if configure.tts is not None else None,
        provider=backend.provider,
        model=backend.model,
        system_prompt=backend.system_prompt,
    )


def _backend(backend: BackendOptions) -> BackendOptions:
    """Keys and addresses of language servers are the service's own settings."""
    if backend.api_key or backend.base_url:
        raise InputError(
            "session.backend",
            "backend.api_key and backend.base_url are not taken from clients here.",
        )
    return backend


def _input_hz(stt: SttOptions) -> int:
    named = _PCM.fullmatch(stt.audio_format)
    if named is None:
        raise InputError(
            "session.audio_format",
            f"audio_format {stt.audio_format!r} is not understood; send pcm_16000.",
        )
    by_format, by_number = int(named[1]), stt.sample_rate
    if stt.audio_format == _DEFAULTS.audio_format:
        chosen = by_number
    elif by_number in (by_format, _DEFAULTS.sample_rate):
        chosen = by_format
    else:
        raise InputError(
            "session.sample_rate",
            f"audio_format {stt.audio_format} and sample_rate {by_number} contradict each other.",
        )
    if chosen not in INPUT_RATES_HZ:
        raise InputError(
            "session.sample_rate",
            f"A sample rate of {chosen} Hz is not possible, only 8000 to 48000.",
        )
    return chosen


def _voice(tts: TtsOptions) -> Voice:
    named = _PCM.fullmatch(tts.output_format)
    if named is None or int(named[1]) not in OUTPUT_RATES_HZ:
        offered = ", ".join(f"pcm_{rate}" for rate in OUTPUT_RATES_HZ)
        raise InputError(
            "session.output_format",
            f"output_format {tts.output_format!r} is not offered here, only {offered}.",
        )
    speed = tts.voice_settings.get("speed", 1.0)
    if not isinstance(speed, int | float) or not 0.25 <= speed <= 4.0:
        raise InputError("session.speed", "voice_settings.speed must be a number from 0.25 to 4.")
    return Voice(tts.voice_id, float(speed), int(named[1]))
