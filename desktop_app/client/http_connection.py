"""The connection to one Backboard API: a request, its answer, and what may be tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.answer_body import PACKING, answer_of, pieces_of
from desktop_app.client.errors import NotFoundError, http_errors, proxy_errors, refusal
from desktop_app.client.http11_transport import REQUEST_SENT, SENDING_REQUEST, direct_transport
from desktop_app.client.request_body import JsonBody, NoBody, RequestBody
from desktop_app.client.retries import pause_before_retry
from desktop_app.errors import NetworkError
from desktop_app.loopback import is_loopback
from desktop_app.network_access import trust_context
from desktop_app.protocol.sse import SseDecoder

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 120.0
"""Between two pieces of an answer; a stream as a whole has no limit."""

REACHED_WITHIN_S = 4.0
"""How long a server may take to answer anything: on a slow link a new connection takes three."""

Params = Mapping[str, str | int | float | bool | None]
Sleep = Callable[[float], Awaitable[None]]

_Answer = TypeVar("_Answer")
_IDEMPOTENT = frozenset({"GET", "PUT", "DELETE"})


@dataclass(slots=True)
class Delivery:
    """How far a request is.

    Attributes:
        is_whole: All of it has left for the server, which has not refused it.
        is_last_try: Whoever asked does not want it to be tried again.
    """

    is_whole: bool = False
    is_last_try: bool = False
    _is_to_proxy: bool = field(default=False, init=False)

    async def trace(self, step: str, facts: Mapping[str, Any]) -> None:
        """What httpx's extension ``trace`` is told: of what it asks a proxy on the way, too."""
        if step == SENDING_REQUEST:
            self._is_to_proxy = facts["request"].method == b"CONNECT"
        elif step == REQUEST_SENT and not self._is_to_proxy:
            self.is_whole = True


@dataclass(frozen=True, slots=True)
class Request:
    """One request; parameters that are None or empty are left out."""

    method: str
    path: str
    body: RequestBody = field(default_factory=NoBody)
    params: Params = field(default_factory=dict)
    delivery: Delivery = field(default_factory=Delivery)


class HttpConnection:
    """Sends requests with the key; event loop only.

    Every method raises NetworkError (``retryable`` says whether another try can help), its
    subclasses AccessError, NotFoundError, BusyError and RateLimitError, or ProtocolError. What
    may be tried again safely has been tried before.

    Args:
        address: Where, and with which key.
        sleep: Waits between tries.

    Raises:
        NetworkError: ``network.proxy``: the system names a proxy by what is no address of one.
    """

    def __init__(self, address: ApiAddress, *, sleep: Sleep = asyncio.sleep) -> None:
        self.sleep = sleep
        self._base_url = address.base_url.rstrip("/")
        trust_env = not is_loopback(address.base_url)
        transport = direct_transport(trust_env=trust_env)
        with proxy_errors():
            self._http = httpx.AsyncClient(
                headers=httpx.Headers(
                    {
                        "X-API-Key": address.key,
                        "User-Agent": "Parley",
                        "Accept-Encoding": PACKING,
                    },
                    encoding="utf-8",  # of a key that is none: the server says so
                ),
                timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                transport=transport,
                trust_env=trust_env,
                verify=trust_context() if transport is None else True,
            )

    async def aclose(self) -> None:
        """Close every connection. Idempotent."""
        await self._http.aclose()

    async def get(self, path: str, answer: type[_Answer], **params: Any) -> _Answer:
        """Ask for something."""
        return await self.ask(Request("GET", path, params=params), answer)

    async def post(self, path: str, answer: type[_Answer], value: Any) -> _Answer:
        """Send an object as JSON."""
        return await self.ask(Request("POST", path, JsonBody(value)), answer)

    async def put(self, path: str, answer: type[_Answer], value: Any) -> _Answer:
        """Replace something."""
        return await self.ask(Request("PUT", path, JsonBody(value)), answer)

    async def delete(self, path: str) -> None:
        """Remove something; nothing to remove is an error only at the first try."""
        await self.tell(Request("DELETE", path))

    async def ask(self, request: Request, answer: type[_Answer]) -> _Answer:
        """The answer of a request, read as what it must be."""
        response = await self.tell(request)
        with http_errors():
            return msgspec.json.decode(response.content, type=answer, strict=False)

    async def tell(self, request: Request) -> httpx.Response:
        """The answer of a request, whatever it says."""
        async with AsyncExitStack() as parts:
            return await self._answered(request, parts, is_stream=False)

    async def reach(self) -> None:
        """Return when the server has answered anything at all, a refusal, too. Tried once."""
        with http_errors():
            await self._http.head(self._base_url, timeout=REACHED_WITHIN_S)

    async def events(self, request: Request) -> AsyncGenerator[bytes, None]:
        """The data of each event of the answer. Consume it under ``contextlib.aclosing``."""
        decoder = SseDecoder()
        async with AsyncExitStack() as parts:
            response = await self._answered(request, parts, is_stream=True)
            # Not packed, as nearly all, it is read without the layers that would unpack it.
            is_plain = "content-encoding" not in response.headers
            chunks = response.stream if is_plain else pieces_of(response)
            assert isinstance(chunks, AsyncIterable)
            with http_errors():
                async for chunk in chunks:
                    for data in decoder.feed(chunk):
                        yield data
            for data in decoder.finish():
                yield data

    async def _answered(
        self, request: Request, parts: AsyncExitStack, *, is_stream: bool
    ) -> httpx.Response:
        """A response of success; tried again where that is safe.

        Args:
            request: What to send.
            parts: Holds the response open.
            is_stream: Whether the body is left to be read.
        """
        tries = 0
        while True:
            try:
                return await self._try(request, parts, is_stream)
            except NetworkError as error:
                tries += 1
                request.delivery.is_whole = False
                if tries > 1 and request.method == "DELETE" and isinstance(error, NotFoundError):
                    return httpx.Response(204)  # an earlier try, whose answer was lost, did it
                is_idempotent = request.method in _IDEMPOTENT
                pause_s = pause_before_retry(error, tries, is_idempotent=is_idempotent)
                if pause_s is None or request.delivery.is_last_try:
                    raise
            await self.sleep(pause_s)

    async def _try(
        self, request: Request, parts: AsyncExitStack, is_stream: bool
    ) -> httpx.Response:
        async with AsyncExitStack() as opened:
            content = await opened.enter_async_context(request.body.opened())
            accept = {"Accept": "text/event-stream"} if is_stream else {}
            with http_errors():
                response = await opened.enter_async_context(
                    self._http.stream(
                        request.method,
                        self._base_url + request.path,
                        content=content.data or None,
                        params={k: v for k, v in request.params.items() if v not in (None, "")},
                        headers=content.headers | accept,
                        extensions={"trace": request.delivery.trace},
                    )
                )
                if not response.is_success:
                    raise refusal(await answer_of(response))  # or ``detail`` would be lost
                if not is_stream:
                    response = await answer_of(response)
            parts.push_async_exit(opened.pop_all())
            return response


def path_of(*parts: str) -> str:
    """``path_of("a", "b/c")`` -> ``/a/b%2Fc``."""
    return "".join("/" + quote(part, safe="") for part in parts)
