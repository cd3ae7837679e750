"""Samples of 16 bits out of pieces that may end in the middle of one. Pure."""

from __future__ import annotations


class WholeSamples:
    """Holds an odd last byte back until its other half comes."""

    def __init__(self) -> None:
        self._odd = b""

    def feed(self, piece: bytes) -> bytes:
        """The whole samples so far, perhaps none."""
        sound = self._odd + piece
        whole = len(sound) & ~1
        self._odd = sound[whole:]
        return sound[:whole]
