"""What is known of one turn while it runs, and small sums about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import structs

from desktop_app.audio.frames import CAPTURE_RATE_HZ, SPEECH_RATE_HZ
from desktop_app.engine.turn_times import TurnStopwatch
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.reply_details import NO_DETAILS, ReplyDetails
from desktop_app.protocol.commands import TurnWishes
from desktop_app.protocol.heard_words import word_end
from desktop_app.protocol.spoken_reply import MS_PER_CHARACTER


@dataclass(slots=True)
class TurnNotes:
    """One turn in progress.

    Attributes:
        user: The question as saved last, None until there is one.
        reply: The reply as saved or grown last, None until it begins.
        utterance: The recording, None for a typed turn.
        waiting_sound: Recorded before the journal was ready for it; None once it is.
        partial: The words understood so far.
        files: What went along with what was said.
        speech_bytes: How much speech of the reply has come.
        speech: The recording of the spoken reply, None before it is spoken.
        unwritten_speech: The newest of it, not given to the journal yet.
        saved_at_s: When the growing reply was last saved.
        is_uploading: Its files are on their way: the server has no whole question yet.
        reply_ended: The whole reply has come.
        is_over: Its end was saved: its pictures and what is learned from it are others' work now.
        is_left: The reply was cut short and is not ours any more: its rest is looked for.
        details: Everything about the reply but its words.
        tools_started_s: When each tool was called.
    """

    turn: int
    watch: TurnStopwatch
    user: MessageRecord | None = None
    reply: MessageRecord | None = None
    utterance: UtteranceRecord | None = None
    waiting_sound: list[bytes] | None = field(default_factory=list)
    partial: str = ""
    files: tuple[str, ...] = ()
    recorded_bytes: int = 0
    speech_bytes: int = 0
    speech: UtteranceRecord | None = None
    unwritten_speech: bytearray = field(default_factory=bytearray)
    saved_at_s: float = 0.0
    is_uploading: bool = False
    reply_ended: bool = False
    is_left: bool = False
    is_over: bool = False
    details: ReplyDetails = NO_DETAILS
    tools_started_s: dict[str, float] = field(default_factory=dict)

    @property
    def can_wait(self) -> bool:
        """A typed message that has not left is delivered by the next engine, as it stands."""
        user = self.user
        if user is None or user.status is not MessageStatus.QUEUED:
            return False
        return bool(user.wishes.recording) or not user.is_spoken

    @property
    def is_asked(self) -> bool:
        """The server has the whole question."""
        is_sent = self.user is not None and self.user.status is MessageStatus.SENT
        return is_sent and not self.is_uploading

    @property
    def reply_ms(self) -> int:
        """Length of the speech that has come."""
        return self.speech_bytes * 1000 // (SPEECH_RATE_HZ * 2)

    @property
    def reply_id(self) -> str:
        """Of the reply, empty before it begins."""
        return self.reply.id if self.reply is not None else ""

    @property
    def recorded_state(self) -> UtteranceState:
        """How far the recording has come once it is complete: one without sound is none."""
        if not self.recorded_bytes:
            return UtteranceState.DISCARDED
        has_words = self.user is not None and self.user.status is MessageStatus.SENT
        return UtteranceState.TRANSCRIBED if has_words else UtteranceState.CAPTURED

    @property
    def recorded_ms(self) -> int:
        """Length of the recording."""
        return self.recorded_bytes * 1000 // (CAPTURE_RATE_HZ * 2)


def heard_chars(text: str, heard_ms: int, speech_ms: int, *, is_whole: bool) -> int | None:
    """How much of a reply was heard, cut back to the end of a word.

    Args:
        text: The reply as far as it has come.
        heard_ms: How much of its speech left the loudspeaker.
        speech_ms: How much of its speech has come.
        is_whole: All of the speech has come; otherwise the text is ahead of it.

    Returns:
        Characters from the start, or None when all was heard.
    """
    total_ms = speech_ms if is_whole else max(speech_ms, len(text) * MS_PER_CHARACTER)
    if heard_ms >= total_ms:
        return None
    return word_end(text, len(text) * heard_ms // total_ms)


def heard_of(notes: TurnNotes, heard_ms: int) -> int | None:
    """How many characters of a spoken reply were heard; None when all, or none is spoken."""
    if notes.reply is None or not notes.reply.is_spoken:
        return None
    is_whole = notes.reply_ended and not notes.is_left
    return heard_chars(notes.reply.text, heard_ms, notes.reply_ms, is_whole=is_whole)


def with_wishes(message: MessageRecord, wishes: TurnWishes, text: str) -> MessageRecord:
    """A new message with what it asks for; beside a recording its typed words are kept apart."""
    if not wishes.recording:
        return structs.replace(message, wishes=wishes)
    kept, ms = structs.replace(wishes, words=text), wishes.recording_ms
    return structs.replace(message, wishes=kept, is_spoken=True, speech_ms=ms)
