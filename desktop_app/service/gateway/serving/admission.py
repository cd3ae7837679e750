"""How many sockets are held at once, in all and of one client."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from desktop_app.errors import InputError


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """How much is taken on.

    Attributes:
        session_s: How long a socket may live; None for any time.
        sessions: Sockets at once.
        sessions_per_client: Sockets of one address at once.
    """

    session_s: float | None = None
    sessions: int = 10_000
    sessions_per_client: int = 10_000


class Admission:
    """Counts them.

    Attributes:
        sessions: Sockets that are held now.
    """

    def __init__(self, limits: GatewayLimits) -> None:
        self.sessions = 0
        self._limits = limits
        self._clients: Counter[str] = Counter()

    @contextmanager
    def admitted(self, address: str) -> Iterator[None]:
        """Hold a place for the length of the block.

        Args:
            address: The client's; sockets without one count as one client.

        Raises:
            InputError: ``session.too_many``
        """
        client = _client(address)
        if self.sessions >= self._limits.sessions:
            raise InputError("session.too_many", "The gateway is full. Try again in a moment.")
        if self._clients[client] >= self._limits.sessions_per_client:
            raise InputError(
                "session.too_many",
                f"No more than {self._limits.sessions_per_client} sessions of one address are held"
                " at once.",
            )
        self.sessions += 1
        self._clients[client] += 1
        try:
            yield
        finally:
            self.sessions -= 1
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]


def _client(address: str) -> str:
    """Who has one address of IPv6 has 2**64 of them."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
