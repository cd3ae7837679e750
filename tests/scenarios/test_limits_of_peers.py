"""Bar item 62 over each socket of real services: a line is renewed before its peer ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.client import session_limits
from desktop_app.client.addresses import GatewayAddress
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.client.service_connection import ServiceConnection
from desktop_app.engine.inputs import PromptTyped, VoiceStarted
from desktop_app.engine.ports import Transport
from desktop_app.journal.records import MessageStatus
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import ConfigureSession
from tests.fakes.gateway_process import gateway_process
from tests.fakes.rig import THREAD, Rig
from tests.scenarios.test_told_cuts import providers, talking
from tests.service.conftest import service

TOKEN = "a-token-of-some-length"
QUESTIONS = ("My name is Ada.", "What is my name?")


class Lines:
    """Every line that was opened, in order, for which session, and which of them were left."""

    def __init__(self) -> None:
        self.opened: list[Transport] = []
        self.left: list[Transport] = []
        self.sessions: list[str] = []

    def note(self, line: Transport) -> Transport:
        leave = line.aclose

        async def aclose() -> None:
            self.left.append(line)
            await leave()

        line.aclose = aclose  # type: ignore[method-assign]  # of this one line
        self.opened.append(line)
        return line


async def asked(rig: Rig, number: int) -> None:
    """One question more is answered aloud."""
    await rig.take(PromptTyped(f"question {number}", QUESTIONS[number - 1]))
    await rig.until(lambda: rig.loudspeaker.finished == list(range(1, number + 1)))
    await rig.loudspeaker.sound(rig.loudspeaker.waiting_ms + 1)
    await rig.until(
        lambda: [one.status for one in rig.replies] == [MessageStatus.COMPLETE] * number
    )
    await rig.phase_is(Phase.LISTENING)


async def is_renewed(rig: Rig, lines: Lines, due_s: int) -> None:
    """Another line takes over when this one is so old, and nobody is told."""
    [first] = lines.opened
    await asked(rig, 1)
    while rig.time.now() < due_s - 1:
        assert lines.opened == [first]
        await rig.time.advance(0.5)
        await first.sign_of_life()
    await rig.time.advance(0.5)
    await first.sign_of_life()
    await rig.time.advance(0.8)
    await rig.until(lambda: lines.left == [first], "the first line is left")
    assert len(lines.opened) == 2
    await asked(rig, 2)
    assert Phase.RECONNECTING not in rig.phases
    assert rig.notices == []


@pytest.mark.parametrize("way", ["voice socket", "realtime"])
async def test_bar_62_the_services_sockets_are_renewed_and_know_what_was_said(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session_limits, "DOCUMENTED_LIFETIME_S", 40.0)
    lines, open_voice = Lines(), ServiceConnection.open_voice

    async def opened(self: ServiceConnection, configuration: ConfigureSession) -> Transport:
        return lines.note(await open_voice(self, configuration))

    monkeypatch.setattr(ServiceConnection, "open_voice", opened)
    async with service(tmp_path, providers()) as running, talking(running, way) as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await is_renewed(rig, lines, 32)
    [history] = [
        one.history
        for one in running.providers.language.requests
        if one.history[-1].content == QUESTIONS[1]
    ]
    assert QUESTIONS[0] in [one.content for one in history]


@asynccontextmanager
async def talking_to_a_gateway(folder: Path, lines: Lines) -> AsyncIterator[Rig]:
    variables = {"GATEWAY_TOKEN": TOKEN, "GATEWAY_SESSION_LIMIT_S": "20"}
    with gateway_process(folder, variables) as gateway:

        async def open_voice(configuration: ConfigureSession) -> Transport:
            address = GatewayAddress(gateway.line["voice"], TOKEN)
            lines.sessions.append(configuration.session_id)
            return lines.note(await open_gateway(address, configuration))

        async with Rig(open_voice=open_voice) as rig:
            await rig.take(VoiceStarted())
            await rig.phase_is(Phase.LISTENING)
            yield rig


async def test_bar_62_a_gateway_of_its_own_is_renewed_with_its_session(tmp_path: Path):
    lines = Lines()
    async with talking_to_a_gateway(tmp_path, lines) as rig:
        await is_renewed(rig, lines, 16)
    assert lines.sessions == [THREAD, THREAD]
