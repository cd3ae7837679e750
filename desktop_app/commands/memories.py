"""``parley memories``: what an assistant remembers."""

from __future__ import annotations

from desktop_app.commands.output import local_time
from desktop_app.commands.session import Session
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.memories import StoredMemory


async def list_memories(session: Session, assistant: str) -> None:
    """Everything that is remembered."""
    assistant_id = await session.assistant_id(assistant)
    _print(session, [one async for one in session.api.memories.every(assistant_id)])


async def add(session: Session, text: str, assistant: str) -> None:
    """Remember a fact."""
    if not text.strip():
        raise InputError("memory.empty", "There is nothing to remember: the text is empty.")
    assistant_id = await session.assistant_id(assistant)
    saved = await session.api.memories.add(assistant_id, text)
    session.out.say(f"Remembered ({saved.memory_id})", saved)


async def search(session: Session, words: str, assistant: str, limit: int) -> None:
    """The best matches first."""
    assistant_id = await session.assistant_id(assistant)
    found = await session.api.memories.search(assistant_id, words, limit=limit)
    _print(session, found.memories)


async def delete(session: Session, memory_ids: list[str], assistant: str) -> None:
    """Forget facts for good."""
    assistant_id = await session.assistant_id(assistant)
    for memory_id in memory_ids:
        await session.api.memories.delete(assistant_id, memory_id)
        session.out.say(f"Forgot {memory_id}", {"memory_id": memory_id, "deleted": True})


def _print(session: Session, memories: list[StoredMemory]) -> None:
    rows = [[local_time(one.updated_at or one.created_at), one.id, one.content] for one in memories]
    session.out.rows(("since", "memory", "fact"), rows, memories)
