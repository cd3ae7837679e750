"""Speaking a recording into a conversation, and giving up on it."""

from __future__ import annotations

import asyncio
import io

import pytest

from desktop_app.commands.questions.talk import say
from desktop_app.commands.questions.turn_report import Prose
from desktop_app.errors import AppError, NetworkError
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import Phase
from tests.fakes.rig import Rig


class Mouth:
    """Says half a second of something, whatever it is given."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.is_silent = asyncio.Event()

    def speak(self, pcm: bytes) -> None:
        pass

    async def spoken(self) -> None:
        await self._rig.until(lambda: self._rig.microphone.is_open)
        await self._rig.hear("#" * 25)
        self.is_silent.set()


@pytest.mark.parametrize("is_stopped", [True, False])
async def test_what_could_not_be_sent_while_somebody_waited_is_not_sent_later(
    is_stopped, monkeypatch
):
    if not is_stopped:
        monkeypatch.setattr("desktop_app.commands.questions.turn_report._AWAY_S", 0.0)
    printer = Prose(io.StringIO())
    async with Rig() as rig:
        rig.voice.refusals.extend([NetworkError("network.unreachable", retryable=True)] * 50)
        rig.listeners.append(printer.publish)
        mouth = Mouth(rig)
        saying = asyncio.create_task(say(rig.engine, mouth, b"", printer))
        await mouth.is_silent.wait()
        await rig.time.advance(1)
        await rig.until(lambda: rig.questions, "a message")
        if is_stopped:
            await rig.phase_is(Phase.RECONNECTING)
            saying.cancel()
        with pytest.raises(asyncio.CancelledError if is_stopped else AppError):
            await saying
        await rig.until(lambda: rig.questions[0].status is MessageStatus.FAILED, "its end")
        assert rig.engine.phase is Phase.READY
