"""Reads the body of an answer within bounds, whatever the server sends and however it is packed."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import httpx

MAX_ANSWER_BYTES = 64 << 20
"""More than any JSON that the contract has: a spoken answer in base64."""

MAX_REFUSAL_BYTES = 1 << 20
PACKING = "gzip"
"""What to ask for: what unpacks in one step can be unpacked in small pieces."""

_GZIP = 16 + zlib.MAX_WBITS
_PIECE_BYTES = 1 << 16


async def pieces_of(response: httpx.Response) -> AsyncIterator[bytes]:
    """The unpacked body, in pieces as they come, none of them much longer than what was sent.

    Raises:
        httpx.HTTPError: The connection failed; ``DecodingError``: it is packed in another way
            than asked for, or wrongly.
    """
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("identity", ""):
        async for piece in response.aiter_raw():
            yield piece
        return
    if packing not in (PACKING, f"x-{PACKING}"):
        raise httpx.DecodingError("it is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(_GZIP)
    async for packed in response.aiter_raw():
        while packed:
            try:
                piece = unpacker.decompress(packed, _PIECE_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from error
            packed = unpacker.unconsumed_tail
            yield piece


async def answer_of(response: httpx.Response) -> httpx.Response:
    """The answer with its body, no longer in need of the connection.

    Of a refusal, only the beginning of a long body is read.

    Raises:
        httpx.HTTPError: As for ``pieces_of``; ``DecodingError``: it is longer than any answer.
    """
    bound = MAX_ANSWER_BYTES if response.is_success else MAX_REFUSAL_BYTES
    pieces, size = [], 0
    async for piece in pieces_of(response):
        pieces.append(piece)
        size += len(piece)
        if size > bound and response.is_success:
            raise httpx.DecodingError(f"it is longer than {bound >> 20} MB")
        if size > bound:
            break
    known = ("retry-after", "date", "content-type")
    headers = {name: response.headers[name] for name in known if name in response.headers}
    return httpx.Response(
        response.status_code, headers=headers, content=b"".join(pieces), request=response.request
    )
