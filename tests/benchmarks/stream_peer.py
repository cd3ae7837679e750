"""A Backboard API in a process of its own that streams what its path asks for, at once.

Prints its port. ``text`` or ``sound`` as the message's content says which events; each is a piece
of its own, as application servers send them.
"""

from __future__ import annotations

import asyncio
import json

from tests.benchmarks.stream_wire import sound_events, text_events

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n"
)
_PIECES_PER_WRITE = 16


def pieces(events: list[bytes]) -> list[bytes]:
    """Chunked transfer coding, some pieces to a write."""
    coded = [b"%x\r\n%b\r\n" % (len(event), event) for event in events]
    step = _PIECES_PER_WRITE
    return [b"".join(coded[at : at + step]) for at in range(0, len(coded), step)]


async def main() -> None:
    answers = {"text": pieces(text_events()), "sound": pieces(sound_events())}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        wanted = json.loads(await reader.readexactly(size))["content"]
        writer.write(_HEAD)
        for piece in answers[wanted]:
            writer.write(piece)
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
