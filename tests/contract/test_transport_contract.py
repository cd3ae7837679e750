"""What every transport promises the engine, held against fakes and against the real service."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import open_gateway
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import open_messages
from desktop_app.client.realtime_transport import RealtimeTerms, open_realtime
from desktop_app.client.voice_socket_transport import open_voice_transport
from desktop_app.engine.ports import Transport
from desktop_app.errors import NetworkError
from desktop_app.processes.engine_parts import resample_capture, resample_speech
from desktop_app.protocol import gateway as g
from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    PromptText,
)
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    SessionReady,
    TranscriptUpdated,
)
from tests.fakes.backboard import ScriptedBackboard
from tests.fakes.gateway import ScriptedGateway
from tests.fakes.gateway_process import GatewayProcess, gateway_process
from tests.fakes.service import RealService, real_service
from tests.fakes.transport import ScriptedTransport

LIMIT_S = 20.0
QUESTION = "What is 6 times 7?"
PROMPT = PromptText(1, QUESTION)
PCM = bytes(960)
GATEWAY_TOKEN = "a-token-of-some-length"
ANSWERER = RealtimeTerms("builtin", "basic", "", resample_capture, resample_speech)


class Peer:
    """One transport and what its other end must be made to do; a real one does it by itself."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.events = transport.events()
        self._is_ready = False

    async def starts(self, turn: int) -> None:
        """The peer begins to answer QUESTION."""

    async def ends(self, turn: int) -> None:
        """The peer answers "That is 42." and is done."""

    async def hears_nothing(self, turn: int) -> None:
        """The peer found no words in what was committed."""

    async def vanishes(self) -> None:
        """The peer is killed."""

    async def answers(self, turn: int) -> None:
        await self.starts(turn)
        await self.ends(turn)

    async def until(self, is_last: Callable[[ServerEvent], bool]) -> list[ServerEvent]:
        """Every event up to the first that is the last."""
        heard: list[ServerEvent] = []
        async with asyncio.timeout(LIMIT_S):
            while not heard or not is_last(heard[-1]):
                event = await anext(self.events)
                if self._is_ready and isinstance(event, SessionReady):
                    continue  # who hears and speaks may become known at any time
                self._is_ready = True
                heard.append(event)
        return heard

    async def until_end_of(self, turn: int) -> list[ServerEvent]:
        return await self.until(lambda event: isinstance(event, ReplyEnded) and event.turn == turn)


class ScriptedPeer(Peer):
    transport: ScriptedTransport

    async def starts(self, turn: int) -> None:
        self.transport.say(ReplyStarted(turn))

    async def ends(self, turn: int) -> None:
        self.transport.say(ReplyText(turn, "That is 42."), ReplyAudio(turn, PCM), ReplyEnded(turn))

    async def hears_nothing(self, turn: int) -> None:
        self.transport.say(TranscriptUpdated(turn, "", is_final=True))

    async def vanishes(self) -> None:
        self.transport.lose()


class GatewayPeer(Peer):
    def __init__(self, transport: Transport, gateway: ScriptedGateway) -> None:
        super().__init__(transport)
        self._gateway = gateway

    async def starts(self, turn: int) -> None:
        await self._gateway.say(g.AssistantStarted(text=QUESTION, turn_id=turn))

    async def ends(self, turn: int) -> None:
        await self._gateway.say(
            g.AssistantMessage(text="That is 42.", turn_id=turn),
            g.AssistantAudioChunk(audio=base64.b64encode(PCM).decode(), turn_id=turn),
            g.AssistantAudioEnd(turn_id=turn),
        )

    async def hears_nothing(self, turn: int) -> None:
        await self._gateway.say(g.TranscriptCommitted(text=""))

    async def vanishes(self) -> None:
        await self._gateway.vanish()


class BackboardPeer(Peer):
    def __init__(self, transport: Transport, backboard: ScriptedBackboard) -> None:
        super().__init__(transport)
        self._backboard = backboard

    async def starts(self, turn: int) -> None:
        self._stream = await self._backboard.stream()
        await self._stream.say("run_started")

    async def ends(self, turn: int) -> None:
        await self._stream.say("content_streaming", content="That is 42.")
        await self._stream.say("run_ended", status="completed")
        await self._stream.end()


class RealPeer(Peer):
    def __init__(self, transport: Transport, service: RealService | GatewayProcess) -> None:
        super().__init__(transport)
        self._service = service

    async def vanishes(self) -> None:
        self._service.kill()


