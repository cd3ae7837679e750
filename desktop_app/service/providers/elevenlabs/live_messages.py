"""What ElevenLabs' realtime recogniser and we say to each other.

Source: the gateway contract, sections 7.1 to 7.4.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from desktop_app.errors import AccessError, AppError, InputError, NetworkError
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.service.providers.live_ports import LiveWish
from desktop_app.service.providers.ports import SpokenWord

RATES_HZ = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
PATH = "/v1/speech-to-text/realtime"


class Chunk(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="message_type",
    tag="input_audio_chunk",
):
    """Sound for it; with ``commit`` the utterance is complete."""

    audio_base_64: str
    commit: bool
    sample_rate: int
    previous_text: str | None = None


class Word(Struct, frozen=True):
    """A word, or the ``spacing`` between two."""

    text: str = ""
    start: float | None = None
    end: float | None = None
    type: str = "word"


class Told(Struct, frozen=True):
    """Any message of its: each uses some of the fields."""

    message_type: str
    text: str = ""
    words: list[Word] | None = None
    session_id: str = ""
    config: dict[str, Any] | None = None
    error: str = ""
    warning: str = ""

    @property
    def spoken_words(self) -> tuple[SpokenWord, ...]:
        """The words with their times."""
        return tuple(
            SpokenWord(word.text, word.start, word.end)
            for word in self.words or ()
            if word.type == "word" and word.start is not None and word.end is not None
        )


class Fault(Enum):
    """What an error means for the session."""

    FATAL = auto()  # it would be the same the next time
    RENEW = auto()  # a new session hears on
    REFUSED = auto()  # this piece was not taken, the session goes on


_MEANINGS = {
    "auth_error": Fault.FATAL,
    "quota_exceeded": Fault.FATAL,
    "unaccepted_terms": Fault.FATAL,
    "unaccepted_terms_error": Fault.FATAL,
    "invalid_request": Fault.FATAL,
    "error": Fault.RENEW,
    "session_time_limit_exceeded": Fault.RENEW,
    "insufficient_audio_activity": Fault.RENEW,
    "resource_exhausted": Fault.RENEW,
    "queue_overflow": Fault.RENEW,
    "transcriber_error": Fault.RENEW,
    "commit_throttled": Fault.REFUSED,
    "chunk_size_exceeded": Fault.REFUSED,
    "input_error": Fault.REFUSED,
    "rate_limited": Fault.REFUSED,
}

BENIGN = ("session_time_limit_exceeded", "insufficient_audio_activity")
"""Ends that are no failures: nobody spoke, or somebody spoke for very long."""

REFUSED_COMMITS = ("commit_throttled", "input_error")
"""What a commit is answered with that comes too soon after another."""

encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Told)


def decode(frame: bytes) -> Told | None:
    """A message of its; None where it makes no sense."""
    try:
        return _decoder.decode(frame)
    except UNREADABLE:
        return None


def fault(told: Told) -> Fault | None:
    """What an error means; None for what is none. One that is not known may go away."""
    known = _MEANINGS.get(told.message_type)
    if known is None and (told.error or told.message_type.endswith("_error")):
        return Fault.RENEW
    return known


def failure(told: Told) -> AppError:
    """The error in words, ElevenLabs' own among them."""
    said = told.error or told.text or told.message_type.replace("_", " ")
    sentence = f"ElevenLabs hears no more: {said.rstrip('.')}."
    match told.message_type:
        case "auth_error" | "unaccepted_terms" | "unaccepted_terms_error":
            return AccessError("access.refused", sentence)
        case "quota_exceeded":
            return NetworkError("http.402", sentence)
        case "invalid_request":
            return InputError("stt.refused", sentence)
    return NetworkError("stt.lost", sentence, retryable=True)


def address(root: str, model: str, wish: LiveWish) -> str:
    """Where to connect for such a session; holds no key."""
    scheme, _, rest = root.rstrip("/").partition("://")
    query: dict[str, Any] = {
        "model_id": model,
        "audio_format": f"pcm_{wish.rate_hz}",
        "commit_strategy": "manual" if wish.is_manual else "vad",
    }
    if not wish.is_manual:
        query |= {
            "vad_silence_threshold_secs": _within(wish.silence_s, 0.3, 3.0),
            "vad_threshold": _within(wish.vad_threshold, 0.1, 0.9),
            "min_speech_duration_ms": _within(wish.min_speech_ms, 50, 2000),
            "min_silence_duration_ms": _within(wish.min_silence_ms, 50, 2000),
        }
    if wish.language:
        query["language_code"] = wish.language
    if wish.wants_words:
        query["include_timestamps"] = "true"
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{PATH}?{urlencode(query)}"


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
