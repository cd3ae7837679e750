"""A provider reached over HTTP: one client, and every failure in words that name the provider."""

from __future__ import annotations

import json
import math
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, AppError, InputError, NetworkError, ProtocolError
from desktop_app.loopback import is_loopback
from desktop_app.network_access import trust_context

_TIMEOUT = httpx.Timeout(10.0, read=120.0, write=60.0)  # seconds; long recordings take a minute
_LIMITS = httpx.Limits(max_connections=1_000, max_keepalive_connections=50)
"""A gateway asks for as many sessions at once as it holds."""

_ABOUT_MONEY = re.compile(r"quota|credit|billing|payment|balance", re.IGNORECASE)
_OUR_FAULT = (400, 404, 413, 415, 422)
_MOST_REDIRECTS = 5
_LONGEST_DETAIL = 300
_LONGEST_ANSWER_BYTES = 128 << 20  # several large pictures as base64
_LONGEST_REFUSAL_BYTES = 1 << 20
_PACKINGS = ("", "identity", "gzip", "deflate")
"""Packed once: what is packed several times may unpack to a million times its size."""

_MASKED_KEY = re.compile(r"\S*\*{3,}\S*")


@dataclass(frozen=True, slots=True)
class Remote:
    """Who is asked.

    Attributes:
        name: For people: ``OpenAI``.
        root: Address, to which paths are appended.
        key: Goes into ``header``, after ``scheme``, and nowhere else.
        refused: Code of the error for a request that it finds fault with.
        unreadable: Code of the error for an answer that makes no sense.
    """

    name: str
    root: str
    key: Secret
    header: str = "Authorization"
    scheme: str = "Bearer "
    refused: str = "language.refused"
    unreadable: str = "language.unreadable"


