"""Turns a client's sound into transcripts, utterance by utterance."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import Enum
from typing import Protocol

from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES, FRAME_MS, AudioFrame
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.turn_detector import (
    SpeechContinues,
    SpeechEnded,
    SpeechStarted,
    TurnDetector,
    TurnRules,
)
from desktop_app.errors import AppError, InputError
from desktop_app.service.provider_source import Providers, ProviderSource
from desktop_app.service.providers.ports import Recognition, SpeechToText
from desktop_app.service.session_plan import SessionPlan

WAITING_LIMIT_S = 60
"""Sound kept while speech to text is not ready, or slower than the speaker."""


class Listener(Protocol):
    """Who is told what was heard."""

    async def on_hearing(self, stt: SpeechToText) -> None:
        """Speech to text is there."""

    async def on_partial(self, text: str) -> None:
        """The words so far."""

    async def on_committed(self, text: str) -> None:
        """The final words, perhaps none."""

    async def on_fault(self, error: AppError) -> None:
        """Something went wrong; hearing goes on where it can."""


class _Mark(Enum):
    COMMIT = "commit"


class SpeechInput:
    """Takes sound at once, decodes behind it, and tells transcripts in the order spoken."""

    def __init__(self, plan: SessionPlan, source: ProviderSource, listener: Listener) -> None:
        self._plan = plan
        self._source = source
        self._listener = listener
        self._items: asyncio.Queue[bytes | _Mark] = asyncio.Queue()  # bounded by _waiting_bytes
        self._waiting_bytes = 0
        self._has_sound = asyncio.Event()
        self._utterances: asyncio.Queue[Recognition] = asyncio.Queue()
        self._open: Recognition | None = None
        self._resampler = Resampler(plan.input_hz, CAPTURE_RATE_HZ)
        self._segments = None if plan.is_manual else _Segments(plan)

    def append(self, pcm: bytes) -> None:
        """Take more sound at the plan's rate.

        Raises:
            InputError: ``audio.overflow``: too much waits already; this piece is dropped.
        """
        if self._waiting_bytes + len(pcm) > WAITING_LIMIT_S * self._plan.input_hz * 2:
            raise InputError(
                "audio.overflow",
                f"More than {WAITING_LIMIT_S} s of sound wait for speech to text; some was lost.",
            )
        self._waiting_bytes += len(pcm)
        self._has_sound.set()
        self._items.put_nowait(pcm)

    def commit(self) -> None:
        """The utterance is complete."""
        self._items.put_nowait(_Mark.COMMIT)

    async def run(self) -> None:
        """Hear until cancelled. A failure is told, not raised."""
        try:
            providers = await self._source.get()
            stt = providers.stt
            await self._listener.on_hearing(stt)
            if self._segments is not None:
                await self._segments.load()
        except AppError as error:
            await self._listener.on_fault(error)
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._decode(stt), name="decode")
                tasks.create_task(self._tell(), name="tell transcripts")
                tasks.create_task(self._warm_up(providers), name="warm up")
        finally:
            await self._abandon()

    async def _warm_up(self, providers: Providers) -> None:
        """The voice gets ready while the first question is still being asked."""
        await self._has_sound.wait()
        with suppress(AppError):  # told when it is needed
            await providers.warm_up()

    async def _decode(self, stt: SpeechToText) -> None:
        while True:
            item = await self._items.get()
            try:
                if isinstance(item, _Mark):
                    await self._commit(stt)
                else:
                    self._waiting_bytes -= len(item)
                    await self._take(stt, self._resampler.feed(item))
            except AppError as error:
                self._open = None  # its failure ends its transcripts, too
                await self._listener.on_fault(error)

    async def _take(self, stt: SpeechToText, pcm: bytes) -> None:
        if self._segments is None:
            await self._hear(stt, pcm)
            return
        for signal in self._segments.feed(pcm):
            match signal:
                case SpeechStarted(pre_roll):
                    await self._hear(stt, b"".join(frame.pcm for frame in pre_roll))
                case SpeechContinues(frame):
                    await self._hear(stt, frame.pcm)
                case SpeechEnded():
                    await self._finish()

    async def _commit(self, stt: SpeechToText) -> None:
        await self._take(stt, self._resampler.flush())
        if self._segments is not None:
            self._segments.reset()
        if self._open is not None:
            await self._finish()
        elif self._plan.is_manual:
            await self._listener.on_committed("")

    async def _hear(self, stt: SpeechToText, pcm: bytes) -> None:
        if not pcm:
            return
        if self._open is None:
            self._open = stt.open(language=self._plan.stt.language_code or "en")
            self._utterances.put_nowait(self._open)
        await self._open.feed(pcm)

    async def _finish(self) -> None:
        utterance, self._open = self._open, None
        if utterance is not None:
            await utterance.finish()

    async def _tell(self) -> None:
        while True:
            utterance = await self._utterances.get()
            try:
                async for transcript in utterance.transcripts():
                    if transcript.is_final:
                        await self._listener.on_committed(transcript.text.strip())
                    else:
                        await self._listener.on_partial(transcript.text)
            except AppError as error:
                await self._listener.on_fault(error)
            finally:
                if self._open is utterance:
                    self._open = None
                await utterance.aclose()

    async def _abandon(self) -> None:
        while not self._utterances.empty():
            await self._utterances.get_nowait().aclose()


class _Segments:
    """Finds utterances in a stream of sound."""

    def __init__(self, plan: SessionPlan) -> None:
        self._turns = TurnDetector(TurnRules(end_silence_ms=round(plan.end_silence_s * 1000)))
        self._waiting = bytearray()
        self._frames = 0

    async def load(self) -> None:
        """Load the detector, off the loop."""
        from desktop_app.audio.detectors import speech_detector  # not needed for manual commits

        self._detector = await asyncio.to_thread(speech_detector)

    def feed(self, pcm: bytes) -> list[SpeechStarted | SpeechContinues | SpeechEnded]:
        """What the sound up to its last whole frame says."""
        self._waiting += pcm
        signals: list[SpeechStarted | SpeechContinues | SpeechEnded] = []
        while len(self._waiting) >= FRAME_BYTES:
            frame = bytes(self._waiting[:FRAME_BYTES])
            del self._waiting[:FRAME_BYTES]
            self._frames += 1
            at_s = self._frames * FRAME_MS / 1000
            signals += self._turns.feed(
                AudioFrame(frame, at_s), is_speech=self._detector.is_speech(frame)
            )
        return signals

    def reset(self) -> None:
        """A commit ended the utterance."""
        self._turns.reset()
