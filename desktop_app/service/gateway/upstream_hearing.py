"""Hears a client's session with a provider that hears sessions; stands where ``Hearing`` does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from desktop_app.errors import AppError
from desktop_app.service.gateway.hearing import Listener, hearing_failures
from desktop_app.service.gateway.session_plan import SessionPlan
from desktop_app.service.gateway.voice_clock import VoiceClock
from desktop_app.service.providers.live_ports import LiveSpeechToText, LiveWish
from desktop_app.service.providers.ports import Transcript


class UpstreamListener(Listener, Protocol):
    """Who is told what was heard, and by which session of the provider."""

    async def on_upstream(
        self, stt: LiveSpeechToText, session_id: str, config: Mapping[str, Any]
    ) -> None:
        """The provider is ready; its own session, with the settings as it understood them."""


class UpstreamHearing:
    """Passes sound on, and tells transcripts. The provider finds where utterances end.

    Where the client ends them, it is told of each that fails once, at its end: half a question is
    not answered for a whole one.
    """

    def __init__(
        self,
        plan: SessionPlan,
        stt: LiveSpeechToText,
        listener: UpstreamListener,
        on_speech: Callable[[bool], Awaitable[None]],
    ) -> None:
        """Begin with nothing heard.

        Args:
            plan: Rates, and who ends utterances.
            stt: Who hears.
            listener: Told what was heard.
            on_speech: Told when an utterance that silence ends begins (True) and is over; the
                provider says no more than its first words and its last.
        """
        self._stt = stt
        self._listener = listener
        self._on_speech = on_speech
        self._ends_by_itself = not plan.is_manual
        self._is_speech = False
        self._voice = VoiceClock()
        self._failure: AppError | None = None
        self._lost: AppError | None = None  # of what was said since the last commit
        self._has_sound = False  # since the last commit
        self._awaited = 0  # commits without words yet
        self._recognition = stt.open(_wish(plan))

    def append(self, pcm: bytes, previous_text: str = "") -> None:
        """Take more sound at the plan's rate; see ``Hearing``."""
        self._has_sound = True
        if self._failure is None and self._lost is None:
            if self._ends_by_itself:
                self._voice.hear(pcm)
            self._recognition.append(pcm, previous_text)

    def commit(self) -> None:
        """The utterance is complete.

        Raises:
            AppError: It was not heard.
        """
        lost = self._failure or self._lost
        self._forget()
        if lost is not None:
            raise lost
        self._awaited += not self._ends_by_itself
        self._recognition.commit()

    def discard(self) -> None:
        """What was heard since the last commit was not meant."""
        self._forget()
        self._recognition.discard()

    def _forget(self) -> None:
        self._has_sound, self._lost = False, None

    async def run(self) -> None:
        """Hear until cancelled. A failure is told, not raised: typed prompts still work."""
        try:
            with hearing_failures():
                await self._recognition.listen(self)
        except AppError as error:
            self._failure = error
            await self._lose(error)

    async def _lose(self, error: AppError) -> None:
        """Tell of each utterance that is lost; of the one that is still spoken at its end."""
        awaited, self._awaited = self._awaited, 0
        for _ in range(awaited):
            await self._listener.on_fault(error)
        if self._has_sound and not self._ends_by_itself:
            self._lost = error
        elif not awaited:
            await self._listener.on_fault(error)

    # ---- what was heard (LiveListener) ------------------------------------------------------

    async def on_started(self, session_id: str, config: Mapping[str, Any]) -> None:
        """The provider is ready."""
        await self._listener.on_upstream(self._stt, session_id, config)

    async def on_transcript(self, transcript: Transcript) -> None:
        """Words so far, or finally."""
        text = transcript.text.strip()
        is_turning = self._is_speech if transcript.is_final else text and not self._is_speech
        if self._ends_by_itself and is_turning:
            self._is_speech = not self._is_speech
            if not self._is_speech and self._voice.last_voiced_s is not None:
                self._listener.on_voice_ended(self._voice.last_voiced_s)
            await self._on_speech(self._is_speech)
        if transcript.is_final:
            self._awaited = max(0, self._awaited - 1)
            await self._listener.on_committed(replace(transcript, text=text))
        else:
            await self._listener.on_partial(text)

    async def on_trouble(self, error: AppError) -> None:
        """What was being heard is lost."""
        await self._lose(error)


def _wish(plan: SessionPlan) -> LiveWish:
    return LiveWish(
        rate_hz=plan.input_hz,
        language=plan.stt.language_code,
        is_manual=plan.is_manual,
        vad_threshold=plan.stt.vad_threshold,
        silence_s=plan.stt.vad_silence_threshold_secs,
        min_speech_ms=plan.stt.min_speech_duration_ms,
        min_silence_ms=plan.stt.min_silence_duration_ms,
        wants_words=plan.stt.include_timestamps,
    )
