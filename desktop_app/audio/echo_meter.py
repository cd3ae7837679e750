"""How much of the reply is left in what the microphone hears. Pure: counts frames."""

from __future__ import annotations

from collections import deque
from enum import Enum, auto

from desktop_app.audio.frames import FRAME_MS
from desktop_app.audio.turn_detector import NoiseFloor

_SECOND = 1000 // FRAME_MS
_LONG, _SHORT = 1 / _SECOND, 10 / _SECOND  # weights of one frame: a second, and a tenth of it
_PLAYING = 150.0  # rms, about -47 dBFS
_RINGS_FOR = 300 // FRAME_MS  # a room and a card's delay
_CLEAN_SHARE, _SPEECH_SHARE = 0.05, 0.3
_INAUDIBLE, _AUDIBLE = 60.0, 300.0  # about -55 and -41 dBFS
_REMOVED, _KEPT = 0.4, 0.7  # of the energy before: 8 dB less, 3 dB less
_QUARTER = _SECOND // 4
_HEARD = _QUARTER // 3
_FIRST_CLEAN, _FIRST_BAD = _SECOND, 2 * _SECOND
_BAD_FOR = _SECOND
_AGAIN_CLEAN, _MOST_CLEAN = 3 * _SECOND, 30 * _SECOND


class Echo(Enum):
    """What becomes of the reply in the microphone."""

    UNKNOWN = auto()  # too little was played
    NONE = auto()  # it does not get there: headphones
    REMOVED = auto()
    LEFT = auto()
    DOUBTED = auto()  # it was removed, until sound and echo lost step


class _Average:
    """A mean that looks back for a while, right from its first value on."""

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self._sum = self._weights = 0.0

    def add(self, value: float) -> None:
        self._sum += self._weight * (value - self._sum)
        self._weights += self._weight * (1 - self._weights)

    @property
    def value(self) -> float:
        return self._sum / self._weights if self._weights else 0.0


class _Look:
    """The energies of what was captured and of what is left of it, and how much is speech."""

    def __init__(self, weight: float) -> None:
        self._near, self._left, self._speech = (_Average(weight) for _ in range(3))

    def add(self, near: float, left: float, *, is_speech: bool) -> None:
        self._near.add(near * near)
        self._left.add(left * left)
        self._speech.add(float(is_speech))

    @property
    def near_rms(self) -> float:
        return float(self._near.value**0.5)

    @property
    def is_clean(self) -> bool:
        is_quiet = self._left_rms < max(_INAUDIBLE, _REMOVED * self.near_rms)
        return is_quiet and self._speech.value < _CLEAN_SHARE

    @property
    def is_bad(self) -> bool:
        is_loud = self._left_rms > max(_AUDIBLE, _KEPT * self.near_rms)
        return is_loud or self._speech.value > _SPEECH_SHARE

    @property
    def _left_rms(self) -> float:
        return float(self._left.value**0.5)


class EchoMeter:
    """Folds frames into a verdict that does not flap.

    Only frames while the loudspeaker sounds count. The first verdict takes a second of them
    without speech in what is left, or two with it. A good verdict turns bad when the echo is
    left for a second; a bad one good after three clean seconds, after twice as many each time
    it had to be taken back, at most thirty. A person who talks over the reply is left in too:
    what is bad counts only as long as it is, so that a word changes nothing. And a canceller takes
    the first words of a person for an echo: only what was heard all that second is one.
    """

    def __init__(self) -> None:
        self._floor = NoiseFloor()
        self._again_after = _AGAIN_CLEAN
        self.reset()

    def reset(self) -> None:
        """Know nothing of the sound's way from loudspeaker to microphone."""
        self.verdict = Echo.UNKNOWN
        self._rings = 0
        self._long, self._short = _Look(_LONG), _Look(_SHORT)
        self._was_heard: deque[bool] = deque(maxlen=4 * _QUARTER)
        self._clean_frames = self._bad_frames = 0

    def feed(self, far: float, near: float, left: float, *, is_speech: bool) -> None:
        """Take one frame.

        Args:
            far: Energy (rms) of what was played.
            near: Energy of what was captured.
            left: Energy of what the canceller left of it.
            is_speech: What the detector says of what is left.
        """
        self._rings = _RINGS_FOR if far > _PLAYING else max(0, self._rings - 1)
        if not self._rings:
            if not is_speech:
                self._floor.learn(near)
            return
        for look in (self._long, self._short):
            look.add(near, left, is_speech=is_speech)
        self._was_heard.append(near > self._floor.loud)
        self._clean_frames = self._clean_frames + 1 if self._long.is_clean else 0
        self._bad_frames = max(0, self._bad_frames + (1 if self._short.is_bad else -1))
        self._judge()

    def blame(self) -> None:
        """An echo was taken for a person: whatever was measured, it is not good enough."""
        self._fall()

    def doubt(self) -> None:
        """The echo comes later or earlier than before: the canceller has to find it anew.

        There is one, so that nothing heard means nothing played: only an echo that was heard all
        through a second, and removed, is removed again.
        """
        if self.verdict in (Echo.REMOVED, Echo.DOUBTED):
            self.reset()
            self.verdict = Echo.DOUBTED

    def _judge(self) -> None:
        match self.verdict:
            case Echo.UNKNOWN if self._clean_frames >= _FIRST_CLEAN and self._is_steady:
                self._rise()
            case Echo.DOUBTED if self._clean_frames >= _FIRST_CLEAN and all(self._quarters_heard):
                self.verdict = Echo.REMOVED
            case Echo.UNKNOWN | Echo.DOUBTED if self._bad_frames >= _FIRST_BAD:
                self.verdict = Echo.LEFT
            case Echo.LEFT if self._clean_frames >= self._again_after:
                self._rise()
            case Echo.NONE | Echo.REMOVED if self._bad_frames >= _BAD_FOR:
                self._fall()

    def _rise(self) -> None:
        self.verdict = Echo.REMOVED if any(self._quarters_heard) else Echo.NONE

    @property
    def _quarters_heard(self) -> list[bool]:
        """Whether something was captured in each quarter of the last second."""
        heard = list(self._was_heard)
        quarters = (heard[at : at + _QUARTER] for at in range(0, len(heard), _QUARTER))
        return [sum(quarter) > _HEARD for quarter in quarters]

    @property
    def _is_steady(self) -> bool:
        return len(set(self._quarters_heard)) == 1

    def _fall(self) -> None:
        if self.verdict in (Echo.NONE, Echo.REMOVED):
            self._again_after = min(_MOST_CLEAN, 2 * self._again_after)
        self.verdict = Echo.LEFT
        self._clean_frames = self._bad_frames = 0
