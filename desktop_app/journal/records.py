"""The rows of the journal as values: what the engine writes and the window reads."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict, replace

from desktop_app.journal.reply_details import NO_DETAILS, ReplyDetails
from desktop_app.protocol.commands import PLAIN, Answerer, TurnWishes


class Role(StrEnum):
    """Whose words they are."""

    USER = "user"
    ASSISTANT = "assistant"


class MessageStatus(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"  # typed or spoken, waits for the service
    SENT = "sent"  # a user's message the peer has
    STREAMING = "streaming"  # a reply that grows
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # a reply that the user cut, or that a crash cut
    FAILED = "failed"  # with a reason in ``error``; can be retried


UNHEARD = "reply.unheard"
"""``error`` of an INTERRUPTED reply that is here as a whole: Parley ended while it sounded."""

CUT_SHORT = "reply.cut_short"
"""``error`` of an INTERRUPTED reply whose rest may be at the service: it is being fetched."""


class UtteranceState(StrEnum):
    """How far a recorded utterance has come."""

    CAPTURING = "capturing"
    CAPTURED = "captured"  # complete on disk, no transcript yet
    TRANSCRIBED = "transcribed"
    FAILED = "failed"
    DISCARDED = "discarded"  # no words in it


class TurnTimes(Struct, frozen=True, omit_defaults=True):
    """When the stages of a turn happened: seconds on the engine's monotonic clock.

    Attributes:
        speech_end: The last voiced sample of the user.
        commit: The utterance was declared complete (or the typed text was sent).
        transcript: The final transcript arrived.
        first_text: The first text of the reply arrived.
        first_audio: The first audio byte of the reply arrived.
        first_sound: The first sample of the reply was handed to the sound card.
        reply_end: The reply's last sample was heard, or its last word written.
    """

    speech_end: float | None = None
    commit: float | None = None
    transcript: float | None = None
    first_text: float | None = None
    first_audio: float | None = None
    first_sound: float | None = None
    reply_end: float | None = None


class ThreadRecord(Struct, frozen=True, kw_only=True):
    """One conversation.

    Attributes:
        id: Ours, a UUID made when the thread is created.
        remote_id: The peer's id, empty until it knows the thread.
        assistant_id: The peer's, of who answers; empty for Parley's own.
        model: ``provider/model`` that answers; empty leaves the choice to the peer.
        heard_by, spoken_by: ``provider/model`` of its speech services; empty for the usual ones.
        voice: Of ``spoken_by``.
        profile: The service at which these were chosen, as another one need not know their names;
            empty in threads of earlier versions.
        elsewhere: Who was chosen for it at others, by their profiles.
        created_at, updated_at: Unix seconds.
    """

    id: str
    title: str = ""
    remote_id: str = ""
    assistant_id: str = ""
    created_at: float
    updated_at: float
    is_pinned: bool = False
    is_unread: bool = False
    model: str = ""
    heard_by: str = ""
    spoken_by: str = ""
    voice: str = ""
    profile: str = ""
    elsewhere: dict[str, Answerer] = {}

    @property
    def is_found(self) -> bool:
        """It was found at the service, where another program may have begun it."""
        return bool(self.remote_id) and self.remote_id == self.id

    def who_at(self, profile: str) -> Answerer | None:
        """Who was chosen for it at this service; None where it was never talked to there."""
        if self.profile in ("", profile):
            return self.who
        return self.elsewhere.get(profile)

    def chosen(self, who: Answerer, profile: str) -> ThreadRecord:
        """The thread once these were chosen at this service; what others have stays."""
        others = {name: one for name, one in self.elsewhere.items() if name != profile}
        if self.profile not in ("", profile):
            others[self.profile] = self.who
        return replace(self, **asdict(who), profile=profile, elsewhere=others)

    @property
    def who(self) -> Answerer:
        """Who was chosen for it last."""
        return Answerer(self.model, self.assistant_id, self.heard_by, self.spoken_by, self.voice)


class Beginning(Struct, frozen=True):
    """How a thread begins.

    Attributes:
        model: ``provider/model`` that answers; empty leaves the choice to the peer.
        profile: Of the service that is talked to.
    """

    model: str = ""
    profile: str = ""


BEGINNING = Beginning()
"""The peer chooses."""


class MessageRecord(Struct, frozen=True, kw_only=True):
    """One message as it is shown.

    Attributes:
        id: Ours, a UUID; inserts with a known id replace the row.
        turn: The engine's turn number within its session; pairs question and reply.
        is_spoken: Said aloud (user) or heard aloud (assistant).
        utterance_id: The recording of a spoken message or reply, or empty.
        speech_ms: Length of the utterance, or of the spoken reply.
        heard_chars: How much of an interrupted reply was heard, None when all of it.
        model: ``provider/model`` that wrote a reply.
        heard_by, spoken_by: ``provider/model`` of the speech services of the turn.
        times: Of the turn, with its reply; with the question where it ended without one.
        error: When FAILED, a code for ``sentences``, or the peer's own words; ``CUT_SHORT``.
        wishes: What a typed message asks for besides its words, so that it can be sent again.
        details: Of a reply, everything but its words.
    """

    id: str
    thread_id: str
    role: Role
    text: str
    created_at: float
    status: MessageStatus
    turn: int = 0
    is_spoken: bool = False
    utterance_id: str = ""
    speech_ms: int = 0
    heard_chars: int | None = None
    model: str = ""
    heard_by: str = ""
    spoken_by: str = ""
    times: TurnTimes | None = None
    error: str = ""
    remote_id: str = ""
    wishes: TurnWishes = PLAIN
    details: ReplyDetails = NO_DETAILS

    @property
    def sound_id(self) -> str:
        """What its sound is known by while it is heard; empty where there is none."""
        return self.utterance_id or (self.id if self.wishes.recording else "")

    @property
    def is_cut_short(self) -> bool:
        """The connection was lost in this reply, and the service may have the rest."""
        return self.status is MessageStatus.INTERRUPTED and self.error == CUT_SHORT

    @property
    def lacks_pictures(self) -> bool:
        """Pictures of this reply, which is over, are not here and are still looked for."""
        missing = self.details.missing
        is_over = self.status is not MessageStatus.STREAMING and not self.is_cut_short
        return is_over and missing is not None and not missing.is_given_up


class PictureRecord(Struct, frozen=True, kw_only=True):
    """One picture, or video, that was made in a conversation.

    Attributes:
        id: Ours, a UUID.
        message_id: Of the reply it belongs to.
        remote_id: The peer's document id, by which it can be changed later.
        path: Relative to the journal's folder; named by its content, so each is there once.
        prompt: What was asked for: the maker's words where they are told, else the person's.
        model: ``provider/model`` that made it, where it is told.
        parent_id: Ours, of the picture that it was made from, or empty.
    """

    id: str
    thread_id: str
    message_id: str
    remote_id: str
    mime_type: str
    path: str
    size_bytes: int
    created_at: float
    prompt: str = ""
    model: str = ""
    parent_id: str = ""

    @property
    def is_video(self) -> bool:
        """Whether it is looked at in time."""
        return self.mime_type.startswith("video/")


class UtteranceRecord(Struct, frozen=True, kw_only=True):
    """One recorded utterance: its bytes are on disk before any of them is sent.

    Attributes:
        path: Relative to the journal's folder; s16le mono, raw while capturing and after.
        role: Who speaks: the person, or the assistant in a spoken reply.
    """

    id: str
    thread_id: str
    turn: int
    created_at: float
    state: UtteranceState
    path: str = ""
    duration_ms: int = 0
    role: Role = Role.USER

    @property
    def rate_hz(self) -> int:
        """Samples per second: as microphones are heard, or as replies are played."""
        return 16_000 if self.role is Role.USER else 24_000

    def duration_of(self, size_bytes: int) -> int:
        """Milliseconds of so much of its sound."""
        return size_bytes * 1000 // (self.rate_hz * 2)


class SearchHit(Struct, frozen=True):
    """One message found; ``snippet`` marks the words with U+0002 and U+0003.

    Attributes:
        title: Of its thread.
    """

    thread_id: str
    message_id: str
    snippet: str
    created_at: float
    title: str = ""
