"""A WebSocket frame of a client, whole and masked (RFC 6455, 5.2 and 5.3)."""

from __future__ import annotations

import os
from itertools import chain, repeat
from struct import Struct

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # in C where there is a wheel

_TEXT, _BINARY = 0x81, 0x82
_MASKED = 0x80
_SHORT, _LONG, _LONGEST = Struct("!BB4s"), Struct("!BBH4s"), Struct("!BBQ4s")
_FETCHED_BYTES = 1024

_masks = chain.from_iterable(map(Struct("4s").iter_unpack, map(os.urandom, repeat(_FETCHED_BYTES))))
"""Random numbers of the system, four bytes each, fetched for many frames at once. One thread."""


def masked_frame(payload: bytes, *, is_text: bool) -> bytes:
    """One unfragmented message as it goes over the wire, under a mask that nobody can foresee."""
    kind = _TEXT if is_text else _BINARY
    size = len(payload)
    (mask,) = next(_masks)
    if size < 126:
        head = _SHORT.pack(kind, _MASKED | size, mask)
    elif size < 1 << 16:
        head = _LONG.pack(kind, _MASKED | 126, size, mask)
    else:
        head = _LONGEST.pack(kind, _MASKED | 127, size, mask)
    return head + apply_mask(payload, mask)
