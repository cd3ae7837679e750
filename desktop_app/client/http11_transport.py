"""The way to a server that httpx takes here: straight, over HTTP/1.1, parsed in C.

What httpx brings along reads each chunk of a stream in Python and wakes a task for each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from ssl import SSLContext
from typing import Any
from urllib.request import getproxies

import httpx

from desktop_app.client.dialing import dial
from desktop_app.client.http11_connection import Http11Connection
from desktop_app.client.http11_request import wire_of
from desktop_app.network_access import trust_context

MAX_CONNECTIONS = 1_000
"""A gateway asks for as many sessions at once as it holds."""

MAX_IDLE = 20
IDLE_S = 5.0
"""How long a connection may rest; servers commonly hang up after 5 s or more."""

REQUEST_SENT = "http11.send_request_body.complete"
"""The one step that a request's extension ``trace`` is told, called as httpx's transport does."""

SENDING_REQUEST = "http11.send_request_body.started"
"""Told by httpx's transport alone, once for what it asks a proxy, and once for the request."""

_SAFE = frozenset({"GET", "HEAD"})
_PROXIES = frozenset({"http", "https", "all"})

_Origin = tuple[str, str, int]
_Timeouts = dict[str, float | None]


def direct_transport(*, trust_env: bool) -> httpx.AsyncBaseTransport | None:
    """What to give to ``httpx.AsyncClient``: None where a proxy of the system may be in between,
    which httpx finds, and knows how to talk to, itself.

    Args:
        trust_env: Whether the system's proxies count, as for the client.
    """
    if trust_env and not _PROXIES.isdisjoint(getproxies()):
        return None
    return Http11Transport()


class Http11Transport(httpx.AsyncBaseTransport):
    """Keeps connections and uses them again; event loop only.

    A request whose connection turns out to have been hung up before a byte of its answer came is
    sent once more where that cannot do anything twice: GET and HEAD, on a connection that had
    rested.

    Args:
        address_of: The address to connect to for a host, where not every one may be; what it raises
            ends the request.
    """

    def __init__(self, address_of: Callable[[str], Awaitable[str]] | None = None) -> None:
        self._address_of = address_of
        self._tls: SSLContext | None = None
        self._tls_opening = asyncio.Lock()
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)
        self._open: set[Http11Connection] = set()
        self._idle: list[tuple[float, _Origin, Http11Connection]] = []  # longest idle first
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, its body still to be read.

        Raises:
            httpx.TransportError
        """
        timeouts: _Timeouts = request.extensions.get("timeout", {})
        await self._take_slot(timeouts.get("pool"))
        try:
            connection = await self._asked(request, timeouts)
        except BaseException:
            self._slots.release()
            raise
        answer = await connection.head(None)  # it is there
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(self, _origin_of(request.url), connection, timeouts.get("read")),
            extensions={"http_version": b"HTTP/1.1", "reason_phrase": answer.reason},
        )

    async def aclose(self) -> None:
        """Hang up everywhere. Idempotent."""
        self._is_closed = True
        self._idle.clear()
        closing, self._open = self._open, set()
        for connection in closing:
            connection.abort()
        for connection in closing:
            await connection.wait_closed()

    def release(self, origin: _Origin, connection: Http11Connection) -> None:
        """An exchange has ended, well or not."""
        self._slots.release()
        if connection in self._open and connection.is_reusable:
            connection.rest()
            self._idle.append((time.monotonic(), origin, connection))
            if len(self._idle) > MAX_IDLE:
                self._drop(self._idle.pop(0)[2])
        else:
            self._drop(connection)

    async def _asked(self, request: httpx.Request, timeouts: _Timeouts) -> Http11Connection:
        """A connection that has the head of the answer."""
        origin = _origin_of(request.url)
        rested = self._rested(origin)
        if rested is not None:
            try:
                return await self._ask(rested, request, timeouts)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                is_in_memory = isinstance(request.stream, httpx.ByteStream)
                is_safe = request.method in _SAFE and is_in_memory
                if self._is_closed or not is_safe or not rested.is_unanswered:
                    raise
        return await self._ask(await self._connect(request, timeouts), request, timeouts)

    async def _ask(
        self, connection: Http11Connection, request: httpx.Request, timeouts: _Timeouts
    ) -> Http11Connection:
        try:
            connection.begin(request.method)
            async with aclosing(wire_of(request)) as blocks:
                await connection.send(blocks, timeouts.get("write"))
            if (trace := request.extensions.get("trace")) is not None:
                await trace(REQUEST_SENT, {})
            await connection.head(timeouts.get("read"))
        except BaseException:
            self._drop(connection)
            raise
        return connection

    def _rested(self, origin: _Origin) -> Http11Connection | None:
        """The one that rested last, if it is good; what is not is dropped on the way."""
        oldest = time.monotonic() - IDLE_S
        for at in range(len(self._idle) - 1, -1, -1):
            since, whose, connection = self._idle[at]
            if since < oldest or connection.is_stale:
                self._drop(connection)
                del self._idle[at]
            elif whose == origin:
                del self._idle[at]
                return connection
        return None

    async def _connect(self, request: httpx.Request, timeouts: _Timeouts) -> Http11Connection:
        url = request.url
        _, host, port = _origin_of(url)
        secured: dict[str, Any] = {}
        try:
            if url.scheme == "https":
                name = request.extensions.get("sni_hostname", host)
                secured = {"ssl": await self._tls_context(), "server_hostname": name}
            async with asyncio.timeout(timeouts.get("connect")):
                address = await self._address_of(host) if self._address_of else host
                _, connection = await asyncio.get_running_loop().create_connection(
                    Http11Connection, sock=await dial(address, port), **secured
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error) or "connecting took too long") from error
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that no host can have
            raise httpx.ConnectError(str(error)) from error
        if self._is_closed:
            connection.abort()
            raise httpx.ConnectError("the client was closed")
        self._open.add(connection)
        return connection

    async def _tls_context(self) -> SSLContext:
        async with self._tls_opening:
            if self._tls is None:
                # Its certificates take 20 to 50 ms to load: not on the loop that plays sound.
                self._tls = await asyncio.to_thread(trust_context)
            return self._tls

    async def _take_slot(self, timeout_s: float | None) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self._slots.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("too many requests are under way") from None

    def _drop(self, connection: Http11Connection) -> None:
        self._open.discard(connection)
        connection.abort()


class _Body(httpx.AsyncByteStream):
    """The body of one answer, as it comes; closing it gives the connection back."""

    def __init__(
        self,
        transport: Http11Transport,
        origin: _Origin,
        connection: Http11Connection,
        timeout_s: float | None,
    ) -> None:
        self._transport = transport
        self._origin = origin
        self._connection = connection
        self._timeout_s = timeout_s
        self._is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self._is_closed and (piece := await self._connection.piece(self._timeout_s)):
            yield piece

    async def aclose(self) -> None:
        """Give the connection back, or hang up where the body has not ended. Idempotent."""
        if not self._is_closed:
            self._is_closed = True
            self._transport.release(self._origin, self._connection)


def _origin_of(url: httpx.URL) -> _Origin:
    port = url.port or (443 if url.scheme == "https" else 80)
    return url.scheme, url.raw_host.decode("ascii"), port
