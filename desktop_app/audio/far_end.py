"""What the loudspeaker plays, handed out in step with what the microphone hears."""

from __future__ import annotations

from collections import deque

from desktop_app.audio.frames import FRAME_MS, SPEECH_RATE_HZ

FAR_FRAME_BYTES = SPEECH_RATE_HZ * FRAME_MS // 1000 * 2
FAR_SILENCE = bytes(FAR_FRAME_BYTES)

_BYTES_PER_S = SPEECH_RATE_HZ * 2
_FRAME_S = FRAME_MS / 1000
_BLOCKS = 400  # 4 s of a card's usual periods
_LEAST_AHEAD_S = -0.02  # a frame is stamped when it arrives, not before it was captured
_MOST_AHEAD_S = 0.3
_GOOD_AHEAD_S = 0.1
_PATIENCE_FRAMES = 5


class FarEnd:
    """The far end of an echo canceller: played sound, as long as somebody wants it.

    A canceller finds an echo only in what it was shown before: each frame of the microphone
    gets sound that is heard at that time or, by up to 0.3 s, later. A card takes its sound
    ahead, so later sound is there. The two clocks drift and cards misjudge themselves; when the
    distance has left these bounds for 100 ms, it is set anew.

    Attributes:
        is_wanted: Whether ``put`` keeps anything. Written by the loop.
        realigned: Times the distance was set. Written by ``take``.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self.realigned = 0
        self._given: deque[tuple[bytes, float]] = deque(maxlen=_BLOCKS)
        self._waiting = bytearray()
        self._until_s = 0.0
        self._astray = _PATIENCE_FRAMES

    def put(self, pcm: memoryview, until_s: float) -> None:
        """Copy a block that the card takes now. Card thread only; never blocks or raises.

        Args:
            pcm: s16le mono 24 kHz, silence included.
            until_s: Monotonic second at which its last sample will have sounded.
        """
        if self.is_wanted:
            self._given.append((bytes(pcm), until_s))

    def begin(self) -> None:
        """Keep what is played from now on, and nothing from before. Loop only."""
        self.is_wanted = True
        self._given.clear()
        self._waiting.clear()
        self._astray = _PATIENCE_FRAMES

    def end(self) -> None:
        """Nobody listens any more. Loop only."""
        self.is_wanted = False
        self._given.clear()
        self._waiting.clear()

    def take(self, at_s: float) -> bytes:
        """The sound that belongs to one frame of the microphone. Loop only.

        Args:
            at_s: When the frame's last sample was captured, monotonic.

        Returns:
            FAR_FRAME_BYTES of s16le mono 24 kHz; silence while nothing is played.
        """
        while self._given:
            pcm, self._until_s = self._given.popleft()
            self._waiting += pcm
        self._align(at_s - _FRAME_S)
        if len(self._waiting) < FAR_FRAME_BYTES:
            return FAR_SILENCE
        frame = bytes(self._waiting[:FAR_FRAME_BYTES])
        del self._waiting[:FAR_FRAME_BYTES]
        return frame

    def _align(self, start_s: float) -> None:
        """Keep the next sample to be given between being late and being too early."""
        waiting = len(self._waiting)
        if waiting < FAR_FRAME_BYTES:
            return
        ahead_s = self._until_s - waiting / _BYTES_PER_S - start_s
        if _LEAST_AHEAD_S <= ahead_s <= _MOST_AHEAD_S and self._astray < _PATIENCE_FRAMES:
            self._astray = 0
            return
        self._astray += 1
        if self._astray > _PATIENCE_FRAMES:
            wanted_s = self._until_s - start_s - _GOOD_AHEAD_S
            self._set_waiting(max(FAR_FRAME_BYTES, round(wanted_s * SPEECH_RATE_HZ) * 2))

    def _set_waiting(self, wanted: int) -> None:
        surplus = len(self._waiting) - wanted
        if surplus > 0:
            del self._waiting[:surplus]
        else:
            self._waiting[:0] = bytes(-surplus)
        self._astray = 0
        self.realigned += 1