Rig = Callable[[], AbstractAsyncContextManager[Peer]]


@asynccontextmanager
async def scripted() -> AsyncIterator[Peer]:
    transport = ScriptedTransport()
    transport.say(SessionReady("t"))
    yield ScriptedPeer(transport)


@asynccontextmanager
async def scripted_gateway() -> AsyncIterator[Peer]:
    async with ScriptedGateway().running() as gateway:
        transport = await open_gateway(GatewayAddress(gateway.url), ConfigureSession("t"))
        await gateway.say(g.GatewayConfigured(session_id="t", extensions=g.EXTENSIONS))
        yield GatewayPeer(transport, gateway)
        await transport.aclose()


@asynccontextmanager
async def scripted_backboard() -> AsyncIterator[Peer]:
    async with (
        ScriptedBackboard().running() as backboard,
        BackboardApi(ApiAddress(backboard.base_url)) as api,
    ):
        transport = await open_messages(api, ConfigureSession("t", None, None))
        yield BackboardPeer(transport, backboard)
        await transport.aclose()


@asynccontextmanager
async def service_gateway(service: RealService) -> AsyncIterator[Peer]:
    transport = await open_gateway(service.voice, ConfigureSession("t"))
    yield RealPeer(transport, service)
    await transport.aclose()


@asynccontextmanager
async def own_gateway(gateway: GatewayProcess) -> AsyncIterator[Peer]:
    address = GatewayAddress(gateway.line["voice"], GATEWAY_TOKEN)
    transport = await open_gateway(address, ConfigureSession("t"))
    yield RealPeer(transport, gateway)
    await transport.aclose()


async def new_thread(api: BackboardApi) -> str:
    assistant = await api.assistants.create(NewAssistant(name="Parley"))
    return (await api.threads.create(assistant.assistant_id)).thread_id


@asynccontextmanager
async def service_messages(service: RealService) -> AsyncIterator[Peer]:
    async with BackboardApi(service.api) as api:
        transport = await open_messages(api, ConfigureSession(await new_thread(api), None, None))
        yield RealPeer(transport, service)
        await transport.aclose()


@asynccontextmanager
async def service_voice_socket(service: RealService) -> AsyncIterator[Peer]:
    async with BackboardApi(service.api) as api:
        asked = ConfigureSession(await new_thread(api))
        terms = MessageTerms(make_resample=resample_speech)
        transport = await open_voice_transport(api, service.api, asked, terms)
        yield RealPeer(transport, service)
        await transport.aclose()


@asynccontextmanager
async def service_realtime(service: RealService) -> AsyncIterator[Peer]:
    async with BackboardApi(service.api) as api:
        asked = ConfigureSession(await new_thread(api))
        transport = await open_realtime(api, service.api, asked, ANSWERER)
        yield RealPeer(transport, service)
        await transport.aclose()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealService]:
    with real_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    variables = {"GATEWAY_TOKEN": GATEWAY_TOKEN}
    with gateway_process(tmp_path_factory.mktemp("gateway"), variables) as running:
        yield running


FAKES: dict[str, Rig] = {
    "scripted": scripted,
    "scripted gateway": scripted_gateway,
    "scripted backboard": scripted_backboard,
}
REAL: dict[str, Callable[[RealService], AbstractAsyncContextManager[Peer]]] = {
    "service gateway": service_gateway,
    "service messages": service_messages,
    "service voice socket": service_voice_socket,
    "service realtime": service_realtime,
}
OWN_GATEWAY = "gateway of its own"
SPOKEN = [
    *("scripted", "scripted gateway", "service gateway", OWN_GATEWAY),
    *("service voice socket", "service realtime"),
]


@pytest.fixture(params=[*FAKES, *REAL, OWN_GATEWAY])
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Peer]:
    async with _opened(request) as made:
        yield made


@pytest.fixture(params=SPOKEN)
async def spoken(request: pytest.FixtureRequest) -> AsyncIterator[Peer]:
    async with _opened(request) as made:
        yield made


def _opened(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Peer]:
    if request.param in FAKES:
        return FAKES[request.param]()
    if request.param == OWN_GATEWAY:
        return own_gateway(request.getfixturevalue("gateway"))
    return REAL[request.param](request.getfixturevalue("service"))


