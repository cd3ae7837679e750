"""What a server tells: one vocabulary for every dialect.

Every event about a turn carries the *client's* turn number; a transport maps the peer's own
numbers onto it. Sound is always mono signed 16-bit little-endian PCM at 24 kHz.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct

from desktop_app.protocol.backboard.system_one import SystemOneResult


def provider_name(provider: object, model: object) -> str:
    """``provider/model``, or whichever of them is known."""
    return "/".join(str(part) for part in (provider, model) if part)


def bare_name(name: str) -> str:
    """The model of ``provider/model``; a name alone is one."""
    return name.partition("/")[2] or name


def snake(name: str) -> str:
    """``TranscriptUpdated`` -> ``transcript_updated``: the wire tag of a class."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class ReplyStatus(StrEnum):
    """How a reply ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INCOMPLETE = "incomplete"  # the stream ended early but text had come


class Usage(Struct, frozen=True, omit_defaults=True):
    """What a reply cost, where the server says."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    context_percent: float | None = None
    context_used_tokens: int | None = None
    context_limit_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None


class SessionReady(Struct, frozen=True, tag=snake):
    """The peer accepted the configuration; audio and prompts may flow.

    Attributes:
        session_id: The conversation key.
        extensions: Names of optional words the peer understands, e.g. ``assistant.cancel``.
        heard_by: ``provider/model`` of speech to text, where the peer says.
        spoken_by: ``provider/model`` of text to speech, where the peer says.
        is_ending: The peer decides where an utterance ends, as it was asked to.
        lifetime_s: Seconds after its opening at which the peer ends the session, where it does.
    """

    session_id: str
    extensions: tuple[str, ...] = ()
    heard_by: str = ""
    spoken_by: str = ""
    is_ending: bool = False
    lifetime_s: float | None = None


class UtteranceBegun(Struct, frozen=True, tag=snake):
    """A peer that decides where utterances end hears somebody speak."""

    turn: int


class UtteranceOver(Struct, frozen=True, tag=snake):
    """Such a peer considers the utterance complete; its words follow."""

    turn: int


class UploadProgressed(Struct, frozen=True, tag=snake):
    """More of a turn's files has left; told a few times a second at most.

    Attributes:
        name: Of the file, or how many there are.
        sent_bytes: Of all files of the turn together; starts anew where sending does.
        sizes: Bytes of each file, in the order in which they are sent.
    """

    turn: int
    name: str
    sent_bytes: int
    total_bytes: int
    sizes: tuple[int, ...] = ()


class TranscriptUpdated(Struct, frozen=True, tag=snake):
    """The user's words so far (replaces the previous text), or finally.

    A final, empty text means that the peer heard no words: the turn has no reply. A peer that
    understands an utterance in several pieces says so several times, each time with all words.
    """

    turn: int
    text: str
    is_final: bool = False


class ReplyStarted(Struct, frozen=True, tag=snake):
    """The peer began to answer.

    Attributes:
        model: ``provider/model``, where the peer says.
        message_id: The peer's, of the reply, where it says.
    """

    turn: int
    prompt: str = ""
    run_id: str = ""
    model: str = ""
    message_id: str = ""


class ReplyText(Struct, frozen=True, tag=snake):
    """More text of the reply; with ``is_whole`` the complete text, replacing what came before."""

    turn: int
    text: str
    is_whole: bool = False


class ReplyWritten(Struct, frozen=True, tag=snake):
    """All words of the reply have come; its speech and its end may still follow, or never be told.

    A ``ReplyText`` that is whole says the same.
    """

    turn: int


class ReplyReasoning(Struct, frozen=True, tag=snake):
    """More of the model's reasoning: shown apart, never spoken."""

    turn: int
    text: str


class ReplyAudio(Struct, frozen=True, tag=snake):
    """More speech: s16le mono 24 kHz, a whole number of samples."""

    turn: int
    pcm: bytes


class ReplySound(Struct, frozen=True, tag=snake):
    """The whole speech of a reply in an encoding that must be decoded first.

    Attributes:
        content: The encoded sound; empty where there is only a link to it.
        mime_type: As the peer says; may be empty.
        url: A link that expires; empty where the content came.
    """

    turn: int
    content: bytes
    mime_type: str = ""
    url: str = ""


