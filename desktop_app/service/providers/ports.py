"""The small interfaces behind which providers of live speech, language and memory stand.

Those of whole recordings, pictures and vectors are in ``recording_ports``, ``picture_ports`` and
``vector_ports``. A provider is named ``provider`` / ``model`` (``builtin`` / ``basic``). All
methods are called on the service's event loop; a provider that computes does it on a thread of
its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.events import ToolCall, Usage
from desktop_app.service.providers.picture_ports import Picture


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word of an utterance; seconds since the utterance began."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words so far, or finally. A final, empty text means: no words.

    Attributes:
        words: When each word of a final text was spoken, where the provider knows.
    """

    text: str
    is_final: bool
    words: tuple[SpokenWord, ...] = ()


class Recognition(Protocol):
    """One utterance being recognised. Feed s16le mono 16 kHz."""

    @property
    def has_room(self) -> bool:
        """Whether more may be fed at once; else ``room`` is awaited first."""

    def feed(self, pcm: bytes) -> None:
        """Hear more; decoding happens behind it, in order."""

    async def room(self) -> None:
        """Return when so little is still to be decoded that more may be fed."""

    async def finish(self) -> None:
        """The utterance is complete: the final transcript follows in ``transcripts``."""

    def transcripts(self) -> AsyncIterator[Transcript]:
        """Partials (each replaces the last, only when changed), then exactly one final, then ends.

        Raises:
            NetworkError, AccessError: Of a remote provider.
        """

    async def aclose(self) -> None:
        """Stop, with or without a final. Idempotent."""


class SpeechToText(Protocol):
    """Hears."""

    provider: str
    model: str

    def open(self, *, language: str = "en") -> Recognition:
        """Begin an utterance; its model may still be loading."""

    async def warm_up(self) -> None:
        """Load what the first utterance would wait for. Idempotent."""

    async def aclose(self) -> None: ...


class TextToSpeech(Protocol):
    """Speaks."""

    provider: str
    model: str

    def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[bytes]:
        """Speech of one sentence as s16le mono 24 kHz chunks (40 to 100 ms each).

        Closing the iterator stops the synthesis at once.
        """

    async def aclose(self) -> None: ...


BUILT_IN = "builtin"
"""The provider name of what comes with Parley."""

MemoryUse = Literal["auto", "readonly", "off"]
"""Recall and save; recall only; neither."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of the history given to a language model.

    Attributes:
        role: ``system``, ``user``, ``assistant`` or ``tool``.
        tool_calls: What an assistant's message asked for.
        tool_call_id: Which call a tool's message answers.
        pictures: What a user's message shows, for models that see.
    """

    role: str
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    pictures: tuple[Picture, ...] = ()


FAILED_OUTPUT = "It failed. "
"""How the output of one of the service's tools begins that could do nothing; then it says why."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for; ``parameters`` is a JSON Schema object."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that may answer the question.

    Attributes:
        place: Where it stands, for people: ``page 3``, ``sheet Costs``; empty where unknown.
        score: Higher is better; only comparable within one search.
        nearness: Cosine between it and the question, where that is known to be high for the model
            that compared their meanings.
    """

    document_id: str
    filename: str
    text: str
    place: str = ""
    score: float = 0.0
    nearness: float | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was found for a question: the best first."""

    memories: tuple[Recalled, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageRequest:
    """One language turn.

    Attributes:
        history: Oldest first, without the system prompt, ending with the user's message or with
            the outputs of the tools that the model asked for.
        system_prompt: May be empty.
        model: Model name, or empty for the provider's default.
        assistant_id: Whose memory may be read and written.
        memory: Whether it may.
        knowledge: What a provider tells its model besides, and the built-in one answers from.
        tools: What the model may ask for.
        wants_json: The reply shall be one JSON object.
        thinking: ``effort`` low|medium|high|max, ``budget_tokens``, ... as in the API; or None.
        routing: The object ``openrouter`` of the API; or None.
        searches_web: The model may look things up on the web.
    """

    history: Sequence[ChatMessage]
    system_prompt: str = ""
    model: str = ""
    assistant_id: str = ""
    thread_id: str = ""
    memory: MemoryUse = "auto"
    knowledge: Knowledge = field(default_factory=lambda: Knowledge())
    tools: tuple[Tool, ...] = ()
    wants_json: bool = False
    thinking: Mapping[str, Any] | None = None
    routing: Mapping[str, Any] | None = None
    searches_web: bool = False


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the reasoning: never spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish of the turn that this provider cannot meet, in one sentence; see ``unmet``."""

    text: str


@dataclass(frozen=True, slots=True)
class DrewOn:
    """The passages that the reply rests on, from who knows: a model may have read all it got."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class ToolsCalled:
    """The model asks for the outputs of these calls; comes once, before Finished."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply, or this round of it, is complete.

    Attributes:
        reason: Why it ended, as the server says: ``stop``, ``length``, ``tool_calls``, ...
    """

    usage: Usage | None = None
    reason: str = ""


LanguageEvent = TextDelta | ReasoningDelta | Unmet | DrewOn | ToolsCalled | Finished


class Language(Protocol):
    """Answers."""

    provider: str
    model: str

    def reply(self, request: LanguageRequest) -> AsyncIterator[LanguageEvent]:
        """Stream an answer; ends with exactly one Finished. Closing the iterator cancels it.

        Raises:
            NetworkError, AccessError, ProtocolError
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it can answer with, its default first; never raises, empty where it cannot say."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Recalled:
    """Something said or saved before.

    Attributes:
        text: The words, as they were saved or said by the user.
        created_at: ISO 8601, UTC.
        kind: ``memory`` (saved on purpose) or ``message`` (said in a conversation).
        id: The memory's or the message's.
    """

    text: str
    created_at: str
    kind: Literal["memory", "message"]
    id: str = ""
    score: float | None = None


class Recall(Protocol):
    """What an assistant remembers: saved memories and what the user said in its threads."""

    async def remember(self, assistant_id: str, text: str, *, thread_id: str = "") -> None:
        """Save a memory; saving the same words again changes nothing.

        Args:
            assistant_id: Whose memory.
            text: What to remember.
            thread_id: Where it was asked for, so that this turn can name what was done.
        """

    async def search(
        self,
        assistant_id: str,
        query: str,
        limit: int = 5,
        *,
        exclude_thread_turn: str | None = None,
    ) -> Sequence[Recalled]:
        """Best matches first, memories before messages.

        Args:
            assistant_id: Whose memory.
            query: Words of any kind; those too common to matter are ignored.
            limit: At most so many.
            exclude_thread_turn: A thread id, whose newest turn is left out: the question itself.
        """

    async def forget(self, assistant_id: str, query: str, *, thread_id: str = "") -> int:
        """Delete the memories that hold all words of ``query``; returns how many.

        Args:
            assistant_id: Whose memory.
            query: What to forget.
            thread_id: As for ``remember``.
        """
