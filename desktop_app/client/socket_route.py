"""How a WebSocket gets to its peer: through which proxy, and believing whom."""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from desktop_app.client.whole_messages import WholeMessageConnection
from desktop_app.loopback import is_loopback
from desktop_app.network_access import trust_context


async def socket_route(url: str) -> dict[str, Any]:
    """What ``websockets.connect`` is told of the way to ``url``: which kind of connection, too.

    Raises:
        InputError: ``network.ca_file``.
    """
    if is_loopback(url):
        return {"proxy": None, "create_connection": WholeMessageConnection}
    trust = await asyncio.to_thread(trust_context)  # it reads files
    address = parse_uri(url)
    proxy = get_proxy(address)
    route: dict[str, Any] = {"proxy": proxy, "create_connection": WholeMessageConnection}
    if address.secure:
        route["ssl"] = trust
    if proxy is not None and proxy.startswith("https:"):
        route["proxy_ssl"] = trust
    return route
