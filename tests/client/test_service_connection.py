"""Lines are opened to wherever the service is now, in the server's own thread."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from desktop_app.client import http_connection, json_socket
from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.message_transport import MessageTransport
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.errors import NetworkError
from desktop_app.protocol.commands import (
    Answerer,
    AppendAudio,
    CommitAudio,
    ConfigureSession,
    PromptText,
    TurnWishes,
)
from desktop_app.protocol.events import SessionReady
from desktop_app.protocol.gateway import GatewayConfigured
from tests.fakes.backboard import ScriptedBackboard
from tests.fakes.gateway import ScriptedGateway
from tests.fakes.raw_server import RawServer

OURS = ConfigureSession("ours", None, None)


class Shelf:
    def __init__(self, **values: str) -> None:
        self.values = {name.replace("__", ":"): value for name, value in values.items()}

    async def setting(self, key: str) -> str | None:
        return self.values.get(key)

    async def set_setting(self, key: str, value: str) -> None:
        self.values[key] = value


class Rig:
    """A connection to a scripted API; ``voice`` is where its gateway would be."""

    def __init__(self, backboard: ScriptedBackboard) -> None:
        self.backboard = backboard
        self.voice = ""
        self.shelf = Shelf(thread__p__ours="theirs", assistant__p="a")
        self.connection = ServiceConnection(self._find, RemoteThreads(self.shelf, "p"))

    async def _find(self) -> ServiceAddresses:
        address = ApiAddress(self.backboard.base_url, "key")
        return ServiceAddresses(address, GatewayAddress(self.voice))

    async def asked(self, transport: MessageTransport, wishes: TurnWishes) -> dict[str, object]:
        await transport.send(PromptText(1, "Hi", wishes))
        await self.backboard.stream()
        body = self.backboard.asked[-1].body
        assert isinstance(body, dict)
        return body


@pytest.fixture
async def rig(backboard: ScriptedBackboard) -> AsyncIterator[Rig]:
    made = Rig(backboard)
    yield made
    await made.connection.aclose()
    await made.connection.aclose()


async def test_a_prompt_goes_to_the_servers_own_thread(rig: Rig):
    transport = await rig.connection.open_text(OURS)
    assert (await rig.asked(transport, TurnWishes()))["thread_id"] == "theirs"
    assert rig.backboard.asked[-1].headers["x-api-key"] == "key"
    await transport.aclose()


async def test_a_gateway_alone_is_spoken_to_by_our_own_name_and_has_nothing_else():
    async with ScriptedGateway().running() as gateway:

        async def find() -> ServiceAddresses:
            return ServiceAddresses(ApiAddress(""), GatewayAddress(gateway.url))

        connection = ServiceConnection(find, RemoteThreads(Shelf(), "p"))
        line = await connection.open_voice(OURS)
        assert (await gateway.expect("session.configure"))["session_id"] == "ours"
        await gateway.say(GatewayConfigured(session_id="ours"))
        assert isinstance(await anext(line.events()), SessionReady)
        for other in (connection.open_text(OURS), connection.api()):
            with pytest.raises(NetworkError) as failure:
                await other
            assert (failure.value.code, failure.value.retryable) == ("gateway.alone", False)
        await line.aclose()
        await connection.aclose()


async def test_pictures_and_videos_may_be_made_in_every_turn(rig: Rig):
    transport = await rig.connection.open_text(OURS)
    body = await rig.asked(transport, TurnWishes())
    assert (body["image_generation"], body["video_generation"]) == ("auto", "auto")
    await transport.aclose()


@pytest.mark.parametrize(
    ("voice", "tts"),
    [
        ("ws://127.0.0.1:1/v1/voice/ws", {"output_format": "pcm_24000"}),
        ("", {"provider": "openai", "model": "tts-1", "voice": "nova"}),
    ],
)
async def test_who_speaks_is_said_only_to_a_service_that_has_to_be_told(
    rig: Rig, voice: str, tts: dict[str, str]
):
    rig.voice = voice
    transport = await rig.connection.open_text(OURS)
    body = await rig.asked(transport, TurnWishes(is_spoken=True))
    assert json.loads(json.dumps(body["voice"])) == {"tts": tts}
    await transport.aclose()


async def test_a_thread_that_is_gone_is_made_anew_and_remembered(rig: Rig):
    transport = await rig.connection.open_text(OURS)
    rig.backboard.answer({"detail": "Thread not found"}, status=404)
    rig.backboard.answer({"thread_id": "new"})
    assert (await rig.asked(transport, TurnWishes()))["thread_id"] == "new"
    assert rig.shelf.values["thread:p:ours"] == "new"
    await transport.aclose()


async def test_a_service_that_moved_is_found_again(rig: Rig):
    first = await rig.connection.open_text(OURS)
    await first.aclose()
    async with ScriptedBackboard().running() as moved:
        rig.backboard = moved
        second = await rig.connection.open_text(OURS)
        assert (await rig.asked(second, TurnWishes()))["content"] == "Hi"
        await second.aclose()


async def test_a_service_without_any_voice_socket_is_spoken_to_in_messages(rig: Rig):
    rig.backboard.answer({"detail": "Not Found"}, status=404)
    transport = await rig.connection.open_voice(ConfigureSession("ours"))
    await transport.send(AppendAudio(1, b"\x01\x00" * 1600))
    await transport.send(CommitAudio(1))
    await rig.backboard.stream()
    form = rig.backboard.asked[-1].form
    assert form.fields["thread_id"] == "theirs"
    voice = json.loads(form.fields["voice"])
    assert voice["stt"]["model"] == "gpt-4o-mini-transcribe"
    assert voice["tts"]["model"] == "tts-1"
    [recording] = form.files
    assert recording.content.endswith(b"\x01\x00" * 1600)
    await transport.aclose()


@pytest.mark.parametrize("heard_by", ["", "elevenlabs/scribe_v2"])
async def test_nobody_listens_in_messages_for_a_service_that_is_not_there(
    heard_by: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(json_socket, "BEGIN_WITHIN_S", 0.1)
    monkeypatch.setattr(http_connection, "REACHED_WITHIN_S", 0.1)
    async with RawServer().running() as silent:  # it takes connections, and says nothing

        async def find() -> ServiceAddresses:
            return ServiceAddresses(ApiAddress(silent.url, "key"), GatewayAddress(""))

        async def answerer_of(_thread_id: str) -> Answerer:
            return Answerer(heard_by=heard_by)

        threads = RemoteThreads(Shelf(thread__p__ours="theirs", assistant__p="a"), "p")
        connection = ServiceConnection(find, threads, answerer_of=answerer_of)
        with pytest.raises(NetworkError) as caught:
            await connection.open_voice(ConfigureSession("ours"))
        assert caught.value.retryable
        assert caught.value.code == "network.timeout"
        await connection.aclose()


async def answered_by(rig: Rig, model: str = "", **speech: str) -> ServiceConnection:
    """The connection, with whom a person chose for every thread."""

    async def answerer_of(_thread_id: str) -> Answerer:
        return Answerer(model, **speech)

    return ServiceConnection(rig._find, RemoteThreads(rig.shelf, "p"), answerer_of=answerer_of)


async def test_bar_45_the_model_of_a_thread_answers_and_a_turn_may_name_another(rig: Rig):
    rig.connection = await answered_by(rig, "openai/gpt-4.1")
    transport = await rig.connection.open_text(OURS)
    body = await rig.asked(transport, TurnWishes())
    assert (body["llm_provider"], body["model_name"]) == ("openai", "gpt-4.1")
    await transport.aclose()
    transport = await rig.connection.open_text(OURS)
    body = await rig.asked(transport, TurnWishes(model="openrouter/meta/llama-4"))
    assert (body["llm_provider"], body["model_name"]) == ("openrouter", "meta/llama-4")
    await transport.aclose()


@pytest.mark.parametrize(
    ("chosen", "asked"), [("auto", "Auto"), ("readonly", "Readonly"), ("off", "off")]
)
async def test_what_may_be_remembered_is_asked_in_every_turn(rig: Rig, chosen: str, asked: str):
    ours = ConfigureSession("ours", None, None, memory=chosen)
    transport = await rig.connection.open_text(ours)
    assert (await rig.asked(transport, TurnWishes()))["memory"] == asked
    await transport.aclose()
    transport = await rig.connection.open_text(ours)
    assert (await rig.asked(transport, TurnWishes(memory="Auto")))["memory"] == "Auto"
    await transport.aclose()


async def test_bar_45_what_is_spoken_in_messages_is_answered_by_the_threads_model(rig: Rig):
    rig.connection = await answered_by(rig, "openai/gpt-4.1")
    rig.backboard.answer({"detail": "Not Found"}, status=404)
    transport = await rig.connection.open_voice(ConfigureSession("ours"))
    await transport.send(AppendAudio(1, b"\x01\x00" * 1600))
    await transport.send(CommitAudio(1))
    await rig.backboard.stream()
    fields = rig.backboard.asked[-1].form.fields
    assert (fields["llm_provider"], fields["model_name"]) == ("openai", "gpt-4.1")
    await transport.aclose()


MIXED = {
    "heard_by": "elevenlabs/scribe_v2",
    "spoken_by": "openai/gpt-4o-mini-tts",
    "voice": "coral",
}


async def test_bar_45_a_typed_turn_is_spoken_as_its_thread_is_unless_it_names_another(rig: Rig):
    rig.connection = await answered_by(rig, **MIXED)
    transport = await rig.connection.open_text(OURS)
    body = await rig.asked(transport, TurnWishes(is_spoken=True))
    assert body["voice"] == {
        "tts": {"provider": "openai", "model": "gpt-4o-mini-tts", "voice": "coral"}
    }
    await transport.aclose()
    transport = await rig.connection.open_text(OURS)
    other = TurnWishes(is_spoken=True, spoken_by="elevenlabs/eleven_v3", voice="v9")
    body = await rig.asked(transport, other)
    assert body["voice"]["tts"] == {
        "provider": "elevenlabs",
        "model": "eleven_v3",
        "voice": "v9",
        "output_format": "pcm_24000",
    }
    await transport.aclose()


async def test_bar_45_who_hears_otherwise_than_the_voice_socket_can_is_sent_recordings(rig: Rig):
    rig.connection = await answered_by(rig, **MIXED)
    transport = await rig.connection.open_voice(ConfigureSession("ours"))
    assert isinstance(transport, MessageTransport)
    await transport.send(AppendAudio(1, b"\x01\x00" * 1600))
    await transport.send(CommitAudio(1))
    await rig.backboard.stream()
    [asked] = rig.backboard.asked  # no socket was tried
    voice = json.loads(asked.form.fields["voice"])
    assert (voice["stt"]["provider"], voice["stt"]["model"]) == ("elevenlabs", "scribe_v2")
    assert (voice["tts"]["model"], voice["tts"]["voice"]) == ("gpt-4o-mini-tts", "coral")
    await transport.aclose()
