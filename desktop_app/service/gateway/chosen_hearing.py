"""Hears a session with whom it wants, once it is known who is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from desktop_app.audio.mu_law import from_mu_law
from desktop_app.errors import AppError
from desktop_app.service.gateway import speech_choice
from desktop_app.service.gateway.hearing import Hearing
from desktop_app.service.gateway.session_plan import SessionPlan
from desktop_app.service.gateway.upstream_hearing import UpstreamHearing, UpstreamListener
from desktop_app.service.gateway.waiting_sound import WaitingSound
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.live_ports import LiveSpeechToText


class _Hears(Protocol):
    def append(self, pcm: bytes, previous_text: str = "") -> None: ...
    def commit(self) -> None: ...
    def discard(self) -> None: ...
    async def run(self) -> None: ...


class ChosenHearing:
    """Keeps what a client says until the providers are open, then passes it on.

    Attributes:
        merges: Whether an utterance may come in several final texts.
    """

    def __init__(
        self,
        plan: SessionPlan,
        source: ProviderSource,
        listener: UpstreamListener,
        on_speech: Callable[[bool], Awaitable[None]],
    ) -> None:
        self.merges = False
        self._plan = plan
        self._source = source
        self._listener = listener
        self._on_speech = on_speech
        self._chosen: _Hears | None = None
        self._early: list[Callable[[_Hears], None]] = []
        self._waiting = WaitingSound(plan.input_hz)

    def append(self, sound: bytes, previous_text: str = "") -> None:
        """Take more sound, in the plan's format.

        Raises:
            InputError: ``audio.overflow``: too much waits already; this piece is dropped.
        """
        pcm = from_mu_law(sound) if self._plan.is_mu_law else sound
        if self._chosen is not None:
            self._chosen.append(pcm, previous_text)
            return
        self._waiting.add(len(pcm) + len(previous_text))
        self._early.append(lambda hears: hears.append(pcm, previous_text))

    def commit(self) -> None:
        """The utterance is complete.

        Raises:
            InputError: As for ``append``.
        """
        self._do(lambda hears: hears.commit())

    def discard(self) -> None:
        """What was heard since the last commit was not meant.

        Raises:
            InputError: As for ``append``.
        """
        self._do(lambda hears: hears.discard())

    async def run(self) -> None:
        """Hear until cancelled. A failure is told, not raised."""
        try:
            chosen = self._choose(speech_choice.hearing(self._plan, await self._source.get()))
        except AppError as error:
            chosen = _Nobody(error, self._listener, is_manual=self._plan.is_manual)
        early, self._early = self._early, []
        self._chosen = chosen
        for do in early:
            try:
                do(chosen)
            except AppError as error:
                await self._listener.on_fault(error)
        await chosen.run()

    def _choose(self, stt: speech_choice.Hears) -> _Hears:
        if isinstance(stt, LiveSpeechToText):
            self.merges = not self._plan.is_manual
            return UpstreamHearing(self._plan, stt, self._listener, self._on_speech)
        return Hearing(self._plan, self._source, self._listener, on_speech=self._on_speech, stt=stt)

    def _do(self, action: Callable[[_Hears], None]) -> None:
        if self._chosen is None:
            self._waiting.add()
            self._early.append(action)
        else:
            action(self._chosen)


class _Nobody:
    """In the place of who would hear: who commits is told why there are no words."""

    def __init__(self, error: AppError, listener: UpstreamListener, *, is_manual: bool) -> None:
        self._error = error
        self._listener = listener
        self._is_manual = is_manual
        self._has_sound = False
        self._is_told = False

    def append(self, pcm: bytes, previous_text: str = "") -> None:
        self._has_sound = True

    def commit(self) -> None:
        self._has_sound, self._is_told = False, True
        raise self._error

    def discard(self) -> None:
        self._has_sound = False

    async def run(self) -> None:
        is_told_at_its_end = self._is_manual and self._has_sound
        if not self._is_told and not is_told_at_its_end:
            await self._listener.on_fault(self._error)
