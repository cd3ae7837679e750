"""Has files read in a process of its own, so that a hostile one can end nothing but that."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop_app.children import own_program
from desktop_app.errors import ChildError
from desktop_app.prose import mark
from desktop_app.service.documents.reading_messages import (
    LENGTH,
    Answer,
    Passages,
    ReadFile,
    ReadingFailed,
    answer_from,
    framed,
)

COMMAND = "read-documents"

_MOST_ANSWER_BYTES = 8 << 20
_MOST_FILES = 200
_ENDS_WITHIN_S = 2.0
_PIECE_BYTES = 1 << 20
_MOST_TIMES = 6
_TWICE_AT_BYTES = 40 << 20
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_TOO_LONG = mark("It took too long to read: it may be damaged, or made to be so.")
_DIED = mark("It could not be read: it needs too much memory, or it is damaged.")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How long one file may take: a small one this long, a large one up to six times as long.

    Ten seconds are ten times what honest files need, so that a hostile one delays those behind it
    no longer than that.

    Attributes:
        cpu_s: Of computing, where the system can bound it.
        wall_s: On the clock; longer, as other programs may take their share.
    """

    cpu_s: int = 10
    wall_s: float = 40.0

    def of(self, size_bytes: int) -> ReadingLimits:
        """Those of a file of a size."""
        share = min(_MOST_TIMES, 1 + size_bytes / _TWICE_AT_BYTES)
        return ReadingLimits(round(self.cpu_s * share), self.wall_s * share)


class Extractor:
    """Reads one file at a time; its process starts when needed and again when it died.

    Args:
        program: What to run instead of this program's own reading process.
    """

    def __init__(
        self, limits: ReadingLimits | None = None, program: Sequence[str] | None = None
    ) -> None:
        self._limits = limits or ReadingLimits()
        self._program = program or [*own_program(), COMMAND]
        self._process: Process | None = None
        self._files = 0
        self._one_at_a_time = asyncio.Lock()

    @property
    def process_id(self) -> int | None:
        """The reading process's number, while there is one."""
        return self._process.pid if self._process is not None else None

    async def read(
        self, path: Path, ending: str, size_bytes: int = 0
    ) -> AsyncGenerator[Answer, None]:
        """Passages in batches, then exactly one ReadingDone or ReadingFailed.

        Args:
            path: The file.
            ending: Of its real name, lower case with its dot.
            size_bytes: Its size: a large file may take longer.

        Raises:
            ChildError: ``documents.no_reader``: the process cannot be started.
        """
        async with self._one_at_a_time:
            process = await self._running()
            is_settled = False
            limits = self._limits.of(size_bytes)
            deadline = asyncio.get_running_loop().time() + limits.wall_s
            try:
                order = ReadFile(str(path), ending, limits.cpu_s)
                async with asyncio.timeout_at(deadline):
                    await _ask(process, order)
                while not is_settled:
                    async with asyncio.timeout_at(deadline):  # never around the caller's work
                        answer = await _answer(process)
                    is_settled = not isinstance(answer, Passages)
                    yield answer
            except TimeoutError:
                yield ReadingFailed(_TOO_LONG)
            except (EOFError, OSError, msgspec.DecodeError):
                await self._end()
                yield ReadingFailed(_reason(process.returncode))
            finally:
                if not is_settled:
                    await self._end(is_busy=True)
                elif self._files >= _MOST_FILES:
                    await self._end()

    async def rest(self) -> None:
        """End the process until the next file comes; not while a file is read."""
        async with self._one_at_a_time:
            await self._end()

    async def aclose(self) -> None:
        """End the process. Idempotent."""
        await self._end()

    async def _running(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            self._files += 1
            return self._process
        await self._end()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._program,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=without_secrets(os.environ),
                start_new_session=True,  # Ctrl+C in the terminal is for the service
                creationflags=_no_console(),
            )
        except OSError as error:
            raise ChildError(
                "documents.no_reader",
                "Files cannot be read: the process that reads them does not start.",
                retryable=True,
            ) from error
        self._files = 1
        return self._process

    async def _end(self, *, is_busy: bool = False) -> None:
        """End the process: one that is not busy does so itself when nothing more can come."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(0 if is_busy else _ENDS_WITHIN_S):
                await _ended(process)
        except TimeoutError:
            _kill(process)
            await _ended(process)


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that may be taken over by a hostile file."""
    return {
        name: value
        for name, value in environment.items()
        if not any(word in name.upper() for word in _SECRETS)
    }


def _kill(process: Process) -> None:
    """Not by the process's own method: it looks whether it has ended already, which takes the exit
    code away from asyncio, and 255 is told in its place.
    """
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.kill(process.pid, signal.SIGKILL)


async def _ended(process: Process) -> None:
    assert process.stdout is not None
    while await process.stdout.read(_PIECE_BYTES):
        pass  # what was not taken would keep the pipe open
    await process.wait()


async def _ask(process: Process, order: ReadFile) -> None:
    assert process.stdin is not None
    process.stdin.write(framed(order))
    await process.stdin.drain()


async def _answer(process: Process) -> Answer:
    """Raises:
    EOFError, msgspec.DecodeError: It died, or is not itself any more.
    """
    assert process.stdout is not None
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if length > _MOST_ANSWER_BYTES:
        raise EOFError
    return answer_from(await process.stdout.readexactly(length))


def _reason(code: int | None) -> str:
    """What a process that ended in the midst of a file says of the file."""
    return _TOO_LONG if sys.platform != "win32" and code == -signal.SIGXCPU else _DIED


def _no_console() -> int:
    if sys.platform == "win32":
        import subprocess

        return subprocess.CREATE_NO_WINDOW
    return 0
