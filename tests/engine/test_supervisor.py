from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop_app.engine.inputs import (
    Input,
    LineFailed,
    LineLost,
    LineOpened,
    LineResumed,
    LineStalled,
)
from desktop_app.engine.ports import OpenTransport
from desktop_app.engine.supervisor import LineUses, Supervisor
from desktop_app.errors import NetworkError, ProtocolError
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
)
from desktop_app.protocol.events import ReplyAudio, ServerEvent, SessionReady
from tests.fakes.transport import ScriptedServer, ScriptedTransport
from tests.fakes.virtual_time import VirtualTime, rounds


class SulkingTransport(ScriptedTransport):
    """Answers a cancellation with an error of its own, as a closing socket may."""

    async def events(self) -> AsyncIterator[ServerEvent]:
        yield SessionReady("s")
        try:
            await asyncio.Event().wait()
        finally:
            raise NetworkError("network.lost", retryable=True)


class Holder:
    """A supervisor with everything it tells."""

    def __init__(self, open_line: OpenTransport | None = None) -> None:
        self.time = VirtualTime()
        self.server = ScriptedServer()
        self.told: list[Input] = []
        self.may_send = asyncio.Event()
        self.may_send.set()
        self.has_room = asyncio.Event()
        self.has_room.set()
        self.sent: list[ClientCommand] = []
        uses = LineUses(
            self.told.append,
            self._admit,
            self._before,
            self.sent.append,
            lambda _: self.may_send.is_set(),
            has_room=self.may_send.is_set,
        )
        self.line = Supervisor(
            open_line or self.server,
            ConfigureSession("s"),
            uses,
            time=self.time,
        )

    async def _admit(self, _: object) -> None:
        await self.has_room.wait()

    async def _before(self, _: object) -> None:
        await self.may_send.wait()

    def kinds(self) -> list[type]:
        return [
            type(given)
            for given in self.told
            if isinstance(given, LineOpened | LineLost | LineFailed | LineStalled | LineResumed)
        ]


async def test_a_line_that_the_server_closes_is_opened_again():
    holder = Holder()
    running = asyncio.create_task(holder.line.run())
    first = await holder.server.connection()
    first.end()
    await rounds()
    await holder.time.advance(1)
    await holder.server.connection(2)
    await rounds()
    running.cancel()
    await asyncio.wait((running,))
    assert holder.kinds() == [LineOpened, LineLost, LineOpened]
    assert all(transport.is_closed for transport in holder.server.transports)


async def held(holder: Holder) -> tuple[asyncio.Task[None], ScriptedTransport]:
    running = asyncio.create_task(holder.line.run())
    return running, await holder.server.connection()


async def test_a_peer_that_answers_late_is_told_as_stalled_and_is_there_again():
    holder = Holder()
    running, peer = await held(holder)
    await holder.time.advance(30)
    assert holder.kinds() == [LineOpened]
    peer.is_alive.clear()
    await holder.time.advance(2.5)
    assert holder.kinds() == [LineOpened]  # an idle line is asked every 5 s
    await holder.time.advance(4)
    assert holder.kinds() == [LineOpened, LineStalled]
    peer.is_alive.set()
    await rounds()
    await holder.time.advance(60)
    assert holder.kinds() == [LineOpened, LineStalled, LineResumed]
    assert not peer.is_closed
    running.cancel()
    await asyncio.wait((running,))


async def test_a_busy_peer_that_falls_silent_is_noticed_soon():
    holder = Holder()
    running, peer = await held(holder)
    await holder.time.advance(30)
    holder.line.send(AppendAudio(1, b"sound"))
    await rounds()
    await holder.time.advance(5)  # the idle wait ends
    peer.is_alive.clear()
    await holder.time.advance(2.5)
    assert holder.kinds() == [LineOpened, LineStalled]
    running.cancel()
    await asyncio.wait((running,))


async def test_a_peer_that_says_something_is_not_asked_whether_it_is_there():
    holder = Holder()
    running, peer = await held(holder)
    await rounds()
    peer.is_alive.clear()
    for _ in range(20):
        await holder.time.advance(0.5)
        peer.say(SessionReady("s"))
        await rounds()
    assert LineStalled not in holder.kinds()
    running.cancel()
    await asyncio.wait((running,))


