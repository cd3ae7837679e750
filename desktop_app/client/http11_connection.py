"""One connection to an HTTP/1.1 server, on the event loop: a request out, its answer in."""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncIterable
from typing import cast

import httpx

from desktop_app.client.http11_answer import Http11Answer

READ_AHEAD_BYTES = 256 << 10
"""Of a body that nobody takes; then the server has to wait."""


class Http11Connection(asyncio.Protocol):
    """Carries one exchange at a time; event loop only, one task at a time.

    In this order: ``begin``, ``send``, ``head``, ``piece`` until it is empty, and ``rest`` where
    ``is_reusable`` says that another may follow.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: Http11Answer | None = None
        self._is_sent = False
        self._is_full = False  # the socket takes no more for now
        self._fault: httpx.TransportError | None = None
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._news: asyncio.Future[None] | None = None

    def begin(self, method: str) -> None:
        """A request with this method follows."""
        self._answer = Http11Answer(method)
        self._is_sent = False

    async def send(self, blocks: AsyncIterable[bytes], timeout_s: float | None) -> None:
        """Send a request; returns early, its rest unsent, where the answer does not wait for it.

        A connection that is lost shows in ``head``: an answer may have come before.

        Raises:
            httpx.WriteTimeout: The server took nothing for so long.
        """
        async for block in blocks:
            await self._look()
            if self._is_settled:
                return
            self._open_transport.write(block)
            while self._is_full and not self._is_settled:
                await self._wait(timeout_s, httpx.WriteTimeout)
        self._is_sent = True

    async def head(self, timeout_s: float | None) -> Http11Answer:
        """The answer, once its head is there.

        Raises:
            httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError
        """
        answer = self._current
        while not answer.has_head:
            if self._fault is not None:
                raise self._fault
            await self._wait(timeout_s, httpx.ReadTimeout)
        return answer

    async def piece(self, timeout_s: float | None) -> bytes:
        """What has come of the body since the last piece, waiting for some; empty at its end.

        Raises:
            httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError
        """
        answer = self._current
        while not (piece := answer.take()):
            if answer.is_complete:
                return b""
            if self._fault is not None:
                raise self._fault
            await self._wait(timeout_s, httpx.ReadTimeout)
        self._open_transport.resume_reading()
        return piece

    @property
    def is_unanswered(self) -> bool:
        """Whether no byte has come since the request."""
        return not self._current.has_begun

    @property
    def is_reusable(self) -> bool:
        """Whether the exchange has ended in a way that lets another follow."""
        answer = self._current
        return self._is_sent and answer.is_complete and answer.keeps_alive and not self._is_gone

    @property
    def is_stale(self) -> bool:
        """Whether a resting connection is of no use any more: the server hung up, or spoke."""
        return self._is_gone or self._is_readable()

    def rest(self) -> None:
        """Between two exchanges."""
        self._answer = None
        self._open_transport.resume_reading()

    def abort(self) -> None:
        """Hang up at once. Idempotent."""
        self._fault = self._fault or httpx.ReadError("the connection was closed")
        if self._transport is not None:
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Return when the socket is closed."""
        await asyncio.shield(self._lost)

    # ---- called by the loop ----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # a stream's transport
        # So that ``send`` tells what was taken. Not 0: at that, TLS waits with an empty buffer.
        self._transport.set_write_buffer_limits(high=1)

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:
            self.abort()  # nobody asked
            return
        try:
            answer.feed(data)
        except httpx.RemoteProtocolError as error:
            self._fault = self._fault or error
        if answer.waiting_bytes > READ_AHEAD_BYTES:
            self._open_transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc)
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    # ---- within ----------------------------------------------------------------------------

    @property
    def _current(self) -> Http11Answer:
        assert self._answer is not None, "begin comes first"
        return self._answer

    @property
    def _open_transport(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    @property
    def _is_gone(self) -> bool:
        return self._fault is not None or self._open_transport.is_closing()

    @property
    def _is_settled(self) -> bool:
        """Whether sending more of the request is of no use."""
        return self._current.has_head or self._is_gone

    def _end(self, error: Exception | None) -> None:
        """Nothing more will come."""
        answer = self._answer
        if self._fault is None and error is not None:
            self._fault = httpx.ReadError(str(error))
        elif self._fault is None and answer is not None:
            try:
                answer.end()
            except httpx.RemoteProtocolError as fault:
                self._fault = fault
        self._wake()

    async def _look(self) -> None:
        """Let the loop read what is there: a write that fails would make it close unread."""
        for _ in range(2):  # the first lets it find out, the second lets it tell us
            if self._is_gone or not self._is_readable():
                return
            await asyncio.sleep(0)

    def _is_readable(self) -> bool:
        return _is_readable(self._open_transport.get_extra_info("socket").fileno())

    async def _wait(self, timeout_s: float | None, late: type[httpx.TimeoutException]) -> None:
        """Until something has happened."""
        self._news = news = self._loop.create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await news
        except TimeoutError:
            raise late(f"nothing happened for {timeout_s} s") from None
        finally:
            self._news = None

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


def _is_readable(socket: int) -> bool:
    """Whether something has come, or the end; True for a closed socket (-1)."""
    if socket < 0:
        return True
    if hasattr(select, "poll"):  # ``select`` cannot look at high numbers
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([socket], [], [], 0)[0])
