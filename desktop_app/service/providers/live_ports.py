"""The interface of a provider that hears a whole session, and itself finds where utterances end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from desktop_app.errors import AppError
from desktop_app.service.providers.ports import Transcript


@dataclass(frozen=True, slots=True)
class LiveWish:
    """How a session shall be heard; sound is s16le mono.

    Attributes:
        model: Model name, or empty for the provider's default.
        rate_hz: Of the sound.
        language: ISO 639, or empty to detect it.
        is_manual: ``commit`` ends utterances; otherwise silence does.
        vad_threshold: 0.1 to 0.9: what counts as speech, where silence ends utterances.
        silence_s: 0.3 to 3.0: how much of it does.
        min_speech_ms, min_silence_ms: 50 to 2000: less is no speech, or no pause.
        wants_words: Final texts shall say when each word was spoken.
    """

    rate_hz: int = 16_000
    model: str = ""
    language: str = ""
    is_manual: bool = True
    vad_threshold: float = 0.4
    silence_s: float = 1.5
    min_speech_ms: int = 100
    min_silence_ms: int = 100
    wants_words: bool = False


class LiveListener(Protocol):
    """Who is told what a session hears, in order."""

    async def on_started(self, session_id: str, config: Mapping[str, Any]) -> None:
        """The provider is ready; told once, though its own session may be renewed later."""

    async def on_transcript(self, transcript: Transcript) -> None:
        """Words so far, or finally; every ``commit`` gets one final, perhaps empty."""

    async def on_trouble(self, error: AppError) -> None:
        """What was being heard is lost; the next words are heard again."""


class LiveRecognition(Protocol):
    """One session being heard."""

    def append(self, pcm: bytes, previous_text: str = "") -> None:
        """More sound; kept while the provider is not ready.

        Args:
            pcm: s16le mono.
            previous_text: What was said before the session, a hint with its first sound only.

        Raises:
            InputError: ``audio.overflow``: too much waits already; this piece is dropped.
        """

    def commit(self) -> None:
        """The utterance is complete."""

    def discard(self) -> None:
        """What was heard since the last commit was not meant."""

    async def listen(self, listener: LiveListener) -> None:
        """Hear until cancelled.

        Raises:
            AccessError, InputError, NetworkError: The provider will not hear any more.
        """


@runtime_checkable
class LiveSpeechToText(Protocol):
    """Hears sessions.

    Attributes:
        rates_hz: Of the sound that it takes.
    """

    provider: str
    model: str
    rates_hz: Collection[int]

    def open(self, wish: LiveWish) -> LiveRecognition:
        """Begin one; nothing is connected before ``listen``."""

    async def aclose(self) -> None: ...
