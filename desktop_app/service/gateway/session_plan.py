"""What a gateway session does, read from ``session.configure`` and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec.structs import replace

from desktop_app.errors import InputError
from desktop_app.protocol.gateway import BackendOptions, SessionConfigure, SttOptions, TtsOptions
from desktop_app.service.clock import new_id

INPUT_RATES_HZ = range(8_000, 48_001)
OUTPUT_RATES_HZ = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
STRATEGIES = ("manual", "vad")

_PCM = re.compile(r"pcm_(\d{4,5})")
_SPOKEN = re.compile(r"(pcm|wav)_(\d{4,5})")
_DEFAULTS = SttOptions()


@dataclass(frozen=True, slots=True)
class Voice:
    """How the reply is spoken.

    Attributes:
        name: The provider's voice, or empty for its default.
        rate_hz: Of the samples sent.
        is_whole: The speech of a reply is sent in one piece, as a WAV file.
    """

    name: str
    speed: float
    rate_hz: int
    is_whole: bool = False

    @property
    def output_format(self) -> str:
        """As the wire names it."""
        return f"{'wav' if self.is_whole else 'pcm'}_{self.rate_hz}"


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A session's settings.

    Attributes:
        key: The conversation's key.
        input_hz: Rate of the client's sound, always s16le mono.
        is_manual: The client ends utterances; otherwise silence does.
        end_silence_s: Silence that ends an utterance: ``vad_silence_threshold_secs``, or
            ``min_silence_duration_ms`` where a client asks for a longer one: less is no pause.
        stt: As asked, numbers brought into the ranges of contract section 7.1.
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
    stt = _in_range(configure.stt or _DEFAULTS)
    if stt.commit_strategy not in STRATEGIES:
        raise InputError("session.commit_strategy", "commit_strategy must be manual or vad.")
    backend = _backend(configure.backend or BackendOptions())
    return SessionPlan(
        key=configure.session_id or new_id(),
        stt=stt,
        input_hz=_input_hz(stt),
        is_manual=stt.commit_strategy == "manual",
        end_silence_s=_end_silence_s(stt),
        voice=_voice(configure.tts) if configure.tts is not None else None,
        provider=backend.provider,
        model=backend.model,
        system_prompt=backend.system_prompt,
    )


def _in_range(stt: SttOptions) -> SttOptions:
    return replace(
        stt,
        vad_threshold=min(max(stt.vad_threshold, 0.1), 0.9),
        vad_silence_threshold_secs=min(max(stt.vad_silence_threshold_secs, 0.3), 3.0),
        min_speech_duration_ms=min(max(stt.min_speech_duration_ms, 50), 2_000),
        min_silence_duration_ms=min(max(stt.min_silence_duration_ms, 50), 2_000),
    )


def _end_silence_s(stt: SttOptions) -> float:
    if stt.min_silence_duration_ms == _DEFAULTS.min_silence_duration_ms:
        return stt.vad_silence_threshold_secs
    return max(stt.vad_silence_threshold_secs, stt.min_silence_duration_ms / 1000)


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
    named = _SPOKEN.fullmatch(tts.output_format)
    if named is None or int(named[2]) not in OUTPUT_RATES_HZ:
        rates = ", ".join(map(str, OUTPUT_RATES_HZ))
        offered = f"pcm_ and wav_ with one of {rates}"
        raise InputError(
            "session.output_format",
            f"output_format {tts.output_format!r} is not offered here, only {offered}.",
        )
    speed = tts.voice_settings.get("speed", 1.0)
    if not isinstance(speed, int | float) or not 0.25 <= speed <= 4.0:
        raise InputError("session.speed", "voice_settings.speed must be a number from 0.25 to 4.")
    return Voice(tts.voice_id, float(speed), int(named[2]), is_whole=named[1] == "wav")
