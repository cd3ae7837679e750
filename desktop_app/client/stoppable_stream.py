"""The stream of a reply, whose run can be stopped before the server has said its name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable

from desktop_app.client.api import BackboardApi
from desktop_app.client.http_connection import Delivery
from desktop_app.errors import AppError
from desktop_app.protocol.stream_dialect import StreamDialect
from desktop_app.tasks import Background

logger = logging.getLogger(__name__)

NAMED_WITHIN_S = 60.0
"""How long a stream that nobody wants any more is read for the name of its run."""

OpenStream = Callable[[str, Delivery], AsyncGenerator[bytes, None]]
"""The data of each event, in the thread of that id."""


class StoppableStream:
    """One stream; event loop only. A server may hear a recording or read files before it names the
    run, and a stream that is closed meanwhile stops nothing (contract section 5.7).

    Args:
        api: Stops the run, behind whoever leaves.
        dialect: Is fed by whoever reads ``pieces``.
        thread_id: Empty where the stream names it.
        open_stream: Is called once.
    """

    def __init__(
        self, api: BackboardApi, dialect: StreamDialect, thread_id: str, open_stream: OpenStream
    ) -> None:
        self._api = api
        self._dialect = dialect
        self._thread_id = thread_id
        self._delivery = Delivery()
        self._stream = open_stream(thread_id, self._delivery)
        # A piece is read by a task of its own until the run has a name: whoever waits for it may
        # be cancelled, which must not end the stream.
        self._readers = Background(_report)
        self._reading: asyncio.Task[bytes | None] | None = None
        self._is_left = False

    async def pieces(self, *, stops: bool = False) -> AsyncGenerator[bytes, None]:
        """The data of each event; consume it under ``contextlib.aclosing``.

        Args:
            stops: Leaving it before the reply is complete is ``stop``, too.

        Raises:
            NetworkError, ProtocolError: As the stream.
        """
        try:
            while not self._is_named:
                piece = await self._piece()
                if piece is None:
                    return
                yield piece
            async for piece in self._stream:
                yield piece
        finally:
            if stops and not self._dialect.is_complete:
                self.stop()
            if not self._is_left:
                await self._close()

    def stop(self, *, is_awaited: bool = True) -> None:
        """Have the run stopped; the reader leaves after this.

        Where the server has not got the whole request there is nothing to stop.

        Args:
            is_awaited: Whether a run without a name is stopped once it has one.
        """
        if self._is_named:
            self._stop_run()
        elif is_awaited and self._delivery.is_whole and not self._is_left:
            self._is_left = self._delivery.is_last_try = True
            self._api.run_behind(self._stop_late(), name=f"stop {id(self)}")

    @property
    def _is_named(self) -> bool:
        return bool(self._dialect.run_id and (self._thread_id or self._dialect.thread_id))

    def _stop_run(self) -> None:
        self._api.stop_run(self._thread_id or self._dialect.thread_id, self._dialect.run_id)

    async def _stop_late(self) -> None:
        """Read on, for the name alone."""
        try:
            async with asyncio.timeout(NAMED_WITHIN_S):
                while not (self._is_named or self._dialect.is_complete):
                    if (piece := await self._piece()) is None:
                        return
                    self._dialect.feed(piece)
            if not self._dialect.is_complete:
                self._stop_run()
        except TimeoutError:
            logger.info("The server did not name a run that was to be stopped.")
        finally:
            await self._close()

    async def _piece(self) -> bytes | None:
        """The next piece; None at the end."""
        if self._reading is None:
            self._reading = self._readers.run(self._read(), name="read")
        assert self._reading is not None, "nobody reads what is closed"
        piece = await asyncio.shield(self._reading)
        self._reading = None
        return piece

    async def _read(self) -> bytes | None:
        return await anext(self._stream, None)

    async def _close(self) -> None:
        await self._readers.aclose()
        await self._stream.aclose()


def _report(name: str, error: BaseException) -> None:
    if not isinstance(error, AppError):  # that is told to who waits for the piece
        logger.error("%s failed.", name, exc_info=error)
