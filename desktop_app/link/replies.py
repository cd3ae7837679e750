"""What window and engine say about replies; the rest of the link's words are in ``messages``."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.protocol.commands import ToolOutput
from desktop_app.protocol.events import ToolCall, snake


class AnswerTools(Struct, frozen=True, tag=snake):
    """Give a run that waits the output of every call of its round.

    Attributes:
        refused: Ids of the calls that the person did not allow.
    """

    thread_id: str
    turn: int
    run_id: str
    outputs: tuple[ToolOutput, ...]
    refused: tuple[str, ...] = ()


class ToolPlace(Struct, frozen=True):
    """The round of a run that waits.

    Attributes:
        call_ids: All calls of the round, in order.
    """

    thread_id: str
    turn: int
    run_id: str
    call_ids: tuple[str, ...]


class Decision(StrEnum):
    """What a person says to one call."""

    RUN = "run"  # with the person's program
    REFUSE = "refuse"
    ANSWER = "answer"  # with ``output``


class DecideTool(Struct, frozen=True, tag=snake):
    """One call of a round is decided; the run goes on when all of them are."""

    place: ToolPlace
    call: ToolCall
    decision: Decision
    output: str = ""


class ToolRuns(Struct, frozen=True, tag=snake):
    """The person's program is at work on a call that waited."""

    thread_id: str
    turn: int
    call_id: str


class FetchPictures(Struct, frozen=True, tag=snake):
    """Look again for the pictures of a reply that could not be fetched."""

    message_id: str


class ReplyDetailed(Struct, frozen=True, tag=snake):
    """More is known of a reply than its words: tools, memories; it may have no row yet."""

    thread_id: str
    turn: int
    details: ReplyDetails
