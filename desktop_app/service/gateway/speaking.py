"""Speaks a reply while it is still being written, sentence by sentence."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterable

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.errors import AppError, InputError
from desktop_app.protocol.gateway import (
    AssistantAudio,
    AssistantAudioChunk,
    AssistantAudioEnd,
    AssistantAudioStart,
    GatewayServerMessage,
)
from desktop_app.protocol.wav_stream import wav_file
from desktop_app.service.gateway.heard_part import HeardPart
from desktop_app.service.gateway.session_plan import Voice
from desktop_app.service.gateway.spoken_text import SentenceSplitter, spoken
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.providers.reply_ports import ReplySpeech

_BYTES_PER_MS = SPEECH_RATE_HZ * 2 // 1000

Tell = Callable[[GatewayServerMessage], Awaitable[None]]

WHOLE_LIMIT_BYTES = 5 << 20
"""The longest speech in one piece, 109 s at 24 kHz: clients need not take larger messages."""


class Speaking:
    """The speech of one turn. Sound is made only as fast as the client takes it.

    Attributes:
        has_words: Whether there has been anything to speak.
        failure: Why there is no, or no more, speech.
    """

    def __init__(self, tts: ReplySpeech, voice: Voice, turn_id: int, tell: Tell) -> None:
        self.has_words = False
        self.failure: AppError | None = None
        self._tts = tts
        self._voice = voice
        self._turn_id = turn_id
        self._tell = tell
        self._splitter = SentenceSplitter()
        self._sentences: asyncio.Queue[str | None] = asyncio.Queue()  # no more than the reply
        self._ends: list[int] = []  # in the text, of each sentence
        self._begun = 0
        self._heard = HeardPart()
        self._resampler = Resampler(SPEECH_RATE_HZ, voice.rate_hz)
        self._chunks = 0
        self._whole = bytearray()
        self._is_open = False

    def feed(self, delta: str) -> None:
        """More of the reply's text."""
        self._heard.written(delta)
        self._queue(self._splitter.feed(delta))

    def finish(self) -> None:
        """The text is complete."""
        self._queue(self._splitter.finish())
        self._sentences.put_nowait(None)

    async def run(self) -> None:
        """Speak until the text is complete and spoken; a provider's failure ends it early."""
        try:
            with provider_failures("tts.broken", "The answer cannot be spoken: the voice failed."):
                await self._tts.speak_reply(
                    self._sentences,
                    self._on_sound,
                    voice=self._voice.name,
                    speed=self._voice.speed,
                )
            self._heard.finish()
            await self._send(self._resampler.flush() if self._begun else b"")
            await self._send_whole()
        except AppError as error:
            self.failure = error
        await self.close()

    async def close(self) -> None:
        """Send the end that a start promised. Idempotent."""
        if self._is_open:
            self._is_open = False
            await self._tell(
                AssistantAudioEnd(
                    turn_id=self._turn_id,
                    content_type=self._voice.content_type,
                    output_format=self._voice.output_format,
                    chunk_count=self._chunks,
                )
            )

    def heard_characters(self, heard_ms: int) -> int:
        """How much of the text was heard by who heard so much of the speech."""
        return self._heard.characters(heard_ms)

    def _queue(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            end = self._heard.cut_out(sentence)
            if words := spoken(sentence):
                self.has_words = True
                self._ends.append(end)
                self._sentences.put_nowait(words)

    async def _on_sound(self, sentence: int, sound: bytes) -> None:
        while self._begun <= sentence:
            self._heard.begin(self._ends[self._begun])
            self._begun += 1
        if self._voice.is_coded:
            self._heard.said(len(sound) / self._voice.coded_bytes_per_ms)
            await self._send(sound)
        else:
            self._heard.said(len(sound) / _BYTES_PER_MS)
            await self._send(self._resampler.feed(sound))

    async def _send(self, pcm: bytes) -> None:
        if not pcm:
            return
        if self._voice.is_whole:
            self._keep(pcm)
            return
        if not self._is_open:
            self._is_open = True
            await self._tell(
                AssistantAudioStart(
                    turn_id=self._turn_id,
                    content_type=self._voice.content_type,
                    output_format=self._voice.output_format,
                )
            )
        self._chunks += 1
        await self._tell(
            AssistantAudioChunk(
                turn_id=self._turn_id,
                audio=base64.b64encode(pcm).decode(),
                content_type=self._voice.content_type,
                output_format=self._voice.output_format,
                chunk_index=self._chunks,
            )
        )

    def _keep(self, pcm: bytes) -> None:
        self._whole += pcm
        if len(self._whole) > WHOLE_LIMIT_BYTES:
            self._whole.clear()
            raise InputError(
                "tts.too_long", "The answer is too long to be spoken in one piece; ask for pcm."
            )

    async def _send_whole(self) -> None:
        if not self._whole:
            return
        sound = wav_file(bytes(self._whole), self._voice.rate_hz)
        self._whole.clear()
        await self._tell(
            AssistantAudio(
                audio=base64.b64encode(sound).decode(),
                content_type=self._voice.content_type,
                output_format=self._voice.output_format,
                turn_id=self._turn_id,
            )
        )
