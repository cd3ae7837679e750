"""The product's engine with real sound, a real journal and a real service, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from desktop_app.audio.detectors import speech_detector
from desktop_app.audio.far_end import FarEnd
from desktop_app.audio.loudspeaker import Loudspeaker
from desktop_app.audio.microphone import Microphone
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.engine.engine import Engine
from desktop_app.journal.records import MessageRecord, Role
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import LinkEvent, MessageSaved, TurnTimed
from desktop_app.processes.engine_parts import EngineKit, SoundParts
from desktop_app.settings import Settings, VoiceSettings
from tests.fakes.service import RealService

LIMIT_S = 30
THREAD = "spoken"

_Seen = TypeVar("_Seen")


class Conversation:
    """One running engine.

    Attributes:
        told: Everything that a window would have been told, in order.
    """

    def __init__(self) -> None:
        self.told: list[LinkEvent] = []
        self.engine: Engine
        self.loudspeaker: Loudspeaker

    async def eventually(self, look: Callable[[], _Seen | None]) -> _Seen:
        """What ``look`` finds, as soon as it finds anything.

        Raises:
            AssertionError: Nothing came within LIMIT_S; says what was told last.
        """
        for _ in range(LIMIT_S * 100):
            if found := look():
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(f"it did not happen; the last news: {self.told[-6:]}")

    async def turn_ends(self, number: int) -> None:
        """Return when so many turns have ended."""
        await self.eventually(lambda: len(self.told_of(TurnTimed)) >= number)

    def told_of(self, kind: type[_Seen]) -> list[_Seen]:
        """Everything of one class that was told."""
        return [event for event in self.told if isinstance(event, kind)]

    def messages(self, role: Role) -> list[MessageRecord]:
        """The messages of one side as they were saved last, oldest first."""
        saved = {event.message.id: event.message for event in self.told_of(MessageSaved)}
        return [message for message in saved.values() if message.role is role]


@asynccontextmanager
async def conversation(
    service: RealService, folder: Path, *, barge_in: str = "auto", endpoint: str = "local"
) -> AsyncIterator[Conversation]:
    """Hold one conversation through the sound server of the test."""
    held, sound = Conversation(), SoundSystem()
    journal = await JournalWriter.open(folder / "journal")
    settings = Settings(voice=VoiceSettings(barge_in=barge_in, endpoint=endpoint))

    async def find() -> ServiceAddresses:
        return ServiceAddresses(service.api, service.voice)

    connection = ServiceConnection(find, RemoteThreads(journal, settings.profile))
    far_end = FarEnd()
    held.loudspeaker = Loudspeaker(sound, far_end=far_end)
    kit = EngineKit(
        settings=settings,
        journal=journal,
        connection=connection,
        publish=held.told.append,
        open_sound=lambda _voice: SoundParts(Microphone(sound), held.loudspeaker, far_end),
        detector=speech_detector(),
        profile="embedded",
        keeps_recordings=lambda: True,
    )
    held.engine = kit.build(THREAD)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(held.engine.run(), name="engine under test")
            try:
                yield held
            finally:
                await held.engine.aclose()
    finally:
        await connection.aclose()
        await journal.aclose()
        await sound.aclose()
