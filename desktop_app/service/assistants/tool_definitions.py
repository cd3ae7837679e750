"""Reads the definitions of functions that a client carries out: section 3 of the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from desktop_app.service.http.bodies import Refused, as_shape, invalid
from desktop_app.service.providers.ports import Tool

MOST_TOOLS = 128

_NO_PARAMETERS = {"type": "object", "properties": {}}

_Name = Annotated[str, Meta(pattern="^[A-Za-z0-9_.-]{1,64}$")]


class _Parameters(Struct, frozen=True):
    type: Literal["object"] = "object"
    properties: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    required: list[str] | None = None


class _Function(Struct, frozen=True):
    name: _Name
    description: str | None = None
    parameters: _Parameters | None = None


class _Tool(Struct, frozen=True):
    function: _Function
    type: Literal["function"] = "function"


class _Tools(Struct, frozen=True):
    tools: Annotated[list[_Tool], Meta(max_length=MOST_TOOLS)]


def checked_tools(tools: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The definitions as they came: a JSON Schema may hold more than is looked at.

    A function without parameters gets none, written out: clients read them as required.

    Raises:
        Refused: 422.
    """
    read = as_shape({"tools": tools}, _Tools).tools
    names = [tool.function.name for tool in read]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise invalid(f"tools[{index}].function.name", "There are two tools of this name")
    return [
        tool | {"function": {**tool["function"], "parameters": _NO_PARAMETERS}}
        if each.function.parameters is None
        else tool
        for tool, each in zip(tools, read, strict=True)
    ]


def read_tools(tools: Sequence[dict[str, Any]]) -> tuple[Tool, ...]:
    """The definitions of a request as the language providers take them.

    Raises:
        Refused: 422.
    """
    return tuple(_read(tool) for tool in checked_tools(tools))


def usable_tools(tools: Sequence[dict[str, Any]]) -> Iterator[Tool]:
    """Those that can be used, of definitions that were stored at some time."""
    for tool in tools:
        try:
            yield from read_tools([tool])
        except Refused:
            continue


def _read(tool: dict[str, Any]) -> Tool:
    function = tool["function"]
    return Tool(function["name"], function.get("description") or "", function["parameters"])
