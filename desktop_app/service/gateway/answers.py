"""Who answers a gateway session, as the session sees them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from desktop_app.service.gateway.session_plan import SessionPlan, WantedBackend
from desktop_app.service.runs.events import ToolBegun, ToolFailed
from desktop_app.service.storage.conversation_store import Heard


@dataclass(frozen=True, slots=True)
class AnswerEnd:
    """How an answer ended.

    Attributes:
        text: All that was written.
        error: A sentence, where it failed.
        code: Of the error.
        metadata: What is known of it besides.
    """

    status: Literal["COMPLETED", "CANCELLED", "FAILED"]
    text: str
    error: str = ""
    code: str = "language.failed"
    metadata: Mapping[str, Any] = field(default_factory=dict)


class Answer(Protocol):
    """One answer in progress."""

    def parts(self) -> AsyncGenerator[str | ToolBegun | ToolFailed, None]:
        """The text as it comes, piece by piece, and what is carried out meanwhile."""

    async def ended(self) -> AnswerEnd:
        """Wait for the end; it is kept by then. Never raises of the answer's faults."""

    def cancel(self, heard: Heard | None = None) -> bool:
        """Stop; what was written so far is kept. False where it has ended."""

    def leave(self) -> None:
        """Nobody listens any more; whether it goes on is for who answers to say."""

    async def mark_heard(self, heard: Heard) -> None:
        """It was written to its end, but only so much of it was heard.

        Raises:
            AppError: It could not be noted.
        """


class Answers(Protocol):
    """Answers any number of sessions."""

    async def check(self, plan: SessionPlan) -> None:
        """Refuse a session that nobody here can or may answer.

        Raises:
            AppError: The sentence says what can be had instead.
        """

    async def prepare(self, plan: SessionPlan) -> None:
        """What takes long and is better done before the first turn, which waits for it.

        Raises:
            AppError: It could not be done; the first turn tries again, and tells.
        """

    async def start(self, text: str, plan: SessionPlan) -> Answer:
        """Answer ``text`` in the conversation ``plan.key``.

        Raises:
            AppError: It cannot begin.
        """

    async def register(self, wanted: WantedBackend) -> str:
        """The id under which other sessions get the same settings.

        Raises:
            AppError: They may not be had here.
        """
