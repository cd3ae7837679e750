"""Plays a sentence that nobody said in a conversation: how a voice sounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from desktop_app.engine.ports import Loudspeaker
from desktop_app.engine.recording_desk import refusal_of
from desktop_app.errors import InputError
from desktop_app.link.messages import LinkEvent, PhaseChanged

_PIECE_BYTES = 9_600  # 200 ms


class SamplePlayer:
    """One sample at a time, and only while nobody has the floor. It opens no microphone.

    Args:
        make_loudspeaker: For one sample, still closed.
        floor: How every open conversation stands.
    """

    def __init__(
        self,
        make_loudspeaker: Callable[[], Loudspeaker],
        floor: Callable[[], Iterable[PhaseChanged]],
    ) -> None:
        self._make_loudspeaker = make_loudspeaker
        self._floor = floor
        self._one_at_a_time = asyncio.Lock()
        self._playing: Loudspeaker | None = None

    def check(self) -> None:
        """Whether anything may be played now.

        Raises:
            InputError: ``recording.floor_taken`` or ``recording.microphone_open``.
        """
        if refusal := refusal_of(self._floor()):
            raise InputError(refusal)

    async def play(self, pcm: bytes) -> None:
        """Return when it was heard, or cut by a turn that began.

        Args:
            pcm: s16le mono 24 kHz.

        Raises:
            InputError: See ``check``.
            DeviceError: There is no loudspeaker.
        """
        self.stop()
        async with self._one_at_a_time:
            self.check()
            loudspeaker = self._playing = self._make_loudspeaker()
            try:
                await loudspeaker.open()  # a turn may begin meanwhile
                for at in range(0, len(pcm), _PIECE_BYTES):
                    if self._playing is None:
                        return
                    loudspeaker.play(1, pcm[at : at + _PIECE_BYTES])
                    await loudspeaker.room()
                loudspeaker.finish(1)
                await loudspeaker.drained()
            finally:
                self._playing = None
                loudspeaker.stop()
                await loudspeaker.close()

    def notice(self, event: LinkEvent) -> None:
        """Know what the window is told: a turn that begins ends what plays."""
        if isinstance(event, PhaseChanged) and refusal_of((event,)):
            self.stop()

    def stop(self) -> None:
        """Silence what plays. Idempotent."""
        playing, self._playing = self._playing, None
        if playing is not None:
            playing.stop()
