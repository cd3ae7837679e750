"""Attaching: from a drop, a paste or a dialog to files that go along with a message."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from desktop_app.link.carried_files import CarryFiles, FilesCarried
from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.prose import mark, tr, tr_n
from desktop_app.protocol.backboard.documents import EXTENSIONS
from desktop_app.protocol.commands import PLAIN, TurnWishes
from desktop_app.sentences import sentence_of
from desktop_app.state.app_state import AppState, Conversation
from desktop_app.system_reasons import reason_of
from desktop_app.ui.chat.chat_wiring import ChatWiring
from desktop_app.ui.compose import kept_files
from desktop_app.ui.compose.attachment_shelf import AttachmentShelf
from desktop_app.ui.compose.attachments import (
    MOST_BYTES,
    MOST_FILES,
    Attachment,
    Stage,
    refusal,
)
from desktop_app.ui.compose.kept_cleaning import KeptCleaning
from desktop_app.ui.discarding import Discarding
from desktop_app.ui.gallery.thumbnails import picture_size
from desktop_app.ui.wires import Wires

_NO_PICTURE = mark("The picture cannot be read")


class AttachmentWiring(QObject):
    """Between composer, tray, shelf and chat. Main thread only.

    A file is copied before anything is sent: on a worker, and to the data folder, so that a
    message waits, is retried and outlives a crash together with what belongs to it.

    Signals:
        note_stopped: The voice note that is being recorded is over.
        note_discarded: The one with this id shall not be kept.

    Attributes:
        thread_id: Whose files are shown.
        discarding: Voice notes that can still be taken back.
    """

    note_stopped = Signal()
    note_discarded = Signal(str)

    def __init__(self, wires: Wires, chat: ChatWiring) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._chat = chat
        self._pane = wires.window.pane
        self._composer = wires.window.pane.composer
        self._folder = wires.folders.data / kept_files.FOLDER
        self.thread_id = wires.store.state.conversation.thread_id
        self._sends_when_ready = False
        self._offered = CarryFiles("")
        self._is_voice_on = False
        self._dialog: QFileDialog | None = None
        self.shelf = AttachmentShelf(wires.window)
        self.cleaning = KeptCleaning(wires, self.shelf)
        self.discarding = Discarding(wires, "note.discarded", "notes.discarded")
        self._connect()

    def _connect(self) -> None:
        composer, tray, target = self._composer, self._pane.tray, self._pane.drop_target
        assert tray is not None  # the window is furnished as a whole, before this
        assert target is not None
        composer.send_requested.connect(self._on_send)
        self._chat.steps.editing.given_up.connect(self._wait_no_longer)
        composer.attach_requested.connect(self._on_attach)
        composer.files_pasted.connect(self.attach)
        composer.image_pasted.connect(self._on_image)
        composer.long_text_pasted.connect(self._on_long_text)
        target.files_dropped.connect(self.attach)
        target.text_dropped.connect(composer.take_text)
        tray.remove_requested.connect(self.remove)
        tray.retry_requested.connect(self._on_retry)
        tray.text_requested.connect(self._on_text_wanted)
        self.shelf.changed.connect(self._show)
        store = self._wires.store
        store.conversation_changed.connect(self._on_conversation)
        store.files_carried.connect(self._on_carried)
        store.voice_changed.connect(self._on_voice)
        store.engine_came.connect(self._on_engine_came)

    def attach(self, paths: list[str]) -> None:
        """Attach files; each that cannot be used gets a row that says why."""
        room = MOST_FILES - len(self.shelf.of(self.thread_id))
        for path in paths[: max(0, room)]:
            new = Attachment(uuid.uuid4().hex, Path(path).name, source=path)
            self.shelf.add(self.thread_id, new)
            self._keep(new)
        if len(paths) > room:
            self._wires.notify(Notice(NoticeLevel.WARNING, "attach.too_many"))

    def _keep(self, attachment: Attachment) -> None:
        self._work(attachment, partial(_copied, attachment, self._folder))

    def _work(self, attachment: Attachment, make: Callable[[], Attachment]) -> None:
        self._wires.run(partial(self._settle, make), f"attach {attachment.id}")

    async def _settle(self, make: Callable[[], Attachment]) -> None:
        made = await self._wires.on_worker(make)
        if self.shelf.find(made.id) is None:  # removed while it was copied
            await self._wires.on_worker(partial(kept_files.forget, made.kept))
            return
        self.shelf.update(made)
        self.send_if_waiting()

    def send_if_waiting(self) -> None:
        """Send the message that waited for its files, if all of them are there now."""
        if self._sends_when_ready and not self._is_unready():
            self._composer.submit()

    def _is_unready(self) -> bool:
        return any(one.is_coming for one in self.shelf.of(self.thread_id))

    def _is_recording(self) -> bool:
        return any(one.stage is Stage.RECORDING for one in self.shelf.of(self.thread_id))

    def _on_send(self, text: str) -> None:
        if self._is_unready():
            self._composer.set_text(text)
            self._sends_when_ready = True
            self._show()
            if self._is_recording():
                self.note_stopped.emit()
            return
        self._sends_when_ready = False
        taken = self.shelf.take_ready(self.thread_id)
        files = tuple(one.kept for one in taken if not one.is_note)
        notes = [one for one in taken if one.is_note]
        note = notes[0] if notes else None
        for one in notes[1:]:  # a message has one; what was taken back goes with the next
            self.shelf.add(self.thread_id, one)
        if files and not text and note is None:  # the service wants words with every file
            said = tr_n("Here is a file.", "Here are {number} files.", len(files))
            text = said.format(number=len(files))
        if note is not None:
            spoken = TurnWishes(files, note.kept, recording_ms=note.speech_ms)
            self._chat.send_text(text, spoken)
        elif text:
            self._chat.send_text(text, TurnWishes(files=files) if files else PLAIN)
        self._chat.steps.editing.sent()

    def _wait_no_longer(self) -> None:
        """What was to be sent once its files are there is not in the composer any more."""
        self._sends_when_ready = False
        self._show()

    def _on_attach(self) -> None:
        dialog = self._dialog = QFileDialog(self._wires.window, tr("Attach files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        endings = " ".join(f"*{ending}" for ending in sorted(EXTENSIONS))
        dialog.setNameFilters([f"{tr('Files that are taken')} ({endings})", f"{tr('All')} (*)"])
        dialog.filesSelected.connect(self.attach)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_image(self, image: QImage) -> None:
        new = Attachment(uuid.uuid4().hex, tr("Pasted picture") + ".png")
        self.shelf.add(self.thread_id, new)
        self._work(new, partial(_kept_image, new, image, self._folder))

    def _on_long_text(self, text: str) -> None:
        name = tr("Pasted text") + ".txt"
        new = Attachment(uuid.uuid4().hex, name, characters=len(text))
        self.shelf.add(self.thread_id, new)
        self._work(new, partial(_kept_text, new, text, self._folder))

    def _on_text_wanted(self, attachment_id: str) -> None:
        found = self.shelf.find(attachment_id)
        if found is not None:
            self._wires.run(partial(self._insert, found), f"attach {found.id}")

    async def _insert(self, attachment: Attachment) -> None:
        try:
            read = partial(Path(attachment.kept).read_bytes)
            text = (await self._wires.on_worker(read)).decode()
        except OSError as error:
            failed = replace(attachment, stage=Stage.FAILED, reason=_why(error))
            self.shelf.update(failed)
            return
        self._composer.insert(text)
        self.remove(attachment.id)

    def remove(self, attachment_id: str) -> None:
        """Take a file away, with our copy of it; a voice note can be taken back for a while."""
        found = self.shelf.find(attachment_id)
        if found is None:
            return
        if found.is_note:
            self._discard(found)
        else:
            self.give_up(found)
            self._drop_copy(found)
        self._composer.field.setFocus()

    def _discard(self, note: Attachment) -> None:
        """One that is being recorded ends here, and is whole if it is taken back."""
        self._wait_no_longer_for(note)
        self.shelf.put_aside(note.id)
        if note.stage is Stage.RECORDING:
            self.note_stopped.emit()
        self.discarding.begin(
            note.id,
            discard=partial(self._let_go, note.id),
            take_back=partial(self.shelf.bring_back, note.id),
        )

    def _let_go(self, note_id: str) -> None:
        note = self.shelf.let_go(note_id)
        if note is not None and note.stage is Stage.RECORDING:
            self.note_discarded.emit(note.id)
        elif note is not None:
            self._drop_copy(note)

    def _drop_copy(self, attachment: Attachment) -> None:
        if attachment.kept:
            forget = partial(self._forget, attachment.kept)
            self._wires.run(forget, f"forget {attachment.id}")

    def give_up(self, attachment: Attachment) -> None:
        """It will not be there: a message that waited for it is the person's again."""
        self._wait_no_longer_for(attachment)
        self.shelf.remove(attachment.id)

    def _wait_no_longer_for(self, attachment: Attachment) -> None:
        if attachment.is_coming and attachment in self.shelf.of(self.thread_id):
            self._sends_when_ready = False

    async def _forget(self, kept: str) -> None:
        await self._wires.on_worker(partial(kept_files.forget, kept))

    def _on_retry(self, attachment_id: str) -> None:
        found = self.shelf.find(attachment_id)
        if found is not None:
            again = replace(found, stage=Stage.COPYING, reason="")
            self.shelf.update(again)
            self._keep(again)

    def _on_conversation(self, conversation: Conversation) -> None:
        if conversation.thread_id == self.thread_id:
            return
        before, self.thread_id = self.thread_id, conversation.thread_id
        self._sends_when_ready = False
        if not before:
            self.shelf.move("", self.thread_id)
        self._show()

    def _show(self) -> None:
        tray = self._pane.tray
        assert tray is not None
        files = self.shelf.of(self.thread_id)
        self._sends_when_ready = self._sends_when_ready and bool(files)
        tray.show_attachments(files, self._note_on(files))
        usable = any(one.stage is Stage.READY or one.is_coming for one in files)
        self._composer.show_has_files(usable)
        self._composer.show_recording(self._is_recording())
        self._pane.arrange()
        self._offer()

    def _note_on(self, files: tuple[Attachment, ...]) -> str:
        """What is to be known of them all."""
        if self._sends_when_ready:
            return tr("Sent as soon as the files are read")
        goes_along = any(one.stage is Stage.READY and not one.is_note for one in files)
        return tr("They go along with what you say") if self._is_voice_on and goes_along else ""

    def _on_voice(self, state: AppState) -> None:
        if state.voice.is_voice_on != self._is_voice_on:
            self._is_voice_on = state.voice.is_voice_on
            self._show()

    def _offer(self) -> None:
        """Let the engine know what goes along if the person speaks now."""
        files = self.shelf.of(self.thread_id)
        ready = (one.kept for one in files if one.stage is Stage.READY and not one.is_note)
        offered = CarryFiles(self.thread_id, tuple(ready))
        if self.thread_id and offered != self._offered:
            before, self._offered = self._offered, offered
            if offered.files or before.thread_id == self.thread_id:
                self._wires.send(offered)

    def _on_engine_came(self) -> None:
        self._offered = CarryFiles("")
        self._offer()

    def _on_carried(self, carried: FilesCarried) -> None:
        """They belong to a message now; their copies stay for it."""
        for one in self.shelf.of(carried.thread_id):
            if one.kept in carried.files:
                self.shelf.remove(one.id)


