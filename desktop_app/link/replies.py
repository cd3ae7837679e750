"""What window and engine say about replies; the rest of the link's words are in ``messages``."""

from __future__ import annotations

from msgspec import Struct

from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.protocol.commands import ToolOutput
from desktop_app.protocol.events import snake


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


class ReplyDetailed(Struct, frozen=True, tag=snake):
    """More is known of a reply than its words: tools, memories; it may have no row yet."""

    thread_id: str
    turn: int
    details: ReplyDetails
