"""The interfaces of providers that hear whole recordings and speak whole replies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.voices import VoiceInfo


@dataclass(frozen=True, slots=True)
class Recording:
    """A file with speech, in any format."""

    path: Path
    filename: str
    mime_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class HearingWish:
    """How a recording shall be heard.

    Attributes:
        model: Model name, or empty for the provider's default.
        language: ISO 639-1, or empty to detect it.
        options: ``provider_options`` of the API, passed on.
    """

    model: str = ""
    language: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeardDelta:
    """More words, to be appended to those before."""

    text: str


@dataclass(frozen=True, slots=True)
class HeardAll:
    """The whole transcript; an empty one means: no words.

    Attributes:
        duration_s: Of the recording, where known.
        usage: Counts for ``voice_records`` (``audio_input_tokens``, ...), where known.
        provider_output: What the provider said besides, whole: words, speakers, ...
    """

    text: str
    duration_s: float | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    provider_output: Mapping[str, Any] | None = None


class Transcriber(Protocol):
    """Hears a recording; ``model`` is its default."""

    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...

    def transcribe(
        self, recording: Recording, wish: HearingWish
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        """Deltas where the model has them, then exactly one HeardAll. Closing it cancels.

        Raises:
            InputError: ``recording.*``: the file cannot be heard.
            NetworkError, AccessError, ProtocolError: Of a remote provider.
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it hears with, its default first; never raises, empty where it cannot say."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SpeakingWish:
    """How a reply shall be spoken.

    Attributes:
        model, voice: Or empty for the provider's default.
        output_format: ElevenLabs' ``codec_rate_bitrate``, or empty.
        options: ``provider_options`` of the API: ``response_format``, ``speed``, ...
    """

    model: str = ""
    voice: str = ""
    output_format: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


class Speaker(Protocol):
    """Speaks a text as one file, streamed; ``model`` is its default."""

    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...

    def content_type(self, wish: SpeakingWish) -> str:
        """MIME type of what ``utter`` will give, with the rate of headerless sound in it.

        Raises:
            InputError: ``speech.format``: it has no such format.
        """

    def utter(self, text: str, wish: SpeakingWish) -> AsyncIterator[bytes]:
        """The encoded sound in pieces as they come. Closing it cancels.

        Raises:
            InputError: ``speech.*``: a voice or an option that cannot be used.
            NetworkError, AccessError, ProtocolError: Of a remote provider.
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it speaks with, its default first; never raises, empty where it cannot say."""

    async def voices(self) -> Sequence[VoiceInfo]:
        """Whom it can speak as.

        Raises:
            ChildError, NetworkError, AccessError, ProtocolError: It cannot say.
        """

    async def aclose(self) -> None: ...
