"""Receives requests with files: streamed to disk, bounded, and gone when they are answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError, MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from desktop_app.database.failures import storage_errors
from desktop_app.service.clock import new_id
from desktop_app.service.http.bodies import Refused, invalid

MAX_UPLOAD_BYTES = 256 << 20
MAX_FIELD_BYTES = 8 << 20
MAX_PARTS = 1_000

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # a bad form is told to its sender

_NEVER_BYTES = 64 << 30  # a client that sends more than this is cut off without a word


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form.

    Attributes:
        name: Of the form's field: ``files``, ``audio_file``, ...
        filename: As the client calls it, without folders; never empty.
        path: Where it lies until the request is answered.
    """

    name: str
    filename: str
    content_type: str
    path: Path
    size_bytes: int


@dataclass(slots=True)
class Form:
    """A multipart request: texts by name (the last of a name counts) and files in order."""

    fields: dict[str, str] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)

    def files(self, name: str) -> list[Upload]:
        """The files of one field."""
        return [upload for upload in self.uploads if upload.name == name]

    def file(self, name: str) -> Upload | None:
        """The one file of a field.

        Raises:
            Refused: 422: there are several.
        """
        found = self.files(name)
        if len(found) > 1:
            raise invalid(name, "Only one file can be given here", "too_many")
        return found[0] if found else None


@asynccontextmanager
async def receive_form(request: Request, scratch: Path) -> AsyncIterator[Form]:
    """Read a multipart request to its end; its files are deleted when the block ends.

    A request that is refused is read to its end too, or the client would see a broken connection
    in place of the reason.

    Args:
        request: Whose content type is ``multipart/form-data``.
        scratch: Folder for the files.

    Raises:
        Refused: 400 (ended too early), 413 or 422.
        StorageError: The disk is full.
    """
    receiver = _Receiver(request.headers.get("content-type", ""), scratch)
    try:
        yield await receiver.read(request)
    finally:
        await asyncio.to_thread(receiver.clean_up)


class _Receiver:
    """Callbacks of the parser, on a thread; one instance per request."""

    def __init__(self, content_type: str, scratch: Path) -> None:
        self._form = Form()
        self._scratch = scratch
        self._paths: list[Path] = []
        self._file: BinaryIO | None = None
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[str, bytes] = {}
        self._field = bytearray()
        self._field_bytes = 0
        self._parts = 0
        self._is_over = False
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary:
            raise invalid("", "The form cannot be read: it has no boundary", "multipart_invalid")
        try:
            self._parser = self._open_parser(boundary)
        except FormParserError as error:
            raise invalid("", f"The form cannot be read: {error}", "multipart_invalid") from error

    def _open_parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_end": self._on_end,
            },
        )

    async def read(self, request: Request) -> Form:
        refusal: Refused | None = None
        received = 0
        try:
            async for piece in request.stream():
                received += len(piece)
                if received > _NEVER_BYTES:
                    break
                if refusal is None:
                    refusal = await self._take(piece, received)
        except ClientDisconnect as error:
            raise Refused(400, "The request ended too early.") from error  # read by nobody
        if refusal is None and not self._is_over:
            refusal = invalid("", "The form ended too early", "multipart_invalid")
        if refusal is not None:
            raise refusal
        return self._form

    async def _take(self, piece: bytes, received: int) -> Refused | None:
        if not piece:
            return None
        if received > MAX_UPLOAD_BYTES:
            return Refused(413, f"The files are larger than {MAX_UPLOAD_BYTES >> 20} MiB.")
        try:
            await asyncio.to_thread(self._parse, piece)
        except MultipartParseError as error:
            return invalid("", f"The form cannot be read: {error}", "multipart_invalid")
        except Refused as refused:
            return refused
        return None

    def _parse(self, piece: bytes) -> None:
        with storage_errors():
            self._parser.write(piece)

    def clean_up(self) -> None:
        """Close and delete what was written."""
        if self._file is not None:
            self._file.close()
        for path in self._paths:
            with contextlib.suppress(OSError):  # Windows: somebody still reads it
                path.unlink(missing_ok=True)

    # ---- called by the parser --------------------------------------------------------------

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise Refused(413, f"The form has more than {MAX_PARTS} parts.")
        self._headers = {}
        self._field = bytearray()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers_finished(self) -> None:
        if b"filename" in self._disposition():
            path = self._scratch / new_id()
            self._paths.append(path)
            self._file = path.open("wb")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(memoryview(data)[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > MAX_FIELD_BYTES:
            raise Refused(413, f"The texts are larger than {MAX_FIELD_BYTES >> 20} MiB.")
        self._field += data[start:end]

    def _on_part_end(self) -> None:
        options = self._disposition()
        name = options.get(b"name", b"").decode(errors="replace")
        if self._file is None:
            self._form.fields[name] = self._field.decode(errors="replace")
            return
        size = self._file.tell()
        self._file.close()
        self._file = None
        kind = self._headers.get("content-type", b"application/octet-stream")
        self._form.uploads.append(
            Upload(
                name,
                _plain_name(options[b"filename"].decode(errors="replace")),
                kind.decode("latin-1"),
                self._paths[-1],
                size,
            )
        )

    def _on_end(self) -> None:
        self._is_over = True

    def _disposition(self) -> dict[bytes, bytes]:
        return parse_options_header(self._headers.get("content-disposition", b""))[1]


def _plain_name(filename: str) -> str:
    """The name alone, whatever system's folders stand before it."""
    name = filename.replace("\\", "/").rpartition("/")[2].strip().replace("\0", "")
    return name[-255:] or "file"