class RemoteApi:
    """Requests to one provider.

    Args:
        remote: Who.
        timeout: Seconds to connect, between two pieces of an answer, and to send one.
        transport: Carries the requests in place of httpx's own, and is closed with them.

    Raises:
        InputError: ``provider.bad_address``: its root is no address.
    """

    def __init__(
        self,
        remote: Remote,
        timeout: httpx.Timeout = _TIMEOUT,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._remote = remote
        self._root = remote.root.rstrip("/")
        if not self._root.startswith(("http://", "https://")):
            raise InputError(
                "provider.bad_address", f"“{remote.root}” is not the address of {remote.name}."
            )
        headers = {remote.header: f"{remote.scheme}{remote.key.reveal()}"} if remote.key else {}
        self._http = httpx.AsyncClient(
            headers=httpx.Headers(headers, encoding="utf-8"),  # of a key that is none
            timeout=timeout,
            transport=transport,
            limits=_LIMITS,
            trust_env=transport is None and not is_loopback(self._root),
            verify=trust_context(),
        )

    @asynccontextmanager
    async def stream(self, method: str, path: str, **request: Any) -> AsyncIterator[httpx.Response]:
        """An answer with a good status, to be read inside the block.

        Args:
            method: Of HTTP.
            path: Below the root.
            request: As ``httpx`` takes it: ``json``, ``data``, ``files``, ``params``.

        Raises:
            InputError: The provider refused what was asked.
            AccessError, NetworkError, ProtocolError
        """
        with self._transport_errors():
            async with self._http.stream(method, self._root + path, **request) as response:
                await self._check(response)
                yield response

    @asynccontextmanager
    async def fetch(self, path: str) -> AsyncIterator[httpx.Response]:
        """A GET that may lead to another address, where the key is not shown; see ``stream``."""
        with self._transport_errors():
            request = self._http.build_request("GET", self._root + path)
            for _ in range(_MOST_REDIRECTS):
                response = await self._http.send(request, stream=True)
                async with aclosing(response):
                    if response.next_request is None:
                        await self._check(response)
                        yield response
                        return
                    request = self._elsewhere(response.next_request)
        raise self.strange()

    def _elsewhere(self, request: httpx.Request) -> httpx.Request:
        """A request that another one led to; nobody else has business with this computer."""
        home = httpx.URL(self._root)
        if request.url.scheme not in ("http", "https"):
            raise self.strange()
        if is_loopback(str(request.url)) and not is_loopback(self._root):
            raise self.strange()
        if (request.url.scheme, request.url.netloc) != (home.scheme, home.netloc):
            request.headers.pop(self._remote.header, None)
        return request

    async def _check(self, response: httpx.Response) -> None:
        if response.headers.get("content-encoding", "").lower() not in _PACKINGS:
            raise self.strange()
        if response.status_code >= 400:
            raise self._refusal(response, await self.body(response))

    async def read(self, method: str, path: str, **request: Any) -> Any:
        """A JSON answer, whole; see ``stream``."""
        async with self.stream(method, path, **request) as response:
            return self.parsed(await self.body(response))

    async def body(self, response: httpx.Response) -> bytes:
        """The whole answer; of a refusal, its beginning.

        Raises:
            ProtocolError: It is longer than any answer.
        """
        bound = _LONGEST_ANSWER_BYTES if response.is_success else _LONGEST_REFUSAL_BYTES
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > bound:
                if response.is_success:
                    raise self.strange()
                break
        return bytes(body[:bound])

    def parsed(self, body: str | bytes) -> Any:
        """JSON.

        Raises:
            ProtocolError
        """
        try:
            found = json.loads(body)
            return _with_whole_characters(found) if _has_halves(body) else found
        except (ValueError, RecursionError) as error:
            raise self.strange() from error

    def strange(self) -> ProtocolError:
        """An answer that makes no sense."""
        sentence = f"{self._remote.name} answered something that cannot be understood."
        return ProtocolError(self._remote.unreadable, sentence)

    def broken(self) -> NetworkError:
        """An answer that has no end."""
        return NetworkError(
            "network.broken", f"{self._remote.name} broke off its answer.", retryable=True
        )

    def told(self, body: Any) -> AppError:
        """A failure that was told in the middle of an answer."""
        return NetworkError("http.500", f"{self._remote.name} failed. {self.detail(body)}".strip())

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._http.aclose()

    @contextmanager
    def _transport_errors(self) -> Iterator[None]:
        name = self._remote.name
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NetworkError(
                "network.unreachable", f"{name} cannot be reached.", retryable=True
            ) from error
        except httpx.TimeoutException as error:
            raise NetworkError(
                "network.timeout", f"{name} took too long to answer.", retryable=True
            ) from error
        except httpx.LocalProtocolError:
            # It quotes headers, the key among them: not even the cause of this may say that.
            raise AccessError("access.refused", f"The key for {name} is not usable.") from None
        except httpx.TransportError as error:
            raise self.broken() from error
        except (httpx.InvalidURL, httpx.HTTPError) as error:
            raise self.strange() from error

    def _refusal(self, response: httpx.Response, body: bytes) -> AppError:
        status, name = response.status_code, self._remote.name
        detail = self.detail(_json(body))
        if status == 402 or (status in (401, 403, 429) and _is_about_money(body)):
            return NetworkError("http.402", f"{name} asks for payment. {detail}".strip())
        if status in (401, 403):
            return AccessError("access.refused", f"{name} refused the key.")
        if status == 429:
            return _too_often(name, response)
        if status in _OUR_FAULT:
            sentence = detail or f"It answered with error {status}."
            said = f"{name} refused the request. {sentence}"
            return InputError(self._remote.refused, said, status=str(status), detail=detail)
        return NetworkError(
            f"http.{status}",
            f"{name} answered with error {status}. {detail}".strip(),
            retryable=status == 408 or status >= 500,
        )

    def detail(self, body: Any) -> str:
        """What a provider says of its failure, wherever it says it, without the key."""
        found = body
        for _ in range(3):
            if isinstance(found, dict):
                names = ("error", "detail", "message", "msg")
                found = next((found[name] for name in names if found.get(name)), "")
            elif isinstance(found, list):
                found = found[0] if found else ""
        text = found if isinstance(found, str) else ""
        if self._remote.key:
            text = text.replace(self._remote.key.reveal(), "…")
        return _MASKED_KEY.sub("…", text)[:_LONGEST_DETAIL]


def _has_halves(body: str | bytes) -> bool:
    r"""Whether it may have halves of characters (surrogates), which JSON can say as ``\ud800``."""
    text = body if isinstance(body, str) else body.decode(errors="replace")
    return "\\ud" in text.lower()


def _with_whole_characters(found: Any) -> Any:
    """The same with a sign in place of each half: those can be neither stored nor sent."""
    text = json.dumps(found, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(text.decode("utf-16-le", "replace"))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None  # a page of HTML says nothing that helps


def _is_about_money(body: bytes) -> bool:
    found = _json(body)
    return found is not None and bool(_ABOUT_MONEY.search(json.dumps(found)))


def _too_often(name: str, response: httpx.Response) -> NetworkError:
    seconds = _retry_after_s(response.headers)
    if seconds is None:
        sentence = f"{name} was asked too often. Try again in a moment."
        return NetworkError("http.429", sentence, retryable=True)
    sentence = f"{name} was asked too often. Try again in {seconds} s."
    return NetworkError("http.429", sentence, retryable=True, seconds=str(seconds))


def _retry_after_s(headers: Mapping[str, str]) -> int | None:
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text):
        return math.ceil(float(text))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0, math.ceil((moment - datetime.now(UTC)).total_seconds()))
