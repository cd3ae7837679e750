"""Voice notes: from the button to what goes along with a message."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial

from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.link.notes import DiscardNote, NoteChanged, NoteState, StartNote, StopNote
from desktop_app.link.recordings import PlayNote, StopUtterance
from desktop_app.prose import tr
from desktop_app.state.app_state import Conversation, Levels, Playing
from desktop_app.ui.compose import kept_files
from desktop_app.ui.compose.attachment_wiring import AttachmentWiring
from desktop_app.ui.compose.attachments import Attachment, Stage
from desktop_app.ui.compose.note_row import NoteRow
from desktop_app.ui.wires import Wires

_FILE = "voice-note.wav"


class NoteWiring:
    """Between composer, tray, shelf and engine. Main thread only.

    The engine records into a file of ours; the note is an attachment from its first moment, so
    that it is a draft of its thread like every other file, and outlives a crash.
    """

    def __init__(self, wires: Wires, attachments: AttachmentWiring) -> None:
        self._wires = wires
        self._attachments = attachments
        self._shelf = attachments.shelf
        self._folder = wires.folders.data / kept_files.FOLDER
        self._connect()

    def _connect(self) -> None:
        window, store = self._wires.window, self._wires.store
        tray = window.pane.tray
        assert tray is not None  # the window is furnished as a whole, before this
        window.pane.composer.note_requested.connect(self.toggle)
        window.note_requested.connect(self.toggle)
        tray.finish_requested.connect(self._on_finish)
        tray.play_requested.connect(self._on_play)
        self._attachments.note_stopped.connect(self._on_finish)
        self._attachments.note_discarded.connect(self._on_discarded)
        store.note_changed.connect(self._on_note)
        store.levels_changed.connect(self._on_levels)
        store.playing_changed.connect(self._on_playing)
        store.conversation_changed.connect(self._on_conversation)
        store.engine_lost.connect(self._on_engine_lost)

    @property
    def _recording(self) -> Attachment | None:
        everything = (one for files in self._shelf.all.values() for one in files)
        return next((one for one in everything if one.stage is Stage.RECORDING), None)

    def toggle(self) -> None:
        """Begin a note, or finish the one that is being recorded."""
        if self._recording is not None:
            self._on_finish()
            return
        thread_id = self._attachments.thread_id
        if any(one.is_note for one in self._shelf.of(thread_id)):
            self._wires.notify(Notice(NoticeLevel.INFO, "note.one"))
            self._wires.window.pane.composer.show_recording(False)
            return
        note_id = uuid.uuid4().hex
        path = str(self._folder / note_id / _FILE)
        new = Attachment(note_id, tr("Voice note"), kept=path, stage=Stage.RECORDING, is_note=True)
        self._shelf.add(thread_id, new)
        self._wires.send(StartNote(note_id, path))

    def discard(self) -> bool:
        """Drop the note that is being recorded, for now; False where none is."""
        recording = self._recording
        if recording is not None:
            self._attachments.remove(recording.id)
        return recording is not None

    def _on_finish(self) -> None:
        self._wires.send(StopNote())

    def _on_discarded(self, note_id: str) -> None:
        self._wires.send(DiscardNote(note_id))

    def _on_play(self, note_id: str) -> None:
        note, playing = self._shelf.find(note_id), self._wires.store.state.playing
        if playing is not None and playing.utterance_id == note_id:
            self._wires.send(StopUtterance())
        elif note is not None:
            self._wires.send(PlayNote(note.id, note.kept))

    def _on_note(self, news: NoteChanged | None) -> None:
        if news is None:
            return
        note = self._shelf.find(news.note_id)
        aside = next((one for one in self._shelf.aside if one.id == news.note_id), None)
        if news.state is NoteState.RECORDING:
            row = self._row(news.note_id)
            if row is not None:
                row.show_recording(news.duration_ms, is_silent=bool(news.code))
            return
        if aside is not None:
            self._on_aside(aside, news)
            return
        if note is None or note.stage is not Stage.RECORDING:
            return  # discarded meanwhile, or settled before this window took over
        if news.code:
            self._wires.notify(Notice(NoticeLevel.WARNING, news.code))
        if news.state is NoteState.KEPT:
            self._keep(note, news.duration_ms)
        else:
            self._give_up(note)

    def _on_aside(self, note: Attachment, news: NoteChanged) -> None:
        """It was discarded, and can be taken back where there is something of it."""
        if news.state is NoteState.KEPT:
            self._keep(note, news.duration_ms)
        else:
            self._give_up(note)

    def _give_up(self, note: Attachment) -> None:
        if self._shelf.let_go(note.id) is not None:
            self._attachments.discarding.forget(note.id)
        self._attachments.give_up(note)

    def _keep(self, note: Attachment, duration_ms: int) -> None:
        self._shelf.update(replace(note, stage=Stage.READY, speech_ms=duration_ms))
        self._attachments.send_if_waiting()

    def _row(self, note_id: str = "") -> NoteRow | None:
        tray = self._wires.window.pane.tray
        rows = tray.rows if tray is not None else []
        notes = (one for one in rows if isinstance(one, NoteRow))
        return next((one for one in notes if note_id in ("", one.shown.id)), None)

    def _on_levels(self, levels: Levels) -> None:
        row = self._row()
        if row is not None:
            row.show_level(levels.microphone)

    def _on_playing(self, playing: Playing | None) -> None:
        row = self._row()
        if row is not None and row.shown.stage is Stage.READY:
            is_own = playing is not None and playing.utterance_id == row.shown.id
            row.show_playing(playing if is_own else None)

    def _on_conversation(self, conversation: Conversation) -> None:
        """Who looks elsewhere does not see that the microphone is open: the note is finished."""
        recording = self._recording
        if recording is None or recording in self._shelf.of(conversation.thread_id):
            return
        self._on_finish()

    def _on_engine_lost(self) -> None:
        """What was recorded until then is in the file."""
        aside = (one for one in self._shelf.aside if one.stage is Stage.RECORDING)
        for note in (self._recording, *aside):
            if note is not None:
                self._wires.run(partial(self._rescue, note), f"note {note.id}")

    async def _rescue(self, note: Attachment) -> None:
        speech_ms = await self._wires.on_worker(partial(kept_files.note_ms, note.kept))
        if speech_ms:
            self._keep(note, speech_ms)
        else:
            self._give_up(note)