async def test_a_peer_whose_answer_comes_far_behind_its_words_is_there():
    holder = Holder()
    running, peer = await held(holder)
    await rounds()
    peer.is_alive.clear()
    await holder.time.advance(1.5)  # it is asked
    for _ in range(40):
        peer.say(ReplyAudio(1, b"more"))
        await rounds()
        await holder.time.advance(0.5)
    assert holder.kinds() == [LineOpened]
    await holder.time.advance(1.5)
    assert holder.kinds() == [LineOpened, LineStalled]
    peer.say(ReplyAudio(1, b"more"))
    await rounds()
    assert holder.kinds() == [LineOpened, LineStalled, LineResumed]
    await holder.time.advance(1.5)
    assert holder.kinds()[3:] == [LineStalled], "that it was there is no proof that it is"
    await holder.time.advance(9)
    assert LineLost in holder.kinds()
    running.cancel()
    await asyncio.wait((running,))


class NarrowTransport(ScriptedTransport):
    """Takes one command after the other, as a slow network does."""

    def __init__(self) -> None:
        super().__init__()
        self.may_pass = asyncio.Semaphore(0)

    async def send(self, command: ClientCommand) -> None:
        await self.may_pass.acquire()
        await super().send(command)


async def test_a_peer_that_takes_a_long_recording_slowly_is_there_until_it_takes_no_more():
    peer = NarrowTransport()
    peer.say_ready()
    peer.is_alive.clear()  # its answer is behind the recording

    async def open_line(_: ConfigureSession) -> ScriptedTransport:
        return peer

    holder = Holder(open_line)
    running = asyncio.create_task(holder.line.run())
    await rounds()
    for _ in range(100):
        holder.line.send(AppendAudio(1, bytes(3_200)))
    for _ in range(60):
        await holder.time.advance(0.5)
        peer.may_pass.release()
        await rounds()
    assert holder.kinds() == [LineOpened]
    await holder.time.advance(2.5)
    assert holder.kinds() == [LineOpened, LineStalled]
    await holder.time.advance(10)
    assert LineLost in holder.kinds()
    running.cancel()
    await asyncio.wait((running,))


async def test_what_waits_for_something_else_than_the_line_is_no_sign_of_its_peer():
    peer = NarrowTransport()
    peer.say_ready()
    peer.is_alive.clear()

    async def open_line(_: ConfigureSession) -> ScriptedTransport:
        return peer

    holder = Holder(open_line)
    running = asyncio.create_task(holder.line.run())
    await rounds()
    for _ in range(6):
        holder.line.send(CancelReply(1))
        await holder.time.advance(0.5)
        peer.may_pass.release()
        await rounds()
    assert holder.kinds() == [LineOpened, LineStalled]
    running.cancel()
    await asyncio.wait((running,))


async def test_a_peer_whose_words_wait_with_us_is_not_given_up():
    holder = Holder()
    running, peer = await held(holder)
    await rounds()
    holder.has_room.clear()
    peer.is_alive.clear()
    peer.say(ReplyAudio(1, b"more than the loudspeaker takes"))
    await rounds()
    await holder.time.advance(60)
    assert holder.kinds() == [LineOpened]
    holder.has_room.set()
    await rounds()
    await holder.time.advance(11.5)
    assert holder.kinds()[:3] == [LineOpened, LineStalled, LineLost]
    running.cancel()
    await asyncio.wait((running,))


async def test_a_peer_that_stays_silent_is_given_up_after_ten_seconds_and_dialled_again():
    holder = Holder()
    running, peer = await held(holder)
    peer.is_alive.clear()
    await holder.time.advance(10.5)
    assert holder.kinds() == [LineOpened, LineStalled]
    await holder.time.advance(1)
    assert holder.kinds()[:3] == [LineOpened, LineStalled, LineLost]
    assert peer.is_closed
    await holder.time.advance(1)
    await holder.server.connection(2)
    await rounds()
    assert holder.kinds()[-1] is LineOpened
    running.cancel()
    await asyncio.wait((running,))


