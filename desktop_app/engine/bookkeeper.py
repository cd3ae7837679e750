"""Rows of one thread: saved in order, told when durable."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from desktop_app.audio.frames import SPEECH_RATE_HZ
from desktop_app.engine.ledger import Ledger
from desktop_app.engine.ports import Journal, Time
from desktop_app.engine.turn_notes import TurnNotes
from desktop_app.errors import StorageError
from desktop_app.journal.records import (
    Beginning,
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.recovery import HEARD
from desktop_app.journal.titles import title_of
from desktop_app.link.messages import LinkEvent, MessageSaved
from desktop_app.link.thread_messages import PictureSaved, ThreadSaved

_WRITTEN_SPEECH_BYTES = SPEECH_RATE_HZ * 2 // 4


class Bookkeeper:
    """Turns rows into journal jobs. Loop thread only.

    The thread's own row appears with its first message; its title is the first words said.

    Args:
        begins: How a thread begins.
    """

    def __init__(
        self,
        thread_id: str,
        ledger: Ledger,
        journal: Journal,
        time: Time,
        begins: Beginning,
    ) -> None:
        self._thread_id = thread_id
        self._ledger = ledger
        self._journal = journal
        self._time = time
        self._begins = begins
        self._unkept: dict[str, UtteranceRecord] = {}  # utterances whose row the disk refused
        self._unended: set[str] = set()  # those whose end it refused

    def save(self, message: MessageRecord) -> None:
        """Save the message and its thread, then show both."""

        async def save() -> None:
            is_late = self._ledger.owes(message.id)  # who read the row meanwhile saw an older one
            await self._touch_thread(message)
            await self._journal.save_message(message)
            if is_late:
                self._ledger.tell_now(MessageSaved(message))

        self._ledger.do(save, row=message.id)
        self._ledger.tell(MessageSaved(message))

    def save_again(self, message: MessageRecord) -> None:
        """Save a reply that was over; what was fetched and learned for it since stays."""

        shown = [message]

        async def save() -> None:
            try:
                await self._touch_thread(message)
                shown[:] = [await self._journal.save_again(message)]
            finally:  # a disk that is full hides nothing
                while shown:
                    self._ledger.tell_now(MessageSaved(shown.pop()))

        self._ledger.do(save, row=message.id)

    def cut_left(self, reply_id: str, heard_chars: int) -> None:
        """What came of a reply before its connection was lost was heard only so far."""

        async def cut() -> None:
            known = await self._journal.message(reply_id)
            if known is None or known.status is MessageStatus.FAILED:
                return
            reply = structs.replace(  # whoever finds the rest keeps that
                known, status=MessageStatus.INTERRUPTED, heard_chars=heard_chars
            )
            await self._journal.save_message(reply)
            self._ledger.tell_now(MessageSaved(reply))

        self._ledger.do(cut)

    def checkpoint(self, message: MessageRecord) -> None:
        """Save a growing reply: the window has its words already."""

        async def save() -> None:
            if self._ledger.owes(message.id):
                await self._touch_thread(message)
            await self._journal.save_message(message)

        self._ledger.do(save, row=message.id)

    def tell(self, event: LinkEvent) -> None:
        """Publish after what was saved before."""
        self._ledger.tell(event)

    def begin(self, notes: TurnNotes, utterance: UtteranceRecord) -> None:
        """Open the recording; sound that came meanwhile is written first."""

        def write() -> None:
            waiting, notes.waiting_sound = notes.waiting_sound, None
            for pcm in waiting or ():
                self._journal.write_utterance(utterance.id, pcm)

        async def begin() -> None:
            try:
                await self._begin(utterance)  # one that is cancelled is done again: all still waits
            except StorageError:  # a disk that is full does not end the conversation
                write()
                raise
            write()

        self._ledger.do(begin)

    def append(self, notes: TurnNotes, pcm: bytes) -> None:
        """Write sound of the turn, before it is sent."""
        notes.recorded_bytes += len(pcm)
        if notes.utterance is None:
            return
        if notes.waiting_sound is not None:
            notes.waiting_sound.append(pcm)
        else:
            self._journal.write_utterance(notes.utterance.id, pcm)

    def end(self, utterance_id: str, state: UtteranceState) -> None:
        """Close a recording, complete."""

        async def end() -> None:
            await self._end(utterance_id, state)

        self._ledger.do(end, writes="sound", row=utterance_id)

    def begin_speech(self, notes: TurnNotes, speech: UtteranceRecord) -> None:
        """Open the recording of a spoken reply."""
        notes.speech = speech

        async def begin() -> None:
            await self._begin(speech)

        self._ledger.do(begin)

    def append_speech(self, notes: TurnNotes, pcm: bytes) -> None:
        """Keep speech of the reply, unless it is not recorded or its recording is closed."""
        if notes.speech is None or notes.speech.state is not UtteranceState.CAPTURING:
            return
        notes.unwritten_speech += pcm
        if len(notes.unwritten_speech) >= _WRITTEN_SPEECH_BYTES:
            self._write_speech(notes, notes.speech.id)

    def end_speech(self, notes: TurnNotes) -> None:
        """Close the recording of the reply: no more of it will come. Idempotent."""
        speech = notes.speech
        if speech is None or speech.state is not UtteranceState.CAPTURING:
            return
        self._write_speech(notes, speech.id)
        notes.speech = structs.replace(speech, state=UtteranceState.TRANSCRIBED)
        self.end(speech.id, UtteranceState.TRANSCRIBED)

    def note_heard(self, reply_id: str, chars: int) -> None:
        """So much of a reply that sounds has been heard."""
        key = f"{HEARD}:{reply_id}"

        async def note() -> None:
            await self._journal.set_setting(key, str(chars))

        self._ledger.do(note, writes="", row=key)

    def forget_heard(self, reply_id: str) -> None:
        """It does not sound any more. Idempotent."""
        key = f"{HEARD}:{reply_id}"

        async def forget() -> None:
            await self._journal.forget_settings(key)

        self._ledger.do(forget, writes="", row=key)

    async def _begin(self, utterance: UtteranceRecord) -> None:
        try:
            await self._journal.begin_utterance(utterance)
        except StorageError:
            self._unkept[utterance.id] = utterance
            raise

    async def _end(self, utterance_id: str, state: UtteranceState) -> None:
        self._unended.add(utterance_id)
        if (refused := self._unkept.get(utterance_id)) is not None:
            await self._journal.begin_utterance(refused)
            del self._unkept[utterance_id]
        await self._journal.end_utterance(utterance_id, state)
        self._unended.discard(utterance_id)

    def _write_speech(self, notes: TurnNotes, speech_id: str) -> None:
        pcm = bytes(notes.unwritten_speech)
        notes.unwritten_speech.clear()

        async def append() -> None:
            self._journal.append_utterance(speech_id, pcm)

        if pcm:
            self._ledger.do(append, writes="")

    def set_state(self, utterance_id: str, state: UtteranceState) -> None:
        """Say how far a closed recording has come."""

        async def set_state() -> None:
            if utterance_id in self._unended:
                await self._end(utterance_id, state)
            else:
                await self._journal.set_utterance_state(utterance_id, state)

        self._ledger.do(set_state, writes="", row=utterance_id)  # there may be none

    def keep_picture(self, picture: PictureRecord, content: bytes | Path, sha256: str = "") -> None:
        """Keep the picture, then show it."""

        async def keep() -> None:
            kept = await self._journal.keep_picture(picture, content, sha256)
            self._ledger.tell_now(PictureSaved(kept))

        self._ledger.do(keep)

    async def _touch_thread(self, message: MessageRecord) -> None:
        title = title_of(message.text) if message.role is Role.USER else ""
        now = self._time.wall()
        begins = structs.asdict(self._begins)
        thread = await self._journal.touch_thread(self._thread_id, now, title, **begins)
        if thread is None and await self._is_new_question(message):
            thread = await self._journal.restore_thread(self._thread_id)
        if thread is not None:
            self._ledger.tell(ThreadSaved(thread))

    async def _is_new_question(self, message: MessageRecord) -> bool:
        """Who asks something new in a removed thread wants it back, or the words were lost."""
        if message.role is not Role.USER:
            return False
        return await self._journal.message(message.id) is None
