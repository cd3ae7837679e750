"""Reads the definitions of functions that a client carries out: section 3 of the API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from desktop_app.service.bodies import Refused, invalid
from desktop_app.service.providers.ports import Tool

MOST_TOOLS = 128
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class _Function(msgspec.Struct, frozen=True):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


class _Definition(msgspec.Struct, frozen=True):
    function: _Function
    type: str = "function"


def read_tools(definitions: Sequence[Any], place: str = "tools") -> tuple[Tool, ...]:
    """The tools that a request defines.

    Args:
        definitions: ``{"type": "function", "function": {name, description, parameters}}`` each.
        place: The field of the request.

    Raises:
        Refused: 422: one that cannot be used, or a name twice.
    """
    if len(definitions) > MOST_TOOLS:
        raise invalid(place, f"There can be {MOST_TOOLS} tools at most")
    tools: dict[str, Tool] = {}
    for index, definition in enumerate(definitions):
        tool = _read(definition, f"{place}[{index}]")
        if tool.name in tools:
            raise invalid(f"{place}[{index}].function.name", "There are two tools of this name")
        tools[tool.name] = tool
    return tuple(tools.values())


def usable_tools(definitions: Sequence[Any]) -> Iterator[Tool]:
    """Those that can be used, of definitions that were stored at some time."""
    for definition in definitions:
        try:
            yield _read(definition, "tools")
        except Refused:
            continue


def _read(definition: Any, place: str) -> Tool:
    try:
        read = msgspec.convert(definition, _Definition)
    except msgspec.ValidationError as error:
        raise invalid(place, f"This is no definition of a function: {error}") from error
    if read.type != "function":
        raise invalid(f"{place}.type", "Input should be 'function'")
    function = read.function
    if not _NAME.fullmatch(function.name):
        sentence = "A name has 1 to 64 letters, digits, underscores, dots and dashes"
        raise invalid(f"{place}.function.name", sentence)
    return Tool(
        function.name,
        function.description or "",
        function.parameters or {"type": "object", "properties": {}},
    )