def _copied(attachment: Attachment, folder: Path) -> Attachment:
    """The file with our copy, or with the reason why there is none. Blocks."""
    source = Path(attachment.source)
    try:
        if source.is_dir():
            return _refused(attachment, tr("This is a folder, not a file"))
        if not source.is_file():
            return _failed(attachment, tr("The file is no longer there"))
        size_bytes = source.stat().st_size
        reason = refusal(attachment.name, size_bytes)
        if reason:
            return replace(_refused(attachment, reason), size_bytes=size_bytes)
        kept = kept_files.keep_file(source, folder, MOST_BYTES)
    except OSError as error:
        return _failed(attachment, _why(error))
    if attachment.is_picture and picture_size(kept).isEmpty():  # whoever answers would see nothing
        kept_files.forget(str(kept))
        return replace(_refused(attachment, tr(_NO_PICTURE)), size_bytes=size_bytes)
    return replace(attachment, kept=str(kept), size_bytes=size_bytes, stage=Stage.READY)


def _kept_image(attachment: Attachment, image: QImage, folder: Path) -> Attachment:
    try:
        with TemporaryDirectory(prefix="pasted-") as place:
            file = Path(place) / "pasted.png"  # not a QBuffer: its calls want the window's lock
            if not image.save(str(file)):
                return _refused(attachment, tr(_NO_PICTURE))
            return _kept(attachment, file.read_bytes(), folder)
    except OSError as error:
        return _refused(attachment, _why(error))


def _kept_text(attachment: Attachment, text: str, folder: Path) -> Attachment:
    return _kept(attachment, text.encode(errors="replace"), folder)


def _kept(attachment: Attachment, content: bytes, folder: Path) -> Attachment:
    reason = refusal(attachment.name, len(content))
    if reason:
        return _refused(attachment, reason)
    try:
        kept = kept_files.keep_bytes(attachment.name, content, folder)
    except OSError as error:
        return _refused(attachment, _why(error))
    return replace(attachment, kept=str(kept), size_bytes=len(content), stage=Stage.READY)


def _refused(attachment: Attachment, reason: str) -> Attachment:
    return replace(attachment, stage=Stage.REFUSED, reason=reason)


def _failed(attachment: Attachment, reason: str) -> Attachment:
    return replace(attachment, stage=Stage.FAILED, reason=reason)


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return sentence_of("storage.full")
    return tr("It cannot be read: {reason}").format(reason=reason_of(error))
