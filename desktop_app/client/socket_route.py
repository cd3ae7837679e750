"""How a WebSocket gets to its peer: through which proxy, and believing whom."""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from desktop_app.loopback import is_loopback
from desktop_app.network_access import trust_context


class _Connection(ClientConnection):
    """websockets' own, without a fault of it: behind a proxy, a handshake of TLS that fails ends a
    connection which never began."""

    def connection_lost(self, exc: Exception | None) -> None:
        if hasattr(self, "recv_messages"):  # made by connection_made
            super().connection_lost(exc)


async def socket_route(url: str) -> dict[str, Any]:
    """What ``websockets.connect`` is told of the way to ``url``.

    Raises:
        InputError: ``network.ca_file``.
    """
    if is_loopback(url):
        return {"proxy": None}
    trust = await asyncio.to_thread(trust_context)  # it reads files
    address = parse_uri(url)
    proxy = get_proxy(address)
    route: dict[str, Any] = {"proxy": proxy, "create_connection": _Connection}
    if address.secure:
        route["ssl"] = trust
    if proxy is not None and proxy.startswith("https:"):
        route["proxy_ssl"] = trust
    return route
