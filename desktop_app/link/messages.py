"""What window and engine say to each other: intents down, link events up.

Encoded as MessagePack by ``link.codec``; each class is its own tag.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from desktop_app.journal.records import MessageRecord, TurnTimes
from desktop_app.link.asks import Answered, Ask, AskAdvanced, CancelAsk
from desktop_app.link.carried_files import CarryFiles, FilesCarried
from desktop_app.link.device_messages import DeviceEvent, DeviceIntent
from desktop_app.link.keeping import CancelImport, ClearKept, ImportAdvanced, ImportArchive
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayNote,
    PlayUtterance,
    RecordingPlayed,
    RecordingsRemoved,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.link.replies import AnswerTools, DecideTool, FetchPictures, ReplyDetailed, ToolRuns
from desktop_app.link.thread_messages import ThreadEvent, ThreadIntent
from desktop_app.protocol.commands import PLAIN, TurnWishes
from desktop_app.protocol.events import ToolCall, snake

# ---- values ---------------------------------------------------------------------------------


class Phase(StrEnum):
    """Who holds the floor, as people see it."""

    CONNECTING = "connecting"
    READY = "ready"  # microphone closed
    LISTENING = "listening"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"
    PAUSED = "paused"  # the reply waits: somebody makes a sound that may be an interruption
    RECONNECTING = "reconnecting"
    NO_INPUT = "no_input"  # voice is on but no sound comes from the microphone


class Connection(StrEnum):
    """Whether the service can be reached."""

    STARTING = "starting"
    READY = "ready"
    RECONNECTING = "reconnecting"
    NO_KEY = "no_key"


class NoticeLevel(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Notice(Struct, frozen=True):
    """Something a person should know.

    Attributes:
        code: Stable; a second notice with the same code replaces the first.
        facts: What the sentence needs (device, seconds, file), as text.
        action: ``retry``, ``settings``, ``interrupt``, ``switch_microphone`` (to ``subject``, which
            the fact ``other`` names) or empty: the one step offered.
        subject: Id of the message, thread or device that the action is about.
    """

    level: NoticeLevel
    code: str
    facts: dict[str, str] = {}
    action: str = ""
    subject: str = ""


# ---- intents: window -> engine --------------------------------------------------------------


class Hello(Struct, frozen=True, tag=snake):
    """First message on the wire: the token made for this run."""

    token: str


class Ping(Struct, frozen=True, tag=snake):
    """Answered with ``Pong`` after everything that was asked before has been taken up."""


class OpenThread(Struct, frozen=True, tag=snake):
    """Make this thread the current one; an unknown id creates it."""

    thread_id: str


class SendText(Struct, frozen=True, tag=snake):
    """Send a typed message; ``message_id`` is the window's UUID for it, so nothing is doubled."""

    thread_id: str
    message_id: str
    text: str
    wishes: TurnWishes = PLAIN


class RetryMessage(Struct, frozen=True, tag=snake):
    """Deliver a failed or queued message again, the same bytes."""

    thread_id: str
    message_id: str


class StartVoice(Struct, frozen=True, tag=snake):
    """Open the microphone and converse hands-free in this thread. Idempotent."""

    thread_id: str


class StopVoice(Struct, frozen=True, tag=snake):
    """Close the microphone; a running reply goes on. Idempotent."""


class PressTalk(Struct, frozen=True, tag=snake):
    """The person begins to talk: capture until ``ReleaseTalk``. Idempotent."""

    thread_id: str


class ReleaseTalk(Struct, frozen=True, tag=snake):
    """The person has said it. Idempotent."""


class ToggleTalk(Struct, frozen=True, tag=snake):
    """``PressTalk``, or ``ReleaseTalk`` while something is being said."""

    thread_id: str


class CancelTalk(Struct, frozen=True, tag=snake):
    """What is being said shall not have been said. Idempotent."""


class StopReply(Struct, frozen=True, tag=snake):
    """Silence and end the reply of the open thread, and every one that is heard. Idempotent."""


class SetMuted(Struct, frozen=True, tag=snake):
    """Input only: a running reply keeps playing."""

    is_muted: bool


class ReloadSettings(Struct, frozen=True, tag=snake):
    """The settings file was replaced; read it again.

    Attributes:
        language: What the window speaks from now on; empty where that stays.
        counts_from_start: Some of them count from an engine's start on; the window exchanges it.
    """

    language: str = ""
    counts_from_start: bool = False


class Quit(Struct, frozen=True, tag=snake):
    """Finish what is being written and end."""


Intent = (
    Hello
    | Ping
    | OpenThread
    | SendText
    | RetryMessage
    | CarryFiles
    | StartVoice
    | StopVoice
    | PressTalk
    | ReleaseTalk
    | ToggleTalk
    | CancelTalk
    | StopReply
    | SetMuted
    | AnswerTools
    | DecideTool
    | FetchPictures
    | PlayUtterance
    | PlayNote
    | StopUtterance
    | SaveUtterance
    | DiscardUtterance
    | ImportArchive
    | CancelImport
    | ClearKept
    | DeviceIntent
    | ThreadIntent
    | Ask
    | CancelAsk
    | ReloadSettings
    | Quit
)

