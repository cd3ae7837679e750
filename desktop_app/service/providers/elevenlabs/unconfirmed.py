"""Sound that a recogniser was given and has not answered yet: a new session is given it again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_PIECE_S = 0.5
_REMEMBERED_S = 40  # it ends an utterance by itself after 36 s


@dataclass(slots=True)
class Utterance:
    """Sound up to a commit.

    Attributes:
        sent_bytes: Of ``sound``, to the session of now.
        is_complete: A commit ends it.
        is_committed: The session of now was told so.
        is_wanted: Its transcript shall be told.
    """

    sound: bytearray = field(default_factory=bytearray)
    sent_bytes: int = 0
    is_complete: bool = False
    is_committed: bool = False
    is_wanted: bool = True


class Unconfirmed:
    """Utterances in order, the last one open. Pure.

    Args:
        rate_hz: Of the sound, s16le mono.
        is_manual: Without it the recogniser itself finds where utterances end: its every final
            text answers all sound before.
    """

    def __init__(self, rate_hz: int, *, is_manual: bool) -> None:
        self._piece = round(rate_hz * _PIECE_S) * 2
        self._longest = rate_hz * _REMEMBERED_S * 2
        self._shortest = round(rate_hz * 0.3) * 2  # it refuses to commit less
        self._is_manual = is_manual
        self._utterances: deque[Utterance] = deque([Utterance()])

    @property
    def unsent_bytes(self) -> int:
        """How much sound waits."""
        return sum(len(one.sound) - one.sent_bytes for one in self._utterances)

    @property
    def is_waiting(self) -> bool:
        """Whether there is anything that a recogniser should hear or answer."""
        return any(one.sound or one.is_complete for one in self._utterances)

    @property
    def awaits_answer(self) -> bool:
        """Whether a commit was sent whose words have not come."""
        return self._utterances[0].is_committed

    def append(self, pcm: bytes) -> None:
        """More sound; of an utterance that does not end, the beginning is forgotten."""
        last = self._utterances[-1]
        last.sound += pcm
        forgotten = min(last.sent_bytes, len(last.sound) - self._longest)
        if forgotten > 0:
            del last.sound[:forgotten]
            last.sent_bytes -= forgotten

    def commit(self) -> bool:
        """End the open utterance. False where there is nothing to commit."""
        last = self._utterances[-1]
        if not last.sound:
            return False
        if not self._is_manual:
            return len(last.sound) >= self._shortest
        last.sound += bytes(max(0, self._shortest - len(last.sound)))
        last.is_complete = True
        self._utterances.append(Utterance())
        return True

    def discard(self) -> None:
        """Nobody wants the open utterance; what was sent of it must still be ended there."""
        last = self._utterances[-1]
        if not last.sent_bytes:
            last.sound.clear()
        elif self._is_manual:
            last.is_wanted = False
            del last.sound[last.sent_bytes :]
            self.commit()

    def next(self) -> tuple[bytes, bool] | None:
        """What to send now: a piece of sound, and whether it commits; None for nothing."""
        for one in self._utterances:
            if one.sent_bytes < len(one.sound):
                piece = bytes(one.sound[one.sent_bytes : one.sent_bytes + self._piece])
                one.sent_bytes += len(piece)
                one.is_committed = one.is_complete and one.sent_bytes == len(one.sound)
                return piece, one.is_committed
            if one.is_complete and not one.is_committed:
                one.is_committed = True
                return b"", True
        return None

    def answered(self) -> bool:
        """A final text came. Whether it is wanted."""
        if self._is_manual:
            first = self._utterances[0]
            if not first.is_complete:  # it ended an utterance by itself: too long for it
                first.sound = first.sound[first.sent_bytes :]
                first.sent_bytes = 0
                return first.is_wanted
            self._utterances.popleft()
            return first.is_wanted
        self.forget_sent()
        return True

    def forget_sent(self) -> None:
        """No words are to come of what was sent; where clients commit, each commit has its own."""
        if not self._is_manual:
            first = self._utterances[0]
            del first.sound[: first.sent_bytes]
            first.sent_bytes = 0

    def again(self) -> None:
        """A new session knows nothing of what was sent."""
        for one in self._utterances:
            one.sent_bytes, one.is_committed = 0, False

    def give_up(self) -> int:
        """Forget everything; how many commits stay without an answer."""
        lost = sum(one.is_complete and one.is_wanted for one in self._utterances)
        self._utterances = deque([Utterance()])
        return lost
