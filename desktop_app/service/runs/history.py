"""What a model reads of a thread: its turns, each whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import msgspec

from desktop_app.protocol.backboard.messages import CalledTool, FunctionCall
from desktop_app.protocol.backboard.threads import Attachment, StoredMessage
from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.builtin.attached_note import with_note
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import ChatMessage

CUT_HERE = "[The user interrupted here and did not hear the rest.]"
STOPPED_HERE = "[This reply was stopped here.]"


@dataclass(frozen=True, slots=True)
class Attached:
    """What came with messages, by message.

    Attributes:
        files: All of it, pictures too.
        pictures: Those that the model is shown.
    """

    files: Mapping[str, Sequence[Attachment]] = field(default_factory=dict)
    pictures: Mapping[str, Sequence[Picture]] = field(default_factory=dict)


def turns_of(rows: Sequence[StoredMessage], run_id: str) -> list[list[StoredMessage]]:
    """The rows by turn, in the order in which the turns began, up to the one of ``run_id``.

    Questions that came while an earlier one was being answered stand behind that answer, and what
    began after the run is not part of what it was asked. What stands before the first question
    was cut off, and is left out.
    """
    turns: dict[str, list[StoredMessage]] = {}
    for row in rows:
        turns.setdefault(run_of(row) or row.message_id, []).append(row)
    begun = list(turns)
    last = begun.index(run_id) + 1 if run_id in turns else len(begun)
    whole = (turns[key] for key in begun[:last])
    return [turn for turn in whole if turn[0].role == "user"]


def chat_messages(turn: Sequence[StoredMessage], attached: Attached) -> list[ChatMessage]:
    """A turn's messages with words; a round of tools only where the outputs of all are there."""
    messages: list[ChatMessage] = []
    for index, row in enumerate(turn):
        if row.role == "tool":
            continue
        calls, outputs = calls_of(row), _outputs(turn[index + 1 :])
        if calls and all(call.id in outputs for call in calls):
            messages.append(ChatMessage("assistant", _told(row), calls))
            messages += (ChatMessage("tool", outputs[c.id], tool_call_id=c.id) for c in calls)
        elif words := with_note(_told(row), attached.files.get(row.message_id, ())):
            pictures = tuple(attached.pictures.get(row.message_id, ()))
            messages.append(ChatMessage(row.role, words, pictures=pictures))
    return messages


def _told(row: StoredMessage) -> str:
    """A message's words as far as they reached the person, with a mark where they were cut."""
    words, facts = row.content or "", row.metadata_ or {}
    if row.role != "assistant" or not facts.get("interrupted") or not words.strip():
        return words
    heard = facts.get("heard_chars")
    if not isinstance(heard, int):
        return f"{words.rstrip()} {STOPPED_HERE}"
    if heard >= len(words.rstrip()):
        return words
    return f"{words[:heard].rstrip()} {CUT_HERE}".lstrip()


def run_of(row: StoredMessage) -> str:
    """The run a row belongs to, or nothing."""
    return str((row.metadata_ or {}).get("run_id") or "")


def calls_of(row: StoredMessage) -> tuple[ToolCall, ...]:
    """What an assistant's row asked for; a user's metadata may hold anything."""
    if row.role != "assistant":
        return ()
    called = (row.metadata_ or {}).get("tool_calls") or []
    return tuple(
        ToolCall(call.id, call.function.name, call.function.arguments)
        for call in msgspec.convert(called, list[CalledTool])
    )


def called_tools(calls: Sequence[ToolCall]) -> list[CalledTool]:
    """Calls as the API writes them."""
    return [
        CalledTool(id=call.id, function=FunctionCall(name=call.name, arguments=call.arguments))
        for call in calls
    ]


def _outputs(following: Sequence[StoredMessage]) -> dict[str, str]:
    """What the tools' rows right behind a row hold, by call."""
    rows = takewhile(lambda row: row.role == "tool", following)
    return {str((row.metadata_ or {}).get("tool_call_id")): row.content or "" for row in rows}