async def test_a_peer_that_speaks_something_else_is_left_alone():
    holder = Holder()
    holder.server.refusals.append(ProtocolError("gateway.malformed", "What?"))
    await holder.line.run()
    assert holder.told == [LineFailed("gateway.malformed", "What?")]


async def test_a_peer_that_takes_nothing_counts_as_lost():
    holder = Holder()
    running = asyncio.create_task(holder.line.run())
    await holder.server.connection()
    await rounds()
    holder.may_send.clear()
    for _ in range(5000):
        holder.line.send(AppendAudio(1, b""))
    await rounds()
    running.cancel()
    await asyncio.wait((running,))
    assert holder.kinds() == [LineOpened, LineLost]


@pytest.fixture
async def prompt() -> AsyncIterator[tuple[Holder, ScriptedTransport]]:
    """A line that takes at once what is said to it."""
    holder = Holder()
    running, peer = await held(holder)
    peer.is_prompt = True
    await rounds()
    yield holder, peer
    running.cancel()
    await asyncio.wait((running,))


Prompt = tuple[Holder, ScriptedTransport]
SOUND = [AppendAudio(1, bytes([number])) for number in range(5)]


async def test_sound_that_has_nothing_to_wait_for_is_said_at_once(prompt: Prompt):
    holder, peer = prompt
    for sound in SOUND:
        holder.line.send(sound)
    assert peer.sent == SOUND


async def test_speech_that_a_line_brings_at_once_is_told_at_once(prompt: Prompt):
    holder, peer = prompt
    assert peer.has_room()
    peer.take_speech(ReplyAudio(1, b"ab"))
    assert holder.told[-1] == ReplyAudio(1, b"ab")
    holder.may_send.clear()
    assert not peer.has_room()


async def test_what_is_not_durable_yet_waits_and_what_comes_after_it_too(prompt: Prompt):
    holder, peer = prompt
    holder.may_send.clear()
    holder.line.send(SOUND[0])
    holder.may_send.set()
    holder.line.send(SOUND[1])
    assert peer.sent == []
    await rounds()
    holder.line.send(SOUND[2])
    assert peer.sent == SOUND[:3]


async def test_nothing_overtakes_what_the_peer_could_not_take_at_once(prompt: Prompt):
    holder, peer = prompt
    peer.is_prompt = False
    holder.line.send(SOUND[0])
    peer.is_prompt = True
    rest: list[ClientCommand] = [SOUND[1], CommitAudio(1)]
    for command in rest:
        holder.line.send(command)
    assert peer.sent == []
    await rounds()
    assert peer.sent == [SOUND[0], *rest]


async def test_a_line_that_was_lost_takes_nothing_at_once(prompt: Prompt):
    holder, peer = prompt
    peer.lose()
    await rounds()
    holder.line.send(SOUND[0])
    assert peer.sent == []


async def test_waiting_for_the_line_doubles_between_tries():
    holder = Holder()
    refused = [NetworkError("network.unreachable", retryable=True) for _ in range(4)]
    holder.server.refusals.extend(refused)
    running = asyncio.create_task(holder.line.run())
    for _ in range(20):
        await holder.time.advance(0.5)
    running.cancel()
    await asyncio.wait((running,))
    waits = [lost.retry_in_s for lost in holder.told if isinstance(lost, LineLost)]
    assert waits == [pytest.approx(wait_s, rel=0.25) for wait_s in (0.5, 1, 2, 4)]


async def test_a_command_without_a_line_is_dropped():
    holder = Holder()
    holder.line.send(AppendAudio(1, b""))
    holder.server.refusals.append(NetworkError("access", retryable=False))
    await holder.line.run()
    assert holder.server.transports == []


async def test_a_cancelled_line_ends_even_when_its_connection_fails_at_that_moment():
    async def open_line(_: ConfigureSession) -> SulkingTransport:
        return SulkingTransport()

    holder = Holder(open_line)
    running = asyncio.create_task(holder.line.run())
    await rounds()
    running.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait((running,))
    assert running.cancelled()
    assert holder.kinds() == [LineOpened]
