"""The real engine on a card that keeps time: what every voice figure is measured with."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from desktop_app.audio.detectors import SpeechDetector, speech_detector
from desktop_app.audio.loudspeaker import Loudspeaker
from desktop_app.audio.microphone import Microphone
from desktop_app.audio.turn_detector import TurnDetector, TurnRules
from desktop_app.engine.engine import Engine
from desktop_app.engine.inputs import VoiceStarted
from desktop_app.engine.parts import Parts, Terms
from desktop_app.engine.ports import OpenTransport
from desktop_app.journal.records import TurnTimes
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import LinkEvent, Phase, PhaseChanged, TurnTimed
from desktop_app.protocol.commands import SpeechInput
from desktop_app.settings import Settings
from desktop_app.tasks import Background
from tests.benchmarks.card import TickingSystem

END_SILENCE_MS = Settings().voice.end_silence_ms


class TimedLoudspeaker(Loudspeaker):
    """The real one, which notes when it was given the first sound of each turn.

    Attributes:
        given_s: Monotonic seconds by turn.
    """

    def __init__(self, sound: TickingSystem, speed: float) -> None:
        super().__init__(sound)
        self.given_s: dict[int, float] = {}
        self._speed = speed

    def play(self, turn: int, pcm: bytes) -> None:
        self.given_s.setdefault(turn, time.monotonic())
        super().play(turn, pcm)

    async def _wait(self, at_most_s: float) -> None:
        await super()._wait(at_most_s / self._speed)


class Rig:
    """An engine in a conversation, and what it tells."""

    def __init__(
        self,
        publish: Callable[[LinkEvent], None] | None = None,
        *,
        detector: SpeechDetector | None = None,
        speed: float = 1.0,
        barge_in: bool = False,
        is_peer_ending: bool = False,
    ) -> None:
        self._terms = Terms(
            thread_id="bench",
            barge_in=barge_in,
            is_peer_ending=is_peer_ending,
            speech_input=SpeechInput(
                commit_strategy="vad" if is_peer_ending else "manual",
                end_silence_s=END_SILENCE_MS / 1000,
            ),
        )
        self.card = TickingSystem(speed)
        self._detector = detector or speech_detector()
        self.microphone = Microphone(self.card)
        self.loudspeaker = TimedLoudspeaker(self.card, speed)
        self._forward = publish or (lambda _event: None)
        self._turns: asyncio.Queue[TurnTimes] = asyncio.Queue()
        self._phase = Phase.READY
        self._changed = asyncio.Condition()
        self._background = Background(_fail)
        self.engine: Engine

    @asynccontextmanager
    async def running(self, open_voice: OpenTransport) -> AsyncIterator[Rig]:
        """Voice is on and listening while the context is open."""
        with tempfile.TemporaryDirectory() as folder:
            journal = await JournalWriter.open(Path(folder))
            self.engine = self._engine(journal, open_voice)
            self._background.run(self.engine.run(), name="engine")
            self.engine.take(VoiceStarted())
            await self.phase(Phase.LISTENING)
            try:
                yield self
            finally:
                await self.engine.aclose()
                await self._background.aclose()
                await journal.aclose()

    async def turn(self) -> TurnTimes:
        """The times of the next turn that ends."""
        async with asyncio.timeout(60):
            return await self._turns.get()

    async def phase(self, wanted: Phase) -> None:
        """Return when the engine is in that phase."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: self._phase is wanted)

    def _engine(self, journal: JournalWriter, open_voice: OpenTransport) -> Engine:
        parts = Parts(
            microphone=self.microphone,
            loudspeaker=self.loudspeaker,
            detector=self._detector,
            turn_detector=TurnDetector(TurnRules(end_silence_ms=END_SILENCE_MS)),
            open_voice=open_voice,
            open_text=open_voice,
            journal=journal,
            publish=self._publish,
        )
        return Engine(self._terms, parts)

    def _publish(self, event: LinkEvent) -> None:
        self._forward(event)
        match event:
            case TurnTimed():
                self._turns.put_nowait(event.times)
            case PhaseChanged():
                self._phase = event.phase
                self._background.run(self._tell(), name="phase")

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _fail(name: str, error: BaseException) -> None:
    raise RuntimeError(f"{name} failed") from error
