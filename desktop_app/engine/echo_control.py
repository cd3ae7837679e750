"""Keeps the reply out of what is heard, and knows how well that works."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.audio.detectors import SpeechDetector
from desktop_app.audio.echo import EchoCanceller
from desktop_app.audio.echo_meter import Echo, EchoMeter
from desktop_app.audio.far_end import FAR_SILENCE, FarEnd
from desktop_app.audio.frames import FRAME_MS, AudioFrame
from desktop_app.audio.level import rms
from desktop_app.engine.inputs import EchoMeasured, Input

logger = logging.getLogger(__name__)

_SOUNDING = 30.0  # rms of what is played, about -61 dBFS
_RINGS_FOR = 600 // FRAME_MS  # the delay of a card and the echo of a room
_STALL_S = 0.1  # without a frame: a sound server, a card or this process stood still
_REMEMBERED = 200 // FRAME_MS  # as long as what a canceller holds is to be heard
_FOUND = (Echo.REMOVED, Echo.LEFT, Echo.DOUBTED)
_REASONS = {
    Echo.UNKNOWN: "echo_unknown",
    Echo.DOUBTED: "echo_unknown",
    Echo.LEFT: "echo_left",
}


@dataclass(frozen=True, slots=True)
class EchoParts:
    """What it takes to remove an echo.

    Attributes:
        far_end: What the loudspeaker of this conversation plays.
        open_canceller: Makes one; any thread. ImportError where this platform has none.
        open_detector: Makes the judge of what is left while nobody else listens.
    """

    far_end: FarEnd
    open_canceller: Callable[[], EchoCanceller]
    open_detector: Callable[[], SpeechDetector]

    def load(self) -> tuple[EchoCanceller, SpeechDetector]:
        """Both of them; any thread."""
        return self.open_canceller(), self.open_detector()


class EchoControl:
    """Cleans the frames of one conversation's microphone. Loop thread only.

    Args:
        parts: None where echoes are not to be removed: frames pass as they are.
        tell: Takes EchoMeasured whenever the verdict changes.
    """

    def __init__(self, parts: EchoParts | None, tell: Callable[[Input], None]) -> None:
        self._parts = parts
        self._tell = tell
        self._canceller: EchoCanceller | None = None
        self._detector: SpeechDetector | None = None
        self._meter = EchoMeter()
        self._verdict = Echo.UNKNOWN
        self._energies = (0.0, 0.0, 0.0)
        self._cleaned = b""
        self._is_cleaned = False
        self._rings = 0
        self._at_s = math.inf
        self._lost = 0
        self._resting: deque[bytes] = deque(maxlen=_REMEMBERED)

    async def open(self) -> None:
        """Get ready for a microphone that was opened; the first time it takes a while."""
        if self._parts is None:
            return
        if self._canceller is None:
            try:
                self._canceller, self._detector = await asyncio.to_thread(self._parts.load)
            except (ImportError, OSError) as error:
                logger.info("no echo canceller: %s", error)
                self._parts = None
                self._tell(EchoMeasured(can_talk_over=False, reason="no_echo_control"))
                return
        self._parts.far_end.begin()
        self._at_s = math.inf
        self._meter.reset()
        self._follow()

    def close(self) -> None:
        """The microphone is closed. Idempotent."""
        if self._parts is not None:
            self._parts.far_end.end()

    def clean(self, frame: AudioFrame) -> AudioFrame:
        """The frame without what the loudspeaker played; ``heard`` must follow.

        It stays as it is while nothing sounds, and where no echo has been found: a canceller that
        finds none takes from the voice. Where nothing sounds or rings it has nothing to learn
        either, and rests: it costs as much as all else that is done with a frame. What it held when
        it began to rest is a voice of then, so it wakes with what was heard last.
        """
        if self._parts is None or self._canceller is None:
            return frame
        far = self._parts.far_end.take(frame.at_s)
        self._notice_stall(frame.at_s, self._parts.far_end.lost)
        if not self._rings and far == FAR_SILENCE:
            self._energies = 0.0, frame.energy, frame.energy
            self._is_cleaned = False
            self._resting.append(frame.pcm)
            return frame
        while self._resting:
            self._canceller.clean(self._resting.popleft(), FAR_SILENCE)
        pcm = self._canceller.clean(frame.pcm, far)
        self._energies = rms(far), rms(frame.pcm), rms(pcm)
        self._rings = _RINGS_FOR if self._energies[0] > _SOUNDING else max(0, self._rings - 1)
        self._cleaned = pcm
        self._is_cleaned = self._rings > 0 and self._verdict in _FOUND
        return AudioFrame(pcm, frame.at_s) if self._is_cleaned else frame

    def _notice_stall(self, at_s: float, lost: int) -> None:
        """Sound that stood still may have lost step with its echo."""
        if at_s - self._at_s > _STALL_S or lost != self._lost:
            self._meter.doubt()
            self._follow()
        self._at_s, self._lost = at_s, lost

    def heard(self, *, is_speech: bool | None) -> None:
        """Measure what ``clean`` made of the last frame.

        Args:
            is_speech: The verdict of who listens; None where nobody does.
        """
        if self._canceller is None or self._detector is None:
            return
        far, near, left = self._energies
        if is_speech is None or not self._is_cleaned:
            is_speech = self._rings > 0 and self._detector.is_speech(self._cleaned)
        self._meter.feed(far, near, left, is_speech=is_speech)
        self._follow()

    @property
    def may_come_back(self) -> bool:
        """Nothing has shown that what is played does not reach the microphone."""
        return self._verdict is not Echo.NONE

    def blame(self) -> None:
        """An echo was taken for a person."""
        if self._canceller is not None:
            self._meter.blame()
            self._follow()

    def _follow(self) -> None:
        if self._meter.verdict is not self._verdict:
            self._verdict = self._meter.verdict
            reason = _REASONS.get(self._verdict, "")
            self._tell(EchoMeasured(can_talk_over=not reason, reason=reason))
