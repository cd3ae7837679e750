"""Wall clock and identifiers as the API writes them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime


def now() -> str:
    """The time as ISO 8601 with microseconds and ``Z``: sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_id() -> str:
    """A fresh UUID."""
    return str(uuid.uuid4())


def is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID as the API writes it."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
