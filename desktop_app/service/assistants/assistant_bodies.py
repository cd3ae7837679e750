"""What a request says of an assistant, checked: section 3 of the API."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from desktop_app.protocol.backboard.assistants import Assistant, CloneRequest, NewAssistant
from desktop_app.service.assistants.tool_definitions import checked_tools
from desktop_app.service.http.bodies import Refused, as_shape, invalid

NAME_CHARACTERS = 255
TOK_K = range(1, 101)

_CHANGEABLE = frozenset(
    {
        "name",
        "description",
        "system_prompt",
        "tools",
        "tok_k",
        "custom_fact_extraction_prompt",
        "custom_update_memory_prompt",
    }
)
_FIXED = ("embedding_provider", "embedding_model_name", "embedding_dims")


def checked_new(new: NewAssistant) -> NewAssistant:
    """A new assistant as it is kept.

    Raises:
        Refused: 422.
    """
    _check_name(new.name)
    _check_tok_k(new.tok_k)
    if new.embedding_dims is not None and new.embedding_dims < 1:
        raise invalid("embedding_dims", "Input should be a whole number from 1")
    return replace(new, tools=_checked_tools(new.tools))


def checked_changes(fields: dict[str, Any], before: Assistant) -> dict[str, Any]:
    """The changes to ``before`` that a request's fields mean; unknown ones mean nothing.

    Raises:
        Refused: 422, or 400 for a change that is never possible.
    """
    for name in _FIXED:
        if name in fields and fields[name] != getattr(before, name):
            raise Refused(400, f"{name} cannot be changed: what is kept was made with it.")
    wanted = {name: fields[name] for name in _CHANGEABLE & fields.keys()}
    read = as_shape({"assistant_id": before.assistant_id, **wanted}, Assistant)
    changes = {name: getattr(read, name) for name in wanted}
    if "name" in changes:
        _check_name(changes["name"])
    _check_tok_k(changes.get("tok_k"))
    if "tools" in changes:
        changes["tools"] = _checked_tools(changes["tools"])
    return changes


def checked_clone(asked: CloneRequest, source: Assistant) -> NewAssistant:
    """The assistant that a clone of ``source`` begins as.

    Raises:
        Refused: 422.
    """
    ending = " Copy"
    name = asked.name
    if name is None:
        name = source.name[: NAME_CHARACTERS - len(ending)] + ending
    _check_name(name)
    prompt = source.system_prompt if asked.system_prompt is None else asked.system_prompt
    return NewAssistant(
        name=name,
        description=source.description,
        system_prompt=prompt,
        tools=source.tools,
        tok_k=source.tok_k,
        custom_fact_extraction_prompt=source.custom_fact_extraction_prompt,
        custom_update_memory_prompt=source.custom_update_memory_prompt,
        embedding_provider=source.embedding_provider,
        embedding_model_name=source.embedding_model_name,
        embedding_dims=source.embedding_dims,
    )


def _check_name(name: str) -> None:
    if not name:
        raise invalid("name", "String should have at least 1 character", "string_too_short")
    if len(name) > NAME_CHARACTERS:
        sentence = f"String should have at most {NAME_CHARACTERS} characters"
        raise invalid("name", sentence, "string_too_long", NAME_CHARACTERS)


def _check_tok_k(tok_k: int | None) -> None:
    if tok_k is not None and tok_k not in TOK_K:
        raise invalid("tok_k", f"Input should be from {TOK_K.start} to {TOK_K.stop - 1}")


def _checked_tools(tools: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    return None if tools is None else checked_tools(tools)
