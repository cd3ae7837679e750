"""A voice note through a real microphone to the real service, and the microphone closed again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop_app.audio.devices import ANY_DEVICE
from desktop_app.audio.microphone import Microphone
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.engine.inputs import PromptTyped
from desktop_app.engine.note_desk import NoteDesk
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.link.messages import LinkEvent
from desktop_app.link.notes import NoteChanged, NoteState, StartNote, StopNote
from desktop_app.protocol.commands import TurnWishes
from desktop_app.tasks import Background
from tests.fakes.service import real_service
from tests.fakes.spoken import conversation

ROOT = Path(__file__).parents[2]
MILES = ROOT / "resources" / "demo" / "ten_miles_in_kilometers.wav"

pytestmark = pytest.mark.sound


async def test_what_is_said_into_a_note_is_understood_and_answered(sound_server, tmp_path):
    told: list[LinkEvent] = []
    background = Background(lambda name, error: pytest.fail(f"{name}: {error!r}"))
    system = SoundSystem()
    desk = NoteDesk(lambda: Microphone(system, ANY_DEVICE), told.append, background)
    path = tmp_path / "attachments" / "n" / "voice-note.wav"
    with real_service(tmp_path / "service") as service:
        desk.take(StartNote("n", str(path)))
        async with conversation(service, tmp_path) as held:
            await held.eventually(sound_server.listeners)
            await sound_server.speak(MILES)
            desk.take(StopNote())
            async with asyncio.timeout(1):  # nobody is listened to after a note
                await held.eventually(lambda: sound_server.listeners() == 0)
            await background.settle(2)
            end = next(one for one in reversed(told) if isinstance(one, NoteChanged))
            assert (end.state, end.code) == (NoteState.KEPT, "")
            note = TurnWishes(recording=str(path), recording_ms=end.duration_ms)
            held.engine.take(PromptTyped("n", "", note))
            await held.turn_ends(1)
            [question], [reply] = held.messages(Role.USER), held.messages(Role.ASSISTANT)
            assert "ten miles" in question.text
            assert (question.speech_ms, question.is_spoken) == (end.duration_ms, True)
            assert reply.status is MessageStatus.COMPLETE
            assert not reply.is_spoken
    await background.aclose()
    await system.aclose()
