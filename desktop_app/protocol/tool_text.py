"""Functions that a model may call, read from what a person wrote: contract section 3. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from desktop_app.prose import Prose, tr

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_EXAMPLE = '[{"type": "function", "function": {"name": "...", "parameters": {"type": "object"}}}]'
_SPACE = re.compile(r"[\s,]*")
_COLON = re.compile(r"[\s:]*")
_DECODER = json.JSONDecoder()
_FAULTS: Prose = {  # as Python's reader begins to say it, in English whatever is spoken here
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name": "a name in double quotes is missing",
    "Extra data": "something stands behind its end",
    "Illegal trailing comma": "nothing follows a comma",
    "Invalid control character": "a line ends within a text in quotes",
    "Invalid \\": "a backslash stands before a character that takes none",
    "Unterminated string": "a text in quotes has no end",
}


class ToolTextError(ValueError):
    """What was written cannot be used.

    Attributes:
        line: Where, from 1.
        reason: Why, as the end of a sentence, without its full stop.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class _Written(NamedTuple):
    """One definition and the line on which it begins."""

    tool: Any
    line: int


def read_tool_text(text: str) -> list[dict[str, Any]]:
    """The definitions in the text; none in an empty one.

    A list of definitions, an object with such a list as ``tools``, or one definition alone;
    functions without the ``{"type": "function"}`` around them get it.

    Raises:
        ToolTextError: Where the text is wrong, and why.
    """
    if not text.strip():
        return []
    names: dict[str, int] = {}
    tools = []
    for number, written in enumerate(_written(text), 1):
        tool = _checked(number, written)
        name = tool["function"]["name"]
        if name in names:
            why = tr('there are two functions called "{name}"').format(name=name)
            raise ToolTextError(written.line, why)
        names[name] = number
        tools.append(tool)
    return tools


def tool_text(tools: list[dict[str, Any]]) -> str:
    """The definitions as text to be changed; empty for none."""
    return json.dumps(tools, indent=2, ensure_ascii=False) if tools else ""


def _written(text: str) -> Iterator[_Written]:
    try:
        found = json.loads(text, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise ToolTextError(1, tr("half of a character stands in it")) from error
    except json.JSONDecodeError as error:
        raise _no_json(error.lineno, _fault_words(error.msg)) from error
    except ValueError as error:
        raise _no_json(1, tr("a number is too large")) from error
    except RecursionError as error:
        raise _no_json(1, tr("too deep")) from error
    if isinstance(found, list):
        yield from _elements(text, text.index("[") + 1)
    elif isinstance(found, dict) and "tools" in found:
        if not isinstance(found["tools"], list):
            raise _no_list(1)
        yield from _elements(text, _begin_of_tools(text))
    elif isinstance(found, dict):
        yield _Written(found, _line_of(text, text.index("{")))
    else:
        raise _no_list(1)


def _elements(text: str, at: int) -> Iterator[_Written]:
    """The elements of the list whose first one begins at or after ``at``."""
    line, counted = 1, 0
    while text[at := _behind(_SPACE, text, at)] != "]":
        line, counted = line + text.count("\n", counted, at), at
        tool, at = _DECODER.raw_decode(text, at)
        yield _Written(tool, line)


def _begin_of_tools(text: str) -> int:
    """Where the first element of the list called ``tools`` may begin in the text of an object."""
    begin, at = 0, text.index("{") + 1
    while text[at := _behind(_SPACE, text, at)] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _behind(_COLON, text, at)
        if key == "tools":  # of several, the last counts
            begin = at + 1
        _, at = _DECODER.raw_decode(text, at)
    return begin


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    assert found is not None  # it matches nothing too
    return found.end()


def _no_number(name: str) -> None:
    raise json.JSONDecodeError(tr("{name} is no number").format(name=name), "", 0)


def _fault_words(told: str) -> str:
    """What Python's reader told, in the language that is spoken here."""
    found = next((words for begin, words in _FAULTS.items() if told.startswith(begin)), "")
    return tr(found) or told


def _no_json(line: int, why: str) -> ToolTextError:
    return ToolTextError(line, tr("it is not JSON: {why}").format(why=why))


def _line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _no_list(line: int) -> ToolTextError:
    why = tr("it is no list of functions, such as {example}")
    return ToolTextError(line, why.format(example=_EXAMPLE))


def _checked(number: int, written: _Written) -> dict[str, Any]:
    tool, line = written
    if not isinstance(tool, dict):
        raise ToolTextError(line, tr("function {number} is no object").format(number=number))
    if "function" not in tool and "name" in tool:
        tool = {"type": "function", "function": {k: v for k, v in tool.items() if k != "type"}}
    function = tool.get("function")
    if not isinstance(function, dict) or tool.get("type", "function") != "function":
        shape = '{"type": "function", "function": {...}}'
        why = tr("function {number} is not {shape}").format(number=number, shape=shape)
        raise ToolTextError(line, why)
    name = function.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        why = tr(
            "the name of function {number} must be letters, digits, dots, dashes and underscores, "
            "64 at most"
        )
        raise ToolTextError(line, why.format(number=number))
    parameters = function.get("parameters", {"type": "object", "properties": {}})
    if not isinstance(parameters, dict) or parameters.get("type", "object") != "object":
        why = tr('the parameters of "{name}" must be a JSON Schema of an object')
        raise ToolTextError(line, why.format(name=name))
    return {"type": "function", "function": {**function, "parameters": parameters}}
