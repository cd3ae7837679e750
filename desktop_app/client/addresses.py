"""Where a peer is, and the key for it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ApiAddress:
    """A Backboard API, e.g. ``https://app.backboard.io/api``; the key is never printed."""

    base_url: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class GatewayAddress:
    """A voice gateway, e.g. ``ws://127.0.0.1:8000/v1/voice/ws``; the key is never printed."""

    url: str
    key: str = field(default="", repr=False)
