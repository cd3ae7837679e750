"""A program of the person's own that answers the function calls of a model."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence

import msgspec

from desktop_app.engine.tool_desk import RunTool
from desktop_app.errors import InputError
from desktop_app.protocol.commands import ToolOutput
from desktop_app.protocol.events import ToolCall
from desktop_app.settings import ToolSettings

WITHIN_S = 120.0
LONGEST_BYTES = 1 << 20


class ToolCommand:
    """Runs ``command NAME`` for each call, the arguments as JSON on its standard input.

    What it prints is the output. Never through a shell: what a model writes is nobody's command.

    Raises:
        InputError: ``tools.command``: it cannot be read as a command.
    """

    def __init__(self, command: str) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise InputError("tools.command", f"--tool-command cannot be read: {error}.") from error
        if not self._words:
            raise InputError("tools.command", "--tool-command is empty.")

    async def outputs(self, calls: Sequence[ToolCall]) -> tuple[ToolOutput, ...]:
        """One for each call, in order; a failure is told to the model as the output."""
        return tuple([ToolOutput(call.id, await self.output(call)) for call in calls])

    async def output(self, call: ToolCall) -> str:
        """What the program prints for this call; a failure is told to the model as the output."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._words,
                call.name,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            return _failure(error.strerror or str(error))
        try:
            async with asyncio.timeout(WITHIN_S):
                output, errors = await process.communicate(call.arguments.encode())
        except TimeoutError:
            return _failure(f"it took longer than {WITHIN_S:.0f} seconds")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            said = errors.decode(errors="replace").strip().splitlines()
            return _failure(said[-1] if said else f"exit code {process.returncode}")
        return output[:LONGEST_BYTES].decode(errors="replace").strip()


def program_of(settings: ToolSettings) -> RunTool | None:
    """The program of the settings; one that cannot be read as a command is none."""
    try:
        command = ToolCommand(settings.command)
    except InputError:
        return None
    return command.output


def _failure(reason: str) -> str:
    return msgspec.json.encode({"error": f"The function failed: {reason}."}).decode()
