"""What ElevenLabs' voice on a socket and we say to each other.

Source: the gateway contract, section 8 (``stream-input``).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from desktop_app.errors import AccessError, AppError, InputError, NetworkError
from desktop_app.protocol.json_faults import UNREADABLE

INACTIVITY_LIMIT_S = 180
"""The longest pause between two texts that it can be asked for."""

NOT_ON_SOCKETS = ("eleven_v3",)
"""Models that speak over HTTP only."""


class Alignment(Struct, frozen=True):
    """Which characters of the text this sound speaks."""

    chars: list[str] = []


class VoiceTold(Struct, frozen=True, rename="camel"):
    """Any message of its: sound, the end, or a failure."""

    audio: str | None = None
    is_final: bool | None = None
    alignment: Alignment | None = None
    error: str = ""
    message: str = ""
    code: int | None = None

    def sound(self) -> bytes:
        """The sound, perhaps none.

        Raises:
            ValueError: It is no base64.
        """
        return base64.b64decode(self.audio or "", validate=True)


_decoder = msgspec.json.Decoder(VoiceTold)
_encode = msgspec.json.encode

_KEY = ("invalid_api_key", "missing_api_key", "auth", "unauthorized", "needs_authorization")
_MONEY = ("quota_exceeded", "payment_required", "insufficient_credits")
_PASSING = ("rate_limit", "too_many_concurrent_requests", "system_busy", "internal", "timeout")


def decode(frame: bytes) -> VoiceTold | None:
    """A message of its; None where it makes no sense."""
    try:
        return _decoder.decode(frame)
    except UNREADABLE:
        return None


def first_words(settings: Mapping[str, Any]) -> str:
    """The message that begins a reply."""
    wish = {"voice_settings": dict(settings)} if settings else {}
    return _encode({"text": " ", **wish}).decode()


def words(sentence: str) -> str:
    """A sentence; without its last space it would wait for the rest of a word."""
    return _encode({"text": f"{sentence} "}).decode()


def last_words() -> str:
    """The message that ends a reply."""
    return _encode({"text": ""}).decode()


def failure(told: VoiceTold) -> AppError | None:
    """The failure that is told, in ElevenLabs' own words; None for none."""
    if not told.error and (not told.message or told.audio or told.is_final):
        return None
    kind = told.error.lower()
    said = (told.message or told.error).rstrip(".")
    sentence = f"ElevenLabs speaks no more: {said}."
    if any(name in kind for name in _KEY):
        return AccessError("access.refused", sentence)
    if any(name in kind for name in _MONEY):
        return NetworkError("http.402", sentence)
    if told.code is None or told.code >= 1011 or any(name in kind for name in _PASSING):
        return NetworkError("network.broken", sentence, retryable=True)
    return InputError("speech.refused", sentence, detail=said)


def address(root: str, voice: str, model: str, output_format: str) -> str:
    """Where to connect for a reply; holds no key."""
    scheme, _, rest = root.rstrip("/").partition("://")
    query = {
        "model_id": model,
        "output_format": output_format,
        "auto_mode": "true",  # whole sentences come: nothing is to be waited for
        "inactivity_timeout": INACTIVITY_LIMIT_S,
    }
    path = f"/v1/text-to-speech/{quote(voice, safe='')}/stream-input"
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{path}?{urlencode(query)}"
