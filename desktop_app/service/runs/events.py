"""What happens in a run, told to whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.protocol.backboard.messages import ContextUsage, Media
from desktop_app.protocol.backboard.system_one import SystemOneResult
from desktop_app.protocol.events import ToolCall, Usage
from desktop_app.service.providers.ports import Knowledge, ReasoningDelta, TextDelta


@dataclass(frozen=True, slots=True)
class QuestionStored:
    """The first event: the question is safe, whatever comes."""


@dataclass(frozen=True, slots=True)
class KnowledgeFound:
    """What is known already about the question; told where anything is."""

    knowledge: Knowledge


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The thread is free and the language model is asked."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class ToolBegun:
    """The service itself carries out a call, which may take long."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ToolFailed:
    """Nothing came of such a call; the turn goes on without."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class MediaMade:
    """A hosted tool made something to look at."""

    media: Media


@dataclass(frozen=True, slots=True)
class Output:
    """What a call gave, as text."""

    call: ToolCall
    text: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of every run.

    Attributes:
        status: ``COMPLETED``, ``REQUIRES_ACTION``, ``CANCELLED`` or ``FAILED``.
        text: All that was written.
        usage: Of all rounds together, where the provider counts.
        error: A sentence, where it failed.
        code: Of what failed, for clients that have their own words for it.
        calls: What the client has to answer before the run can go on.
        hosted: What the service's own tools gave in the same round.
        memory_operation_id: Of what is being learnt from the turn, or empty.
        context: How full the model's context is, where its size is known.
        judged: The answers to typed questions, where those were asked.
    """

    status: str
    text: str
    usage: Usage | None = None
    error: str = ""
    calls: tuple[ToolCall, ...] = ()
    hosted: tuple[Output, ...] = ()
    memory_operation_id: str = ""
    context: ContextUsage | None = None
    judged: SystemOneResult | None = None
    code: str = ""


RunEvent = (
    QuestionStored
    | KnowledgeFound
    | RunStarted
    | TextDelta
    | ReasoningDelta
    | ToolBegun
    | ToolFailed
    | MediaMade
    | RunEnded
)
