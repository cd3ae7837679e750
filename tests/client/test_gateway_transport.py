"""The gateway's socket, as the engine sees it: commands in, events out, clear errors."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import takewhile

import pytest

from desktop_app.client import gateway_transport
from desktop_app.client.addresses import GatewayAddress
from desktop_app.client.gateway_transport import GatewayTransport, open_gateway
from desktop_app.errors import AccessError, NetworkError, ProtocolError
from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import (
    AppendAudio,
    CommitAudio,
    ConfigureSession,
    PromptText,
    SpeechInput,
    SpeechOutput,
)
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyStarted,
    ServerEvent,
    ServerFault,
    SessionReady,
)
from tests.fakes.gateway import ScriptedGateway

SECOND = AppendAudio(1, bytes(32_000))
CONFIGURATION = ConfigureSession("t", SpeechInput("basic"), SpeechOutput("basic", "anna", 1.5))
OURS = g.GatewayConfigured(session_id="t", extensions=g.EXTENSIONS)


@pytest.fixture
async def gateway() -> AsyncIterator[ScriptedGateway]:
    async with ScriptedGateway().running() as running:
        yield running


@asynccontextmanager
async def opened(
    gateway: ScriptedGateway, configuration: ConfigureSession = CONFIGURATION, **options: object
) -> AsyncIterator[GatewayTransport]:
    address = GatewayAddress(gateway.url, gateway.key)
    transport = await open_gateway(address, configuration, **options)  # type: ignore[arg-type]
    try:
        yield transport
    finally:
        await transport.aclose()


async def test_the_session_is_configured_in_full_and_ready_when_the_peer_says_so(
    gateway: ScriptedGateway,
):
    async with opened(gateway) as transport:
        assert await gateway.hears() == {
            "type": "session.configure",
            "session_id": "t",
            "stt": {
                "model_id": "basic",
                "language_code": "en",
                "commit_strategy": "manual",
                "vad_silence_threshold_secs": 0.6,
                "sample_rate": 16000,
                "audio_format": "pcm_16000",
            },
            "tts": {
                "voice_id": "anna",
                "model_id": "basic",
                "voice_settings": {"speed": 1.5},
                "output_format": "pcm_24000",
            },
        }
        await gateway.say(g.SttSessionStarted(config={"model_id": "basic"}), OURS)
        ready = SessionReady("t", g.EXTENSIONS, heard_by="basic")
        assert await anext(transport.events()) == ready


async def test_bar_45_who_hears_and_speaks_stays_when_who_ends_utterances_changes(
    gateway: ScriptedGateway,
):
    chosen = ConfigureSession(
        "t", SpeechInput("openai/whisper-1"), SpeechOutput("elevenlabs/eleven_v3", "v9")
    )
    async with opened(gateway, chosen) as transport:
        first = await gateway.hears()
        assert (first["stt"]["model_id"], first["tts"]["model_id"]) == ("whisper-1", "eleven_v3")
        await transport.send(ConfigureSession("ours", SpeechInput(commit_strategy="vad")))
        again = await gateway.hears()
        assert again["stt"]["commit_strategy"] == "vad"
        assert (again["stt"]["model_id"], again["tts"]) == ("whisper-1", first["tts"])


async def test_the_key_goes_as_a_header_and_never_into_text(gateway: ScriptedGateway):
    gateway.key = "secret"
    async with opened(gateway):
        assert gateway.headers["Authorization"] == "Bearer secret"
    assert "secret" not in repr(GatewayAddress("ws://x", "secret"))


async def test_sound_is_binary_or_json_as_the_peer_takes_it(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        await gateway.expect("session.configure")
        await transport.send(AppendAudio(1, b"abcd"))
        assert await gateway.hears() == b"abcd"
    async with opened(gateway, sound="json") as transport:
        await gateway.expect("session.configure")
        await transport.send(AppendAudio(1, b"abcd"))
        assert (await gateway.hears())["audio"] == "YWJjZA=="


class Taker:
    """Takes speech at once, where it has room."""

    def __init__(self) -> None:
        self.taken: list[ServerEvent] = []
        self.has_taken = asyncio.Event()
        self.is_full = False

    def take(self, event: ServerEvent) -> None:
        self.taken.append(event)
        self.has_taken.set()

    def has_room(self) -> bool:
        return not self.is_full


async def test_speech_is_taken_at_once_while_events_are_waited_for_and_there_is_room(
    gateway: ScriptedGateway,
):
    taker = Taker()
    start = g.AssistantAudioStart(turn_id=7, content_type="x", output_format="pcm_24000")
    async with opened(gateway) as transport, asyncio.timeout(5):
        await gateway.expect("session.configure")
        transport.hand_speech_to(taker.take, taker.has_room)
        await transport.send(PromptText(1, "Trams?"))
        events = transport.events()
        await gateway.say(OURS, g.AssistantStarted(text="Trams?", turn_id=7), start)
        assert [type(await anext(events)) for _ in range(2)] == [SessionReady, ReplyStarted]
        waiting = asyncio.create_task(anext(events))
        await gateway.say(speech("AAA="))
        await taker.has_taken.wait()
        assert (taker.taken, waiting.done()) == ([ReplyAudio(1, b"\0\0")], False)
        taker.is_full = True
        await gateway.say(speech("AQA="))
        assert await waiting == ReplyAudio(1, b"\1\0")
        taker.is_full = False
        await gateway.say(speech("AgA="), *[speech("%")] * 3)
        await transport.sign_of_life()  # both have come, and nobody waits for them
        assert await anext(events) == ReplyAudio(1, b"\2\0")
        assert isinstance(await anext(events), ServerFault)
    assert len(taker.taken) == 1


def speech(audio: str) -> g.AssistantAudioChunk:
    return g.AssistantAudioChunk(audio=audio, turn_id=7, output_format="pcm_24000", chunk_index=1)


async def test_sound_is_said_at_once_and_in_order_with_all_else(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        await gateway.expect("session.configure")
        assert transport.send_now(AppendAudio(1, b"ab"))
        await transport.send(AppendAudio(1, b"cd"))
        assert transport.send_now(AppendAudio(1, b"ef"))
        assert not transport.send_now(CommitAudio(1))
        assert [await gateway.hears() for _ in range(3)] == [b"ab", b"cd", b"ef"]
    assert not transport.send_now(AppendAudio(1, b"gh"))


async def test_sound_is_said_at_once_in_the_chunks_and_words_that_the_peer_takes(
    gateway: ScriptedGateway,
):
    async with opened(gateway) as transport:
        await gateway.expect("session.configure")
        assert transport.send_now(AppendAudio(1, bytes(40_000)))
        assert [len(await gateway.hears()) for _ in range(2)] == [32_000, 8_000]
        assert transport._dialect.turns.sound_bytes(1) == 40_000
        assert transport.send_now(AppendAudio(1, b"ab"))
        assert transport._dialect.turns.sound_bytes(1) == 40_002
    async with opened(gateway, sound="json") as transport:
        await gateway.expect("session.configure")
        assert transport.send_now(AppendAudio(1, b"abc"))
        assert (await gateway.expect("audio.append"))["audio"] == "YWJj"


async def test_sound_is_not_written_to_a_connection_that_is_lost(gateway: ScriptedGateway, caplog):
    async with opened(gateway) as transport:
        await gateway.expect("session.configure")
        transport._socket.transport.abort()
        assert not any(transport.send_now(AppendAudio(1, b"ab")) for _ in range(10))
        with pytest.raises(NetworkError) as lost:
            await anext(transport.events())
    assert lost.value.code == "network.lost"
    assert "socket.send() raised exception" not in caplog.text


async def test_sound_is_not_said_at_once_to_a_peer_that_does_not_read(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        await gateway.expect("session.configure")
        await gateway.freeze()
        said = takewhile(bool, (transport.send_now(SECOND) for _ in range(10_000)))
        assert len(list(said)) < 10_000
        assert transport._socket.transport.get_write_buffer_size() <= len(SECOND.pcm) + 16


async def test_a_reply_to_something_discarded_is_cancelled_without_being_asked(
    gateway: ScriptedGateway,
):
    async with opened(gateway) as transport:
        events = transport.events()
        await gateway.say(OURS)
        await anext(events)
        await transport.send(PromptText(1, "a"))
        await transport.send(CommitAudio(2))
        transport._dialect.turns.drop(1)
        await gateway.say(g.AssistantStarted(text="a", turn_id=9))
        await gateway.say('{"type":"news"}', g.TranscriptCommitted(text="b"))
        assert (await anext(events)).turn == 2  # type: ignore[union-attr]
        assert (await gateway.expect("assistant.cancel"))["turn_id"] == 9


async def test_a_whole_spoken_reply_in_one_message_is_taken(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        events = transport.events()
        await transport.send(PromptText(1, "a"))
        audio = "A" * (4 << 20)
        await gateway.say(
            OURS,
            g.AssistantStarted(text="a"),
            g.AssistantAudio(audio=audio, output_format="pcm_24000"),
        )
        assert isinstance(await anext(events), SessionReady)
        assert isinstance(await anext(events), ReplyStarted)
        sound = await anext(events)
        assert isinstance(sound, ReplyAudio)
        assert len(sound.pcm) == 3 << 20


async def test_a_peer_that_closes_in_good_order_ends_the_events(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        await gateway.close()
        assert [event async for event in transport.events()] == []
        with pytest.raises(NetworkError):
            await transport.send(PromptText(1, "a"))


@pytest.mark.parametrize("code", [1001, 1011, 1012])
async def test_a_peer_that_gives_up_is_a_lost_connection(gateway: ScriptedGateway, code: int):
    async with opened(gateway) as transport:
        await gateway.close(code)
        with pytest.raises(NetworkError) as caught:
            await anext(transport.events())
        assert (caught.value.code, caught.value.retryable) == ("network.lost", True)


async def test_a_peer_that_refuses_the_key_later_is_an_access_error(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        await gateway.close(1008, "Wrong key.")
        with pytest.raises(AccessError, match=r"Wrong key\."):
            await anext(transport.events())


async def test_a_connection_that_breaks_is_retryable(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        await gateway.vanish()
        with pytest.raises(NetworkError) as caught:
            await anext(transport.events())
        assert caught.value.retryable


async def test_a_peer_that_never_begins_the_session_is_left_to_be_tried_again(
    gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gateway_transport, "CONFIGURED_WITHIN_S", 0.2)
    async with opened(gateway) as transport:
        with pytest.raises(NetworkError, match="no session") as caught:
            await anext(transport.events())
        assert (caught.value.code, caught.value.retryable) == ("network.timeout", True)


@pytest.mark.parametrize(
    ("fault", "code", "kind"),
    [
        (g.GatewayError(message="None left."), "gateway.refused", NetworkError),
        (g.GatewayError(message="None left.", code="tts.no_voice"), "tts.no_voice", NetworkError),
        (
            g.GatewayError(message="None left.", code="network.lost"),
            "gateway.refused",
            NetworkError,
        ),
        (
            g.GatewayError(message="None left.", code="access.refused"),
            "access.refused",
            AccessError,
        ),
    ],
)
@pytest.mark.parametrize("closes_with", [None, 1000, 1008, 1011])
async def test_a_session_that_is_refused_is_not_tried_again_and_says_why(
    gateway: ScriptedGateway,
    monkeypatch: pytest.MonkeyPatch,
    fault: g.GatewayError,
    code: str,
    kind: type,
    closes_with: int | None,
):
    monkeypatch.setattr(gateway_transport, "BEGUN_AFTER_FAULT_S", 0.2)
    async with opened(gateway) as transport, asyncio.timeout(5):
        await gateway.say(fault, g.GatewayError(message="Bye."))
        if closes_with is not None:
            await gateway.close(closes_with)
        with pytest.raises(kind, match=r"None left\.") as caught:
            await anext(transport.events())
        assert (caught.value.code, caught.value.retryable) == (code, False)


@pytest.mark.parametrize("closes_with", [None, 1001, 1012, 1013])
async def test_a_peer_that_goes_away_in_trouble_is_a_lost_line(
    gateway: ScriptedGateway, closes_with: int | None
):
    async with opened(gateway) as transport:
        await gateway.say(g.GatewayError(message="Restarting."))
        await (gateway.vanish() if closes_with is None else gateway.close(closes_with))
        with pytest.raises(NetworkError) as caught:
            await anext(transport.events())
        assert (caught.value.code, caught.value.retryable) == ("network.lost", True)


async def test_a_fault_of_a_part_is_told_once_the_session_has_begun(gateway: ScriptedGateway):
    chosen = ConfigureSession("t", model="openai/gpt-4.1")
    async with opened(gateway, chosen) as transport:
        await gateway.say(g.GatewayError(message="No recogniser.", code="stt.away"), OURS)
        events = transport.events()
        assert isinstance(await anext(events), SessionReady)
        assert await anext(events) == ServerFault("No recogniser.", code="stt.away")


async def test_a_session_that_has_begun_may_be_silent(
    gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gateway_transport, "CONFIGURED_WITHIN_S", 0.2)
    async with opened(gateway) as transport:
        await gateway.say(OURS)
        events = transport.events()
        assert isinstance(await anext(events), SessionReady)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await anext(events)


@pytest.mark.parametrize(
    "frame",
    [
        *("{nonsense", "ping", "[]", '{"no":"type"}', '{"type":"assistant.delta","text":5}', ""),
        *(b"\x00\xff sound", b"\xff\xfe"),
    ],
)
async def test_a_frame_that_cannot_be_read_is_skipped_and_logged_once_in_a_row(
    gateway: ScriptedGateway, caplog: pytest.LogCaptureFixture, frame: str | bytes
):
    caplog.set_level("INFO")
    async with opened(gateway) as transport, asyncio.timeout(5):
        await transport.send(PromptText(1, "a"))
        client = await gateway.connection()
        for one in (frame, OURS, frame, frame, g.AssistantStarted(text="a")):
            await (client.send(one) if isinstance(one, str | bytes) else gateway.say(one))
        events = transport.events()
        assert isinstance(await anext(events), SessionReady)
        assert isinstance(await anext(events), ReplyStarted)
        assert caplog.text.count("was skipped") == 2


async def test_closing_ends_the_events_of_a_waiting_reader(gateway: ScriptedGateway):
    async with opened(gateway) as transport, asyncio.TaskGroup() as tasks:
        reader = tasks.create_task(anext(transport.events(), None))  # type: ignore[arg-type]
        await gateway.expect("session.configure")
        await transport.aclose()
        await transport.aclose()
        assert await reader is None


# ---- opening ----------------------------------------------------------------------------------


async def test_a_wrong_key_is_refused_at_the_door(gateway: ScriptedGateway):
    gateway.key = "right"
    with pytest.raises(AccessError):
        await open_gateway(GatewayAddress(gateway.url, "wrong"), CONFIGURATION)


@pytest.mark.parametrize(
    ("greeting", "kind", "code"),
    [
        (g.GatewayError(message="no", code="access.refused"), AccessError, "access.refused"),
        (g.GatewayError(message="full"), NetworkError, "gateway.refused"),
        (g.Pong(), ProtocolError, "gateway.not_a_gateway"),
        ("hello", ProtocolError, "gateway.not_a_gateway"),
    ],
)
async def test_another_greeting_than_a_gateways_is_refused(
    gateway: ScriptedGateway, greeting: g.GatewayServerMessage | str, kind: type, code: str
):
    gateway.greets_with = greeting
    with pytest.raises(kind) as caught:
        await open_gateway(GatewayAddress(gateway.url), CONFIGURATION)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("last", "code", "text"),
    [
        (g.GatewayError(message="All rooms are taken."), "gateway.refused", "All rooms are taken."),
        (g.GatewayError(message="Who?", code="access.refused"), "access.refused", "Who?"),
        (g.Pong(), "network.lost", ""),
    ],
)
async def test_a_refusal_behind_the_greeting_is_told_in_its_own_words(
    gateway: ScriptedGateway, last: g.GatewayServerMessage, code: str, text: str
):
    gateway.closes_after = last
    with pytest.raises(NetworkError) as caught:
        await open_gateway(GatewayAddress(gateway.url), CONFIGURATION)
    assert caught.value.code == code
    assert text in str(caught.value)


async def test_a_peer_that_says_nothing_is_no_gateway(
    gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gateway_transport, "OPEN_TIMEOUT_S", 0.2)
    gateway.greets_with = None
    with pytest.raises(ProtocolError, match="says nothing"):
        await open_gateway(GatewayAddress(gateway.url), CONFIGURATION)


async def test_nobody_there_is_unreachable(gateway: ScriptedGateway):
    async with ScriptedGateway().running() as gone:
        url = gone.url
    with pytest.raises(NetworkError) as caught:
        await open_gateway(GatewayAddress(url), CONFIGURATION)
    assert (caught.value.code, caught.value.retryable) == ("network.unreachable", True)


async def test_something_that_is_no_web_server_is_no_gateway():
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail ready\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProtocolError) as caught:
            await open_gateway(GatewayAddress(f"ws://127.0.0.1:{port}/"), CONFIGURATION)
    assert caught.value.code == "gateway.not_a_gateway"


@pytest.mark.parametrize("how", ["end", "reset", "half a status"])
async def test_a_server_that_dies_while_it_is_asked_is_a_line_that_was_lost(how: str):
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if how == "half a status":
            writer.write(b"HTTP/1.1 10")
            await writer.drain()
        if how == "reset":
            hard = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, hard)
            writer.transport.abort()
        writer.close()

    async with await asyncio.start_server(die, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NetworkError) as caught:
            await open_gateway(GatewayAddress(f"ws://127.0.0.1:{port}/"), CONFIGURATION)
    assert (caught.value.code, caught.value.retryable) == ("network.lost", True)


async def test_a_peer_behind_a_dead_network_gives_no_sign_of_life(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        async with asyncio.timeout(5):
            await transport.sign_of_life()
        await gateway.freeze()
        sign = asyncio.create_task(transport.sign_of_life())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(sign), 0.2)
        await gateway.thaw()
        async with asyncio.timeout(5):
            await sign


async def test_the_gateways_goodbye_is_seen_behind_what_nobody_took(gateway: ScriptedGateway):
    transport = await open_gateway(GatewayAddress(gateway.url, gateway.key), ConfigureSession("s"))
    await gateway.expect("session.configure")
    await gateway.say(*[g.GatewayError(message="unread" * 100_000)] * 40)
    async with asyncio.timeout(5):
        while not transport._socket.recv_messages.paused:  # noqa: ASYNC110 - the library's own
            await asyncio.sleep(0)
    await gateway.say(*[g.GatewayError(message="unread")] * 40)
    await transport.aclose()
    assert transport._socket.close_code == 1000


async def test_asking_a_closed_connection_for_a_sign_of_life_is_a_loss(gateway: ScriptedGateway):
    async with opened(gateway) as transport:
        await gateway.close(1011)
        with pytest.raises(NetworkError):
            _ = [event async for event in transport.events()]
        with pytest.raises(NetworkError) as lost:
            await transport.sign_of_life()
        assert lost.value.code == "network.lost"


async def test_bar_45_session_and_model_outlive_a_change_of_how_it_is_heard(
    gateway: ScriptedGateway,
):
    asked = ConfigureSession("theirs", model="openai/gpt-4.1")
    transport = await open_gateway(GatewayAddress(gateway.url, gateway.key), asked)
    configured = [await gateway.expect("session.configure")]
    await transport.send(ConfigureSession("ours", SpeechInput(commit_strategy="vad")))
    configured.append(await gateway.expect("session.configure"))
    await transport.aclose()
    assert [one["session_id"] for one in configured] == ["theirs", "theirs"]
    assert configured[1]["backend"] == {"provider": "openai", "model": "gpt-4.1"}
    assert configured[1]["stt"]["commit_strategy"] == "vad"


async def test_bar_45_a_gateway_that_refuses_the_model_ends_the_line_for_good(
    gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gateway_transport, "BEGUN_AFTER_FAULT_S", 0.2)
    asked = ConfigureSession("theirs", model="nobody/nothing")
    transport = await open_gateway(GatewayAddress(gateway.url, gateway.key), asked)
    await gateway.say(g.GatewayError(message="There is no nobody here."))
    with pytest.raises(NetworkError, match="no nobody") as caught:
        await anext(transport.events())
    assert (caught.value.code, caught.value.retryable) == ("gateway.model", False)
    await transport.aclose()


async def test_a_fault_after_the_session_began_is_news_and_no_refusal(gateway: ScriptedGateway):
    asked = ConfigureSession("theirs", model="openai/gpt-4.1")
    transport = await open_gateway(GatewayAddress(gateway.url, gateway.key), asked)
    await gateway.say(g.GatewayConfigured(session_id="theirs"))
    await gateway.say(g.GatewayError(message="The recogniser is away."))
    events = transport.events()
    assert isinstance(await anext(events), SessionReady)
    assert isinstance(await anext(events), ServerFault)
    await transport.aclose()


async def test_nobody_but_who_holds_the_line_gives_up_a_peer_whose_answers_wait_behind_speech(
    gateway: ScriptedGateway,
):
    async with opened(gateway) as transport:
        assert transport._socket.ping_interval is None
        await transport.sign_of_life()
