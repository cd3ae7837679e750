"""A stored thread as people read it: words, tools, reasoning, files and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from desktop_app.commands.terminal.output import local_time, printable
from desktop_app.protocol.backboard.messages import CalledTool
from desktop_app.protocol.backboard.threads import StoredMessage, Thread

_LONGEST = 300
_SPEAKERS = {"user": "You", "assistant": "Parley", "tool": "Tool", "system": "System"}
_UNUSUAL = {
    "IN_PROGRESS": "still being written",
    "REQUIRES_ACTION": "waits for the outputs of its tools",
    "CANCELLED": "was stopped",
    "FAILED": "failed",
}


def speaker(message: StoredMessage) -> str:
    """Who said it, for people."""
    return _SPEAKERS.get(message.role, message.role)


def facts_of(message: StoredMessage) -> dict[str, Any]:
    """What is known of a message besides its words."""
    return message.metadata_ or {}


def calls_of(message: StoredMessage) -> list[CalledTool]:
    """The tools that it called; what cannot be read is left out."""
    calls = []
    for one in facts_of(message).get("tool_calls") or ():
        try:
            calls.append(msgspec.convert(one, CalledTool, strict=False))
        except msgspec.ValidationError:
            continue
    return calls


def open_run(thread: Thread) -> StoredMessage | None:
    """The newest reply that goes on or waits for outputs."""
    for message in reversed(thread.messages):
        if message.role == "assistant" and message.status.upper() in (
            "IN_PROGRESS",
            "REQUIRES_ACTION",
        ):
            return message
    return None


def answered_calls(thread: Thread) -> set[str]:
    """Ids of calls that have an output."""
    return {
        str(facts_of(message).get("tool_call_id"))
        for message in thread.messages
        if message.role == "tool"
    }


def paragraphs(thread: Thread, *, with_reasoning: bool) -> Iterator[str]:
    """Each message with what belongs to it; empty stubs are left out."""
    for message in thread.messages:
        lines = list(_lines(message, with_reasoning=with_reasoning))
        if lines:
            head = f"{speaker(message):<8}{local_time(message.created_at)}"
            yield "\n".join([head, *lines])


def _lines(message: StoredMessage, *, with_reasoning: bool) -> Iterator[str]:
    facts = facts_of(message)
    if message.role == "tool":
        yield f"{facts.get('tool_name') or 'output'} -> {_short(message.content or '')}"
        return
    if reasoning := printable(facts.get("reasoning")):
        yield f"(reasoning)\n{reasoning}\n" if with_reasoning else _folded(reasoning)
    if message.content:
        yield printable(message.content)
    yield from (
        call_line(call.id, call.function.name, call.function.arguments)
        for call in calls_of(message)
    )
    yield from (
        f"[file {one.filename}, {one.status} ({one.document_id})]" for one in message.attachments
    )
    yield from (
        f"[{one.get('mime_type') or 'media'} ({one.get('document_id')})]"
        for one in _objects(facts.get("generated_media"))
    )
    if drawn_on := facts.get("retrieved_files"):
        yield f"[drew on {', '.join(map(str, drawn_on))}]"
    if recalled := _objects(facts.get("retrieved_memories")):
        yield f"[recalled {'; '.join(str(one.get('memory')) for one in recalled)}]"
    if unusual := _UNUSUAL.get(message.status.upper()):
        yield f"[{unusual}]"


def call_line(call_id: str, name: str, arguments: str) -> str:
    """One call of a tool, on one line."""
    return f"{name}({_short(arguments)})  {call_id}"


def _folded(reasoning: str) -> str:
    return f"[reasoning of {len(reasoning)} characters; --reasoning shows it]"


def _short(text: str) -> str:
    line = " ".join(printable(text).split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def _objects(found: Any) -> Sequence[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else ()
