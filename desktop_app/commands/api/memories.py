"""``parley memories``: what an assistant remembers."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop_app.commands.api.session import Session
from desktop_app.commands.terminal.output import counted, local_time
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.memories import StoredMemory


async def list_memories(session: Session, assistant: str) -> None:
    """Everything that is remembered."""
    assistant_id = await session.assistant_id(assistant)
    _print(session, [one async for one in session.api.memories.every(assistant_id)])


async def show(session: Session, memory: str, assistant: str) -> None:
    """One fact in full."""
    found = await session.api.memories.get(await session.assistant_id(assistant), memory)
    _print_one(session, found)


async def add(
    session: Session, text: str, assistant: str, metadata: dict[str, Any] | None = None
) -> None:
    """Remember a fact."""
    _check(text)
    assistant_id = await session.assistant_id(assistant)
    saved = await session.api.memories.add(assistant_id, text, metadata)
    session.out.say(f"Remembered ({saved.memory_id})", saved)


async def update(
    session: Session,
    memory: str,
    text: str,
    assistant: str,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Replace a fact; without ``metadata`` that of before stays where the service keeps it."""
    _check(text)
    assistant_id = await session.assistant_id(assistant)
    found = await session.api.memories.update(assistant_id, memory, text, metadata)
    session.out.say(f"Now remembered: {found.content} ({found.id})", found)


async def search(session: Session, words: str, assistant: str, limit: int) -> None:
    """The best matches first."""
    if not words.strip():
        raise InputError("search.empty", "There is nothing to search for.")
    assistant_id = await session.assistant_id(assistant)
    found = await session.api.memories.search(assistant_id, words, limit=limit)
    rows = [
        ["" if one.score is None else f"{one.score:.2f}", one.id, one.content]
        for one in found.memories
    ]
    session.out.rows(("score", "memory", "fact"), rows, found.memories)


async def delete(session: Session, memories: list[str], assistant: str) -> None:
    """Forget facts for good."""
    assistant_id = await session.assistant_id(assistant)
    for memory_id in memories:
        await session.api.memories.delete(assistant_id, memory_id)
        session.out.add(f"Forgot {memory_id}", {"memory_id": memory_id, "deleted": True})


async def reset(session: Session, assistant: str) -> None:
    """Forget everything for good."""
    assistant_id = await session.assistant_id(assistant)
    before = (await session.api.memories.stats(assistant_id)).total_memories
    await session.api.memories.reset(assistant_id)
    value = {"assistant_id": assistant_id, "forgotten": before}
    session.out.say(f"Forgot everything ({counted(before, 'memory', 'memories')})", value)


async def stats(session: Session, assistant: str) -> None:
    """How many there are, and how many there may be."""
    found = await session.api.memories.stats(await session.assistant_id(assistant))
    limits = {name: value for name, value in (found.limits or {}).items() if value is not None}
    facts = {
        "memories": found.total_memories,
        "last changed": local_time(found.last_updated),
        "limits": _plain(limits),
    }
    session.out.facts(facts, found)


async def insights(session: Session, assistant: str) -> None:
    """What the memories look like from afar, as the service tells it."""
    found = await session.api.memories.insights(await session.assistant_id(assistant))
    facts = {name: _plain(value) for name, value in found.items()}
    session.out.facts(facts, found)


async def operation(session: Session, operation: str, wait: bool) -> None:
    """How the learning from one turn went; with ``wait``, once it has ended."""
    memories = session.api.memories
    look = memories.wait_until_settled if wait else memories.operation
    found = await look(operation)
    facts = {
        "operation": found.operation_id,
        "status": found.status.lower(),
        "changes": "\n".join(map(_change, found.memory_ids or ())) or found.result_count,
        "begun": local_time(found.created_at),
        "last news": local_time(found.updated_at),
    }
    session.out.facts(facts, found)


def _check(text: str) -> None:
    if not text.strip():
        raise InputError("memory.empty", "There is nothing to remember: the text is empty.")


def _print(session: Session, memories: list[StoredMemory]) -> None:
    rows = [[local_time(one.updated_at or one.created_at), one.id, one.content] for one in memories]
    session.out.rows(("since", "memory", "fact"), rows, memories)


def _print_one(session: Session, memory: StoredMemory) -> None:
    facts = {
        "memory": memory.id,
        "fact": memory.content,
        "made": local_time(memory.created_at),
        "changed": local_time(memory.updated_at),
        "metadata": _plain(memory.metadata) if memory.metadata else "",
    }
    session.out.facts(facts, memory)


def _change(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    parts = (one.get("event"), one.get("id"), one.get("memory"))
    return "  ".join(str(part) for part in parts if part)


def _plain(value: Any) -> str:
    """Names and values on lines of their own, as far down as they go."""
    return "\n".join(_lines(msgspec.to_builtins(value)))


def _name(key: object) -> str:
    return str(key).replace("_", " ")


def _lines(value: Any, margin: str = "") -> list[str]:
    if isinstance(value, dict):
        pairs = [(_name(name), inner) for name, inner in value.items()]
    elif isinstance(value, list):
        pairs = [("-", inner) for inner in value]
    else:
        return [f"{margin}{value}"]
    lines: list[str] = []
    for name, inner in pairs:
        if isinstance(inner, dict) and name == "-":
            deep = {key: one for key, one in inner.items() if isinstance(one, dict | list) and one}
            flat = [f"{_name(key)} {one}" for key, one in inner.items() if key not in deep]
            lines += [f"{margin}- {', '.join(flat)}", *(_lines(deep, margin + "  "))]
        elif isinstance(inner, dict | list) and inner:
            lines += [f"{margin}{name}", *_lines(inner, margin + "  ")]
        else:
            shown = "none" if inner in (None, {}, []) else inner
            lines.append(f"{margin}{name} {shown}")
    return lines
