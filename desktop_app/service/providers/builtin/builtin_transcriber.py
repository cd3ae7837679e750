"""Hears recordings with the built-in recogniser, utterance by utterance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from desktop_app.audio.detectors import SpeechDetector, speech_detector
from desktop_app.audio.frames import FRAME_BYTES, FRAME_MS, AudioFrame
from desktop_app.audio.turn_detector import (
    SpeechContinues,
    SpeechEnded,
    SpeechStarted,
    TurnDetector,
    TurnRules,
    TurnSignal,
)
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.builtin.recorded_sound import RecordedSound
from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.ports import Recognition, SpeechToText
from desktop_app.service.providers.recording_ports import (
    HeardAll,
    HeardDelta,
    HearingWish,
    Recording,
)

_RULES = TurnRules(end_silence_ms=1_000, min_speech_ms=60)
_INPUT_FORMATS = "wav,flac,mp3,ogg,opus"


class BuiltinTranscriber:
    """Cuts a recording where nobody speaks; each utterance that was heard becomes a delta.

    The recogniser's partial words change until an utterance ends, so they are not told.

    Args:
        stt: The recogniser, shared with live speech; closed by whoever opened it.
    """

    provider = "builtin"

    def __init__(self, stt: SpeechToText) -> None:
        self._stt = stt
        self.model = stt.model

    async def transcribe(
        self, recording: Recording, wish: HearingWish
    ) -> AsyncIterator[HeardDelta | HeardAll]:
        """One delta for each utterance, then the whole.

        Raises:
            InputError: ``recording.*``
            ChildError: The recogniser failed.
        """
        self._check(wish)
        sound = await asyncio.to_thread(RecordedSound, recording.path, recording.filename)
        words: list[str] = []
        try:
            async with aclosing(self._utterances(sound, wish.language)) as utterances:
                async for text in utterances:
                    yield HeardDelta(f" {text}" if words else text)
                    words.append(text)
        finally:
            await asyncio.to_thread(sound.close)
        seconds = round(sound.read_s, 3)
        yield HeardAll(" ".join(words), seconds, {"duration_seconds": seconds})

    async def models(self) -> Sequence[ModelInfo]:
        """The one that it has."""
        model = ModelInfo(
            name=self._stt.model,
            provider=self.provider,
            model_type="stt",
            supports_audio_input=True,
            supports_streaming=True,
            supported_input_formats=_INPUT_FORMATS,
            cost_per_minute=0.0,
            description="English, in a quiet room, on this computer",
        )
        return [model]

    async def aclose(self) -> None:
        """Nothing is held between recordings."""

    def _check(self, wish: HearingWish) -> None:
        if wish.model not in ("", self._stt.model):
            raise InputError(
                "recording.model",
                f"There is no model “{wish.model}” here, only “{self._stt.model}”.",
            )
        if wish.language.partition("-")[0].lower() not in ("", "en"):
            raise InputError("recording.language", "Only English can be heard here.")

    async def _utterances(self, sound: RecordedSound, language: str) -> AsyncGenerator[str, None]:
        """The words of each utterance that has any, in order."""
        search = SpeechSearch(sound, await asyncio.to_thread(speech_detector))
        open_one: Recognition | None = None
        try:
            while signals := await asyncio.to_thread(search.read):
                for signal in signals:
                    match signal:
                        case SpeechStarted(pre_roll):
                            open_one = self._stt.open(language=language or "en")
                            open_one.feed(b"".join(frame.pcm for frame in pre_roll))
                        case SpeechContinues(frame) if open_one is not None:
                            await open_one.room()
                            open_one.feed(frame.pcm)
                        case SpeechEnded(is_short=is_short) if open_one is not None:
                            ended, open_one = open_one, None
                            text = "" if is_short else await _final(ended)
                            await ended.aclose()
                            if text:
                                yield text
        finally:
            if open_one is not None:
                await open_one.aclose()


class SpeechSearch:
    """Speech and its ends in a recording. Methods block; one thread at a time."""

    def __init__(self, sound: RecordedSound, detector: SpeechDetector) -> None:
        self._sound = sound
        self._detector = detector
        self._turns = TurnDetector(_RULES)
        self._waiting = bytearray()
        self._frames = 0
        self._silence_frames = _RULES.end_silence_ms // FRAME_MS + 1  # ends the last utterance

    def read(self) -> list[TurnSignal]:
        """The next signals; none at the end of the recording.

        Raises:
            InputError: ``recording.*``
        """
        signals: list[TurnSignal] = []
        while not signals and (pcm := self._sound.read() or self._silence()):
            signals = self._judge(pcm)
        return signals

    def _silence(self) -> bytes:
        frames, self._silence_frames = self._silence_frames, 0
        return bytes(frames * FRAME_BYTES)

    def _judge(self, pcm: bytes) -> list[TurnSignal]:
        self._waiting += pcm
        signals: list[TurnSignal] = []
        whole = len(self._waiting) - len(self._waiting) % FRAME_BYTES
        for at in range(0, whole, FRAME_BYTES):
            frame = bytes(self._waiting[at : at + FRAME_BYTES])
            self._frames += 1
            is_speech = self._detector.is_speech(frame)
            heard = AudioFrame(frame, self._frames * FRAME_MS / 1000)
            signals += self._turns.feed(heard, is_speech=is_speech)
        del self._waiting[:whole]
        return signals


async def _final(utterance: Recognition) -> str:
    await utterance.finish()
    async with closing(utterance.transcripts()) as transcripts:
        async for transcript in transcripts:
            if transcript.is_final:
                return transcript.text.strip()
    return ""