class ToolCall(Struct, frozen=True):
    """One call that the model asks for; ``arguments`` is JSON text."""

    id: str
    name: str
    arguments: str


class ToolCallStarted(Struct, frozen=True, tag=snake):
    """The model began to write a call; its arguments are still to come."""

    turn: int
    call_id: str
    name: str


class ToolCallFailed(Struct, frozen=True, tag=snake):
    """Nothing came of a call that the peer ran itself; the reply goes on without."""

    turn: int
    call_id: str


class ToolCallReady(Struct, frozen=True, tag=snake):
    """A call is complete; the peer runs it itself unless ToolsRequested follows."""

    turn: int
    call: ToolCall


class ToolsRequested(Struct, frozen=True, tag=snake):
    """The run waits for the outputs of these calls."""

    turn: int
    run_id: str
    calls: tuple[ToolCall, ...]


class Memory(Struct, frozen=True, omit_defaults=True):
    """One recalled fact."""

    memory: str
    id: str = ""
    score: float | None = None


class QuotedPassage(Struct, frozen=True, omit_defaults=True):
    """A piece of a document that a reply could draw on, word for word.

    Attributes:
        place: For people: ``page 3``; empty where unknown.
    """

    file: str
    text: str
    place: str = ""


class MemoriesRecalled(Struct, frozen=True, tag=snake):
    """Facts that the peer put before the model for this turn."""

    turn: int
    memories: tuple[Memory, ...]


class ImageReady(Struct, frozen=True, tag=snake):
    """A picture or a video was made; the link expires, so the transport fetches it at once.

    Attributes:
        data: The encoded picture, where it could be fetched.
        path: The file of a video that could be fetched; it belongs to whoever keeps it.
        sha256: Of that file.
        prompt, model: What its maker was asked, and who it is (``provider/model``), where told.
        parent_ids: Document ids of the pictures it was made from, where told.
    """

    turn: int
    url: str
    document_id: str
    mime_type: str = ""
    size_bytes: int | None = None
    data: bytes = b""
    prompt: str = ""
    model: str = ""
    parent_ids: tuple[str, ...] = ()
    path: str = ""
    sha256: str = ""

    @property
    def is_fetched(self) -> bool:
        """Whether it is here."""
        return bool(self.data or self.path)

    @property
    def content(self) -> bytes | Path:
        """Its bytes, or the file with them."""
        return Path(self.path) if self.path else self.data


class MediaNamed(Struct, frozen=True, tag=snake):
    """A picture or video is there, and is being fetched: ``ImageReady`` follows."""

    turn: int


class ReplyEnded(Struct, frozen=True, tag=snake):
    """Text and speech of the turn are complete, or will not come.

    Attributes:
        model: ``provider/model`` that wrote it, where the peer says.
        memory_operation_id: Of the facts that the peer takes out of the turn.
        voice_records: What the peer says of both recordings, whole.
        retrieved_files: Names of documents that the reply rests on.
        passages: Of them, where the peer tells.
        judged: The answers to typed questions.
    """

    turn: int
    status: ReplyStatus = ReplyStatus.COMPLETED
    message_id: str = ""
    usage: Usage | None = None
    model: str = ""
    memory_operation_id: str = ""
    voice_records: dict[str, Any] | None = None
    retrieved_files: tuple[str, ...] = ()
    passages: tuple[QuotedPassage, ...] = ()
    judged: SystemOneResult | None = None


class ServerFault(Struct, frozen=True, tag=snake):
    """The peer reports a failure.

    Attributes:
        turn: The turn it ends, or None when it concerns the session.
        is_fatal: The connection is of no more use.
    """

    message: str
    code: str = "server.fault"
    turn: int | None = None
    is_retryable: bool = False
    is_fatal: bool = False
    details: dict[str, Any] | None = None


ServerEvent = (
    SessionReady
    | UtteranceBegun
    | UtteranceOver
    | UploadProgressed
    | TranscriptUpdated
    | ReplyStarted
    | ReplyText
    | ReplyWritten
    | ReplyReasoning
    | ReplyAudio
    | ReplySound
    | ToolCallStarted
    | ToolCallFailed
    | ToolCallReady
    | ToolsRequested
    | MemoriesRecalled
    | MediaNamed
    | ImageReady
    | ReplyEnded
    | ServerFault
)
