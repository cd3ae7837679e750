"""What a client asks of a server: one vocabulary for every dialect."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class SpeechInput(Struct, frozen=True):
    """How speech is recognised.

    Attributes:
        model: Model name at the peer; empty leaves the choice to it.
        language: ISO 639-1, or empty to detect.
        commit_strategy: ``manual`` (we own the end of a turn) or ``vad`` (the peer does).
        end_silence_s: Silence that ends an utterance with ``vad``.
    """

    model: str = ""
    language: str = "en"
    commit_strategy: str = "manual"
    end_silence_s: float = 0.6


class SpeechOutput(Struct, frozen=True):
    """How the reply is spoken; the format is always ``pcm_24000``."""

    model: str = ""
    voice: str = ""
    speed: float = 1.0


class Answerer(Struct, frozen=True, omit_defaults=True):
    """Who answers, hears and speaks in a conversation.

    Attributes:
        model: ``provider/model``; empty leaves the choice to the peer.
        assistant_id: The peer's; empty for Parley's own.
        heard_by, spoken_by: ``provider/model`` of speech to text and text to speech, likewise.
        voice: Id of a voice of ``spoken_by``.
    """

    model: str = ""
    assistant_id: str = ""
    heard_by: str = ""
    spoken_by: str = ""
    voice: str = ""

    def over(self, other: Answerer) -> Answerer:
        """This one, where it says something; else the other. A voice goes with its model."""
        return Answerer(
            self.model or other.model,
            self.assistant_id or other.assistant_id,
            self.heard_by or other.heard_by,
            self.spoken_by or other.spoken_by,
            self.voice or ("" if self.spoken_by else other.voice),
        )


class ConfigureSession(Struct, frozen=True):
    """Open or change a conversation.

    Attributes:
        session_id: The conversation key: the peer's thread id where it has threads.
        speech_input: None where nothing will be spoken to it.
        speech_output: None for a reply in text alone.
        model: ``provider/model`` that answers; empty leaves the choice to the peer.
        speed: Of the reply to a turn that asks for speech itself, where the session has none.
        memory: What is done with what the assistant remembers: ``auto``, it is used and added to;
            ``readonly``, it is used; ``off``.
    """

    session_id: str
    speech_input: SpeechInput | None = SpeechInput()
    speech_output: SpeechOutput | None = SpeechOutput()
    model: str = ""
    speed: float = 1.0
    memory: str = "auto"


class AppendAudio(Struct, frozen=True):
    """One chunk of the user's speech: s16le mono 16 kHz."""

    turn: int
    pcm: bytes


class CommitAudio(Struct, frozen=True, omit_defaults=True):
    """The user's utterance is complete.

    Attributes:
        files: Paths of what goes along, on lines that have words for it.
    """

    turn: int
    files: tuple[str, ...] = ()


class DiscardAudio(Struct, frozen=True):
    """What was appended for this turn was not meant: no transcript, no reply."""

    turn: int


class TurnWishes(Struct, frozen=True, omit_defaults=True):
    """What a turn asks for besides its words. Only messages (section 5) have words for it.

    Attributes:
        files: Paths of documents and pictures that go along.
        recording: Path of a spoken question in any format, heard before the text.
        recording_ms: How long that is, where it is known.
        words: What was typed beside the recording, once a message's text is what was heard as well.
        heard_by, spoken_by: ``provider/model`` of speech to text and text to speech; empty leaves
            the choice to the peer.
        voice: Name of the voice that speaks.
        is_spoken: The reply shall be spoken too.
        model: ``provider/model`` that answers; empty leaves the choice to the peer.
        memory: ``Auto``, ``Readonly``, ``off``; empty leaves it as the conversation has it.
        draws, films: The model may make pictures, videos.
        edits: Path of a picture: nothing is answered, a picture, or where the turn films a video,
            is made from it by the words.
        edited_id: Our id of that picture, where it is one that was made here.
        tools: Definitions of functions that the model may call, beside the assistant's own.
        fields: Further fields of the message, by the names of contract section 5.3.
    """

    files: tuple[str, ...] = ()
    recording: str = ""
    heard_by: str = ""
    spoken_by: str = ""
    voice: str = ""
    is_spoken: bool = False
    model: str = ""
    memory: str = ""
    draws: bool = False
    edits: str = ""
    edited_id: str = ""
    tools: tuple[dict[str, Any], ...] = ()
    fields: dict[str, Any] = {}
    recording_ms: int = 0
    words: str | None = None
    films: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file that goes along."""
        return (*self.files, self.recording) if self.recording else self.files

    @property
    def is_plain(self) -> bool:
        """Nothing but the words: any peer can answer."""
        return self == PLAIN


PLAIN = TurnWishes()


class PromptText(Struct, frozen=True):
    """A typed turn."""

    turn: int
    text: str
    wishes: TurnWishes = PLAIN


class ToolOutput(Struct, frozen=True):
    """The result of one call; ``output`` is text, JSON encoded where it is an object."""

    tool_call_id: str
    output: str


class SubmitToolOutputs(Struct, frozen=True):
    """The results of every call of a round, together."""

    turn: int
    run_id: str
    outputs: tuple[ToolOutput, ...]


class CancelReply(Struct, frozen=True):
    """Stop the reply of this turn; the user heard the first ``heard_ms`` of it."""

    turn: int
    heard_ms: int = 0


ClientCommand = (
    ConfigureSession
    | AppendAudio
    | CommitAudio
    | DiscardAudio
    | PromptText
    | SubmitToolOutputs
    | CancelReply
)
