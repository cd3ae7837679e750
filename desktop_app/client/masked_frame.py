"""A WebSocket frame of a client, whole and masked (RFC 6455, 5.2 and 5.3)."""

from __future__ import annotations

import os

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # in C where there is a wheel

_TEXT, _BINARY = 0x81, 0x82
_MASKED = 0x80


def masked_frame(payload: bytes, *, is_text: bool) -> bytes:
    """One unfragmented message as it goes over the wire, under a mask that nobody can foresee."""
    kind = _TEXT if is_text else _BINARY
    size = len(payload)
    if size < 126:
        head = bytes((kind, _MASKED | size))
    elif size < 1 << 16:
        head = bytes((kind, _MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((kind, _MASKED | 127)) + size.to_bytes(8, "big")
    mask = _masks.next()
    return b"".join((head, mask, apply_mask(payload, mask)))


class _Masks:
    """Random numbers of the system, fetched for many frames at once. Event loop only."""

    _FETCHED_BYTES = 1024

    def __init__(self) -> None:
        self._left = b""

    def next(self) -> bytes:
        """Four bytes that were never used before."""
        if not self._left:
            self._left = os.urandom(self._FETCHED_BYTES)
        mask, self._left = self._left[:4], self._left[4:]
        return mask


_masks = _Masks()
