"""Tells a microphone that is switched off from one in a quiet room."""

from __future__ import annotations

_OFF_MS = 800  # told within a second, with what it takes to come here
_OFF_BEHIND_GATE_MS = 30_000
_SHORTEST_GAP_MS = 60
_GAPS_OF_A_GATE = 2


class SwitchWatch:
    """Counts how long a device has given zeros only, which no room does.

    A noise gate does it too, between words. It gives itself away: its zeros end by themselves
    before anybody could have used a switch twice, or with a voice in their first block, again and
    again. Behind one it takes longer.

    Args:
        block_ms: How much sound one block carries.

    Attributes:
        is_sounding: The latest block was sound: another one changes nothing.
    """

    def __init__(self, block_ms: int) -> None:
        self._block_ms = block_ms
        self.begin()

    def begin(self) -> None:
        """Forget everything: another stream takes over."""
        self._zero_ms = 0
        self._has_heard = False
        self._gaps = 0
        self.is_sounding = False

    def note(self, *, is_sound: bool, is_loud: bool = False) -> None:
        """Take the next block.

        Args:
            is_sound: It is not all zeros.
            is_loud: It is as loud as a voice: who uses a switch is quiet for that long.
        """
        self.is_sounding = is_sound
        if not is_sound:
            self._zero_ms += self._block_ms
            return
        is_short = self._zero_ms < _OFF_MS
        is_gap = self._zero_ms >= _SHORTEST_GAP_MS and (is_short or is_loud)
        self._gaps += self._has_heard and is_gap
        self._has_heard = True
        self._zero_ms = 0

    @property
    def is_off(self) -> bool:
        """Whether a switch is off somewhere."""
        is_gate = self._gaps >= _GAPS_OF_A_GATE
        return self._zero_ms >= (_OFF_BEHIND_GATE_MS if is_gate else _OFF_MS)
