"""Hears live speech with a provider of whole recordings: each utterance is one."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path

from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.audio.quiet_spot import quiet_spot
from desktop_app.protocol.wav_stream import wav_file
from desktop_app.service.providers.ports import Transcript
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
    Transcriber,
)

PIECE_BYTES = CAPTURE_RATE_HZ * 300 * 2  # 5 minutes, 10 MB: OpenAI takes 25 MB
MOST_PIECES = 4
_SEARCHED_BYTES = CAPTURE_RATE_HZ * 5 * 2
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
    """A ``Recognition``: collects the sound, sends it as WAV files, and deletes those.

    Nearly every utterance is one file. A longer one is cut between two words, as providers take
    files of so many bytes and nobody shall keep hours of sound: what was cut off is heard while
    the rest is still spoken.
    """

    def __init__(self, transcriber: Transcriber, wish: HearingWish) -> None:
        self._transcriber = transcriber
        self._wish = wish
        self._sound = bytearray()
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue()  # None: it is complete
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_over = False

    @property
    def has_room(self) -> bool:
        """Whether not too many pieces wait to be heard."""
        return self._has_room.is_set()

    def feed(self, pcm: bytes) -> None:
        """Hear more."""
        if self._is_over:
            return
        self._sound += pcm
        while len(self._sound) >= PIECE_BYTES:
            self._cut_off()

    async def room(self) -> None:
        """Return when there is."""
        await self._has_room.wait()

    async def finish(self) -> None:
        """The utterance is complete."""
        if self._is_over:
            return
        self._is_over = True
        if len(self._sound) >= _SHORTEST_BYTES:
            self._pieces.put_nowait(bytes(self._sound))
        self._sound.clear()
        self._pieces.put_nowait(None)

    async def transcripts(self) -> AsyncIterator[Transcript]:
        """Partials where the provider has them, and of pieces; then the final text.

        Raises:
            AccessError, InputError, NetworkError, ProtocolError
        """
        text = ""
        while (piece := await self._next_piece()) is not None:
            before = f"{text} " if text else ""
            async with aclosing(self._heard(piece)) as heard:
                async for transcript in heard:
                    text = (before + transcript.text).strip()
                    if not (transcript.is_final and self._is_last):
                        yield Transcript(text, is_final=False)
        yield Transcript(text, is_final=True)

    async def aclose(self) -> None:
        """Stop waiting for more sound. Idempotent."""
        if not self._is_over:
            self._is_over = True
            self._sound.clear()
            while not self._pieces.empty():
                self._pieces.get_nowait()
            self._pieces.put_nowait(None)
        self._has_room.set()

    @property
    def _is_last(self) -> bool:
        """Whether nothing follows the piece that is heard now."""
        return self._is_over and self._pieces.qsize() <= 1

    def _cut_off(self) -> None:
        """The first piece, up to the quietest moment of its last seconds."""
        start = PIECE_BYTES - _SEARCHED_BYTES
        end = start + quiet_spot(bytes(self._sound[start:PIECE_BYTES]), CAPTURE_RATE_HZ)
        self._pieces.put_nowait(bytes(self._sound[:end]))
        del self._sound[:end]
        if self._pieces.qsize() >= MOST_PIECES:
            self._has_room.clear()

    async def _next_piece(self) -> bytes | None:
        piece = await self._pieces.get()
        self._has_room.set()
        return piece

    async def _heard(self, piece: bytes) -> AsyncGenerator[Transcript, None]:
        path = await asyncio.to_thread(_write, wav_file(piece, CAPTURE_RATE_HZ))
        recording, text = Recording(path, "utterance.wav", "audio/wav"), ""
        try:
            async for news in self._transcriber.transcribe(recording, self._wish):
                match news:
                    case HeardDelta(text=more):
                        text += more
                        yield Transcript(text, is_final=False)
                    case HeardAll(text=whole):
                        yield Transcript(whole, is_final=True)
        finally:
            with suppress(OSError):
                path.unlink()


def _write(content: bytes) -> Path:
    with tempfile.NamedTemporaryFile(prefix="parley-", suffix=".wav", delete=False) as file:
        file.write(content)
        return Path(file.name)
