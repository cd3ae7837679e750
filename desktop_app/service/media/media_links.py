"""Links to media that work for a while without the key, as storage services give."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

MEDIA_PATH = "/api/media/"
VALID_S = 3_600


class MediaLinks:
    """Makes and checks links.

    Args:
        root: ``http://127.0.0.1:1234``.
        secret: Of this run.
        clock: Seconds since the epoch.
    """

    def __init__(self, root: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._root = root
        self._secret = hashlib.sha256(b"media " + secret.encode()).digest()
        self._clock = clock

    def url(self, media_id: str) -> str:
        """A link that is good for an hour."""
        expires = int(self._clock()) + VALID_S
        signature = self._signature(media_id, str(expires))
        return f"{self._root}{MEDIA_PATH}{media_id}?expires={expires}&signature={signature}"

    def is_good(self, media_id: str, expires: str, signature: str) -> bool:
        """Whether we made this link, and it has not expired."""
        wanted = self._signature(media_id, expires)
        is_ours = hmac.compare_digest(wanted.encode(), signature.encode(errors="replace"))
        return is_ours and expires.isdecimal() and int(expires) >= self._clock()

    def _signature(self, media_id: str, expires: str) -> str:
        words = f"{media_id} {expires}".encode(errors="replace")
        return hmac.new(self._secret, words, hashlib.sha256).hexdigest()
