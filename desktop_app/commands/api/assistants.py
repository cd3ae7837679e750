"""``parley assistants``: who can answer, each with documents and memories of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop_app.commands.api.session import Session
from desktop_app.commands.terminal.output import counted, local_time
from desktop_app.commands.tool_file import read_tools
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.assistants import Assistant, CloneRequest, NewAssistant

_COLUMNS = ("made", "assistant", "name", "told to")


async def list_assistants(session: Session) -> None:
    """All that the service has."""
    found = [one async for one in session.api.assistants.every()]
    rows = [
        [local_time(one.created_at), one.assistant_id, one.name, one.system_prompt or ""]
        for one in found
    ]
    session.out.rows(_COLUMNS, rows, found)


async def show(session: Session, name: str) -> None:
    """One in full."""
    _print(session, await session.assistant(name))


async def create(session: Session, name: str, tools: Path | None, **given: Any) -> None:
    """Make one, which ``--assistant NAME`` then means.

    Args:
        session: Where.
        name: What it is called.
        tools: A JSON file of functions.
        given: Other fields of the API by their names; those that are None are left out.

    Raises:
        InputError: ``assistant.unnamed``, ``assistant.exists``, ``tools.*``.
    """
    fields = _fields(tools, given)
    await _check_name(session, name)
    made = await session.api.assistants.create(NewAssistant(name=name, **fields))
    session.out.say(f"Made {name} ({made.assistant_id})", made)


async def update(
    session: Session, name: str, rename: str | None, tools: Path | None, **given: Any
) -> None:
    """Change what is given and leave the rest.

    Raises:
        InputError: ``assistant.unchanged`` where nothing is given, and as for ``create``.
    """
    changes = _fields(tools, given)
    if rename is not None:
        changes["name"] = rename
    if not changes:
        raise InputError(
            "assistant.unchanged",
            "There is nothing to change: `parley assistants update --help` says what can be.",
        )
    assistant = await session.assistant(name)
    if rename is not None and rename != assistant.name:
        await _check_name(session, rename)
    _print(session, await session.api.assistants.update(assistant.assistant_id, **changes))


async def clone(
    session: Session,
    name: str,
    new_name: str | None,
    system_prompt: str | None,
    documents: bool,
    memories: bool,
) -> None:
    """Copy one, with its documents and memories unless they are not wanted."""
    assistant = await session.assistant(name)
    if new_name is not None:
        await _check_name(session, new_name)
    request = CloneRequest(
        copy_documents=documents,
        copy_memories=memories,
        name=new_name,
        system_prompt=system_prompt,
    )
    made = await session.api.assistants.clone(assistant.assistant_id, request)
    session.out.say(
        f"Made {made.assistant.name} ({made.assistant.assistant_id}) with "
        f"{counted(made.documents_cloned, 'document')} and "
        f"{counted(made.memories_cloned, 'memory', 'memories')}",
        made,
    )


async def delete(session: Session, names: list[str]) -> None:
    """Delete assistants for good, with their threads, documents and memories."""
    for name in names:
        assistant = await session.assistant(name)
        await session.api.assistants.delete(assistant.assistant_id)
        value = {"assistant_id": assistant.assistant_id, "deleted": True}
        session.out.add(f"Deleted {assistant.name}", value)


async def _check_name(session: Session, name: str) -> None:
    """Names mean one assistant each, or nobody could say who is meant."""
    if not name.strip():
        raise InputError("assistant.unnamed", "The assistant needs a name.")
    if await session.api.assistants.page(name=name):
        raise InputError("assistant.exists", f'There is an assistant called "{name}" already.')


def _fields(tools: Path | None, given: dict[str, Any]) -> dict[str, Any]:
    """What is given, by the names of the API; a model's name in its two halves."""
    fields = {name: value for name, value in given.items() if value is not None}
    embedding = fields.pop("embedding", None)
    if embedding is not None:
        provider, slash, model = embedding.partition("/")
        if not (provider and slash and model):
            raise InputError(
                "model.unnamed",
                f'"{embedding}" is not PROVIDER/NAME; `parley models list --type embedding` '
                "says what there is.",
            )
        fields |= {"embedding_provider": provider, "embedding_model_name": model}
    if tools is not None:
        fields["tools"] = read_tools(tools)
    return fields


def _print(session: Session, one: Assistant) -> None:
    embedding = "/".join(filter(None, (one.embedding_provider, one.embedding_model_name)))
    dimensions = f", {one.embedding_dims} dimensions" if one.embedding_dims else ""
    facts = {
        "assistant": one.assistant_id,
        "name": one.name,
        "description": one.description,
        "told to": one.system_prompt,
        "tools": "\n".join(map(_tool, one.tools or ())),
        "passages": one.tok_k,
        "embedding": f"{embedding}{dimensions}" if embedding else "",
        "finds facts by": one.custom_fact_extraction_prompt,
        "updates memories by": one.custom_update_memory_prompt,
        "made": local_time(one.created_at),
    }
    session.out.facts(facts, one)


def _tool(tool: dict[str, Any]) -> str:
    function = tool.get("function") or {}
    properties = (function.get("parameters") or {}).get("properties") or {}
    described = f"  {function['description']}" if function.get("description") else ""
    return f"{function.get('name', '?')}({', '.join(properties)}){described}"
