"""Turns a client's sound into transcripts, utterance by utterance."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
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
    TurnSignal,
)
from desktop_app.errors import AppError
from desktop_app.service.gateway.session_plan import SessionPlan
from desktop_app.service.gateway.waiting_sound import WaitingSound
from desktop_app.service.provider_failures import of_recogniser, provider_failures
from desktop_app.service.provider_source import Providers, ProviderSource
from desktop_app.service.providers.ports import Recognition, SpeechToText, Transcript

_TRIES = 2  # recognisers opened for one utterance

WAITING_UTTERANCES = 8
"""Heard, and not yet told: a client that reads nothing is not heard on."""


class Listener(Protocol):
    """Who is told what was heard."""

    async def on_hearing(self, stt: SpeechToText) -> None:
        """Speech to text is there."""

    def on_voice_ended(self, at_s: float) -> None:
        """When the voice of an utterance that has ended was last heard, in monotonic seconds."""

    async def on_partial(self, text: str) -> None:
        """The words so far."""

    async def on_committed(self, transcript: Transcript) -> None:
        """The final words, perhaps none."""

    async def on_fault(self, error: AppError) -> None:
        """Something went wrong; hearing goes on where it can."""


class _Mark(Enum):
    COMMIT = "commit"
    DISCARD = "discard"


_Item = bytes | _Mark | tuple[TurnSignal, ...] | AppError
"""Sound; a mark in it; what was found in sound that was taken at once, or how that failed."""

_NO_WORDS = Transcript("", is_final=True)


class Hearing:
    """Takes sound at once, decodes behind it, and tells transcripts in the order spoken.

    Sound goes to the recogniser as it comes, while that has room and nothing has to be waited for:
    50 times a second, to wake a task costs more than all that is done with the sound. Where the
    client ends utterances, it is told of each that fails once, at its end, and not before.
    """

    def __init__(
        self,
        plan: SessionPlan,
        source: ProviderSource,
        listener: Listener,
        *,
        on_speech: Callable[[bool], Awaitable[None]] | None = None,
        stt: SpeechToText | None = None,
    ) -> None:
        """Begin with nothing heard.

        Args:
            plan: Rates, and who ends utterances.
            source: Where speech to text comes from.
            listener: Told what was heard.
            on_speech: Told when an utterance that silence ends begins (True) and is over.
            stt: Who hears; None for the service's own.
        """
        self._plan = plan
        self._stt = stt
        self._on_speech = on_speech or _nobody
        self._is_patient = plan.is_manual
        self._source = source
        self._listener = listener
        self._items: asyncio.Queue[_Item] = asyncio.Queue()  # what clients say is counted:
        self._waiting = WaitingSound(plan.input_hz)
        self._is_idle = False  # waiting for an item
        self._utterances: asyncio.Queue[Recognition] = asyncio.Queue()
        self._told_one = asyncio.Event()
        self._open: Recognition | None = None
        self._unwanted: set[Recognition] = set()
        self._failure: AppError | None = None  # the latest in this utterance
        self._failures = 0
        self._resampler = Resampler(plan.input_hz, CAPTURE_RATE_HZ)
        self._segments = None if plan.is_manual else _Segments(plan)

    def append(self, pcm: bytes, _previous_text: str = "") -> None:
        """Take more sound at the plan's rate.

        Raises:
            InputError: ``audio.overflow``: too much waits already; this piece is dropped.
        """
        if self._is_idle and self._items.empty() and self._has_room:
            self._take_at_once(pcm)
            return
        self._waiting.add(len(pcm))
        self._items.put_nowait(pcm)

    def commit(self) -> None:
        """The utterance is complete.

        Raises:
            InputError: As for ``append``.
        """
        self._mark(_Mark.COMMIT)

    def discard(self) -> None:
        """What was heard since the last commit was not meant.

        Raises:
            InputError: As for ``append``.
        """
        self._mark(_Mark.DISCARD)

    def _mark(self, mark: _Mark) -> None:
        self._waiting.add()
        self._items.put_nowait(mark)

    async def run(self) -> None:
        """Hear until cancelled. A failure is told, not raised."""
        try:
            providers = await self._source.get()
            self._stt = self._stt or providers.stt
            await self._listener.on_hearing(self._stt)
            if self._segments is not None:
                with hearing_failures():
                    await self._segments.load()
        except AppError as error:
            await self._listener.on_fault(error)
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._decode(self._stt), name="decode")
                tasks.create_task(self._tell(), name="tell transcripts")
                tasks.create_task(self._warm_up(providers), name="warm up")
        finally:
            await self._abandon()

    async def _warm_up(self, providers: Providers) -> None:
        """Get ready before the first question: what fails is told when it is needed."""
        with suppress(AppError), hearing_failures():
            await providers.warm_up()

    async def _decode(self, stt: SpeechToText) -> None:
        while True:
            try:
                with hearing_failures():
                    while True:
                        await self._obey(stt, await self._next_item())
            except AppError as error:
                await self._fail(error)

    async def _next_item(self) -> _Item:
        self._is_idle = True
        try:
            return await self._items.get()
        finally:
            self._is_idle = False

    async def _obey(self, stt: SpeechToText, item: _Item) -> None:
        match item:
            case _Mark():
                self._waiting.remove()
                await (self._commit(stt) if item is _Mark.COMMIT else self._discard())
            case bytes():
                self._waiting.remove(len(item))
                await self._room()
                await self._follow(stt, self._take(stt, self._resampler.feed(item)))
            case tuple():
                await self._follow(stt, item)
            case AppError():
                raise item

    def _take_at_once(self, pcm: bytes) -> None:
        assert self._stt is not None  # _decode waits
        try:
            with hearing_failures():
                if signals := self._take(self._stt, self._resampler.feed(pcm)):
                    self._items.put_nowait(signals)
        except AppError as error:
            self._items.put_nowait(error)

    @property
    def _has_room(self) -> bool:
        is_read = self._utterances.qsize() < WAITING_UTTERANCES
        return is_read and (self._open is None or self._open.has_room)

    async def _room(self) -> None:
        while self._utterances.qsize() >= WAITING_UTTERANCES:  # all but the last are complete
            self._told_one.clear()
            await self._told_one.wait()
        if self._open is not None:
            await self._open.room()

    async def _fail(self, error: AppError) -> None:
        """Say so once, at once or at its end, and try once more with the rest of the utterance."""
        self._open = None
        self._failure = error
        self._failures += 1
        if self._failures == 1 and not self._is_patient:
            await self._listener.on_fault(error)

    def _take(self, stt: SpeechToText, pcm: bytes) -> tuple[TurnSignal, ...]:
        """Hear it as far as nothing has to be waited for.

        Returns:
            What was found from there on.
        """
        if self._segments is None:
            self._hear(stt, pcm)
            return ()
        signals = self._segments.feed(pcm)
        for at, signal in enumerate(signals):
            if not isinstance(signal, SpeechContinues):
                return tuple(signals[at:])
            self._hear(stt, signal.frame.pcm)
        return ()

    async def _follow(self, stt: SpeechToText, signals: tuple[TurnSignal, ...]) -> None:
        for signal in signals:
            match signal:
                case SpeechStarted(pre_roll):
                    await self._on_speech(True)
                    self._hear(stt, b"".join(frame.pcm for frame in pre_roll))
                case SpeechContinues(frame):
                    await self._room()
                    self._hear(stt, frame.pcm)
                case SpeechEnded(is_short=True):
                    await self._drop()
                    await self._listener.on_committed(_NO_WORDS)  # takes back what was shown
                    self._forget_failures()
                case SpeechEnded(speech_end_s=end_s):
                    await self._end_of_speech(end_s)

    async def _end_of_speech(self, end_s: float) -> None:
        assert self._segments is not None
        self._listener.on_voice_ended(time.monotonic() - self._segments.since_s(end_s))
        await self._on_speech(False)
        await self._finish()
        self._forget_failures()

    async def _commit(self, stt: SpeechToText) -> None:
        await self._room()
        await self._follow(stt, self._take(stt, self._resampler.flush()))
        if self._segments is not None:
            self._segments.reset()
        if self._is_patient and self._failure is not None:
            await self._drop()  # half an utterance is not answered for a whole one
        if self._open is not None:
            await self._finish()
        elif self._failure is not None:
            await self._listener.on_fault(self._failure)  # ends the turn of who waits for words
        else:
            await self._listener.on_committed(_NO_WORDS)
        self._forget_failures()

    async def _discard(self) -> None:
        self._resampler.flush()
        self._forget_failures()
        if self._segments is not None:
            self._segments.reset()
        await self._drop()

    async def _drop(self) -> None:
        """Close the open utterance, and let nobody hear of it any more."""
        utterance, self._open = self._open, None
        if utterance is not None:
            self._unwanted.add(utterance)
            await utterance.aclose()

    def _forget_failures(self) -> None:
        """The utterance is over."""
        self._failure, self._failures = None, 0

    def _hear(self, stt: SpeechToText, pcm: bytes) -> None:
        if not pcm or self._failures >= _TRIES:
            return
        if self._open is None:
            self._open = stt.open(language=self._plan.stt.language_code or "en")
            self._utterances.put_nowait(self._open)
        self._open.feed(pcm)

    async def _finish(self) -> None:
        utterance, self._open = self._open, None
        if utterance is not None:
            await utterance.finish()

    async def _tell(self) -> None:
        while True:
            utterance = await self._utterances.get()
            self._told_one.set()
            try:
                with hearing_failures():
                    await self._tell_of(utterance)
            except AppError as error:
                await self._on_lost(utterance, error)
            finally:
                if self._open is utterance:
                    self._open = None
                self._unwanted.discard(utterance)
                await utterance.aclose()

    async def _tell_of(self, utterance: Recognition) -> None:
        async for transcript in utterance.transcripts():
            if utterance in self._unwanted:
                return
            if transcript.is_final:
                text = transcript.text.strip()
                await self._listener.on_committed(replace(transcript, text=text))
            else:
                await self._listener.on_partial(transcript.text)

    async def _on_lost(self, utterance: Recognition, error: AppError) -> None:
        if self._open is utterance:
            await self._fail(error)
        elif utterance not in self._unwanted:
            await self._listener.on_fault(error)

    async def _abandon(self) -> None:
        while not self._utterances.empty():
            await self._utterances.get_nowait().aclose()


class _Segments:
    """Finds utterances in a stream of sound."""

    def __init__(self, plan: SessionPlan) -> None:
        self._threshold = plan.stt.vad_threshold
        self._turns = TurnDetector(
            TurnRules(
                end_silence_ms=round(plan.end_silence_s * 1000),
                min_speech_ms=plan.stt.min_speech_duration_ms,
            )
        )
        self._waiting = bytearray()
        self._frames = 0

    async def load(self) -> None:
        """Load the detector, off the loop."""
        from desktop_app.audio.detectors import speech_detector  # not needed for manual commits

        self._detector = await asyncio.to_thread(speech_detector, self._threshold)

    def feed(self, pcm: bytes) -> list[TurnSignal]:
        """What the sound up to its last whole frame says."""
        self._waiting += pcm
        signals: list[TurnSignal] = []
        while len(self._waiting) >= FRAME_BYTES:
            frame = bytes(self._waiting[:FRAME_BYTES])
            del self._waiting[:FRAME_BYTES]
            self._frames += 1
            at_s = self._frames * FRAME_MS / 1000
            signals += self._turns.feed(
                AudioFrame(frame, at_s), is_speech=self._detector.is_speech(frame)
            )
        return signals

    def since_s(self, at_s: float) -> float:
        """How much sound has come since a second of the sound."""
        return self._frames * FRAME_MS / 1000 - at_s

    def reset(self) -> None:
        """A commit ended the utterance."""
        self._turns.reset()


async def _nobody(is_speech: bool) -> None:
    """Nobody wants to know when somebody speaks."""


def hearing_failures() -> AbstractContextManager[None]:
    """Whatever a provider raises, as an AppError that is not taken for the service's."""
    sentence = "Nothing can be heard: speech to text failed."
    return provider_failures("stt.broken", sentence, name=of_recogniser)
