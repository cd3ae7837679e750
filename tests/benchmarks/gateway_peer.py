"""A voice gateway in a process of its own that answers at once and notes what came and went when.

Prints its URL as JSON, then adds lines to the file it is given: ``{"turn": n, "sent_s": s}`` when
the first chunk of a reply left, ``{"block": n, "at_s": s}`` when a frame of the microphone came
(n is the frame's first sample), all in monotonic seconds. A prompt says how it is to be answered:
``{"chunks": n, "paced": bool}``, or ``{"at_s": [...]}`` with the time of each chunk. An utterance
is answered as soon as it is committed, with the number of chunks that is the second argument.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
import time
from pathlib import Path
from typing import Any, TextIO

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
    TranscriptCommitted,
    encode,
)
from tests.benchmarks.priority import take_priority

CHUNK_MS = 40
_CHUNK = (b"\x00\x10" * (24 * CHUNK_MS)).ljust(24 * CHUNK_MS * 2, b"\0")
_FORMAT = "pcm_24000"
_OUT_OF_THE_WAY_S = 0.005
"""Who is sent something may be woken on this core: a note made at once would be his delay."""


class Peer:
    """One client's gateway."""

    def __init__(self, socket: ServerConnection, notes: TextIO) -> None:
        self._socket = socket
        self._notes = notes
        self._turn = 0

    async def serve(self) -> None:
        await self._say(GatewayReady())
        async for frame in self._socket:
            if isinstance(frame, bytes):
                block = int.from_bytes(frame[:2], "little")
                self._note({"block": block, "at_s": time.monotonic()})
                continue
            message = json.loads(frame)
            if message["type"] == "audio.append":
                at_s, pcm = time.monotonic(), base64.b64decode(message["audio"])
                self._note({"block": int.from_bytes(pcm[:2], "little"), "at_s": at_s})
            elif message["type"] == "session.configure":
                session_id = message.get("session_id", "")
                extensions = ("assistant.cancel",)
                await self._say(GatewayConfigured(session_id=session_id, extensions=extensions))
            elif message["type"] == "text.prompt":
                await self._answer(json.loads(message["text"]))
            elif message["type"] == "audio.commit":
                await self._say(TranscriptCommitted(text="x"))
                wish = {"chunks": int(sys.argv[2]), "paced": False}
                await self._answer(wish, is_instant=True)

    async def _answer(self, wish: dict[str, Any], *, is_instant: bool = False) -> None:
        self._turn += 1
        turn = self._turn
        await self._say(AssistantStarted(text="x", turn_id=turn))
        await self._say(AssistantAudioStart(turn_id=turn, content_type="x", output_format=_FORMAT))
        if not is_instant:
            await asyncio.sleep(0.02 + random.uniform(0, 0.01))
        count = await self._stream(turn, wish)
        await asyncio.sleep(0.03)
        await self._say(AssistantMessage(text="x", turn_id=turn))
        await self._say(AssistantAudioEnd(turn_id=turn, output_format=_FORMAT, chunk_count=count))

    async def _stream(self, turn: int, wish: dict[str, Any]) -> int:
        audio = base64.b64encode(_CHUNK).decode()
        started_s, first_s = time.monotonic(), 0.0
        times = _times(wish)
        for index, due_s in enumerate(times, 1):
            chunk = AssistantAudioChunk(
                audio=audio, turn_id=turn, output_format=_FORMAT, chunk_index=index
            )
            wait_s = started_s + due_s - time.monotonic()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            text = encode(chunk).decode()
            sent_s = time.monotonic()
            await self._socket.send(text)
            first_s = first_s or sent_s
        await asyncio.sleep(_OUT_OF_THE_WAY_S)
        self._note({"turn": turn, "sent_s": first_s})
        return len(times)

    async def _say(self, message: GatewayServerMessage) -> None:
        await self._socket.send(encode(message).decode())

    def _note(self, row: dict[str, Any]) -> None:
        self._notes.write(json.dumps(row) + "\n")
        self._notes.flush()


def _times(wish: dict[str, Any]) -> list[float]:
    """When each chunk leaves, in seconds after the first; paced ones 200 ms ahead of real time."""
    if "at_s" in wish:
        return [float(at_s) for at_s in wish["at_s"]]
    if not wish["paced"]:
        return [0.0] * int(wish["chunks"])
    return [number * CHUNK_MS / 1000 - 0.2 for number in range(1, int(wish["chunks"]) + 1)]


async def main(notes: TextIO) -> None:
    """Serve until the parent closes our input."""
    take_priority()

    async def hold(socket: ServerConnection) -> None:
        await Peer(socket, notes).serve()

    async with serve(hold, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        greeting = {"url": f"ws://127.0.0.1:{port}/v1/voice/ws"}
        sys.stdout.write(json.dumps(greeting) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with Path(sys.argv[1]).open("a", encoding="utf-8") as file:
        asyncio.run(main(file))
