"""What is known of a reply beside its words: thoughts, tools, memories, documents, cost."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

from desktop_app.protocol.backboard.system_one import SystemOneResult
from desktop_app.protocol.events import Memory, QuotedPassage, Usage


class ToolState(StrEnum):
    """How far a call of a tool has come."""

    RUNNING = "running"
    WANTED = "wanted"  # the run waits for the person
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"  # nothing came of it


class ToolUse(Struct, frozen=True, omit_defaults=True):
    """One call of a tool.

    Attributes:
        arguments: JSON text, as the model wrote it; empty while it writes.
        output: What the tool gave, where that is known here.
        duration_ms: From its call to what came next, None while it runs.
        run_id: Of the run that waits for it.
    """

    id: str
    name: str
    arguments: str = ""
    output: str = ""
    state: ToolState = ToolState.RUNNING
    duration_ms: int | None = None
    run_id: str = ""


class LearningState(StrEnum):
    """How far learning from a turn has come."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"  # or nobody knows what became of it


class Learned(Struct, frozen=True, omit_defaults=True):
    """One thing that was done to one memory.

    Attributes:
        event: ``ADD``, ``UPDATE`` or ``DELETE``.
        memory: Its words afterwards, where they were told.
    """

    id: str
    event: str = "ADD"
    memory: str = ""


class Learning(Struct, frozen=True, omit_defaults=True):
    """What the service takes out of a turn, after the reply.

    Attributes:
        operation_id: By which the service is asked how it goes.
    """

    operation_id: str
    state: LearningState = LearningState.PENDING
    changes: tuple[Learned, ...] = ()

    @property
    def is_pending(self) -> bool:
        return self.state is LearningState.PENDING


class MissingPictures(Struct, frozen=True, omit_defaults=True):
    """Pictures that were made and could not be fetched.

    Attributes:
        ids: The peer's.
        is_given_up: They are not looked for any more until a person wants it.
    """

    ids: tuple[str, ...]
    is_given_up: bool = False


class ReplyDetails(Struct, frozen=True, omit_defaults=True):
    """Everything about one reply but its words.

    Attributes:
        reasoning: What the model thought before it answered.
        files: Names of documents that the reply rests on.
        passages: What stands in them, where the peer tells.
        learning: What is learned from the turn; None where nothing is.
        missing: Pictures of it that are not here; None where all are.
        voice: What the peer says of the recordings of the turn.
        judged: The answers to typed questions, in numbers.
    """

    reasoning: str = ""
    tools: tuple[ToolUse, ...] = ()
    memories: tuple[Memory, ...] = ()
    files: tuple[str, ...] = ()
    passages: tuple[QuotedPassage, ...] = ()
    usage: Usage | None = None
    voice: dict[str, Any] | None = None
    learning: Learning | None = None
    missing: MissingPictures | None = None
    judged: SystemOneResult | None = None


NO_DETAILS = ReplyDetails()
