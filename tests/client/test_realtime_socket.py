"""The realtime socket: the key in a header, the words of section 9."""

from __future__ import annotations

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.realtime_socket import open_realtime_socket, realtime_event
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.realtime_socket import (
    AudioFormat,
    RealtimeConfig,
    RealtimeEvent,
    RealtimeOutput,
)
from tests.fakes.session_server import SessionServer

CONFIG = RealtimeConfig(provider="openai", model="m")
MESSAGE = MessageRequest(tools=[{"type": "function"}], system_prompt="Be brief.")
FORMAT = {"encoding": "pcm16", "sample_rate": 16_000, "channels": 1}


async def test_a_session_is_held_from_beginning_to_end():
    async with SessionServer().running() as server:
        begin = server.opening[0] | {"input_format": FORMAT, "billing_mode": "metered"}
        server.opening = [{"type": "usage", "usage": {"n": 1}}, begin]
        socket = await open_realtime_socket(ApiAddress(server.base_url, "key"), CONFIG, MESSAGE)
        assert server.path == "/api/threads/realtime"
        assert server.headers["x-api-key"] == "key"
        assert server.configuration == {
            "provider": "openai",
            "model": "m",
            "provider_options": {},
            "tools": [{"type": "function"}],
            "system_prompt": "Be brief.",
        }
        assert (socket.session_id, socket.thread_id, socket.assistant_id) == ("s", "t", "")
        assert socket.input_format == AudioFormat(encoding="pcm16", sample_rate=16_000, channels=1)
        assert socket.output_format == AudioFormat(
            encoding="pcm_s16le", sample_rate=24_000, channels=1
        )
        await socket.send_sound(b"\x00\x01")
        await socket.send_text("Hi")
        await socket.commit()
        await socket.cancel()
        await socket.send_tool_outputs(
            [RealtimeOutput(tool_call_id="1", name="f", output={"a": [1]})]
        )
        await socket.send_provider_event({"type": "native", "odd": None})
        assert [await server.hears() for _ in range(6)] == [
            b"\x00\x01",
            {"type": "text", "text": "Hi"},
            {"type": "commit"},
            {"type": "cancel"},
            {
                "type": "tool.outputs",
                "outputs": [{"tool_call_id": "1", "name": "f", "output": {"a": [1]}}],
            },
            {"type": "provider.event", "event": {"type": "native", "odd": None}},
        ]
        await server.say({"type": "audio.delta", "data": "AAE=", "item_id": "i"})
        await server.close()
        assert [event async for event in socket.events()] == [
            RealtimeEvent(type="usage", usage={"n": 1}),
            RealtimeEvent(type="audio.delta", data="AAE=", item_id="i"),
        ]


def test_an_event_with_odd_fields_keeps_the_others():
    odd = {"type": "x", "text": "Hi", "usage": "much", "new": 1, "hosted": True, "arguments": [1]}
    assert realtime_event({"text": "Hi"}) == RealtimeEvent(type="", text="Hi")
    assert realtime_event(odd) == RealtimeEvent(type="x", text="Hi", hosted=True, arguments=[1])
