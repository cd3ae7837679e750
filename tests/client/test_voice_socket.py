"""The voice socket: the key in the address, the words of section 8."""

from __future__ import annotations

import pytest

from desktop_app.client import voice_socket
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.voice_socket import open_voice_socket, socket_address
from desktop_app.errors import NetworkError
from desktop_app.protocol.backboard.messages import MessageRequest, SpeakingChoice
from desktop_app.protocol.backboard.voice_socket import LiveHearing, LiveVoice, VoiceConfig
from tests.fakes.session_server import SessionServer

CONFIG = VoiceConfig(
    thread_id="t",
    send_to_llm=True,
    voice=LiveVoice(
        stt=LiveHearing(model="scribe_v2_realtime", language="en", commit_strategy="manual"),
        tts=SpeakingChoice(provider="openai", model="tts-1", voice="nova"),
    ),
)


async def test_a_session_is_held_from_beginning_to_end():
    async with SessionServer().running() as server:
        server.opening[0] |= {"assistant_id": "a", "pipeline": {"stt": {"model": "x"}}}
        address = ApiAddress(server.base_url + "/", "a&key /")
        message = MessageRequest(memory="Auto", thread_id="other")
        socket = await open_voice_socket(address, CONFIG, message)
        assert server.path == "/api/threads/messages?api_key=a%26key+%2F"
        assert "x-api-key" not in server.headers
        assert server.configuration == {
            "thread_id": "t",
            "send_to_llm": True,
            "memory": "Auto",
            "voice": {
                "stt": {
                    "model": "scribe_v2_realtime",
                    "language": "en",
                    "commit_strategy": "manual",
                },
                "tts": {"provider": "openai", "model": "tts-1", "voice": "nova"},
            },
        }
        assert (socket.session_id, socket.thread_id, socket.assistant_id) == ("s", "t", "a")
        assert socket.pipeline == {"stt": {"model": "x"}}
        await socket.send_sound(b"\x00\x01")
        await socket.commit()
        await socket.stop()
        heard = [await server.hears() for _ in range(3)]
        assert heard == [b"\x00\x01", {"type": "commit"}, {"type": "stop"}]
        await server.say({"type": "transcript.partial", "text": "H"}, {"type": "input.paused"})
        events = socket.events()
        assert [await anext(events), await anext(events)] == [
            {"type": "transcript.partial", "text": "H"},
            {"type": "input.paused"},
        ]
        await socket.aclose()
        await server.is_left()


async def test_a_session_may_begin_with_little_and_be_idle_only_so_long(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(voice_socket, "IDLE_LIMIT_S", 0.01)
    async with SessionServer().running() as server:
        server.opening = [{"type": "session.begin"}]
        socket = await open_voice_socket(ApiAddress(server.base_url), CONFIG)
        assert (socket.session_id, socket.thread_id, socket.pipeline) == ("", "", {})
        with pytest.raises(NetworkError) as caught:
            await anext(socket.events())
        assert caught.value.code == "network.timeout"
        await socket.aclose()


def test_an_address_of_the_api_is_one_of_its_sockets():
    assert socket_address("https://x/api/") == "wss://x/api"
    assert socket_address("http://127.0.0.1:1/api") == "ws://127.0.0.1:1/api"
