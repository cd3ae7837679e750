"""What the card is given and when: turns of speech, a cushion against jitter, what was heard."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from desktop_app.audio.cushion import Cushion
from desktop_app.audio.far_end import FarEnd
from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.level import level_of
from desktop_app.audio.quiet_spot import quiet_spot
from desktop_app.audio.ring_buffer import RingBuffer

_BYTES_PER_S = SPEECH_RATE_HZ * 2
_LEVEL_BYTES = _BYTES_PER_S // 50
_HOLDS_S = 30
_LEAD_BYTES = _BYTES_PER_S // 5  # a pause goes back at most so far, to where a word begins
_KEPT_S = 1  # that, and what a card holds


class Playback:
    """Speech on its way to a card, mono s16le 24 kHz, without any card.

    ``fill`` belongs to the card's thread, everything else to the loop. Each field has one
    writing thread.

    Attributes:
        latency_s: How long the card takes to sound what it was given, when ``fill`` is not told;
            0.0 means at once. Set by who opens it.
        gaps: Times the sound of an unfinished turn ran out. Written by ``fill``.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, far_end: FarEnd | None = None
    ) -> None:
        self.latency_s = 0.0
        self.gaps = 0
        self._clock = clock
        self._far_end = far_end
        self._ring = RingBuffer(_BYTES_PER_S * _HOLDS_S, kept_bytes=_BYTES_PER_S * _KEPT_S)
        self._cushion = Cushion()
        self._backlog: deque[bytes] = deque()
        self._split_sample = b""
        self._turn: int | None = None
        self._position = 0  # loop: numbers the heard positions
        self._heard_at_stop: int | None = 0
        self._heard_at_pause = 0
        self._is_paused = False
        self._is_finished = True
        self._begin_s = 0.0
        self._changes = 0  # loop: times that more waited, each counted once it does
        self._found_empty = -1  # card, as all below: after which of them nothing waited
        self._is_playing = False
        self._held_bytes = 0
        self._quiet_bytes = 0
        self._sounds_until_s = 0.0
        self._first_sound = (0, 0.0)
        self._silence = bytes(_BYTES_PER_S // 100)

    def play(self, turn: int, pcm: bytes) -> None:
        """Append speech of a turn; a new turn, or any after ``stop``, is heard from 0 on."""
        if turn != self._turn or self._heard_at_stop is not None:
            self._begin(turn)
        self._is_finished = False
        if self._split_sample or len(pcm) % 2:
            pcm = self._split_sample + pcm
            self._split_sample = pcm[len(pcm) & ~1 :]
            pcm = pcm[: len(pcm) & ~1]
        now_s = self._clock()
        self._cushion.arrived(now_s, len(pcm) / _BYTES_PER_S)
        self._backlog.append(pcm)
        self._begin_s = self._cushion.begin_s(
            now_s,
            self._waiting_bytes / _BYTES_PER_S,
            is_heard=self._first_sound[0] == self._position,
        )
        self.pump()

    def _begin(self, turn: int) -> None:
        self.pump()
        self._turn = turn
        self._heard_at_stop = None
        self._heard_at_pause = 0
        self._split_sample = b""
        self._cushion.begin()
        self._ring.mark()
        self._position += 1

    def pump(self) -> None:
        """Move what waits outside into the ring, as far as it fits."""
        while self._backlog:
            pcm = self._backlog[0]
            accepted = self._ring.write(pcm)
            self._changes += 1
            if accepted < len(pcm):
                self._backlog[0] = pcm[accepted:]
                return
            self._backlog.popleft()

    def finish(self, turn: int) -> None:
        """No more sound will come for this turn: what is there plays without a cushion."""
        if turn == self._turn:
            self._is_finished = True

    def pause(self) -> None:
        """Silence from the next ``fill`` on; everything is kept. Idempotent.

        ``resume`` goes on with the word that was cut: up to 200 ms before the last sample that
        has sounded, where it was quietest. What the card held is given to it again.
        """
        if self._is_paused:
            return
        self._is_paused = True  # first: from here on the card takes nothing
        if self.is_sounding:
            heard = self._heard_at_pause = self._heard_bytes()
            lead = self._ring.read_before(heard, _LEAD_BYTES)
            self._ring.rewind(heard - len(lead) + quiet_spot(lead))
            self._changes += 1

    def hold(self) -> bool:
        """Silence until ``resume``, which goes on with the next sample that has not sounded.

        For another card: what this one holds is given to that one.

        Returns:
            Whether anything changed; False while paused.
        """
        if self._is_paused:
            return False
        self._is_paused = True  # first: from here on the card takes nothing
        if self.is_sounding:
            self._heard_at_pause = self._heard_bytes()
            self._ring.rewind(self._heard_at_pause)
            self._changes += 1
        return True

    def resume(self) -> None:
        """Go on where ``pause`` or ``hold`` cut. Idempotent."""
        self._is_paused = False

    @property
    def is_paused(self) -> bool:
        """Whether what is left waits for ``resume``."""
        return self._is_paused

    def stop(self) -> None:
        """Drop everything, paused or not: ``fill`` gives silence from its next call on."""
        if self._heard_at_stop is None:
            self._heard_at_stop = self._heard_bytes()
        self._is_finished = True
        self._backlog.clear()
        self._ring.discard()
        self._is_paused = False  # last: what was paused is dropped, not heard

    @property
    def has_room(self) -> bool:
        """Whether another second of sound fits."""
        return not self._backlog and self._ring.free >= _BYTES_PER_S

    @property
    def is_sounding(self) -> bool:
        """Whether anything given is still to be heard."""
        return self.left_s > 0

    @property
    def left_s(self) -> float:
        """Seconds until everything given has been heard; 0.0 when nothing is left."""
        if self._heard_at_stop is not None:
            return 0.0
        return (self._waiting_bytes + self._in_card_bytes()) / _BYTES_PER_S

    @property
    def _waiting_bytes(self) -> int:
        return self._ring.available + sum(map(len, self._backlog))

    @property
    def heard_ms(self) -> int:
        """How much of the current turn has really sounded."""
        heard = self._heard_at_stop
        return (self._heard_bytes() if heard is None else heard) * 1000 // _BYTES_PER_S

    @property
    def first_sound_s(self) -> float | None:
        """Monotonic second when the turn's first sample was given to the card."""
        position, at_s = self._first_sound
        return at_s if position and position == self._position else None

    @property
    def level(self) -> float:
        """0.0 to 1.0, what is being given to the card now."""
        if not self._is_playing or self._heard_at_stop is not None:
            return 0.0
        return level_of(self._ring.last_read(_LEVEL_BYTES))

    def _heard_bytes(self) -> int:
        return max(self._heard_at_pause, self._ring.played_since_mark - self._in_card_bytes())

    def _in_card_bytes(self) -> int:
        ahead_s = self._sounds_until_s - self._clock()
        return max(0, round(ahead_s * SPEECH_RATE_HZ) * 2 - self._quiet_bytes)

    def fill(self, out: memoryview, delay_s: float = 0.0) -> None:
        """Give the card its next block. Card thread only; never blocks, raises or logs.

        Args:
            out: Writable bytes, overwritten in full.
            delay_s: When the block will begin to sound, from now; ``latency_s`` if not above 0.
        """
        wanted = len(out)
        if delay_s <= 0.0:
            delay_s = self.latency_s
        now_s = self._clock()
        until_s = now_s + delay_s + wanted / _BYTES_PER_S
        if delay_s > 0.0:
            self._sounds_until_s = until_s
        if self._is_paused:
            self._hold_on()
        elif not self._is_playing and self._found_empty != (changes := self._changes):
            if available := self._ring.take_stock():
                self._begin_if_due(available, wanted, now_s)
            else:
                self._held_bytes = 0
                self._found_empty = changes
        if self._is_playing:
            self._play_into(out)
        else:
            self._quiet_bytes += wanted
            out[:] = self._silence if wanted == len(self._silence) else bytes(wanted)
        if self._far_end is not None:
            self._far_end.put(out, until_s)

    def _play_into(self, out: memoryview) -> None:
        wanted = len(out)
        count = self._ring.read_into(out)
        if count:
            self._quiet_bytes = wanted - count
            if self._first_sound[0] != self._position and self._ring.played_since_mark:
                self._first_sound = (self._position, self._clock())
        else:
            self._quiet_bytes += wanted
        if count < wanted:
            self._is_playing = False
            self._held_bytes = 0
            if not self._is_finished:
                self.gaps += 1

    def _begin_if_due(self, available: int, wanted: int, now_s: float) -> None:
        is_whole = available >= wanted or self._held_bytes >= wanted
        if self._is_finished or (is_whole and now_s >= self._begin_s):
            self._is_playing = True
        else:
            self._held_bytes += wanted

    def _hold_on(self) -> None:
        self._ring.take_stock()
        self._is_playing = False
        self._held_bytes = 0
