"""The rows of replies while they come: begun, grown, spoken, illustrated, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import structs

from desktop_app.engine.bookkeeper import Bookkeeper
from desktop_app.engine.ports import Time
from desktop_app.engine.reply_details import with_details
from desktop_app.engine.turn_notes import TurnNotes, heard_of
from desktop_app.journal.records import (
    CUT_SHORT,
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.utterance_files import id_of_reply
from desktop_app.link.messages import ReasoningGrew, ReplyGrew
from desktop_app.link.replies import ReplyDetailed
from desktop_app.protocol.events import (
    ImageReady,
    ReplyEnded,
    ReplyReasoning,
    ReplyStatus,
    ReplyText,
    ToolCallReady,
    ToolCallStarted,
    ToolsRequested,
)

CHECKPOINT_S = 1.0

_ENDINGS = {
    ReplyStatus.COMPLETED: MessageStatus.COMPLETE,
    ReplyStatus.CANCELLED: MessageStatus.INTERRUPTED,
    ReplyStatus.INCOMPLETE: MessageStatus.INTERRUPTED,
}


class ReplyRows:
    """Writes the replies of one conversation. Loop thread only.

    Args:
        thread_id: Whose replies.
        books: Saves rows in order.
        time: Clocks.
        new_id: Makes ids.
        keeps_recordings: Whether the sound of spoken replies is kept, as it is wished now.
    """

    def __init__(
        self,
        thread_id: str,
        books: Bookkeeper,
        time: Time,
        new_id: Callable[[], str],
        *,
        keeps_recordings: Callable[[], bool] = lambda: True,
    ) -> None:
        self._thread_id = thread_id
        self._books = books
        self._time = time
        self._new_id = new_id
        self._keeps_recordings = keeps_recordings

    def begin(self, notes: TurnNotes, model: str = "", remote_id: str = "") -> MessageRecord:
        """The reply, with a row from now on."""
        if notes.reply is not None:
            return notes.reply
        notes.reply = MessageRecord(
            id=self._new_id(),
            thread_id=self._thread_id,
            role=Role.ASSISTANT,
            text="",
            created_at=self._time.wall(),
            status=MessageStatus.STREAMING,
            turn=notes.turn,
            model=model,
            remote_id=remote_id,
            details=notes.details,
        )
        notes.saved_at_s = self._time.now()
        self._books.save(notes.reply)
        return notes.reply

    def grow(self, notes: TurnNotes, event: ReplyText) -> None:
        """More text; saved now and then, so that a crash costs a second of it."""
        if not event.text:
            return
        notes.watch.mark("first_text")
        reply = self.begin(notes)
        text = event.text if event.is_whole else reply.text + event.text
        notes.reply = structs.replace(reply, text=text)
        grew = ReplyGrew(self._thread_id, reply.id, event.text, is_whole=event.is_whole)
        self._books.tell(grew)
        if self._time.now() - notes.saved_at_s >= CHECKPOINT_S:
            notes.saved_at_s = self._time.now()
            self._books.checkpoint(notes.reply)

    def note(self, notes: TurnNotes, event: object) -> None:
        """What is told beside the words; a question that only thinks has no reply yet."""
        now_s = self._time.now()
        if isinstance(event, ToolCallStarted):
            notes.tools_started_s.setdefault(event.call_id, now_s)
        elif isinstance(event, ToolCallReady):
            notes.tools_started_s.setdefault(event.call.id, now_s)
        elif isinstance(event, ToolsRequested):
            for call in event.calls:
                notes.tools_started_s.setdefault(call.id, now_s)
        after = with_details(notes.details, event, now_s, notes.tools_started_s)
        if after is notes.details:
            return
        notes.details = after
        if notes.reply is not None:
            notes.reply = structs.replace(notes.reply, details=after)
        if isinstance(event, ReplyReasoning):
            self._books.tell(ReasoningGrew(self._thread_id, notes.turn, event.text))
        elif not isinstance(event, ReplyEnded):
            self._books.tell(ReplyDetailed(self._thread_id, notes.turn, after))

    def speak(self, notes: TurnNotes, pcm: bytes, spoken_by: str) -> None:
        """More speech."""
        notes.watch.mark("first_audio")
        notes.speech_bytes += len(pcm)
        reply = self.begin(notes)
        if not reply.is_spoken:
            spoken = self._record_speech(notes) if self._keeps_recordings() else ""
            wished = notes.user.wishes.spoken_by if notes.user is not None else ""
            notes.reply = structs.replace(
                reply, is_spoken=True, spoken_by=wished or spoken_by, utterance_id=spoken
            )
            self.note_heard(notes, 0)
        self._books.append_speech(notes, pcm)

    def _record_speech(self, notes: TurnNotes) -> str:
        speech = UtteranceRecord(
            id=id_of_reply(self._new_id()),
            thread_id=self._thread_id,
            turn=notes.turn,
            created_at=self._time.wall(),
            state=UtteranceState.CAPTURING,
            role=Role.ASSISTANT,
        )
        self._books.begin_speech(notes, speech)
        return speech.id

    def illustrate(self, notes: TurnNotes, event: ImageReady) -> None:
        """A picture or video belongs to the reply; one that was not fetched has nothing to keep."""
        reply = self.begin(notes)
        if not event.is_fetched:
            return
        asked = notes.user
        named = (asked.wishes.edited_id if asked else "", *event.parent_ids)
        picture = PictureRecord(
            id=self._new_id(),
            thread_id=self._thread_id,
            message_id=reply.id,
            remote_id=event.document_id,
            mime_type=event.mime_type,
            path="",
            size_bytes=event.size_bytes or 0,
            created_at=self._time.wall(),
            prompt=event.prompt or (asked.text if asked else ""),
            model=event.model,
            parent_id=next((one for one in named if one), ""),
        )
        self._books.keep_picture(picture, event.content, event.sha256)

    def end(self, notes: TurnNotes, event: ReplyEnded) -> None:
        """All of it has come, or will not come."""
        notes.reply_ended = True
        self._books.end_speech(notes)
        if notes.reply is not None and event.status in _ENDINGS:
            status = _ENDINGS[event.status]
            model = event.model or notes.reply.model
            remote_id = event.message_id or notes.reply.remote_id
            if event.status is ReplyStatus.INCOMPLETE:
                self.leave(notes, remote_id=remote_id, model=model)
            else:
                self.save(notes, status=status, remote_id=remote_id, model=model)

    def leave(self, notes: TurnNotes, **changes: Any) -> None:
        """The connection is lost: what came is kept, and the row left to who finds the rest."""
        self.close(notes)
        self.begin(notes)
        self.save(notes, status=MessageStatus.INTERRUPTED, error=CUT_SHORT, **changes)
        notes.is_left = notes.reply_ended = True

    def note_heard(self, notes: TurnNotes, heard_ms: int) -> None:
        """Should the program die while the reply sounds, the next one knows where it was cut."""
        reply = notes.reply
        if reply is not None and reply.is_spoken:
            if reply.status is MessageStatus.STREAMING:
                notes.saved_at_s = self._time.now()
                self._books.checkpoint(reply)
            heard = heard_of(notes, heard_ms)
            self._books.note_heard(reply.id, len(reply.text) if heard is None else heard)

    def cut(self, notes: TurnNotes, heard_ms: int) -> None:
        """The person heard no more than this; one that failed stays failed."""
        self.close(notes)
        reply = notes.reply
        if reply is None or reply.status is MessageStatus.FAILED:
            return
        heard = heard_of(notes, heard_ms)
        if notes.is_left and heard is not None:
            self._books.cut_left(reply.id, heard)
        self.save(notes, status=MessageStatus.INTERRUPTED, heard_chars=heard)

    def close(self, notes: TurnNotes) -> None:
        """No more speech will come. Idempotent."""
        self._books.end_speech(notes)
        if notes.reply is not None and notes.reply.is_spoken:
            self._books.forget_heard(notes.reply.id)

    def save(self, notes: TurnNotes, **changes: Any) -> None:
        """Save the reply as it is now, unless it was left."""
        reply = notes.reply
        assert reply is not None
        if notes.is_left:
            return
        notes.reply = structs.replace(
            reply, speech_ms=notes.reply_ms, times=notes.watch.times, **changes
        )
        if notes.is_over:
            self._books.save_again(notes.reply)
        else:
            self._books.save(notes.reply)
        notes.is_over = notes.reply_ended
