"""What the window asks of the service through the engine, and what it is told."""

from __future__ import annotations

from msgspec import Struct

from desktop_app.protocol.events import snake
from desktop_app.protocol.service_calls import Answer, Failed, Question


class Ask(Struct, frozen=True, tag=snake):
    """Ask something of the service; ``ask_id`` is the window's UUID for it."""

    ask_id: str
    question: Question


class CancelAsk(Struct, frozen=True, tag=snake):
    """Nobody waits for this answer any more. Idempotent."""

    ask_id: str


class Answered(Struct, frozen=True, tag=snake):
    """The answer to an ``Ask``, or why there is none; told once, after all that advanced."""

    ask_id: str
    answer: Answer | Failed


class AskAdvanced(Struct, frozen=True, tag=snake):
    """How far a long ``Ask`` has come.

    Attributes:
        done, total: In bytes of an upload, or in rows; ``total`` is 0 where it is unknown.
        part: Rows that are there already; those of all parts and of the answer are the whole.
    """

    ask_id: str
    done: int
    total: int
    part: Answer | None = None
