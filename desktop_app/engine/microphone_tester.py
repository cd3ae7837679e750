"""Listens to a microphone and plays back what it heard, outside any conversation."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from desktop_app.audio.frames import CAPTURE_RATE_HZ, FRAME_MS, SPEECH_RATE_HZ
from desktop_app.audio.level import level_of
from desktop_app.audio.resampler import Resampler
from desktop_app.engine.ports import Loudspeaker, Microphone
from desktop_app.errors import DeviceError
from desktop_app.link.device_messages import MicrophoneTest, MicrophoneTestChanged
from desktop_app.link.messages import LevelMeasured, LinkEvent
from desktop_app.tasks import Background

KEPT_MS = 5_000
LISTEN_MS = 15_000
_FRAMES_PER_LEVEL = 2
_TASK = "microphone test"


class MicrophoneTester:
    """One test at a time; what it heard stays in memory and is never written. Loop thread only.

    Args:
        open_microphone: Makes the microphone of that id or name, still closed.
        open_loudspeaker: Makes the loudspeaker, still closed.
        publish: Takes news for the window.
        background: Where listening and playing run.
    """

    def __init__(
        self,
        open_microphone: Callable[[str], Microphone],
        open_loudspeaker: Callable[[], Loudspeaker],
        publish: Callable[[LinkEvent], None],
        background: Background,
    ) -> None:
        self._open_microphone = open_microphone
        self._open_loudspeaker = open_loudspeaker
        self._publish = publish
        self._background = background
        self._kept: deque[bytes] = deque(maxlen=KEPT_MS // FRAME_MS)
        self._device = ""
        self._one_at_a_time = asyncio.Lock()

    def start(self, device: str) -> None:
        """Listen, and forget what was heard before."""
        self._background.run(self._listen(device), name=_TASK)

    def play(self) -> None:
        """Play what was heard last."""
        self._background.run(self._play(), name=_TASK)

    def stop(self) -> None:
        """End listening or playing."""
        self._background.cancel(_TASK)

    def refuse(self, code: str) -> None:
        """Say why there is no test now."""
        self._tell(MicrophoneTest.OFF, code)

    async def _listen(self, device: str) -> None:
        async with self._one_at_a_time:  # a test that was cancelled closes its device first
            microphone = self._open_microphone(device)
            self._kept.clear()
            code = ""
            try:
                await microphone.open()
                self._device = microphone.device_name
                self._tell(MicrophoneTest.LISTENING)
                await self._hear(microphone)
            except DeviceError as error:
                code = error.code
            finally:
                await microphone.close()
                self._publish(LevelMeasured(0.0, 0.0))
                self._tell(MicrophoneTest.OFF, code)

    async def _hear(self, microphone: Microphone) -> None:
        heard_ms, was_silent = 0, False
        async for frame in microphone.frames():
            self._kept.append(frame.pcm)
            heard_ms += FRAME_MS
            if heard_ms // FRAME_MS % _FRAMES_PER_LEVEL == 0:
                self._publish(LevelMeasured(level_of(frame.pcm), 0.0))
            if microphone.is_muted != was_silent:
                was_silent = not was_silent
                self._tell(MicrophoneTest.LISTENING, "device.silent" if was_silent else "")
            if heard_ms >= LISTEN_MS:
                return

    async def _play(self) -> None:
        async with self._one_at_a_time:
            loudspeaker = self._open_loudspeaker()
            code = ""
            try:
                await loudspeaker.open()
                self._tell(MicrophoneTest.PLAYING)
                loudspeaker.play(1, _as_speech(b"".join(self._kept)))
                loudspeaker.finish(1)
                await loudspeaker.drained()
            except DeviceError as error:
                code = error.code
            finally:
                loudspeaker.stop()
                await loudspeaker.close()
                self._tell(MicrophoneTest.OFF, code)

    def _tell(self, state: MicrophoneTest, code: str = "") -> None:
        kept_ms = len(self._kept) * FRAME_MS
        self._publish(MicrophoneTestChanged(state, self._device, kept_ms, code))


def _as_speech(captured: bytes) -> bytes:
    """What was captured, in the loudspeaker's format."""
    resampler = Resampler(CAPTURE_RATE_HZ, SPEECH_RATE_HZ)
    return resampler.feed(captured) + resampler.flush()
