"""Files of functions that a model may call: read and checked before anything is sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from desktop_app.errors import InputError

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_EXAMPLE = '[{"type": "function", "function": {"name": "...", "parameters": {"type": "object"}}}]'


def read_tools(path: Path) -> list[dict[str, Any]]:
    """The definitions of a JSON file, as contract section 3 has them.

    A list of definitions, an object with such a list as ``tools``, or one definition alone;
    functions without the ``{"type": "function"}`` around them get it.

    Raises:
        InputError: ``tools.unreadable``, or ``tools.wrong`` with the place and what is wrong.
    """
    found = _json_of(path)
    if isinstance(found, dict):
        found = found.get("tools", [found])
    if not isinstance(found, list):
        raise _wrong(path, f"it is no list of functions, such as {_EXAMPLE}")
    tools = [_checked(path, number, tool) for number, tool in enumerate(found, 1)]
    names = [tool["function"]["name"] for tool in tools]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(path, f'there are two functions called "{name}"')
    return tools


def _json_of(path: Path) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("tools.unreadable", f"{path} cannot be read: {reason}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("tools.unreadable", f"{path} is not JSON: {error}.") from error


def _checked(path: Path, number: int, tool: Any) -> dict[str, Any]:
    if not isinstance(tool, dict):
        raise _wrong(path, f"function {number} is no object")
    if "function" not in tool and "name" in tool:
        tool = {"type": "function", "function": {k: v for k, v in tool.items() if k != "type"}}
    function = tool.get("function")
    if not isinstance(function, dict) or tool.get("type", "function") != "function":
        raise _wrong(path, f'function {number} is not {{"type": "function", "function": {{...}}}}')
    name = function.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        what = "letters, digits, dots, dashes and underscores, 64 at most"
        raise _wrong(path, f"the name of function {number} must be {what}")
    parameters = function.get("parameters", {"type": "object", "properties": {}})
    if not isinstance(parameters, dict) or parameters.get("type", "object") != "object":
        raise _wrong(path, f'the parameters of "{name}" must be a JSON Schema of an object')
    return {"type": "function", "function": {**function, "parameters": parameters}}


def _wrong(path: Path, why: str) -> InputError:
    return InputError("tools.wrong", f"{path} cannot be used: {why}.", file=str(path))