def text_of(events: list[ServerEvent], turn: int) -> str:
    text = ""
    for event in events:
        if isinstance(event, ReplyText) and event.turn == turn:
            text = event.text if event.is_whole else text + event.text
    return text


async def test_the_first_event_says_that_the_session_is_ready(peer: Peer):
    (ready,) = await peer.until(lambda event: True)
    assert isinstance(ready, SessionReady)
    assert ready.session_id


async def test_a_prompt_is_answered_under_its_own_number(peer: Peer):
    await peer.transport.send(PromptText(41, QUESTION))
    await peer.answers(41)
    events = (await peer.until_end_of(41))[1:]
    assert isinstance(events[0], ReplyStarted)
    assert "42" in text_of(events, 41)
    assert {event.turn for event in events} == {41}  # type: ignore[union-attr]
    assert events[-1].status is ReplyStatus.COMPLETED  # type: ignore[union-attr]


async def test_each_prompt_has_its_own_reply(peer: Peer):
    for turn in (1, 2):
        await peer.transport.send(PromptText(turn, QUESTION))
        await peer.answers(turn)
        assert "42" in text_of(await peer.until_end_of(turn), turn)


async def test_nothing_of_a_cancelled_reply_is_told_and_the_next_is_answered(peer: Peer):
    await peer.transport.send(PromptText(1, QUESTION))
    await peer.starts(1)
    await peer.until(lambda event: isinstance(event, ReplyStarted))
    await peer.transport.send(CancelReply(1, heard_ms=0))
    await peer.transport.send(PromptText(2, QUESTION))
    await peer.answers(2)
    events = await peer.until_end_of(2)
    assert not [one for one in events if isinstance(one, ReplyText | ReplyAudio) and one.turn == 1]
    assert "42" in text_of(events, 2)


async def test_closing_ends_the_events_and_refuses_commands(peer: Peer):
    await peer.until(lambda event: isinstance(event, SessionReady))
    await peer.transport.aclose()
    await peer.transport.aclose()
    async with asyncio.timeout(LIMIT_S):
        assert [event async for event in peer.events] == []
    with pytest.raises(NetworkError):
        await peer.transport.send(PromptText(1, QUESTION))


async def test_a_reply_is_spoken_in_whole_samples(spoken: Peer):
    await spoken.transport.send(PromptText(1, QUESTION))
    await spoken.answers(1)
    sound = [one.pcm for one in await spoken.until_end_of(1) if isinstance(one, ReplyAudio)]
    assert sound
    assert all(pcm and len(pcm) % 2 == 0 for pcm in sound)


async def test_silence_is_a_final_empty_transcript(spoken: Peer):
    for _ in range(25):
        await spoken.transport.send(AppendAudio(3, bytes(640)))
    await spoken.transport.send(CommitAudio(3))
    await spoken.hears_nothing(3)
    events = await spoken.until(lambda event: isinstance(event, TranscriptUpdated))
    assert events[-1] == TranscriptUpdated(3, "", is_final=True)


async def test_discarded_sound_is_never_heard_of_again(spoken: Peer):
    for _ in range(25):
        await spoken.transport.send(AppendAudio(1, bytes(640)))
    await spoken.transport.send(DiscardAudio(1))
    await spoken.transport.send(PromptText(2, QUESTION))
    await spoken.answers(2)
    events = (await spoken.until_end_of(2))[1:]
    assert {event.turn for event in events} == {2}  # type: ignore[union-attr]


async def loses(peer: Peer, said: ClientCommand) -> NetworkError:
    await peer.until(lambda event: isinstance(event, SessionReady))
    await peer.vanishes()
    with pytest.raises(NetworkError) as caught:
        await peer.until(lambda event: False)
    with pytest.raises(NetworkError):
        await peer.transport.send(said)
    return caught.value


@pytest.mark.parametrize("rig", [scripted, scripted_gateway])
async def test_a_lost_peer_is_a_retryable_error(rig: Any):
    async with rig() as peer:
        assert (await loses(peer, PROMPT)).retryable


@pytest.mark.parametrize(
    ("rig", "said"),
    [
        (service_gateway, PROMPT),
        (service_voice_socket, AppendAudio(1, PCM)),  # prompts go another way
        (service_realtime, PROMPT),
    ],
)
async def test_a_killed_service_is_a_retryable_error(tmp_path: Path, rig: Any, said: ClientCommand):
    with real_service(tmp_path) as service:
        async with rig(service) as peer:
            assert (await loses(peer, said)).retryable
