"""What belongs to a message beside its words, in words: thoughts, tools, memories, files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import msgspec

from desktop_app.journal.records import MessageRecord, MessageStatus
from desktop_app.journal.reply_details import (
    Learned,
    Learning,
    LearningState,
    ToolState,
    ToolUse,
)
from desktop_app.link.messages import UploadAdvanced
from desktop_app.prose import mark, tr
from desktop_app.protocol.backboard.documents import IMAGES
from desktop_app.protocol.events import QuotedPassage
from desktop_app.ui import wording

LEARNED = "learned"
"""The chip of what was learned; it opens the memories of the turn."""

_LONGEST_BODY = 20_000  # characters of what a tool was given or gave
_STATES = {
    ToolState.RUNNING: mark("running"),
    ToolState.WANTED: mark("waits for you"),
    ToolState.REFUSED: mark("refused"),
    ToolState.FAILED: mark("failed"),
}


@dataclass(frozen=True, slots=True)
class Fold:
    """A line that opens.

    Attributes:
        key: The same fold in a later version of the message.
        label: What it is.
        note: Its state or how long it took.
        body: What is seen when it is open; nothing opens where it is empty.
        is_code: The body is code.
        actions: Kinds and words of what can be done with it.
        tool_id: Of the call that it tells of.
    """

    key: str
    label: str
    note: str = ""
    body: str = ""
    is_code: bool = False
    actions: tuple[tuple[str, str], ...] = ()
    tool_id: str = ""


ToolFolds = dict[str, tuple[ToolUse, bool, Fold]]
"""Of each call: the tool and whether its reply was over, and what was told of it then."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A small mark below a message that opens a card.

    Attributes:
        percent: How much of it has been sent, None when nothing is under way.
    """

    key: str
    label: str
    body: str
    icon: str
    percent: int | None = None


def folds_of(message: MessageRecord, known: ToolFolds | None = None) -> tuple[Fold, ...]:
    """What stands above the words of a reply.

    Args:
        known: Folds of its tools as they were; those whose tool is as it was are taken again.
    """
    details = message.details
    found: list[Fold] = []
    if details.reasoning:
        thinks = message.status is MessageStatus.STREAMING and not message.text
        label = tr("Thinking") if thinks else tr("Thoughts")
        found.append(Fold("reasoning", label, body=details.reasoning))
    is_over = message.status is not MessageStatus.STREAMING
    known = {} if known is None else known
    for tool in details.tools:
        before = known.get(tool.id)
        if before is None or before[0] != tool or before[1] is not is_over:
            before = known[tool.id] = (tool, is_over, _tool(tool, is_over=is_over))
        found.append(before[2])
    return tuple(found)


def _tool(tool: ToolUse, *, is_over: bool) -> Fold:
    actions: tuple[tuple[str, str], ...] = ()
    if tool.state is ToolState.WANTED:
        actions = (
            ("refuse", tr("Refuse")),
            ("answer", tr("Answer")),
            ("always", tr("Always…")),
            ("run", tr("Allow")),
        )
    is_left = is_over and tool.state is ToolState.RUNNING  # stopped, or failed: it runs no more
    is_told = tool.state in _STATES and not is_left
    note = tr(_STATES[tool.state]) if is_told else _duration(tool.duration_ms)
    parts = [pretty_json(tool.arguments)]
    if tool.output:
        parts.append(f"// {tr('Result')}\n{pretty_json(tool.output)}")
    body = "\n\n".join(part for part in parts if part)
    if len(body) > _LONGEST_BODY:
        body = f"{body[:_LONGEST_BODY]}\n…"
    return Fold(f"tool-{tool.id}", tool.name, note, body, True, actions, tool.id)


def _duration(milliseconds: int | None) -> str:
    return "" if milliseconds is None else wording.duration(milliseconds)


def pretty_json(text: str) -> str:
    """JSON over several lines; what is none stays as it is."""
    try:
        return msgspec.json.format(text.encode(), indent=2).decode()
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text


def chips_of(message: MessageRecord, upload: UploadAdvanced | None = None) -> tuple[Chip, ...]:
    """What stands below the words: memories and documents of a reply, files of a question.

    Args:
        upload: How far the files of this question have come.
    """
    details = message.details
    memories = [
        Chip(
            f"memory-{number}",
            tr("Memory: {text}").format(text=_short(memory.memory)),
            memory.memory,
            "memory",
        )
        for number, memory in enumerate(details.memories)
    ]
    rested = tr("The reply rests on this document:")
    quoted = {one.file for one in details.passages}
    files = [
        Chip(f"file-{number}", _short(name), f"{rested} {name}", "file")
        for number, name in enumerate(details.files)
        if name not in quoted
    ]
    attached = [
        Chip(
            f"attached-{number}",
            PurePath(path).name,
            path,
            "image" if PurePath(path).suffix.lower() in IMAGES else "file",
            None if upload is None else upload.percent_of(number),
        )
        for number, path in enumerate(message.wishes.files)
    ]
    passages = [_passage(number, one) for number, one in enumerate(details.passages)]
    return (*memories, *passages, *files, *attached, *_learning(details.learning))


def _passage(number: int, passage: QuotedPassage) -> Chip:
    """A place in a document; its card holds the words that stand there."""
    where = ", ".join(part for part in (_short(passage.file), passage.place) if part)
    return Chip(f"passage-{number}", where, f"{where}\n\n{passage.text}", "file")


def _learning(learning: Learning | None) -> tuple[Chip, ...]:
    """What is learned from the turn: that it goes on, and then what it was."""
    if learning is None:
        return ()
    match learning.state:
        case LearningState.PENDING:
            body = tr("What is worth remembering of this turn is being written down.")
            return (Chip("learning", tr("Remembering…"), body, "memory"),)
        case LearningState.FAILED:
            body = tr("What was worth remembering of this turn could not be written down.")
            return (Chip("learning", tr("Not remembered"), body, "warning"),)
    if not learning.changes:
        return ()
    lines = [_change(one) for one in learning.changes]
    label = tr("Remembered: {text}").format(text=_short(learning.changes[0].memory or lines[0]))
    if len(lines) > 1:
        label = tr("Remembered {number} things").format(number=len(lines))
    return (Chip(LEARNED, label, "\n".join(lines), "memory"),)


def _change(learned: Learned) -> str:
    words = {
        "ADD": tr("New: {memory}"),
        "UPDATE": tr("Changed: {memory}"),
        "DELETE": tr("Forgotten: {memory}"),
    }
    told = words.get(learned.event, "{memory}")
    return told.format(memory=learned.memory or tr("something"))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 44 else f"{line[:43].rstrip()}…"
