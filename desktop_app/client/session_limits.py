"""How long a server lets a session last. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DOCUMENTED_LIFETIME_S = 3_600.0
"""A cap of about one hour (contract section 8.3), where the server does not tell its own."""

_DURATIONS = ("max_duration_seconds", "max_session_seconds", "expires_in")


def lifetime_s(begin: Mapping[str, Any], *, wall_s: float) -> float:
    """Seconds that a session has from its beginning.

    Args:
        begin: The server's ``session.begin``, whole.
        wall_s: Unix second of now.
    """
    for name in _DURATIONS:
        if (told := _positive(begin.get(name))) is not None:
            return told
    expires_at = _positive(begin.get("expires_at"))
    if expires_at is not None and expires_at > wall_s:
        return expires_at - wall_s
    return DOCUMENTED_LIFETIME_S


def _positive(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value > 0 else None
