"""Files of functions that a model may call: read and checked before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop_app.errors import InputError
from desktop_app.protocol.tool_text import ToolTextError, read_tool_text


def read_tools(path: Path) -> list[dict[str, Any]]:
    """The definitions of a JSON file; see ``read_tool_text``.

    Raises:
        InputError: ``tools.unreadable``, or ``tools.wrong`` with the place and what is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("tools.unreadable", f"{path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise InputError("tools.unreadable", f"{path} is not JSON: {error}.") from error
    try:
        tools = read_tool_text(text)
    except ToolTextError as fault:
        raise _wrong(path, fault.line, fault.reason) from fault
    if not text.strip():
        raise _wrong(path, 1, "it is not JSON: it is empty")
    return tools


def _wrong(path: Path, line: int, why: str) -> InputError:
    sentence = f"{path} cannot be used, line {line}: {why}."
    return InputError("tools.wrong", sentence, file=str(path))
