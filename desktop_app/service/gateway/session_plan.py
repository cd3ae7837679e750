"""What a gateway session does, read from ``session.configure`` and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from desktop_app.credentials import Secret
from desktop_app.errors import InputError
from desktop_app.protocol.gateway import BackendOptions, SessionConfigure, SttOptions, TtsOptions
from desktop_app.service.clock import new_id
from desktop_app.service.providers.ports import MemoryUse

INPUT_RATES_HZ = range(8_000, 48_001)
OUTPUT_RATES_HZ = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
STRATEGIES = ("manual", "vad")
NEW_QUESTIONS = ("cancel", "queue")
MEDIA = ("none", "auto")
MEMORY: Mapping[str, MemoryUse] = {"auto": "auto", "readonly": "readonly", "off": "off"}
LONGEST_KEY = 512

_MU_LAW = "ulaw_8000"
_HEARD = re.compile(r"pcm_(\d{4,5})|ulaw_(8000)")
_SPOKEN = re.compile(
    r"(pcm|wav)_(\d{4,5})()"
    r"|(mp3)_(22050)_(32)|(mp3)_(24000)_(48)|(mp3)_(44100)_(32|64|96|128|192)"
    r"|(opus)_(48000)_(32|64|96|128|192)"
    r"|(ulaw|alaw)_(8000)()"
)
_CONTENT_TYPES = {
    "pcm": "application/octet-stream",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "ulaw": "audio/basic",
    "alaw": "audio/basic",
}
_RANGES = {"stability": (0, 1), "similarity_boost": (0, 1), "style": (0, 1)}
_NONE = ("", "0", "")
_DEFAULTS = SttOptions()


@dataclass(frozen=True, slots=True)
class Voice:
    """How the reply is spoken.

    Attributes:
        name: The provider's voice, or empty for its default.
        rate_hz: Of the samples sent.
        codec: ``pcm``; ``wav``: the speech of a reply is sent in one piece, as a file; another:
            as the provider encodes it.
        bit_rate_k: Of what is encoded, where the format names one.
        model: The provider's model, or empty.
        settings: The provider's ``voice_settings`` beside the speed.
    """

    name: str
    speed: float
    rate_hz: int
    codec: str = "pcm"
    bit_rate_k: str = ""
    model: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether the speech of a reply is sent in one piece."""
        return self.codec == "wav"

    @property
    def is_coded(self) -> bool:
        """Whether the provider encodes it."""
        return self.codec not in ("pcm", "wav")

    @property
    def coded_bytes_per_ms(self) -> float:
        """About how much of what the provider encodes sounds for a millisecond."""
        return int(self.bit_rate_k) / 8 if self.bit_rate_k else self.rate_hz / 1000

    @property
    def output_format(self) -> str:
        """As the wire names it."""
        rate = f"{self.codec}_{self.rate_hz}"
        return f"{rate}_{self.bit_rate_k}" if self.bit_rate_k else rate

    @property
    def content_type(self) -> str:
        """MIME type, as contract section 4 has it."""
        return _CONTENT_TYPES[self.codec]


@dataclass(frozen=True, slots=True)
class WantedBackend:
    """Who shall answer, as a client asks; whether it may is for those who answer to say."""

    registration_id: str = ""
    provider: str = ""
    api_key: Secret = field(default_factory=lambda: Secret(""))
    model: str = ""
    base_url: str = ""
    system_prompt: str = ""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """A session's settings.

    Attributes:
        key: The conversation's key.
        input_hz: Rate of the client's sound, in mono.
        is_mu_law: It is G.711 mu-law, one byte a sample; else s16le.
        is_manual: The client ends utterances; otherwise silence does.
        end_silence_s: Silence that ends an utterance: ``vad_silence_threshold_secs``, or
            ``min_silence_duration_ms`` where a client asks for a longer one: less is no pause.
        stt: As asked, numbers brought into the ranges of contract section 7.1.
        voice: None for replies in text alone.
        queues: What is asked during a reply waits for its end; otherwise it cuts the reply off.
        shows_media: The client shows pictures and videos, so the model may have some made.
        memory: What may be done with the assistant's memory, where it has one.
    """

    key: str
    stt: SttOptions
    input_hz: int
    is_manual: bool
    end_silence_s: float
    voice: Voice | None
    is_mu_law: bool = False
    backend: WantedBackend = field(default_factory=WantedBackend)
    queues: bool = False
    shows_media: bool = False
    memory: MemoryUse = "auto"


