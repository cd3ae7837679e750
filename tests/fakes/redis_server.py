"""A real Redis in a process of its own, on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes.openai_server import closed_port

LIMIT_S = 20.0


@asynccontextmanager
async def redis_server(folder: Path, port: int = 0) -> AsyncIterator[str]:
    """Its address; it has started, and is gone after the block.

    Args:
        folder: For its files; it writes none.
        port: 0 takes any free one.
    """
    port = port or closed_port()
    process = await asyncio.create_subprocess_exec(
        "redis-server",
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
        *("--save", "", "--appendonly", "no", "--daemonize", "no"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(LIMIT_S):
            while b"Ready to accept connections" not in (line := await process.stdout.readline()):
                assert line, "redis-server ended"
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        await process.communicate()
