"""Which addresses a client may send us to: none inside of our own network.

A name is looked up here, and the address that was looked at is the one that is connected to: a name
that changes its mind in between (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from desktop_app.errors import InputError

Lookup = Callable[[str], Awaitable[list[str]]]

_LOOKUP_WITHIN_S = 5.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


async def lookup(host: str) -> list[str]:
    """The addresses behind a name; empty where there are none, or nobody says in time."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_LOOKUP_WITHIN_S):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class PublicHosts:
    """Judges hosts.

    Args:
        allows_local: This computer's own addresses are fine, over plain HTTP too: for development.
        look_up: The addresses behind a name.
    """

    def __init__(self, *, allows_local: bool = False, look_up: Lookup = lookup) -> None:
        self._allows_local = allows_local
        self._look_up = look_up

    async def check_url(self, url: str) -> None:
        """Whether an address that a client brings may be asked by us.

        Raises:
            InputError: ``gateway.client_url``: not https, or a place inside of our own network.
        """
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            _ = parts.port
        except ValueError:
            raise _no_address() from None
        if parts.username is not None or parts.scheme not in ("http", "https") or not host:
            raise _no_address()
        address = await self.address_of(host)
        if parts.scheme != "https" and not _is_loopback(address):
            raise _no_address()

    async def address_of(self, host: str) -> str:
        """The address to connect to.

        Raises:
            InputError: ``gateway.client_url``
        """
        addresses = await self._look_up(host)
        if not addresses or not all(map(self._is_fine, addresses)):
            raise InputError(
                "gateway.client_url", "backend.base_url must be an address on the public internet."
            )
        return addresses[0]

    def _is_fine(self, address: str) -> bool:
        return is_public(address) or (self._allows_local and _is_loopback(address))


def is_public(address: str) -> bool:
    """Whether an IP address, or the one that is packed into it, is on the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        packed = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if packed:
            return is_public(str(packed))
    return ip.is_global and not ip.is_multicast


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _no_address() -> InputError:
    return InputError("gateway.client_url", "backend.base_url must begin with https://.")
