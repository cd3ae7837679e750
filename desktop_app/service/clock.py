"""Wall clock and identifiers as the API writes them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta


def now() -> str:
    """The time as ISO 8601 with microseconds and ``Z``: sorts as text."""
    return _written(datetime.now(UTC))


def ago(seconds: float) -> str:
    """The time so many seconds ago, written alike."""
    return _written(datetime.now(UTC) - timedelta(seconds=seconds))


def _written(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def past_time(value: object) -> str | None:
    """A time that a client gives, as the API writes it.

    Args:
        value: ISO 8601 (UTC where it names no zone) or seconds since the epoch; anything else, and
            what is yet to come, is no time.
    """
    try:
        match value:
            case str():
                at = datetime.fromisoformat(value)
                at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
            case int() | float():
                at = datetime.fromtimestamp(value, UTC)
            case _:
                return None
    except (ValueError, OverflowError, OSError):
        return None
    written = _written(at)
    return written if written <= now() else None


def new_id() -> str:
    """A fresh UUID."""
    return str(uuid.uuid4())


def is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID as the API writes it."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
