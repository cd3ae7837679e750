"""Whether a request that failed may be sent again, and when. Pure."""

from __future__ import annotations

from desktop_app.client.errors import BusyError, RateLimitError
from desktop_app.errors import NetworkError

MAX_TRIES = 3
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 2.0
RATE_LIMIT_PAUSE_S = 2.0
LONGEST_WISH_S = 30.0
"""A server that asks for more is reported instead: a person decides whether to wait."""

# Of these no part was acted upon: nobody was reached, or the server said that it did nothing.
_UNHEARD = frozenset({"network.unreachable", "http.429", "http.503"})


def pause_before_retry(error: NetworkError, tries: int, *, is_idempotent: bool) -> float | None:
    """Seconds to wait before the next try; None where there must be none.

    A request that is not idempotent (a message) is repeated only when the server has not begun
    to act on it (contract 14.17).

    Args:
        error: How the last try failed, before anything of an answer came.
        tries: How many have failed, from 1.
        is_idempotent: Whether doing it twice is the same as doing it once.
    """
    if not error.retryable or tries >= MAX_TRIES:
        return None
    if not is_idempotent and error.code not in _UNHEARD:
        return None
    if isinstance(error, RateLimitError) and tries > 1:
        return None
    wish_s = error.retry_after_s if isinstance(error, BusyError) else None
    if wish_s is not None:
        return wish_s if wish_s <= LONGEST_WISH_S else None
    if isinstance(error, RateLimitError):
        return RATE_LIMIT_PAUSE_S
    return min(FIRST_PAUSE_S * 2.0 ** (tries - 1), LONGEST_PAUSE_S)
