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
_PATIENCE_S = 0.1
_SEAM_S = 0.03  # cards misjudge themselves by less, from block to block
_FINE_S = 0.005  # but a card that began anew knows only after a moment how late it is
_UNSETTLED_BLOCKS = 50
_NEW_S = 1.0
_DRIFT = 0.001  # of what a card says against the blocks before, a hundred times a second
_MOST_STARVED = 500 // FRAME_MS


class FarEnd:
    """The far end of an echo canceller: played sound, as long as somebody wants it.

    A canceller finds an echo only in what it was shown before: each frame of the microphone
    gets sound that is heard at that time or, by up to 0.3 s, later. A card takes its sound
    ahead, so later sound is there. The distance stays what it is, or the canceller has to find
    the echo anew: what a card that was silenced never sounded is taken back, where one ran dry
    there is a hole, and a frame that found nothing is made up for. The two clocks drift; when
    the distance has left these bounds for 100 ms, it is set anew. A time that counts is the
    microphone's, not the number of its frames: after a stall many come at once.

    Attributes:
        is_wanted: Whether ``put`` keeps anything. Written by the loop.
        realigned: Times the distance was set. Written by ``take``, as the next.
        lost: Times it had been set before.
    """

    def __init__(self) -> None:
        self.is_wanted = False
        self.realigned = self.lost = 0
        self._given: deque[tuple[bytes, float]] = deque(maxlen=_BLOCKS)
        self._waiting = bytearray()
        self._until_s = 0.0
        self._forget()

    def _forget(self) -> None:
        """The next block has nothing to do with those before."""
        self._waiting.clear()
        self._owed = 0  # bytes to come in whose place silence was handed out
        self._starved = 0  # frames in a row that found nothing
        self._unsettled = 0
        self._is_set = False
        self._astray_since_s: float | None = None

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
        self._forget()

    def end(self) -> None:
        """Nobody listens any more. Loop only."""
        self.is_wanted = False
        self._given.clear()
        self._forget()

    def take(self, at_s: float) -> bytes:
        """The sound that belongs to one frame of the microphone. Loop only.

        Args:
            at_s: When the frame's last sample was captured, monotonic.

        Returns:
            FAR_FRAME_BYTES of s16le mono 24 kHz; silence while nothing is played.
        """
        while self._given:
            self._lay(*self._given.popleft())
        self._align(at_s - _FRAME_S)
        if len(self._waiting) < FAR_FRAME_BYTES:
            self._owed += FAR_FRAME_BYTES
            self._starved += 1
            return FAR_SILENCE
        self._starved = 0
        frame = bytes(self._waiting[:FAR_FRAME_BYTES])
        del self._waiting[:FAR_FRAME_BYTES]
        return frame

    def _lay(self, pcm: bytes, until_s: float) -> None:
        """Put a block as far behind the one before as it sounds behind it."""
        hole_s = until_s - len(pcm) / _BYTES_PER_S - self._until_s
        is_poor = self._starved > _MOST_STARVED  # a card that takes less ahead than it did
        self.lost += self._is_set and is_poor and abs(hole_s) <= _NEW_S
        if is_poor or abs(hole_s) > _NEW_S:
            self._forget()
            self._until_s += hole_s
        elif abs(hole_s) > (_FINE_S if self._unsettled else _SEAM_S):
            if abs(hole_s) > _SEAM_S:
                self._unsettled = _UNSETTLED_BLOCKS
            self._move_end(round(hole_s * SPEECH_RATE_HZ) * 2)
            self._until_s += hole_s
        else:
            self._until_s += hole_s * _DRIFT
        self._unsettled = max(0, self._unsettled - 1)
        self._until_s += len(pcm) / _BYTES_PER_S
        self._waiting += pcm
        if self._owed:
            paid = min(self._owed, len(self._waiting))
            del self._waiting[:paid]
            self._owed -= paid

    def _move_end(self, count: int) -> None:
        """Lengthen what waits by silence, or take back what was never heard."""
        if count > 0:
            self._waiting += bytes(count)
            return
        left = len(self._waiting) + count
        del self._waiting[max(0, left) :]
        self._owed += max(0, -left)

    def _align(self, start_s: float) -> None:
        """Keep the next sample to be given between being late and being too early."""
        waiting = len(self._waiting)
        if waiting < FAR_FRAME_BYTES:
            return
        ahead_s = self._until_s - waiting / _BYTES_PER_S - start_s
        if self._is_set and _LEAST_AHEAD_S <= ahead_s <= _MOST_AHEAD_S:
            self._astray_since_s = None
            return
        if self._astray_since_s is None:
            self._astray_since_s = start_s
        if not self._is_set or start_s - self._astray_since_s >= _PATIENCE_S:
            wanted_s = self._until_s - start_s - _GOOD_AHEAD_S
            self._set_waiting(max(FAR_FRAME_BYTES, round(wanted_s * SPEECH_RATE_HZ) * 2))

    def _set_waiting(self, wanted: int) -> None:
        surplus = len(self._waiting) - wanted
        if surplus > 0:
            del self._waiting[:surplus]
        else:
            self._waiting[:0] = bytes(-surplus)
        self.lost += self._is_set
        self._is_set = True
        self._astray_since_s = None
        self.realigned += 1
