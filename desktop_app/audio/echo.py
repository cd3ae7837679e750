"""Takes what the loudspeaker plays out of what the microphone hears."""

from __future__ import annotations

from typing import Protocol

from desktop_app.audio.far_end import FAR_FRAME_BYTES
from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_BYTES, SPEECH_RATE_HZ

_PER_FRAME = 2  # WebRTC's unit is 10 ms
_NEAR_BYTES = FRAME_BYTES // _PER_FRAME
_FAR_BYTES = FAR_FRAME_BYTES // _PER_FRAME


class EchoCanceller(Protocol):
    """Removes an echo, frame by frame. One thread, in order."""

    def clean(self, near: bytes, far: bytes) -> bytes:
        """Take the far end out of one frame.

        Args:
            near: What was captured: FRAME_BYTES, s16le mono 16 kHz.
            far: What was played not later than its echo in ``near``: FAR_FRAME_BYTES, s16le mono
                24 kHz.

        Returns:
            FRAME_BYTES: what is left.
        """


class WebRtcEchoCanceller:
    """WebRTC's audio processing: echo canceller (AEC3), noise suppression and high-pass filter.

    It finds delays of up to 480 ms between ``far`` and its echo by itself, within half a second
    of speech, and takes 30 to 40 dB off it, in 7 ms of CPU for each second of sound. Its gain
    control stays off: it raises what is left of the first echo until it counts as speech.
    """

    def __init__(self) -> None:
        """Load it, 13 MB and some tens of milliseconds; any thread.

        Raises:
            ImportError: This platform has no wheel of livekit, or cannot load it.
        """
        from livekit.rtc import AudioFrame, AudioProcessingModule

        self._frame = AudioFrame
        self._module = AudioProcessingModule(
            echo_cancellation=True, noise_suppression=True, high_pass_filter=True
        )

    def clean(self, near: bytes, far: bytes) -> bytes:
        """Take the far end out of one frame; see ``EchoCanceller``."""
        cleaned = bytearray(near)
        for part in range(_PER_FRAME):
            self._take_far(far[part * _FAR_BYTES : (part + 1) * _FAR_BYTES])
            at = slice(part * _NEAR_BYTES, (part + 1) * _NEAR_BYTES)
            cleaned[at] = self._clean_near(bytearray(cleaned[at]))
        return bytes(cleaned)

    def _take_far(self, pcm: bytes) -> None:
        frame = self._frame(bytearray(pcm), SPEECH_RATE_HZ, 1, _FAR_BYTES // 2)
        self._module.process_reverse_stream(frame)

    def _clean_near(self, pcm: bytearray) -> bytearray:
        """Cleans ``pcm`` in place."""
        frame = self._frame(pcm, CAPTURE_RATE_HZ, 1, _NEAR_BYTES // 2)
        self._module.process_stream(frame)
        return pcm