def read_plan(configure: SessionConfigure) -> SessionPlan:
    """Check the client's wishes.

    Raises:
        InputError: ``session.*``; the sentence says what can be had instead.
    """
    stt = _in_range(configure.stt or _DEFAULTS)
    if stt.commit_strategy not in STRATEGIES:
        raise InputError("session.commit_strategy", "commit_strategy must be manual or vad.")
    if configure.new_question not in NEW_QUESTIONS:
        raise InputError("session.new_question", "new_question must be cancel or queue.")
    if configure.media not in MEDIA:
        raise InputError("session.media", "media must be none or auto.")
    if configure.memory not in MEMORY:
        raise InputError("session.memory", "memory must be auto, readonly or off.")
    if len(configure.session_id) > LONGEST_KEY:
        raise InputError(
            "session.session_id", f"session_id can have {LONGEST_KEY} characters at most."
        )
    return SessionPlan(
        key=configure.session_id or new_id(),
        stt=stt,
        input_hz=_input_hz(stt),
        is_manual=stt.commit_strategy == "manual",
        end_silence_s=_end_silence_s(stt),
        voice=_voice(configure.tts) if configure.tts is not None else None,
        is_mu_law=stt.audio_format == _MU_LAW,
        backend=wanted_backend(configure.backend or BackendOptions()),
        queues=configure.new_question == "queue",
        shows_media=configure.media == "auto",
        memory=MEMORY[configure.memory],
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


def wanted_backend(asked: BackendOptions) -> WantedBackend:
    """As the wire has it, the key hidden."""
    return WantedBackend(
        registration_id=asked.registration_id,
        provider=asked.provider,
        api_key=Secret(asked.api_key),
        model=asked.model,
        base_url=asked.base_url,
        system_prompt=asked.system_prompt,
    )


def _input_hz(stt: SttOptions) -> int:
    named = _HEARD.fullmatch(stt.audio_format)
    if named is None:
        raise InputError(
            "session.audio_format",
            f"audio_format {stt.audio_format!r} is not understood; send pcm_16000 or ulaw_8000.",
        )
    by_format, by_number = int(named[1] or named[2]), stt.sample_rate
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
    codec, rate, bits = [part for part in named.groups() if part is not None] if named else _NONE
    if int(rate) not in OUTPUT_RATES_HZ:
        rates = ", ".join(map(str, OUTPUT_RATES_HZ))
        offered = f"pcm_ and wav_ with one of {rates}, mp3_44100_128, opus_48000_64 or ulaw_8000"
        raise InputError(
            "session.output_format",
            f"output_format {tts.output_format!r} is not offered here, only {offered}.",
        )
    speed = tts.voice_settings.get("speed", 1.0)
    if not _is_within(speed, 0.25, 4.0):
        raise InputError("session.speed", "voice_settings.speed must be a number from 0.25 to 4.")
    return Voice(
        name=tts.voice_id,
        speed=float(speed),
        rate_hz=int(rate),
        codec=codec,
        bit_rate_k=bits,
        model=tts.model_id,
        settings=_settings(tts.voice_settings),
    )


def _settings(asked: Mapping[str, Any]) -> dict[str, Any]:
    for name, (low, high) in _RANGES.items():
        if name in asked and not _is_within(asked[name], low, high):
            raise InputError(
                "session.voice_settings",
                f"{name} of voice_settings must be a number from {low} to {high}.",
            )
    if not isinstance(asked.get("use_speaker_boost", False), bool):
        raise InputError(
            "session.voice_settings", "use_speaker_boost of voice_settings must be true or false."
        )
    known = (*_RANGES, "use_speaker_boost")
    return {name: value for name, value in asked.items() if name in known}


def _is_within(value: object, low: float, high: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and low <= value <= high  # type: ignore[operator]  # a number
