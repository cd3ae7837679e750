"""How a realtime session hears and speaks, read from its ``provider_options``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.audio.frames import CAPTURE_RATE_HZ, SPEECH_RATE_HZ
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.realtime_socket import AudioFormat
from desktop_app.protocol.gateway import SessionConfigure, SttOptions
from desktop_app.service.gateway.session_plan import SessionPlan, Voice, read_plan

INPUT_FORMAT = AudioFormat(encoding="pcm_s16le", sample_rate=CAPTURE_RATE_HZ, channels=1)
OUTPUT_FORMAT = AudioFormat(encoding="pcm_s16le", sample_rate=SPEECH_RATE_HZ, channels=1)

_SILENCE_MS = 700
_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class RealtimePlan:
    """What the options say.

    Attributes:
        voice: None for replies in text alone.
    """

    hearing: SessionPlan
    voice: Voice | None


def read_options(options: Mapping[str, Any]) -> RealtimePlan:
    """Understand the options that realtime providers have in common.

    Args:
        options: ``turn_detection`` with ``type``, ``threshold`` and ``silence_duration_ms``, null
            where the client commits; ``modalities`` or ``output_modalities``; ``voice``;
            ``speed``; ``language``. Others are a native provider's, and ignored.

    Raises:
        InputError: ``session.*``
    """
    turns = options.get("turn_detection", {})
    is_manual = turns is None or _object(turns, "turn_detection").get("type") == "none"
    detection: Mapping[str, Any] = turns or {}
    stt = SttOptions(
        language_code=str(options.get("language") or ""),
        commit_strategy="manual" if is_manual else "vad",
        vad_threshold=_number(detection, "threshold", _THRESHOLD),
        vad_silence_threshold_secs=_number(detection, "silence_duration_ms", _SILENCE_MS) / 1000,
        min_speech_duration_ms=100,
        min_silence_duration_ms=100,
    )
    return RealtimePlan(read_plan(SessionConfigure(stt=stt)), _voice(options))


def _voice(options: Mapping[str, Any]) -> Voice | None:
    modalities = options.get("output_modalities") or options.get("modalities")
    if isinstance(modalities, list) and "audio" not in modalities:
        return None
    speed = _number(options, "speed", 1.0)
    if not 0.25 <= speed <= 4.0:
        raise InputError("session.speed", "speed must be a number from 0.25 to 4.")
    return Voice(str(options.get("voice") or ""), speed, SPEECH_RATE_HZ)


def _number(options: Mapping[str, Any], name: str, default: float) -> float:
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError("session.config", f"{name} must be a number.")
    return float(value)


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError("session.config", f"{name} must be an object or null.")
    return value
