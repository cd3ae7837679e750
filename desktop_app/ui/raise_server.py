"""Listens for second starts, which ask the first window to come to the front."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from pathlib import Path

from desktop_app.ui.single_instance import LINE_BYTES


async def listen(address: Path, raised: Callable[[], None]) -> asyncio.Server:
    """Call ``raised`` whenever a second start asks; ``address`` tells it where and how.

    Raises:
        OSError: No loopback port, or the file cannot be written.
    """
    token = secrets.token_hex(16)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(2):
                line = await reader.readline()
            if secrets.compare_digest(line.strip(), f"raise {token}".encode()):
                raised()
                writer.write(b"raised\n")
                await writer.drain()
        except (OSError, ValueError, TimeoutError):
            return  # whoever it was is no second start
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=LINE_BYTES)
    port = server.sockets[0].getsockname()[1]
    _write(address, json.dumps({"port": port, "token": token}))
    return server


def _write(address: Path, text: str) -> None:
    """A few bytes, readable by this user alone."""
    address.touch(mode=0o600)
    address.write_text(text, "utf-8")
