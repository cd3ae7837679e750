"""Who may talk to a gateway on the network: the token, and web pages that the operator named."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from desktop_app.service.gateway.gateway_config import GatewayConfig
from desktop_app.service.http.guard import (
    FOREIGN_HOST,
    FOREIGN_PAGE,
    NO_KEY,
    TWICE,
    Refusal,
    has_key,
    has_twice,
    refuse,
)

_OPEN_PATHS = frozenset({"/health", "/test"})


class GatewayGuard:
    """Refuses before any route is reached.

    Without a token, a web page's name that turns out to be this computer (DNS rebinding) is the one
    way in from outside: then only the names in ``hosts`` are answered to.

    Args:
        app: What is guarded.
        config: Token and pages.
        hosts: The ``Host`` headers that mean us; empty where every one does.
    """

    def __init__(self, app: ASGIApp, config: GatewayConfig, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._token = config.token.reveal().encode()
        self._origins = frozenset(origin.encode() for origin in config.origins)
        named = {origin.partition("://")[2] for origin in config.origins}
        self._hosts = frozenset(host.encode() for host in {*hosts, *named} if hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] in ("http", "websocket")
        refusal = self._refusal(scope) if is_ours else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refuse(scope, receive, send, refusal)

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").lower()
        if has_twice(scope):
            return TWICE
        if self._hosts and not self._token and host not in self._hosts:
            return FOREIGN_HOST
        if not self._is_known_page(headers.get(b"origin", b"").lower(), host):
            return FOREIGN_PAGE
        if scope["path"] in _OPEN_PATHS or not self._token or has_key(scope, self._token):
            return None
        return NO_KEY

    def _is_known_page(self, origin: bytes, host: bytes) -> bool:
        """Programs that are no browsers send none; our own page comes from the host it asks."""
        own = (b"http://" + host, b"https://" + host)
        return not origin or origin in own or origin in self._origins or b"*" in self._origins
