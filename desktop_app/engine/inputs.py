"""What the machine is told: everything that can happen to a conversation, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.protocol.commands import PLAIN, ToolOutput, TurnWishes
from desktop_app.protocol.events import ServerEvent


class TimerName(StrEnum):
    """The clocks that the machine may ask for; each has at most one pending end."""

    SLOW = "slow"  # THINKING and no news from the server
    GIVE_UP = "give_up"  # still none, long after the person was told
    SOUND = "sound"  # SPEAKING: is anything being played?
    RESUME = "resume"  # paused for a sound that may be an interruption
    NOT_BEGUN = "not_begun"  # LISTENING and nobody speaks
    TALK_TAIL = "talk_tail"  # the last word after the talk key came up
    TALK_HELD = "talk_held"  # the talk key has been down impossibly long
    MICROPHONE = "microphone"  # try a lost microphone again
    IDLE_LINE = "idle_line"  # nobody has spoken for a while and voice is off
    REDELIVER = "redeliver"  # try a queued prompt again


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """The person wants to converse hands-free."""


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """The person wants the microphone closed; a running reply goes on."""


@dataclass(frozen=True, slots=True)
class MutedChanged:
    """The person muted or unmuted the microphone."""

    is_muted: bool


@dataclass(frozen=True, slots=True)
class TalkPressed:
    """The person begins to talk, by the talk key or a command. Idempotent."""


@dataclass(frozen=True, slots=True)
class TalkReleased:
    """The person has said it: whatever the turn detector believes. Idempotent."""


@dataclass(frozen=True, slots=True)
class TalkToggled:
    """The person begins to talk, or has said it."""


@dataclass(frozen=True, slots=True)
class TalkCancelled:
    """What the person is saying shall not have been said. Idempotent."""


@dataclass(frozen=True, slots=True)
class ReplyStopped:
    """The person wants silence now."""


@dataclass(frozen=True, slots=True)
class PromptTyped:
    """The person sent a text, or a queued one is to be delivered again."""

    message_id: str
    text: str
    wishes: TurnWishes = PLAIN


@dataclass(frozen=True, slots=True)
class RetryRequested:
    """The person wants a failed or queued message delivered again.

    Only the engine knows what the message holds: it looks it up and tells the machine
    ``PromptTyped`` or ``SpeechRetried`` instead.
    """

    message_id: str


@dataclass(frozen=True, slots=True)
class SpeechRetried:
    """The person wants a recorded utterance delivered again now.

    Attributes:
        key: By which the engine holds its message and its sound.
        is_waiting: It has its place among what waits, or its turn, and keeps it.
    """

    key: str
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class SpeechQueued:
    """A recorded utterance is to be delivered after everything that waits already.

    Attributes:
        key: By which the engine holds its message and its sound.
        is_sent_again: A line that was lost had it once.
    """

    key: str
    is_sent_again: bool = False


@dataclass(frozen=True, slots=True)
class SpeechLetGo:
    """The person does not want a recording delivered that waits for its turn.

    Attributes:
        key: By which the engine held it.
    """

    key: str


@dataclass(frozen=True, slots=True)
class ToolsAnswered:
    """Every call of a round of tools has its output.

    Attributes:
        refused: Ids of the calls that the person did not allow.
    """

    turn: int
    run_id: str
    outputs: tuple[ToolOutput, ...]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MicrophoneOpened:
    """The microphone is open, or another one took its place; ``device`` is its name."""

    device: str


@dataclass(frozen=True, slots=True)
class MicrophoneLost:
    """The microphone could not be opened, vanished or gives no samples (``device.*``)."""

    code: str


@dataclass(frozen=True, slots=True)
class InputSilenced:
    """The open microphone has given nothing but zeros for a second, or gives sound again.

    Attributes:
        other: Name of another microphone that could be used, or empty.
        other_id: By what it is found: the system's own name, or else its name.
    """

    is_silent: bool
    other: str = ""
    other_id: str = ""


@dataclass(frozen=True, slots=True)
class LoudspeakerLost:
    """There is nothing to play speech on: replies are read, not heard (``device.*``)."""

    code: str


@dataclass(frozen=True, slots=True)
class LoudspeakerOpened:
    """Speech can be played; ``device`` is what people call it, where that is known."""

    device: str = ""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The turn detector is convinced that somebody speaks."""


@dataclass(frozen=True, slots=True)
class SpeechConfirmed:
    """It is speech: too long for a click."""


@dataclass(frozen=True, slots=True)
class SpeechInsisted:
    """It has lasted so long that it is meant, even where a reply is being heard."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance is complete.

    Attributes:
        speech_end_s: Monotonic second of its last voiced sample.
        speech_ms: Length of the utterance.
    """

    speech_end_s: float
    speech_ms: int


@dataclass(frozen=True, slots=True)
class SpeechDropped:
    """What was captured holds no speech after all."""


@dataclass(frozen=True, slots=True)
class EchoMeasured:
    """What becomes of the reply in the microphone is known, or known better.

    Attributes:
        can_talk_over: Nothing of it is left that could be taken for a person.
        reason: Why not: ``echo_unknown``, ``echo_left``, ``no_echo_control``, or empty.
    """

    can_talk_over: bool
    reason: str


@dataclass(frozen=True, slots=True)
class EchoTranscribed:
    """The final words of the turn are the reply's own, come back through the microphone."""

    turn: int


@dataclass(frozen=True, slots=True)
class LineOpened:
    """The voice line accepted the session."""


@dataclass(frozen=True, slots=True)
class LineLost:
    """The voice line is gone, because of ``code``, and will be tried again in ``retry_in_s``."""

    retry_in_s: float
    code: str = ""


@dataclass(frozen=True, slots=True)
class LineStalled:
    """The open voice line gives no sign of life; ``LineResumed`` or ``LineLost`` follows."""


@dataclass(frozen=True, slots=True)
class LineResumed:
    """The voice line gives signs of life again."""


@dataclass(frozen=True, slots=True)
class LineFailed:
    """The voice line is refused for good: another try would not help.

    Attributes:
        reason: In the peer's own words.
    """

    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LineKept:
    """A line that was to take over is refused for good; the one from before is held on."""

    reason: str


@dataclass(frozen=True, slots=True)
class PromptRefused:
    """The text line could not carry the prompt of this turn, or broke before the reply ended."""

    turn: int
    code: str
    is_retryable: bool


@dataclass(frozen=True, slots=True)
class PlaybackDrained:
    """Everything that was given to the loudspeaker for this turn has been heard."""

    turn: int


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the machine had set came to its end."""

    name: TimerName


Input = (
    VoiceStarted
    | VoiceStopped
    | MutedChanged
    | TalkPressed
    | TalkReleased
    | TalkToggled
    | TalkCancelled
    | ReplyStopped
    | PromptTyped
    | RetryRequested
    | SpeechRetried
    | SpeechQueued
    | SpeechLetGo
    | ToolsAnswered
    | MicrophoneOpened
    | MicrophoneLost
    | InputSilenced
    | LoudspeakerOpened
    | LoudspeakerLost
    | SpeechStarted
    | SpeechConfirmed
    | SpeechInsisted
    | SpeechEnded
    | SpeechDropped
    | EchoMeasured
    | EchoTranscribed
    | LineOpened
    | LineLost
    | LineStalled
    | LineResumed
    | LineFailed
    | LineKept
    | PromptRefused
    | PlaybackDrained
    | TimerFired
    | ServerEvent
)
