"""Whole messages over one TCP connection, for both ends of the link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from typing import Any, Generic, TypeVar

from desktop_app.errors import NetworkError
from desktop_app.link.codec import Decoder, encode
from desktop_app.link.messages import Intent, LinkEvent

_CHUNK_BYTES = 64 * 1024
_STUCK_BYTES = 8 * 1024 * 1024

_Message = TypeVar("_Message")


class MessageStream(Generic[_Message]):
    """One connection. Event loop only.

    Args:
        reader, writer: The two halves of an open connection.
        accepts: The union of what the peer may say.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, accepts: Any
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder: Decoder[_Message] = Decoder(accepts)

    async def messages(self) -> AsyncGenerator[_Message, None]:
        """What the peer says; ends when the connection does.

        Raises:
            ProtocolError: The peer speaks something else.
        """
        while data := await self._read():
            for message in self._decoder.feed(data):
                yield message

    def write(self, message: Intent | LinkEvent) -> None:
        """Send without waiting.

        Raises:
            NetworkError: ``link.lost``: it is closed, or the peer has long stopped reading.
            ProtocolError: ``link.too_long``.
        """
        transport = self._writer.transport
        is_over = transport.is_closing() or self._reader.at_eof()
        if is_over or transport.get_write_buffer_size() > _STUCK_BYTES:
            raise NetworkError("link.lost", "The connection inside Parley is lost.", retryable=True)
        self._writer.write(encode(message))

    async def write_all(self, messages: Iterable[Intent | LinkEvent]) -> None:
        """Send, and wait until the peer takes it.

        Raises:
            NetworkError: ``link.lost``.
            ProtocolError: ``link.too_long``.
        """
        for message in messages:
            self.write(message)
            try:
                await self._writer.drain()
            except OSError as error:
                raise NetworkError("link.lost", "The window is gone.", retryable=True) from error

    def abort(self) -> None:
        """Close at once; what was not sent is lost. Idempotent."""
        self._writer.transport.abort()

    async def aclose(self) -> None:
        """Close after what was written has left; at once when the peer does not read."""
        self._writer.close()
        try:
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self.abort()

    async def _read(self) -> bytes:
        try:
            return await self._reader.read(_CHUNK_BYTES)
        except OSError:
            return b""  # cut instead of closed; over is over
