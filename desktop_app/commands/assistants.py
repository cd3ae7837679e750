"""``parley assistants``: who can answer, each with documents and memories of its own."""

from __future__ import annotations

from desktop_app.commands.output import local_time
from desktop_app.commands.session import Session
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.assistants import NewAssistant

_COLUMNS = ("made", "assistant", "name", "told to")


async def list_assistants(session: Session) -> None:
    """All that the service has."""
    found = [one async for one in session.api.assistants.every()]
    rows = [
        [local_time(one.created_at), one.assistant_id, one.name, one.system_prompt or ""]
        for one in found
    ]
    session.out.rows(_COLUMNS, rows, found)


async def add(session: Session, name: str, prompt: str) -> None:
    """Make one, which ``--assistant NAME`` then means.

    Raises:
        InputError: ``assistant.unnamed`` or ``assistant.exists``.
    """
    if not name.strip():
        raise InputError("assistant.unnamed", "The assistant needs a name.")
    if await session.api.assistants.page(name=name):
        raise InputError("assistant.exists", f'There is an assistant called "{name}" already.')
    made = await session.api.assistants.create(
        NewAssistant(name=name, system_prompt=prompt or None)
    )
    session.out.say(f"Made {name} ({made.assistant_id})", made)


async def delete(session: Session, names: list[str]) -> None:
    """Delete assistants for good, with their threads, documents and memories."""
    for name in names:
        assistant_id = await session.assistant_id(name)
        await session.api.assistants.delete(assistant_id)
        session.out.say(f"Deleted {name}", {"assistant_id": assistant_id, "deleted": True})
