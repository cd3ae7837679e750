"""A whole engine on fakes, with a script-like way to speak to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from desktop_app.audio.turn_detector import TurnDetector
from desktop_app.engine.engine import Engine
from desktop_app.engine.inputs import Input
from desktop_app.engine.parts import Parts, Terms
from desktop_app.engine.ports import Journal, OpenTransport, UploadFile
from desktop_app.engine.sent_speech import FindStored
from desktop_app.journal.records import MessageRecord, Role
from desktop_app.link.messages import LinkEvent, NoticeRaised, Phase, PhaseChanged
from desktop_app.protocol.commands import CommitAudio
from tests.fakes.detector import LoudnessDetector
from tests.fakes.journal import MemoryJournal
from tests.fakes.loudspeaker import HandLoudspeaker
from tests.fakes.microphone import DrawnMicrophone
from tests.fakes.transport import LIMIT_S, ScriptedServer, ScriptedTransport
from tests.fakes.virtual_time import VirtualTime, rounds

THREAD = "thread-1"
SAYING = "#" * 25 + "." * 35  # half a second of speech and the silence that ends it

_Event = TypeVar("_Event", bound=LinkEvent)


class Rig:
    """One engine and everything around it.

    Args:
        journal: A real one, in place of ``journal``.
        open_voice: Opens real lines, in place of those of ``voice``.
        find_stored: Looks into the service's thread.

    Attributes:
        keeps_recordings: The setting, as it is now.
        told: Everything that the window was told, in order.
        listeners: Who else is told it.
    """

    def __init__(  # noqa: PLR0913 - injects ports
        self,
        *,
        barge_in: bool = True,
        is_peer_ending: bool = False,
        answers_tools: bool = False,
        lifetime_s: float | None = None,
        upload: UploadFile | None = None,
        journal: Journal | None = None,
        open_voice: OpenTransport | None = None,
        find_stored: FindStored | None = None,
    ) -> None:
        self.time = VirtualTime()
        self.microphone = DrawnMicrophone(self.time)
        self.loudspeaker = HandLoudspeaker(self.time)
        self.detector = LoudnessDetector()
        self.journal = MemoryJournal()
        self.voice = ScriptedServer(is_ending=is_peer_ending, lifetime_s=lifetime_s)
        self.text = ScriptedServer()
        self.keeps_recordings = True
        self.told: list[LinkEvent] = []
        self.listeners: list[Callable[[LinkEvent], None]] = []
        parts = Parts(
            microphone=self.microphone,
            loudspeaker=self.loudspeaker,
            detector=self.detector,
            turn_detector=TurnDetector(),
            open_voice=open_voice or self.voice,
            open_text=self.text,
            journal=journal or self.journal,
            publish=self._publish,
            upload=upload,
            find_stored=find_stored,
            time=self.time,
        )
        terms = Terms(
            thread_id=THREAD,
            barge_in=barge_in,
            is_peer_ending=is_peer_ending,
            answers_tools=answers_tools,
            keeps_recordings=lambda: self.keeps_recordings,
        )
        self.engine = Engine(terms, parts)
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Rig:
        self._running = asyncio.create_task(self.engine.run(), name="engine under test")
        await rounds()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.aclose()
        assert self._running is not None
        await asyncio.wait((self._running,))
        if not self._running.cancelled():
            self._running.result()

    def _publish(self, event: LinkEvent) -> None:
        self.told.append(event)
        for listener in self.listeners:
            listener(event)

    async def failure(self) -> BaseException | None:
        """Wait until the engine ends by itself, and return of what; it is taken note of."""
        assert self._running is not None
        await asyncio.wait((self._running,), timeout=LIMIT_S)
        error = self._running.exception()
        self._running = asyncio.create_task(asyncio.sleep(0))
        return error.exceptions[0] if isinstance(error, ExceptionGroup) else error

    async def kill(self) -> None:
        """Cancel the engine in the middle of whatever it does."""
        assert self._running is not None
        self._running.cancel()
        await asyncio.wait((self._running,))

    async def take(self, *inputs: Input) -> None:
        """Let these happen, one after the other."""
        for given in inputs:
            self.engine.take(given)
            await rounds()

    async def hear(self, picture: str = SAYING) -> None:
        """Let the microphone hear this."""
        await self.microphone.hear(picture)

    async def line(self, number: int = 1) -> ScriptedTransport:
        """The voice line's ``number``-th connection."""
        return await self.voice.connection(number)

    async def ask_aloud(self, turn: int = 1) -> ScriptedTransport:
        """Say something on the newest line and wait until it was committed."""
        line = self.voice.transports[-1]
        await self.hear()
        await line.expect(CommitAudio(turn))
        return line

    async def phase_is(self, phase: Phase) -> None:
        """Wait until the engine is in this phase."""
        await self.until(lambda: self.engine.phase is phase, f"{phase} ({self.engine.phase})")

    async def until(self, is_true: Callable[[], object], what: str = "the condition") -> None:
        """Wait for a condition.

        Raises:
            AssertionError: It did not come true within LIMIT_S.
        """
        try:
            async with asyncio.timeout(LIMIT_S):
                while not is_true():
                    await rounds(1)
        except TimeoutError:
            raise AssertionError(f"never came: {what}") from None
        await rounds()

    @property
    def phases(self) -> list[Phase]:
        """Every phase that the window was shown, repetitions left out."""
        shown = [event.phase for event in self.told if isinstance(event, PhaseChanged)]
        return [phase for at, phase in enumerate(shown) if not at or shown[at - 1] is not phase]

    @property
    def notices(self) -> list[str]:
        """The codes of every notice, in order."""
        return [event.notice.code for event in self.told if isinstance(event, NoticeRaised)]

    def told_of(self, kind: type[_Event]) -> list[_Event]:
        """Everything of one class that the window was told."""
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def questions(self) -> list[MessageRecord]:
        """The user's messages as they stand in the journal."""
        return self.journal.rows(Role.USER)

    @property
    def replies(self) -> list[MessageRecord]:
        """The assistant's messages as they stand in the journal."""
        return self.journal.rows(Role.ASSISTANT)
