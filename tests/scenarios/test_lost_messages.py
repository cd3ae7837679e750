"""Speech over messages whose connection is lost is kept and said again, as on a socket."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.engine.inputs import RetryRequested, VoiceStarted
from desktop_app.journal.records import MessageStatus, UtteranceState
from desktop_app.link.messages import Phase
from desktop_app.protocol.commands import Answerer
from tests.fakes.backboard import ScriptedBackboard, Stream
from tests.fakes.journal import MemoryJournal
from tests.fakes.newest_question import NewestQuestion
from tests.fakes.rig import SAYING, THREAD, Rig

HEAD_BYTES = 44  # of the WAV that goes


class Talk(NewestQuestion):
    """A conversation with an API that has no socket for speech.

    Attributes:
        backboard: The API that is there now.
    """

    def __init__(self) -> None:
        self.backboard: ScriptedBackboard
        self._running = AsyncExitStack()
        threads = RemoteThreads(MemoryJournal(), "p")
        self.connection = ServiceConnection(self._find, threads, answerer_of=self._answerer_of)
        threads._shelf._settings |= {f"thread:p:{THREAD}": "theirs", "assistant:p": "a"}

    async def _find(self) -> ServiceAddresses:
        return ServiceAddresses(ApiAddress(self.backboard.base_url, "key"), GatewayAddress(""))

    async def _answerer_of(self, _thread_id: str) -> Answerer:
        return Answerer(heard_by="openai/whisper-1")  # which no socket offers

    async def comes(self) -> None:
        """The API is there, and knows nothing of an earlier one."""
        self.backboard = await self._running.enter_async_context(ScriptedBackboard().running())

    async def goes(self) -> None:
        """It is away, and so is every connection to it."""
        await self._running.aclose()

    async def said(self) -> tuple[Stream, bytes]:
        """The next recording that arrives, and what will be answered."""
        stream = await self.backboard.stream()
        [file] = self.backboard.asked[-1].form.files
        return stream, file.content[HEAD_BYTES:]

    async def breaks(self, stream: Stream, how: str) -> None:
        """The answer ends, ``closed`` in order or ``reset`` in the middle."""
        if how == "reset":
            option = struct.pack("ii", 1, 0)
            connection = stream._writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        stream.vanish()

    async def waits(self) -> None:
        """What was said is a message that is shown to wait for a line."""
        await self.rig.phase_is(Phase.RECONNECTING)
        await self.rig.until(lambda: self.rig.questions, "a queued message")
        assert self.question == (MessageStatus.QUEUED, "")
        assert self.state is UtteranceState.CAPTURED

    async def is_answered(self, stream: Stream) -> None:
        await stream.say("stt_stream_end", transcript="what time is it")
        await stream.say("content_streaming", content="It is noon.")
        await stream.say("run_ended", status="completed")
        await stream.end()
        await self.rig.until(lambda: self.rig.replies, "a reply")
        await self.rig.phase_is(Phase.LISTENING)
        assert self.question == (MessageStatus.SENT, "")
        assert self.state is UtteranceState.TRANSCRIBED
        assert [one.text for one in self.rig.questions] == ["what time is it"]


@asynccontextmanager
async def talking() -> AsyncIterator[Talk]:
    talk = Talk()
    await talk.comes()
    async with Rig(open_voice=talk.connection.open_voice) as rig:
        talk.rig = rig
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        yield talk
    await talk.connection.aclose()
    await talk.goes()


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with talking() as begun:
        yield begun


@pytest.mark.parametrize("how", ["reset", "closed"])
@pytest.mark.parametrize("told", [(), ("stt_stream_start",)], ids=["nothing", "that it hears"])
async def test_speech_whose_connection_breaks_before_it_is_understood_is_said_once_more(
    talk: Talk, told: tuple[str, ...], how: str
):
    await talk.rig.hear(SAYING)
    stream, said = await talk.said()
    assert said == talk.recorded
    for kind in told:
        await stream.say(kind)
    await talk.breaks(stream, how)
    await talk.waits()
    await talk.rig.time.advance(1)
    again, repeated = await talk.said()
    assert repeated == said
    await talk.is_answered(again)
    assert len(talk.backboard.asked) == 2, "and nothing is said a third time"


async def test_speech_for_a_server_that_is_away_waits_until_it_is_there(talk: Talk):
    await talk.goes()
    await talk.rig.hear(SAYING)
    await talk.waits()
    assert talk.rig.notices == []
    await talk.comes()
    await talk.rig.time.advance(60)
    stream, said = await talk.said()
    assert said == talk.recorded
    await talk.is_answered(stream)


async def test_it_is_not_said_a_third_time_but_kept_for_a_person_to_send(talk: Talk):
    await talk.rig.hear(SAYING)
    for _ in range(2):
        stream, said = await talk.said()
        stream.vanish()
        await talk.rig.phase_is(Phase.RECONNECTING)
        await talk.rig.time.advance(1)
    await talk.rig.phase_is(Phase.LISTENING)
    assert talk.question == (MessageStatus.FAILED, "line.lost")
    await talk.rig.take(RetryRequested(talk.rig.questions[0].id))
    stream, again = await talk.said()
    assert again == said
    await talk.is_answered(stream)


async def test_a_question_that_was_understood_is_not_said_again(talk: Talk):
    await talk.rig.hear(SAYING)
    stream, _ = await talk.said()
    await stream.say("stt_stream_end", transcript="what time is it")
    await talk.rig.until(lambda: talk.rig.questions, "the question")
    stream.vanish()
    await talk.rig.phase_is(Phase.RECONNECTING)
    assert talk.question == (MessageStatus.SENT, "")
    assert [one.is_cut_short for one in talk.rig.replies] == [True], "its answer is looked for"
    await talk.rig.time.advance(1)
    await talk.rig.phase_is(Phase.LISTENING)
    await talk.rig.hear(SAYING)
    _, said = await talk.said()
    assert said == talk.recorded
