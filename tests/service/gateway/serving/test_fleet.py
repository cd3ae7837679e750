"""Two gateway processes behind a balancer, with a Redis that both share."""

from __future__ import annotations

import asyncio
import base64
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from desktop_app.service.gateway.answering.own_registrations import KEEP_KEYS_S
from desktop_app.service.runs.history import STOPPED_HERE
from tests.fakes.gateway_process import gateway_process
from tests.fakes.http_server import HttpAnswer, http_server
from tests.fakes.openai_server import OpenAiServer, closed_port, openai_server
from tests.fakes.redis_server import redis_server
from tests.service.conftest import Socket
from tests.service.gateway_rig import TOKEN

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed here"
)

LIMIT_S = 60
PIECE = 1 << 16


@asynccontextmanager
async def balancer(*ports: int) -> AsyncIterator[int]:
    """Where to connect: each connection goes to the first of ``ports`` that takes it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in ports:
            try:
                there, back = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(pass_on(reader, back))
                tasks.create_task(pass_on(there, writer))
            return
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def ask(socket: Socket, text: str) -> str:
    await socket.say("text.prompt", text=text)
    return str((await socket.until("assistant.message"))["text"])


def heard_by(model: OpenAiServer) -> list[list[str]]:
    """What the model was told, turn by turn."""
    asked = model.asked_of("/v1/chat/completions")
    return [[each["content"] for each in one.json["messages"]] for one in asked]


async def test_a_conversation_goes_on_after_its_process_was_killed(tmp_path: Path):
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_server(tmp_path))
        model = await stack.enter_async_context(openai_server())
        model.stream('{"choices":[{"delta":{"content":"Hello Ada."}}]}', "[DONE]")
        variables = {
            "REDIS_URL": redis,
            "GATEWAY_TOKEN": TOKEN,
            "LLM_BASE_URL": model.url,
            "LLM_MODEL": "m",
        }
        first, second = [
            stack.enter_context(gateway_process(tmp_path, variables)) for _ in range(2)
        ]
        port = await stack.enter_async_context(balancer(first.port, second.port))
        url = f"ws://127.0.0.1:{port}/v1/voice/ws?token={TOKEN}"
        async with connect(url) as connection:
            socket = Socket(connection)
            await socket.configured(session_id="desk")
            assert await ask(socket, "My name is Ada.") == "Hello Ada."
            await asyncio.to_thread(first.kill)
            with pytest.raises(ConnectionClosed):
                await ask(socket, "Are you there?")
        async with connect(url) as connection:
            socket = Socket(connection)
            await socket.configured(session_id="desk")
            await ask(socket, "What is my name?")
        async with connect(url) as connection:
            socket = Socket(connection)
            await socket.configured(session_id="another desk")
            await ask(socket, "Who am I?")
    assert heard_by(model) == [
        ["My name is Ada."],
        ["My name is Ada.", "Hello Ada.", "What is my name?"],
        ["Who am I?"],
    ]


async def test_a_registration_with_a_key_is_known_to_all_and_readable_to_none(tmp_path: Path):
    key = "sk-of-a-client"
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_server(tmp_path))
        model = await stack.enter_async_context(openai_server())
        model.stream('{"choices":[{"delta":{"content":"Hello."}}]}', "[DONE]")
        variables = {
            "REDIS_URL": url,
            "GATEWAY_TOKEN": TOKEN,
            "ALLOW_FRONTEND_BACKEND_AUTH": "true",
            "GATEWAY_ALLOW_LOCAL_URLS": "true",
        }
        first, second = [
            stack.enter_context(gateway_process(tmp_path, variables)) for _ in range(2)
        ]
        http = await stack.enter_async_context(
            httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=LIMIT_S)
        )
        backend = {"provider": "openai", "api_key": key, "base_url": model.url, "model": "m"}
        made = await http.post(f"http://127.0.0.1:{first.port}/v1/register", json=backend)
        asked = {"message": "Hi", **made.json()}
        answer = await http.post(f"http://127.0.0.1:{second.port}/v1/chat", json=asked)
        assert answer.json()["text"] == "Hello."
        redis = Redis.from_url(url, decode_responses=True)
        stack.push_async_callback(redis.aclose)
        (name,) = await redis.keys("*sealed*")
        assert 0 < await redis.ttl(name) <= KEEP_KEYS_S
        sealed = str(await redis.get(name))
        assert key not in sealed
        assert key.encode() not in base64.urlsafe_b64decode(sealed)
    assert f"Bearer {key}" in model.asked_of("/v1/chat/completions")[0].head


async def test_a_redis_that_goes_away_is_told_and_found_again(tmp_path: Path):
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(openai_server())
        model.stream('{"choices":[{"delta":{"content":"Hello."}}]}', "[DONE]")
        variables = {"LLM_BASE_URL": model.url, "LLM_MODEL": "m", "GATEWAY_TOKEN": TOKEN}
        redis_port = closed_port()
        async with redis_server(tmp_path, redis_port) as redis:
            shared = {"REDIS_URL": redis, **variables}
            gateway = stack.enter_context(gateway_process(tmp_path, shared))
            url = f"ws://127.0.0.1:{gateway.port}/v1/voice/ws?token={TOKEN}"
            socket = Socket(await stack.enter_async_context(connect(url)))
            await socket.configured(session_id="desk")
            await ask(socket, "One")
        await socket.say("text.prompt", text="Two")
        error = await socket.until("error")
        assert error["code"] == "state.unreachable"
        assert "redis://" not in error["message"]
        async with redis_server(tmp_path, redis_port):
            assert await ask(socket, "Three") == "Hello."
    assert heard_by(model)[-1] == ["Three"], "that Redis kept nothing on a disk"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
async def test_what_was_written_when_a_process_is_told_to_end_is_kept(tmp_path: Path):
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(redis_server(tmp_path))
        piece = b'data: {"choices":[{"delta":{"content":"Once upon"}}]}\n\n'
        endless = HttpAnswer(content_type="text/event-stream", pieces=(piece,), is_endless=True)
        model = await stack.enter_async_context(http_server(lambda _request: endless))
        variables = {"REDIS_URL": redis, "LLM_BASE_URL": model.url, "LLM_MODEL": "m"}
        for text in ("A story, please.", "Go on."):
            gateway = stack.enter_context(gateway_process(tmp_path, variables))
            async with connect(f"ws://127.0.0.1:{gateway.port}/v1/voice/ws") as connection:
                socket = Socket(connection)
                await socket.configured(session_id="desk")
                await socket.say("text.prompt", text=text)
                await socket.until("assistant.delta")
                gateway.process.send_signal(signal.SIGTERM)
                await connection.wait_closed()
            assert await asyncio.to_thread(gateway.process.wait, LIMIT_S) == 0
    told = [each["content"] for each in model.requests[-1].json()["messages"]]
    assert told == ["A story, please.", f"Once upon {STOPPED_HERE}", "Go on."]
