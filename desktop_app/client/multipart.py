"""Files on their way to a server: read from disk as the connection takes them, never whole."""

from __future__ import annotations

import mimetypes
import os
import secrets
import stat
from asyncio import wrap_future
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from desktop_app.client.request_body import Content
from desktop_app.errors import InputError

BLOCK_BYTES = 256 << 10
UNKNOWN_TYPE = "application/octet-stream"

Progress = Callable[[int, int], None]
"""Bytes of the files that the connection has taken, and that there are. Starts anew on a retry."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that is only in memory."""

    filename: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a form."""

    field: str
    source: Path | Recording


@dataclass(frozen=True, slots=True)
class _Opened:
    head: bytes
    file: BinaryIO
    size: int
    name: str


class MultipartBody:
    """A form with fields and files; async iterable anew at each ``opened``.

    Args:
        fields: Text by name.
        parts: In the order in which they are sent.
        progress: Told after each block that the connection has taken.
    """

    def __init__(
        self, fields: Mapping[str, str], parts: Sequence[Part], progress: Progress | None = None
    ) -> None:
        self._fields = dict(fields)
        self._parts = tuple(parts)
        self._progress = progress
        self._boundary = secrets.token_hex(16)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Content]:
        """Every file open and measured.

        Raises:
            InputError: ``upload.unreadable``, ``upload.empty``; while it is sent
                ``upload.changed``.
        """
        # One thread opens, reads and closes, in this order even when the sender was cancelled.
        worker = ThreadPoolExecutor(1, thread_name_prefix="upload")
        kept = ExitStack()
        try:
            opened = await wrap_future(worker.submit(self._open, kept))
            start, end = self._start(), f"--{self._boundary}--\r\n".encode()
            size = len(start) + sum(len(one.head) + one.size + 2 for one in opened) + len(end)
            async with aclosing(self._blocks(worker, start, opened, end)) as blocks:
                kind = f"multipart/form-data; boundary={self._boundary}"
                yield Content({"Content-Type": kind, "Content-Length": str(size)}, blocks)
        finally:
            worker.submit(kept.close)
            worker.shutdown(wait=False)

    def _open(self, kept: ExitStack) -> list[_Opened]:
        return [self._opened_part(part, kept) for part in self._parts]

    def _opened_part(self, part: Part, kept: ExitStack) -> _Opened:
        if isinstance(part.source, Recording):
            name, kind = part.source.filename, part.source.mime_type
            file: BinaryIO = kept.enter_context(BytesIO(part.source.content))
            size = len(part.source.content)
        else:
            name, kind = _sayable_name(part.source), mime_type_of(part.source)
            file, size = _opened_file(part.source, kept)
        if size == 0:
            raise InputError("upload.empty", f"{name} is empty.", file=name)
        head = (
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{_quoted(part.field)}"; '
            f'filename="{_quoted(name)}"\r\nContent-Type: {kind}\r\n\r\n'
        )
        return _Opened(head.encode(), file, size, name)

    def _start(self) -> bytes:
        fields = [
            f'--{self._boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'
            f"{value}\r\n"
            for name, value in self._fields.items()
        ]
        return "".join(fields).encode()

    async def _blocks(
        self, worker: ThreadPoolExecutor, start: bytes, opened: list[_Opened], end: bytes
    ) -> AsyncGenerator[bytes, None]:
        sent, total = 0, sum(one.size for one in opened)
        if start:
            yield start
        for one in opened:
            yield one.head
            left = one.size
            while left:
                read = worker.submit(_read, one, min(left, BLOCK_BYTES))
                block = await wrap_future(read)
                left -= len(block)
                yield block
                sent += len(block)
                if self._progress is not None:
                    self._progress(sent, total)
            yield b"\r\n"
        yield end


def mime_type_of(path: Path) -> str:
    """By the file's name."""
    return mimetypes.guess_type(path.name)[0] or UNKNOWN_TYPE


def _sayable_name(path: Path) -> str:
    """With question marks where Linux has bytes that are no UTF-8."""
    return path.name.encode(errors="replace").decode()


def _opened_file(path: Path, kept: ExitStack) -> tuple[BinaryIO, int]:
    try:
        # Not blocking, or a pipe without a writer would hold the thread for ever.
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        file = kept.enter_context(os.fdopen(os.open(path, flags), "rb"))
        facts = os.fstat(file.fileno())
    except OSError as error:
        why = error.strerror or "it cannot be opened"
        raise _unreadable(_sayable_name(path), why) from error
    if not stat.S_ISREG(facts.st_mode):
        raise _unreadable(_sayable_name(path), "it is not a file")
    return file, facts.st_size


def _read(one: _Opened, count: int) -> bytes:
    try:
        block = one.file.read(count)
    except OSError as error:
        raise _unreadable(one.name, error.strerror or "reading it failed") from error
    if not block:
        raise InputError(
            "upload.changed", f"{one.name} became shorter while it was sent.", file=one.name
        )
    return block


def _unreadable(name: str, why: str) -> InputError:
    return InputError("upload.unreadable", f"{name} cannot be read: {why}.", file=name)


def _quoted(name: str) -> str:
    """As servers read a quoted text back; what browsers write, ``%22``, stays in the name there."""
    told = name.replace("\\", "\\\\").replace('"', '\\"')
    return told.replace("\r", "%0D").replace("\n", "%0A")
