"""Asks the person at the terminal for the outputs of a model's function calls."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Sequence

from desktop_app.commands.terminal.text_sink import harmless
from desktop_app.protocol.commands import ToolOutput
from desktop_app.protocol.events import ToolCall

_LONGEST_BYTES = 1 << 16


class ToolPrompt:
    """One line for each call; an empty one is an empty output.

    Args:
        source: File descriptor that is read; standard input by default.
    """

    def __init__(self, source: int = 0) -> None:
        self._source = source

    async def outputs(self, calls: Sequence[ToolCall]) -> tuple[ToolOutput, ...]:
        """One for each call, in order."""
        return tuple([ToolOutput(call.id, await self._output(call)) for call in calls])

    async def _output(self, call: ToolCall) -> str:
        sys.stderr.write(f"Output of {harmless(call.name)}: ")
        sys.stderr.flush()
        return await self._line()

    async def _line(self) -> str:
        """What is typed next. Leaves a thread behind where nothing is: nothing can wake it."""
        loop = asyncio.get_running_loop()
        typed: asyncio.Future[str] = loop.create_future()

        def tell(line: str) -> None:
            if not typed.done():
                typed.set_result(line)

        def read() -> None:
            try:
                line = os.read(self._source, _LONGEST_BYTES)  # a buffered reader locks the exit
            except OSError:
                line = b""
            if not loop.is_closed():
                loop.call_soon_threadsafe(tell, line.decode(errors="replace").strip())

        threading.Thread(target=read, name="typed line", daemon=True).start()
        return await typed
