"""Turns what happens in a conversation into durable rows and news for the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from msgspec import structs

from desktop_app.engine.bookkeeper import Bookkeeper
from desktop_app.engine.effects import (
    CutTurn,
    DiscardUtterance,
    FailTurn,
    FinishTurn,
    KeepUtterance,
    NoteHeard,
    OpenTypedTurn,
    QueuePrompt,
    QueueSpeech,
    Record,
    RecordingEffect,
    SetAside,
)
from desktop_app.engine.ledger import Ledger
from desktop_app.engine.ports import Journal, Time
from desktop_app.engine.reply_rows import ReplyRows
from desktop_app.engine.turn_notes import TurnNotes, heard_of, with_wishes
from desktop_app.engine.turn_times import TurnStopwatch
from desktop_app.journal.records import (
    Beginning,
    MessageRecord,
    MessageStatus,
    Role,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.link.messages import (
    MessageSaved,
    ToolsWanted,
    TranscriptChanged,
    TurnTimed,
    UploadAdvanced,
)
from desktop_app.protocol.commands import TurnWishes
from desktop_app.protocol.events import (
    ImageReady,
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyText,
    SessionReady,
    ToolsRequested,
    TranscriptUpdated,
    UploadProgressed,
)
from desktop_app.sentences import kept_reason

_LOST = ("line.lost", "network.lost", "stream.ended_early")  # who was asked goes on without us
_TURNS_KEPT = 4  # a final transcript may come after its turn was cut


class Recorder:
    """The memory of one conversation. Loop thread only.

    Args:
        thread_id: Whose messages these are.
        ledger: Does the journal's work in order.
        journal: Where rows go.
        time: Clocks.
        first_sound_s: When the current turn was first heard, None before.
        new_id: Makes ids.
        keeps_recordings: Whether the sound of what is said is kept, as it is wished now.
        begins: How a thread begins.
    """

    def __init__(  # noqa: PLR0913 - injects ports
        self,
        thread_id: str,
        ledger: Ledger,
        journal: Journal,
        time: Time,
        *,
        first_sound_s: Callable[[], float | None],
        new_id: Callable[[], str] = lambda: str(uuid4()),
        begins: Beginning,
        keeps_recordings: Callable[[], bool] = lambda: True,
    ) -> None:
        self._thread_id = thread_id
        self._ledger = ledger
        self._time = time
        self._first_sound_s = first_sound_s
        self._new_id = new_id
        self._books = Bookkeeper(thread_id, ledger, journal, time, begins)
        self._keeps_recordings = keeps_recordings
        self._replies = ReplyRows(
            thread_id, self._books, time, new_id, keeps_recordings=keeps_recordings
        )
        self._turns: dict[int, TurnNotes] = {}
        self._messages: dict[str, MessageRecord] = {}
        self._heard_by = ""
        self._spoken_by = ""

    # ---- what the engine asks -------------------------------------------------------------

    def remember(self, message: MessageRecord) -> None:
        """Know a row that is in the journal already: it is to be delivered again."""
        self._messages[message.id] = message

    def open_spoken(self, turn: int) -> str:
        """A spoken turn begins: open its recording, whose id is returned; empty without one."""
        notes = self._open(turn)
        if not self._keeps_recordings():
            return ""
        utterance = UtteranceRecord(
            id=self._new_id(),
            thread_id=self._thread_id,
            turn=turn,
            created_at=self._time.wall(),
            state=UtteranceState.CAPTURING,
        )
        notes.utterance = utterance
        self._books.begin(notes, utterance)
        return utterance.id

    def append(self, turn: int, pcm: bytes) -> None:
        """Keep sound of the turn."""
        self._books.append(self._turns[turn], pcm)

    def has_begun(self, turn: int) -> bool:
        """Whether what was recorded for the turn is in the journal's hands."""
        notes = self._turns.get(turn)
        return notes is None or notes.utterance is None or notes.waiting_sound is None

    async def written(self) -> None:
        """Return when everything noted so far is durable."""
        await self._ledger.written()

    def prompt_sent(self, turn: int) -> None:
        """The typed prompt of this turn has left."""
        notes = self._turns.get(turn)
        if notes is None or notes.user is None:
            return
        notes.watch.mark("commit")
        if notes.user.status is MessageStatus.QUEUED:
            self._save_user(notes, status=MessageStatus.SENT, error="")

    def carry(self, turn: int, files: tuple[str, ...]) -> None:
        """These files went along with what was said in the turn."""
        notes = self._turns.get(turn)
        if notes is not None:
            notes.files = (*notes.files, *files)
            if notes.user is not None:
                self._save_user(notes, wishes=TurnWishes(files=notes.files))

    def carry_out(self, effect: RecordingEffect) -> None:  # noqa: C901 - closed union
        """Write down what the machine decided."""
        match effect:
            case QueuePrompt():
                self._queue(effect)
            case QueueSpeech() | SetAside():
                self._save_user(self._turns[effect.turn], status=MessageStatus.QUEUED, error="")
            case OpenTypedTurn():
                self.open_known(effect.turn, effect.message_id)
            case Record():
                self._note(effect.event)
            case KeepUtterance():
                self._keep(self._turns[effect.turn], effect)
            case DiscardUtterance():
                self._discard(self._turns[effect.turn])
            case CutTurn():
                self._cut(self._turns[effect.turn], effect.heard_ms)
            case NoteHeard():
                self._replies.note_heard(self._turns[effect.turn], effect.heard_ms)
            case FailTurn():
                self._fail(self._turns[effect.turn], effect)
            case FinishTurn():
                self._finish(self._turns[effect.turn])

    def shut_down(self, turn: int, heard_ms: int) -> None:
        """The engine ends in mid-turn: leave no row that claims to be going on."""
        notes = self._turns.get(turn)
        if notes is None:
            return
        if notes.utterance is not None and notes.utterance.state is UtteranceState.CAPTURING:
            self._close(notes, notes.recorded_ms)
        if notes.can_wait or notes.is_left:
            return
        if notes.is_asked and not notes.reply_ended:
            self._mark_sound(notes)
            self._replies.leave(notes, heard_chars=heard_of(notes, heard_ms))
            self._tell_times(notes)
        elif notes.reply is None or notes.reply.status is MessageStatus.STREAMING:
            self._cut(notes, heard_ms)
        elif notes.reply.status is MessageStatus.COMPLETE and heard_of(notes, heard_ms) is not None:
            self._cut(notes, heard_ms)  # its words are all there, its sound was not heard

    def tell_again(self, turn: int) -> None:
        """A window that opens the thread now has missed how the reply grew: tell it whole."""
        notes = self._turns.get(turn)
        if notes is not None and notes.reply is not None and not notes.reply_ended:
            self._books.tell(MessageSaved(notes.reply))

    # ---- questions ------------------------------------------------------------------------

    def _open(self, turn: int) -> TurnNotes:
        notes = TurnNotes(turn, TurnStopwatch(self._time.now))
        self._turns[turn] = notes
        self._turns.pop(turn - _TURNS_KEPT, None)
        return notes

    def _queue(self, effect: QueuePrompt) -> None:
        known = self._messages.get(effect.message_id)
        if known is None:
            known = self._queued(effect.text)
            known = with_wishes(known, effect.wishes, effect.text)
        known = structs.replace(known, id=effect.message_id, text=effect.text)
        message = structs.replace(known, status=MessageStatus.QUEUED, error="")
        self._messages[message.id] = message
        self._books.save(message)

    def open_known(self, turn: int, message_id: str) -> None:
        """This turn answers a message that is known already."""
        notes = self._open(turn)
        notes.user = structs.replace(self._messages[message_id], turn=turn, times=None)
        notes.waiting_sound = None
        if notes.user.utterance_id:
            self._save_user(notes, status=MessageStatus.QUEUED, error="")
            notes.watch.mark("commit")

    def _save_user(self, notes: TurnNotes, **changes: Any) -> None:
        notes.user = structs.replace(self._question(notes), **changes)
        if notes.user.status is MessageStatus.SENT:
            self._messages.pop(notes.user.id, None)
        else:
            self._messages[notes.user.id] = notes.user
        self._books.save(notes.user)

    def question(self, turn: int) -> MessageRecord:
        """The user's row of a turn: the one there is, or a new one for what was said."""
        return self._question(self._turns[turn])

    def _question(self, notes: TurnNotes) -> MessageRecord:
        if notes.user is not None:
            return notes.user
        message = self._queued(notes.partial, notes.turn)
        return structs.replace(
            message,
            is_spoken=True,
            utterance_id=notes.utterance.id if notes.utterance and notes.recorded_bytes else "",
            speech_ms=notes.recorded_ms,
            heard_by=self._heard_by,
            wishes=TurnWishes(files=notes.files),
        )

    def _queued(self, text: str, turn: int = 0) -> MessageRecord:
        return MessageRecord(
            id=self._new_id(),
            thread_id=self._thread_id,
            role=Role.USER,
            text=text,
            created_at=self._time.wall(),
            status=MessageStatus.QUEUED,
            turn=turn,
        )

    # ---- recordings -----------------------------------------------------------------------

    def _keep(self, notes: TurnNotes, effect: KeepUtterance) -> None:
        notes.watch.mark("speech_end", effect.speech_end_s)
        notes.watch.mark("commit")
        self._close(notes, effect.speech_ms)

    def _close(self, notes: TurnNotes, speech_ms: int) -> None:
        if notes.utterance is None:
            return
        state = notes.recorded_state
        self._books.end(notes.utterance.id, state)
        closed = structs.replace(notes.utterance, state=state, duration_ms=speech_ms)
        notes.utterance = closed if notes.recorded_bytes else None

    def _discard(self, notes: TurnNotes) -> None:
        self._books.tell(TranscriptChanged(self._thread_id, notes.turn, ""))
        if notes.user is not None:  # a retried message was empty before and is empty now
            self._save_user(notes, status=MessageStatus.FAILED, error="voice.no_words")
            return
        if notes.utterance is None:
            return
        if notes.utterance.state is UtteranceState.CAPTURING:
            self._books.end(notes.utterance.id, UtteranceState.DISCARDED)
        else:
            self._books.set_state(notes.utterance.id, UtteranceState.DISCARDED)

    def _set_utterance(self, notes: TurnNotes, state: UtteranceState) -> None:
        if notes.user is not None and notes.user.utterance_id:
            self._books.set_state(notes.user.utterance_id, state)

    # ---- what the server said -------------------------------------------------------------

    def _note(self, event: object) -> None:
        notes = self._turns.get(getattr(event, "turn", -1))
        if notes is not None:
            self._replies.note(notes, event)
            self._note_of(notes, event)
        match event:
            case SessionReady():
                self._heard_by, self._spoken_by = event.heard_by, event.spoken_by
            case ToolsRequested():
                wanted = ToolsWanted(self._thread_id, event.turn, event.run_id, event.calls)
                self._books.tell(wanted)

    def _note_of(self, notes: TurnNotes, event: object) -> None:
        match event:
            case TranscriptUpdated():
                self._transcript(notes, event)
            case ReplyStarted():
                self._start_reply(notes, event)
            case ReplyText():
                self._replies.grow(notes, event)
            case ReplyAudio():
                self._replies.speak(notes, event.pcm, self._spoken_by)
            case ImageReady():
                self._replies.illustrate(notes, event)
            case ReplyEnded():
                self._replies.end(notes, event)
            case UploadProgressed():
                self._upload(notes, event)

    def _upload(self, notes: TurnNotes, event: UploadProgressed) -> None:
        notes.is_uploading = event.sent_bytes < event.total_bytes
        sent = (event.turn, event.name, event.sent_bytes, event.total_bytes, event.sizes)
        self._books.tell(UploadAdvanced(self._thread_id, *sent))

    def _transcript(self, notes: TurnNotes, event: TranscriptUpdated) -> None:
        if not event.is_final:
            notes.partial = event.text
            self._books.tell(TranscriptChanged(self._thread_id, event.turn, event.text))
            return
        notes.watch.mark("transcript")
        self._save_words(notes, event.text.strip())

    def _save_words(self, notes: TurnNotes, words: str) -> None:
        typed = notes.user.wishes.words if notes.user is not None else None
        words = f"{typed or ''} {words}".strip()  # a voice note may have both
        self._save_user(notes, text=words, status=MessageStatus.SENT, error="")
        self._set_utterance(notes, UtteranceState.TRANSCRIBED)

    def _start_reply(self, notes: TurnNotes, event: ReplyStarted) -> None:
        if event.prompt and (notes.user is None or notes.user.status is not MessageStatus.SENT):
            self._save_words(notes, event.prompt)
        self._replies.begin(notes, event.model, event.message_id)

    # ---- ends -----------------------------------------------------------------------------

    def _cut(self, notes: TurnNotes, heard_ms: int) -> None:
        self._mark_sound(notes)
        if notes.reply is not None:
            self._replies.cut(notes, heard_ms)
        elif not notes.is_asked:
            self._fail_question(notes, "turn.interrupted")
        self._tell_times(notes)

    def _fail(self, notes: TurnNotes, effect: FailTurn) -> None:
        error = kept_reason(effect.code, effect.message, effect.facts)
        self._mark_sound(notes)
        self._replies.close(notes)
        if effect.code in _LOST and notes.is_asked:
            self._replies.leave(notes)
        elif notes.reply is not None:
            self._replies.save(notes, status=MessageStatus.FAILED, error=error)
        else:
            self._fail_question(notes, error)
        if not effect.plays_on:
            self._tell_times(notes)

    def _fail_question(self, notes: TurnNotes, error: str) -> None:
        times = notes.watch.times  # the words may still come
        self._save_user(notes, status=MessageStatus.FAILED, error=error, times=times)
        self._set_utterance(notes, UtteranceState.FAILED)

    def _finish(self, notes: TurnNotes) -> None:
        notes.watch.mark("reply_end")
        self._mark_sound(notes)
        self._replies.close(notes)
        if notes.reply is not None and notes.reply.status is not MessageStatus.FAILED:
            self._replies.save(notes)
        self._tell_times(notes)

    def _mark_sound(self, notes: TurnNotes) -> None:
        first_sound_s = self._first_sound_s()
        if notes.speech_bytes and first_sound_s is not None:
            notes.watch.mark("first_sound", first_sound_s)

    def _tell_times(self, notes: TurnNotes) -> None:
        """The last news of a turn; without a reply the question says that it is over."""
        if notes.reply is None and notes.user and notes.user.status is MessageStatus.SENT:
            self._save_user(notes, times=notes.watch.times)
        self._books.tell(TurnTimed(self._thread_id, notes.turn, notes.watch.times, notes.reply_id))
