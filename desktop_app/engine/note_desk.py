"""Records voice notes: what a person says now and sends as a message later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from desktop_app.audio.frames import FRAME_MS
from desktop_app.audio.growing_wav import GrowingWav
from desktop_app.audio.level import level_of
from desktop_app.database.worker import Worker
from desktop_app.engine.ports import Microphone
from desktop_app.errors import AppError
from desktop_app.link.messages import LevelMeasured, LinkEvent
from desktop_app.link.notes import DiscardNote, NoteChanged, NoteIntent, NoteState, StartNote
from desktop_app.tasks import Background

LONGEST_MS = 600_000
SHORTEST_MS = 300
"""What is shorter was a slip of the finger."""

TAIL_MS = 200
"""Still heard after the note was stopped, so that its last word is whole."""

_WRITE_EVERY_MS = 1_000
_TELL_EVERY_MS = 200
_FRAMES_PER_LEVEL = 2
_TASK = "voice note"


class NoteDesk:
    """One note at a time, into a file that is whole at any moment. Loop thread only.

    Args:
        open_microphone: Makes the settings' microphone, still closed.
        publish: Takes news for the window.
        background: Where recording runs.
    """

    def __init__(
        self,
        open_microphone: Callable[[], Microphone],
        publish: Callable[[LinkEvent], None],
        background: Background,
    ) -> None:
        self._open_microphone = open_microphone
        self._publish = publish
        self._background = background
        self._one_at_a_time = asyncio.Lock()
        self._note: _Note | None = None
        self._ending: dict[str, _Note] = {}  # stopped, and not settled yet

    @property
    def is_recording(self) -> bool:
        """Whether the microphone hears a note, or is to."""
        return self._note is not None

    def take(self, intent: NoteIntent) -> None:
        """Carry one intent out, or start to. A note that is begun ends the one before it."""
        if isinstance(intent, StartNote):
            self._stop()
            note = self._note = _Note(intent.note_id, GrowingWav(Path(intent.path)))
            self._background.run(self._record(note), name=f"{_TASK} {intent.note_id}")
        elif isinstance(intent, DiscardNote):
            self._discard(intent.note_id)
        else:
            self._stop()

    def refuse(self, note_id: str, code: str) -> None:
        """Say why there is no note now."""
        self._publish(NoteChanged(note_id, NoteState.GONE, code=code))

    def _stop(self) -> None:
        if self._note is not None:
            self._note.stop()
            self._ending[self._note.id] = self._note
            self._note = None

    def _discard(self, note_id: str) -> None:
        if note_id in self._ending:
            self._ending[note_id].is_wanted = False  # it ends by itself
        note = self._note
        if note is not None and note.id == note_id:
            self._note, note.is_wanted = None, False
            self._background.cancel(f"{_TASK} {note.id}")

    async def _record(self, note: _Note) -> None:
        async with self._one_at_a_time:  # the one before closes its microphone first
            microphone = self._open_microphone()
            try:
                await microphone.open()
                await note.worker.run(note.file.begin)
                note.has_file = True
                self._tell(note, NoteState.RECORDING, microphone.device_name)
                await self._hear(note, microphone)
            except AppError as error:
                note.code = error.code
            finally:
                if self._note is note:
                    self._note = None
                await microphone.close()
                self._publish(LevelMeasured(0.0, 0.0))
                await self._settle(note)

    async def _hear(self, note: _Note, microphone: Microphone) -> None:
        async for frame in microphone.frames():
            note.hear(frame.pcm)
            if note.frames % _FRAMES_PER_LEVEL == 0:
                self._publish(LevelMeasured(level_of(frame.pcm), 0.0))
            if note.duration_ms % _TELL_EVERY_MS == 0:
                code = "device.silent" if microphone.is_muted else ""
                self._tell(note, NoteState.RECORDING, microphone.device_name, code)
            if note.duration_ms % _WRITE_EVERY_MS == 0:
                await note.write()
            if note.is_over:
                return

    async def _settle(self, note: _Note) -> None:
        """Close the file, also where the program is ending; or delete it."""
        if note.has_file and note.is_wanted:
            try:
                await note.write()
                await note.worker.run(note.file.end)
            except AppError as error:
                note.code = note.code or error.code
        is_kept = note.has_file and note.is_wanted and note.duration_ms >= SHORTEST_MS
        if not is_kept:
            await note.worker.run(note.file.remove)
            is_slip = note.has_file and note.is_wanted and not note.code
            note.code = "note.empty" if is_slip else note.code
        note.worker.close()
        self._ending.pop(note.id, None)
        self._tell(note, NoteState.KEPT if is_kept else NoteState.GONE, code=note.code)

    def _tell(self, note: _Note, state: NoteState, device: str = "", code: str = "") -> None:
        self._publish(NoteChanged(note.id, state, note.duration_ms, device, code))


class _Note:
    """The note that is being recorded.

    Attributes:
        is_wanted: It shall be kept.
        worker: Writes it, one thing after the other.
        has_file: Its file was begun.
        code: Why it ended by itself.
    """

    def __init__(self, note_id: str, file: GrowingWav) -> None:
        self.id = note_id
        self.file = file
        self.worker = Worker("voice note")
        self.frames = 0
        self.is_wanted = True
        self.has_file = False
        self.code = ""
        self._ends_at_ms = LONGEST_MS
        self._unwritten = bytearray()

    @property
    def duration_ms(self) -> int:
        return self.frames * FRAME_MS

    @property
    def is_over(self) -> bool:
        """Whether all that was wanted of it has been heard."""
        return self.duration_ms >= self._ends_at_ms

    def stop(self) -> None:
        """The last word is still heard; a second time changes nothing."""
        self._ends_at_ms = min(self._ends_at_ms, self.duration_ms + TAIL_MS)

    def hear(self, pcm: bytes) -> None:
        """Take one frame."""
        self.frames += 1
        self._unwritten += pcm

    async def write(self) -> None:
        """Return when what is new is in the file.

        Raises:
            StorageError
        """
        pcm = bytes(self._unwritten)
        self._unwritten.clear()
        if pcm:
            await self.worker.run(lambda: self.file.add(pcm))