# ---- link events: engine -> window ----------------------------------------------------------


class Welcome(Struct, frozen=True, tag=snake):
    """First answer: what the engine is and how it stands. Sent again after a reconnect."""

    version: str
    thread_id: str
    phase: Phase
    connection: Connection
    profile: str


class Pong(Struct, frozen=True, tag=snake):
    """What was asked before the ``Ping`` was taken up; its first effects were told before."""


class ConnectionChanged(Struct, frozen=True, tag=snake):
    """``retry_in_s`` counts down to the next attempt while RECONNECTING."""

    connection: Connection
    profile: str
    retry_in_s: float | None = None


class PhaseChanged(Struct, frozen=True, tag=snake):
    """Who holds the floor now.

    Attributes:
        is_voice_on: The microphone is, or wants to be, open.
        device: Name of the microphone in use, or empty.
        duplex: ``full`` (talk over the reply) or ``half`` (microphone deaf while it plays).
        duplex_reason: ``setting``, ``no_echo_control``, ``echo_unknown``, ``echo_left``, or empty.
        is_written: The answer that is awaited will only be read.
        is_unreached: Voice is on, but no line is there for it, and nothing waits for one.
        retry_in_s: While RECONNECTING, from the loss of the line to the next try; 0 if unknown.
    """

    thread_id: str
    phase: Phase
    turn: int = 0
    is_voice_on: bool = False
    is_muted: bool = False
    device: str = ""
    duplex: str = "full"
    duplex_reason: str = ""
    is_written: bool = False
    is_unreached: bool = False
    retry_in_s: float = 0.0


class TranscriptChanged(Struct, frozen=True, tag=snake):
    """The live partial of the turn being heard; the final text comes as a MessageSaved."""

    thread_id: str
    turn: int
    text: str


class MessageSaved(Struct, frozen=True, tag=snake):
    """A message is durable in the journal: new, or replaced by id."""

    message: MessageRecord


class MessageRemoved(Struct, frozen=True, tag=snake):
    """The message is gone for good."""

    thread_id: str
    message_id: str


class ReplyGrew(Struct, frozen=True, tag=snake):
    """Text to append to a STREAMING reply (``is_whole``: to replace its text)."""

    thread_id: str
    message_id: str
    text: str
    is_whole: bool = False


class ReasoningGrew(Struct, frozen=True, tag=snake):
    """More of what the model thinks before it answers."""

    thread_id: str
    turn: int
    text: str


class UploadAdvanced(Struct, frozen=True, tag=snake):
    """How much of a turn's files has left, a few times a second at most (``UploadProgressed``)."""

    thread_id: str
    turn: int
    name: str
    sent_bytes: int
    total_bytes: int
    sizes: tuple[int, ...] = ()

    def percent_of(self, number: int) -> int:
        """How much of that file has left; files go one after the other."""
        if number >= len(self.sizes):
            return 0
        before = sum(self.sizes[:number])
        size = max(1, self.sizes[number])
        return min(100, max(0, self.sent_bytes - before) * 100 // size)


class ToolsWanted(Struct, frozen=True, tag=snake):
    """The reply waits for the outputs of these calls."""

    thread_id: str
    turn: int
    run_id: str
    calls: tuple[ToolCall, ...]


class SpeechHeard(Struct, frozen=True, tag=snake):
    """How much of the spoken reply has left the loudspeaker, about 5 times a second."""

    thread_id: str
    turn: int
    heard_ms: int


class LevelMeasured(Struct, frozen=True, tag=snake):
    """0.0 to 1.0 on a perceptual scale, at most 25 times a second."""

    microphone: float
    loudspeaker: float


class TurnTimed(Struct, frozen=True, tag=snake):
    """The stages of a finished turn.

    Attributes:
        reply_id: Of its reply, empty where none began; a turn of another session may have its
            number.
    """

    thread_id: str
    turn: int
    times: TurnTimes
    reply_id: str = ""


class NoticeRaised(Struct, frozen=True, tag=snake):
    notice: Notice


class NoticeCleared(Struct, frozen=True, tag=snake):
    code: str


LinkEvent = (
    Welcome
    | Pong
    | ConnectionChanged
    | PhaseChanged
    | TranscriptChanged
    | MessageSaved
    | MessageRemoved
    | FilesCarried
    | RecordingPlayed
    | RecordingsRemoved
    | ImportAdvanced
    | ReplyGrew
    | ReasoningGrew
    | ReplyDetailed
    | UploadAdvanced
    | ToolsWanted
    | ToolRuns
    | SpeechHeard
    | LevelMeasured
    | DeviceEvent
    | ThreadEvent
    | Answered
    | AskAdvanced
    | TurnTimed
    | NoticeRaised
    | NoticeCleared
)
