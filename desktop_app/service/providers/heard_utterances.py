"""Hears live speech with a provider of whole recordings: each utterance is one."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path

from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.protocol.wav_stream import wav_file
from desktop_app.service.providers.ports import Transcript
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
    Transcriber,
)

_SHORTEST_BYTES = CAPTURE_RATE_HZ // 10 * 2  # a file shorter than 0.1 s is refused


class HeardUtterances:
    """A ``SpeechToText``; words come after the end of an utterance.

    Args:
        transcriber: Is not closed with it.
        model: Of its models, or empty for its default.
    """

    def __init__(self, transcriber: Transcriber, model: str = "") -> None:
        self._transcriber = transcriber
        self.provider = transcriber.provider
        self.model = model or transcriber.model

    def open(self, *, language: str = "en") -> HeardUtterance:
        """Begin an utterance."""
        return HeardUtterance(self._transcriber, HearingWish(self.model, language))

    async def warm_up(self) -> None:
        """Nothing is to be loaded here."""

    async def aclose(self) -> None:
        """Nothing is held between utterances."""


class HeardUtterance:
    """A ``Recognition``: collects the sound, sends it as a WAV file, and deletes that."""

    def __init__(self, transcriber: Transcriber, wish: HearingWish) -> None:
        self._transcriber = transcriber
        self._wish = wish
        self._sound = bytearray()
        self._is_complete = asyncio.Event()
        self._is_closed = False

    @property
    def has_room(self) -> bool:
        """It is only kept."""
        return True

    def feed(self, pcm: bytes) -> None:
        """Hear more."""
        self._sound += pcm

    async def room(self) -> None:
        """There always is."""

    async def finish(self) -> None:
        """The utterance is complete."""
        self._is_complete.set()

    async def transcripts(self) -> AsyncIterator[Transcript]:
        """Partials where the provider has them, then the final text.

        Raises:
            AccessError, InputError, NetworkError, ProtocolError
        """
        await self._is_complete.wait()
        if self._is_closed or len(self._sound) < _SHORTEST_BYTES:
            yield Transcript("", is_final=True)
            return
        path = await asyncio.to_thread(_write, wav_file(bytes(self._sound), CAPTURE_RATE_HZ))
        try:
            async with aclosing(self._heard(path)) as heard:
                async for transcript in heard:
                    yield transcript
        finally:
            with suppress(OSError):
                path.unlink()

    async def aclose(self) -> None:
        """Stop waiting for more sound. Idempotent."""
        if not self._is_complete.is_set():
            self._is_closed = True
            self._is_complete.set()

    async def _heard(self, path: Path) -> AsyncGenerator[Transcript, None]:
        recording, text = Recording(path, "utterance.wav", "audio/wav"), ""
        async for news in self._transcriber.transcribe(recording, self._wish):
            match news:
                case HeardDelta(text=more):
                    text += more
                    yield Transcript(text, is_final=False)
                case HeardAll(text=whole):
                    yield Transcript(whole, is_final=True)


def _write(content: bytes) -> Path:
    with tempfile.NamedTemporaryFile(prefix="parley-", suffix=".wav", delete=False) as file:
        file.write(content)
        return Path(file.name)
