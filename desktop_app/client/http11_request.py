"""One request as HTTP/1.1 sends it (RFC 9112): a head, and a body of a known length or chunked."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterable

import httpx

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN = re.compile(rb"[\x00\r\n]")


async def wire_of(request: httpx.Request) -> AsyncGenerator[bytes, None]:
    """The bytes to send, in blocks; a body that is in memory comes with its head.

    Raises:
        httpx.LocalProtocolError: A header cannot be sent, or the body is not as long as said.
    """
    head = _head_of(request)
    if isinstance(request.stream, httpx.ByteStream):
        yield head + request.content
        return
    yield head
    assert isinstance(request.stream, AsyncIterable)  # httpx refuses any other
    length = request.headers.get("content-length")
    left = None if length is None else int(length)
    async for block in request.stream:
        if not block:
            continue  # an empty chunk would be the end
        if left is None:
            yield b"%x\r\n%b\r\n" % (len(block), block)
            continue
        left -= len(block)
        if left < 0:
            break
        yield block
    if left:
        raise httpx.LocalProtocolError("the body is not as long as its Content-Length")
    if left is None:
        yield b"0\r\n\r\n"


def _head_of(request: httpx.Request) -> bytes:
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    for name, value in request.headers.raw:
        if not _NAME.fullmatch(name):
            raise httpx.LocalProtocolError(f"{name!r} is no name of a header")
        lines.append(name + b": " + value)
    if any(map(_FORBIDDEN.search, lines)):
        raise httpx.LocalProtocolError("a header has a line break or a zero byte")
    return b"\r\n".join((*lines, b"", b""))
