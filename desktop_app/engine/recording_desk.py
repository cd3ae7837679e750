"""Lets recordings be heard again, saved and discarded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.audio.wav import read_wav, write_wav
from desktop_app.engine.ports import Journal, Loudspeaker, Time
from desktop_app.errors import AppError, InputError, StorageError
from desktop_app.export.exporting import written_whole
from desktop_app.journal.records import UtteranceRecord, UtteranceState
from desktop_app.link.messages import (
    LinkEvent,
    MessageRemoved,
    Notice,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
)
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayNote,
    PlayUtterance,
    RecordingPlayed,
    RecordingsRemoved,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.protocol.gateway_speech import Resample
from desktop_app.system_reasons import reason_of
from desktop_app.tasks import Background

TELL_EVERY_S = 0.2
_PIECE_MS = 200
_FINISHED_WITHIN_S = 2.0
_TAKEN = (Phase.HEARING, Phase.THINKING, Phase.SPEAKING, Phase.PAUSED)

RecordingIntent = PlayUtterance | PlayNote | StopUtterance | SaveUtterance | DiscardUtterance

logger = logging.getLogger(__name__)


class RecordingDesk:
    """Carries out what a person wants of recordings. Event loop only.

    One recording plays at a time, and only while nobody has the floor: an open microphone would
    hear it. A turn that begins, anywhere, ends it, unless its answer is only read.

    Args:
        journal: Where the recordings are.
        make_loudspeaker: A loudspeaker for one recording, still closed.
        resample: Converts sound of this rate to what loudspeakers play.
        floor: How every open conversation stands.
        publish: Takes news for the window.
        time: Clocks.
        let_go: Lets conversations not send this recording, where it only waits for that.
        at_service: Deletes there what was discarded; says why something is left, as a notice's
            code, or nothing.
    """

    def __init__(  # noqa: PLR0913 - injects ports
        self,
        journal: Journal,
        make_loudspeaker: Callable[[], Loudspeaker],
        resample: Callable[[int], Resample],
        *,
        floor: Callable[[], Iterable[PhaseChanged]],
        publish: Callable[[LinkEvent], None],
        time: Time,
        let_go: Callable[[str], Awaitable[None]] | None = None,
        at_service: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        self._let_go = let_go
        self._at_service = at_service
        self._journal = journal
        self._make_loudspeaker = make_loudspeaker
        self._resample = resample
        self._floor = floor
        self._publish = publish
        self._time = time
        self._background = Background(self._report)
        self._one_at_a_time = asyncio.Lock()
        self._wanted = ""

    def take(self, intent: RecordingIntent) -> None:
        """Carry one intent out, or start to; what cannot be done is told in a notice about it."""
        match intent:
            case PlayUtterance():
                self.stop()
                self._wanted = intent.utterance_id
                self._background.run(self._play(intent), name=f"play {intent.utterance_id}")
            case PlayNote():
                self.stop()
                self._wanted = intent.note_id
                self._background.run(self._play_note(intent), name=f"play {intent.note_id}")
            case StopUtterance():
                self.stop()
            case SaveUtterance():
                self._background.run(self._save(intent), name=f"save {intent.utterance_id}")
            case DiscardUtterance():
                self._background.run(self._discard(intent), name=f"discard {intent.utterance_id}")

    def notice(self, event: LinkEvent) -> None:
        """Know what the window is told: a turn that begins ends what plays."""
        if self._wanted and isinstance(event, PhaseChanged) and refusal_of((event,)):
            self.stop()

    def stop(self) -> None:
        """Silence what plays. Idempotent."""
        self._background.cancel(f"play {self._wanted}")
        self._wanted = ""

    async def aclose(self) -> None:
        """Silence what plays and finish the rest, if it takes no long time. Idempotent."""
        self.stop()
        await self._background.settle(_FINISHED_WITHIN_S)
        await self._background.aclose()

    # ---- playing ------------------------------------------------------------------------------

    async def _play(self, wish: PlayUtterance) -> None:
        async with self._one_at_a_time:  # the one before tells its end first
            self._check_floor()
            utterance = await self._found(wish.utterance_id)
            pcm = await self._journal.utterance_pcm(utterance.id)
            await self._play_sound(utterance, pcm, max(0, wish.from_ms))

    async def _play_note(self, wish: PlayNote) -> None:
        async with self._one_at_a_time:
            self._check_floor()
            pcm = await asyncio.to_thread(read_wav, Path(wish.path))
            kept = UtteranceState.CAPTURED
            note = UtteranceRecord(
                id=wish.note_id, thread_id="", turn=0, created_at=0.0, state=kept
            )
            await self._play_sound(note, pcm, 0)

    def _check_floor(self) -> None:
        refusal = refusal_of(self._floor())
        if refusal:
            raise InputError(refusal)

    async def _play_sound(self, utterance: UtteranceRecord, pcm: bytes, from_ms: int) -> None:
        loudspeaker = self._make_loudspeaker()
        try:
            await self._sound(loudspeaker, utterance, pcm, from_ms)
        finally:
            loudspeaker.stop()
            await loudspeaker.close()

    async def _sound(
        self, loudspeaker: Loudspeaker, utterance: UtteranceRecord, pcm: bytes, from_ms: int
    ) -> None:
        duration_ms = utterance.duration_of(len(pcm))
        position_ms = min(from_ms, duration_ms)

        def tell(*, is_over: bool = False) -> None:
            heard_ms = min(position_ms + loudspeaker.heard_ms, duration_ms)
            self._publish(RecordingPlayed(utterance.id, heard_ms, duration_ms, is_over))

        async def keep_telling() -> None:
            while True:
                tell()
                await self._time.sleep(TELL_EVERY_S)

        await loudspeaker.open()
        self._background.run(keep_telling(), name="position")
        try:
            for piece in self._pieces(utterance, pcm, position_ms):
                loudspeaker.play(1, piece)
                await loudspeaker.room()
                await asyncio.sleep(0)  # a long recording does not hold the loop
            loudspeaker.finish(1)
            await loudspeaker.drained()
        finally:
            self._background.cancel("position")
            tell(is_over=True)

    def _pieces(self, utterance: UtteranceRecord, pcm: bytes, from_ms: int) -> Iterator[bytes]:
        rate_hz = utterance.rate_hz
        size = rate_hz * 2 * _PIECE_MS // 1000
        begin = rate_hz * from_ms // 1000 * 2
        resample = None if rate_hz == SPEECH_RATE_HZ else self._resample(rate_hz)
        for at in range(begin, len(pcm), size):
            piece = pcm[at : at + size]
            is_last = at + size >= len(pcm)
            yield piece if resample is None else resample(piece, is_last=is_last)

    # ---- keeping and not keeping --------------------------------------------------------------

    async def _save(self, wish: SaveUtterance) -> None:
        utterance = await self._found(wish.utterance_id)
        pcm = await self._journal.utterance_pcm(utterance.id)
        path = Path(wish.path)
        try:
            await asyncio.to_thread(_write_whole, path, pcm, utterance.rate_hz)
        except InputError as error:
            cause = error.__cause__
            reason = reason_of(cause) if isinstance(cause, OSError) else str(error)
            raise InputError("recording.not_saved", file=wish.path, reason=reason) from error
        self._tell(NoticeLevel.INFO, "recording.saved", utterance.id, {"file": wish.path})

    async def _discard(self, wish: DiscardUtterance) -> None:
        utterance = await self._found(wish.utterance_id)
        if self._wanted == utterance.id:
            self.stop()
        if self._let_go is not None:
            await self._let_go(utterance.id)
        message_id = await self._journal.discard_utterance(utterance.id)
        if message_id:
            self._publish(MessageRemoved(utterance.thread_id, message_id))
        self._publish(RecordingsRemoved((utterance.id,)))
        left = await self._at_service() if self._at_service is not None else ""
        if left:
            self._tell(NoticeLevel.INFO, left, utterance.id, {})

    async def _found(self, utterance_id: str) -> UtteranceRecord:
        utterance = await self._journal.utterance(utterance_id)
        if utterance is None:
            raise StorageError("journal.no_recording")
        return utterance

    def _report(self, name: str, error: BaseException) -> None:
        subject = name.partition(" ")[2]
        if isinstance(error, AppError):
            self._tell(NoticeLevel.WARNING, error.code, subject, dict(error.facts))
            return
        logger.error("%s failed", name, exc_info=error)
        self._tell(NoticeLevel.ERROR, "something.failed", subject, {})

    def _tell(self, level: NoticeLevel, code: str, subject: str, facts: dict[str, str]) -> None:
        self._publish(NoticeRaised(Notice(level, code, facts, subject=subject)))


def refusal_of(floor: Iterable[PhaseChanged]) -> str:
    """Why nothing may be played now; empty when it may."""
    for stands in floor:
        if stands.phase in _TAKEN and not stands.is_written:
            return "recording.floor_taken"
        if stands.is_voice_on:
            return "recording.microphone_open"
    return ""


def _write_whole(path: Path, pcm: bytes, rate_hz: int) -> None:
    with written_whole(path) as part:
        write_wav(part, pcm, rate_hz)
