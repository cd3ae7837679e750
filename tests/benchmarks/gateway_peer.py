"""A voice gateway in a process of its own that answers at once and notes when it sent what.

Prints its URL as JSON, then adds a line per reply to the file it is given:
``{"turn": n, "sent_s": monotonic seconds}``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from desktop_app.protocol.gateway import (
    AssistantAudioChunk,
    AssistantAudioEnd,
    AssistantAudioStart,
    AssistantMessage,
    AssistantStarted,
    GatewayConfigured,
    GatewayReady,
    GatewayServerMessage,
    encode,
)

CHUNK_MS = 40
_CHUNK = (b"\x00\x10" * (24 * CHUNK_MS)).ljust(24 * CHUNK_MS * 2, b"\0")
_FORMAT = "pcm_24000"


class Peer:
    """One client's gateway: ``{"chunks": n, "paced": bool}`` as a prompt says how to answer."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._turn = 0

    async def serve(self) -> None:
        await self._say(GatewayReady())
        async for frame in self._socket:
            if isinstance(frame, bytes):
                continue
            message = json.loads(frame)
            if message["type"] == "session.configure":
                session_id = message.get("session_id", "")
                extensions = ("assistant.cancel",)
                await self._say(GatewayConfigured(session_id=session_id, extensions=extensions))
            elif message["type"] == "text.prompt":
                await self._answer(json.loads(message["text"]))

    async def _answer(self, wish: dict[str, Any]) -> None:
        self._turn += 1
        turn = self._turn
        await self._say(AssistantStarted(text="x", turn_id=turn))
        await self._say(AssistantAudioStart(turn_id=turn, content_type="x", output_format=_FORMAT))
        await asyncio.sleep(0.02 + random.uniform(0, 0.01))
        await self._stream(turn, wish["chunks"], paced=wish["paced"])
        await asyncio.sleep(0.03)
        await self._say(AssistantMessage(text="x", turn_id=turn))
        await self._say(
            AssistantAudioEnd(turn_id=turn, output_format=_FORMAT, chunk_count=wish["chunks"])
        )

    async def _stream(self, turn: int, chunks: int, *, paced: bool) -> None:
        audio = base64.b64encode(_CHUNK).decode()
        started_s = time.monotonic()
        for index in range(1, chunks + 1):
            chunk = AssistantAudioChunk(
                audio=audio, turn_id=turn, output_format=_FORMAT, chunk_index=index
            )
            if paced:  # 200 ms ahead of real time
                ahead_s = index * CHUNK_MS / 1000 - 0.2 - (time.monotonic() - started_s)
                await asyncio.sleep(max(0.0, ahead_s))
            text = encode(chunk).decode()
            sent_s = time.monotonic()
            await self._socket.send(text)
            if index == 1:
                _note({"turn": turn, "sent_s": sent_s})

    async def _say(self, message: GatewayServerMessage) -> None:
        await self._socket.send(encode(message).decode())


def _note(row: dict[str, Any]) -> None:
    with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


async def main() -> None:
    """Serve until the parent closes our input."""

    async def hold(socket: ServerConnection) -> None:
        await Peer(socket).serve()

    async with serve(hold, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        greeting = {"url": f"ws://127.0.0.1:{port}/v1/voice/ws"}
        sys.stdout.write(json.dumps(greeting) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
