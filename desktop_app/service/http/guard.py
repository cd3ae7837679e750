"""Who may talk to the service: the right key, our own Host, no foreign web page."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import parse_qs

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desktop_app.protocol.gateway import GatewayError, encode
from desktop_app.service.media.media_links import MEDIA_PATH

_OPEN_PATHS = frozenset({"/health", "/test"})
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_ONCE = frozenset({b"host", b"origin"})
_POLICY_VIOLATION = 1008


Refusal = tuple[HTTPStatus, str]

TWICE: Refusal = (HTTPStatus.BAD_REQUEST, "Host and Origin can be sent only once.")
NO_KEY: Refusal = (HTTPStatus.UNAUTHORIZED, "Invalid or missing API key")
FOREIGN_PAGE: Refusal = (HTTPStatus.FORBIDDEN, "Requests from other web pages are refused.")
FOREIGN_HOST: Refusal = (
    HTTPStatus.FORBIDDEN,
    "This service only answers to its own loopback address.",
)


class Guard:
    """Refuses before any route is reached; links to media carry their own permission.

    A request gets 400, 401 or 403 with a JSON ``detail``; a socket gets an ``error`` message and is
    closed with 1008.
    """

    def __init__(self, app: ASGIApp, *, key: str, hosts: Iterable[str]) -> None:
        self._app = app
        self._key = key.encode()
        self._hosts = frozenset(host.encode() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refuse(scope, receive, send, refusal)

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers = dict(scope["headers"])
        if has_twice(scope):
            return TWICE
        if headers.get(b"host", b"").lower() not in self._hosts:
            return FOREIGN_HOST
        if not self._is_own_origin(headers.get(b"origin", b"")):
            return FOREIGN_PAGE
        path = scope["path"]
        if path in _OPEN_PATHS or path.startswith(MEDIA_PATH) or has_key(scope, self._key):
            return None
        return NO_KEY

    def _is_own_origin(self, origin: bytes) -> bool:
        """Programs that are no browsers send none; ``null`` is a sandboxed page or a file."""
        scheme, _, host = origin.lower().partition(b"://")
        return not origin or (scheme == b"http" and host in self._hosts)


def has_twice(scope: Scope) -> bool:
    """Whether a header that we go by was sent more than once."""
    given = [(name, value) for name, value in scope["headers"] if name in _ONCE]
    return len(given) > len(dict(given))


def has_key(scope: Scope, key: bytes) -> bool:
    """Whether a request or socket carries the key, wherever it may stand; in constant time."""
    headers = dict(scope["headers"])
    offered = [headers.get(b"x-api-key", b"")]
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"bearer":
        offered.append(token.strip())
    if scope["type"] == "websocket":
        query = parse_qs(scope["query_string"])
        offered += query.get(b"api_key", []) + query.get(b"token", [])
    return any([hmac.compare_digest(one, key) for one in offered])


async def refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    """Answer a request or socket that may not be here."""
    if scope["type"] == "http":
        await _refuse_request(send, *refusal)
    else:
        await _refuse_socket(receive, send, refusal[1])


def allowed_hosts(host: str, port: int) -> tuple[str, ...]:
    """The ``Host`` headers that mean us: every loopback name, and the name we were bound to."""
    bound = f"[{host}]" if ":" in host else host
    return tuple(f"{name}:{port}".lower() for name in dict.fromkeys((*_LOOPBACK, bound)))


async def _refuse_request(send: Send, status: HTTPStatus, detail: str) -> None:
    body = msgspec.json.encode({"detail": detail})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse_socket(receive: Receive, send: Send, sentence: str) -> None:
    await receive()
    error = GatewayError(message=sentence, code="access.refused", fatal=True)
    messages: tuple[Message, ...] = (
        {"type": "websocket.accept"},
        {"type": "websocket.send", "text": encode(error).decode()},
        {"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": sentence},
    )
    for message in messages:
        await send(message)
