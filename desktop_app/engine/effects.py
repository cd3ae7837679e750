"""What the machine asks of the engine: closed, imperative, carried out in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop_app.engine.inputs import TimerName, ToolsAnswered
from desktop_app.link.messages import Notice
from desktop_app.protocol.commands import PLAIN, ClientCommand, TurnWishes
from desktop_app.protocol.events import ServerEvent

# ---- lines ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Hold the voice line open until told otherwise, and get the loudspeaker ready."""


@dataclass(frozen=True, slots=True)
class DialNow:
    """A line that is lost and waits before the next try is tried at once."""


@dataclass(frozen=True, slots=True)
class CloseLine:
    """Close the voice line and the loudspeaker."""


@dataclass(frozen=True, slots=True)
class Send:
    """Say this on the line that carries the turn."""

    command: ClientCommand


@dataclass(frozen=True, slots=True)
class AskEndpoint:
    """Ask the peer to decide where utterances end from here on, or not to; it begins anew."""

    by_peer: bool


@dataclass(frozen=True, slots=True)
class ResendSpeech:
    """Send everything recorded for this turn so far, from the first sample."""

    turn: int


@dataclass(frozen=True, slots=True)
class DeliverPrompt:
    """Carry a typed prompt over a text line opened for it."""

    turn: int
    message_id: str
    text: str
    wishes: TurnWishes = PLAIN


# ---- sound ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenMicrophone:
    """Start capturing."""


@dataclass(frozen=True, slots=True)
class CloseMicrophone:
    """Stop capturing and release the device."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Record the turn, the sound just before it included.

    Attributes:
        is_held: Until ``FinishCapture``, whatever the turn detector thinks.
    """

    turn: int
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class FinishCapture:
    """Close the recording now and say whether it held speech.

    Attributes:
        has_speech: Somebody else knows that it did.
    """

    turn: int
    has_speech: bool = False


@dataclass(frozen=True, slots=True)
class DropCapture:
    """Close the recording now and say nothing."""


@dataclass(frozen=True, slots=True)
class Play:
    turn: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class FinishPlayback:
    """No more sound will come for this turn."""

    turn: int


@dataclass(frozen=True, slots=True)
class AwaitDrain:
    """Tell ``PlaybackDrained`` when everything has been heard; at once when nothing is left."""

    turn: int


@dataclass(frozen=True, slots=True)
class PausePlayback:
    """Silence, but keep what is left."""


@dataclass(frozen=True, slots=True)
class ResumePlayback:
    """Go on with the word that was cut."""


@dataclass(frozen=True, slots=True)
class StopPlayback:
    """Silence; what is left is dropped."""


# ---- time -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Tell ``TimerFired`` after so many seconds; replaces a running timer of that name."""

    name: TimerName
    after_s: float


@dataclass(frozen=True, slots=True)
class ClearTimer:
    name: TimerName


# ---- what is remembered and shown -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenTypedTurn:
    """This turn answers the message."""

    turn: int
    message_id: str


@dataclass(frozen=True, slots=True)
class OpenRetriedTurn:
    """This turn delivers the recording that is held by this key."""

    turn: int
    key: str


@dataclass(frozen=True, slots=True)
class QueuePrompt:
    """Keep the message, shown as waiting."""

    message_id: str
    text: str
    wishes: TurnWishes = PLAIN


@dataclass(frozen=True, slots=True)
class QueueSpeech:
    """What was said in the turn waits for a line: keep its message, shown as waiting."""

    turn: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was said in the turn waits for a later one: keep its message, and hold its sound."""

    turn: int
    key: str


@dataclass(frozen=True, slots=True)
class KeepUtterance:
    """The recording of the turn is complete: close it on disk."""

    turn: int
    speech_end_s: float
    speech_ms: int


@dataclass(frozen=True, slots=True)
class DiscardUtterance:
    """There were no words in the recording of the turn."""

    turn: int


@dataclass(frozen=True, slots=True)
class Record:
    """Remember and show what the server said, or what it was answered."""

    event: ServerEvent | ToolsAnswered


@dataclass(frozen=True, slots=True)
class CutTurn:
    """The person ended the reply after hearing ``heard_ms`` of it."""

    turn: int
    heard_ms: int


@dataclass(frozen=True, slots=True)
class NoteHeard:
    """So much of the reply has been heard by now."""

    turn: int
    heard_ms: int


@dataclass(frozen=True, slots=True)
class FailTurn:
    """The turn will not be answered; its question stays and can be sent again.

    Attributes:
        message: The peer's own words.
        facts: For a sentence of ours.
        plays_on: Speech that has come is still heard; ``FinishTurn`` or ``CutTurn`` follows.
    """

    turn: int
    code: str
    message: str = ""
    facts: Mapping[str, str] | None = None
    plays_on: bool = False


@dataclass(frozen=True, slots=True)
class FinishTurn:
    """The reply of the turn has been read or heard to its end."""

    turn: int


@dataclass(frozen=True, slots=True)
class RaiseNotice:
    notice: Notice


@dataclass(frozen=True, slots=True)
class ClearNotice:
    code: str


RecordingEffect = (
    OpenTypedTurn
    | QueuePrompt
    | QueueSpeech
    | SetAside
    | KeepUtterance
    | DiscardUtterance
    | Record
    | CutTurn
    | NoteHeard
    | FailTurn
    | FinishTurn
)
"""What is remembered."""

Effect = (
    OpenLine
    | DialNow
    | CloseLine
    | AskEndpoint
    | Send
    | ResendSpeech
    | DeliverPrompt
    | OpenMicrophone
    | CloseMicrophone
    | Capture
    | FinishCapture
    | DropCapture
    | Play
    | FinishPlayback
    | AwaitDrain
    | PausePlayback
    | ResumePlayback
    | StopPlayback
    | SetTimer
    | ClearTimer
    | OpenRetriedTurn
    | RecordingEffect
    | RaiseNotice
    | ClearNotice
)
