"""Files of typed questions: read and checked before anything is sent, and their answers shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from desktop_app.commands.terminal.output import width_of
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.system_one import SystemOneConfig, asked_words

_CELLS = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")


def read_questions(path: Path, state: Path | None) -> dict[str, Any]:
    """The field ``system_one`` of a message.

    Args:
        path: JSON: the questions by their ids, or ``{"questions": ..., "state": ...}``.
        state: What is judged: JSON where its name ends so, else text.

    Raises:
        InputError: ``questions.unreadable``, or ``questions.wrong`` with what is wrong.
    """
    found = _json(path)
    if not isinstance(found, dict):
        raise _wrong(path, "it is no object with questions")
    fields = found if isinstance(found.get("questions"), dict) else {"questions": found}
    if "type" in fields["questions"]:
        raise _wrong(path, "each question needs an id")
    if state is not None:
        fields = {**fields, "state": _state(state)}
    try:
        asked = msgspec.convert(fields, SystemOneConfig)
    except msgspec.ValidationError as error:
        raise _wrong(path, str(error)) from error
    if not asked.questions:
        raise _wrong(path, "there is no question")
    told: dict[str, Any] = msgspec.to_builtins(asked)
    return told


def words_of(system_one: dict[str, Any]) -> str:
    """What is sent as the message where nothing else is said: the questions."""
    return asked_words(msgspec.convert(system_one, SystemOneConfig).questions)


def aligned(text: str) -> str:
    """A Markdown text whose tables stand in columns, for a terminal."""
    lines = text.splitlines()
    tables = [_cells(line) for line in lines if line.startswith("|")]
    widths = [max(map(width_of, column)) for column in zip(*tables, strict=False)]
    shown = [
        "  ".join(
            cell + " " * (width - width_of(cell))
            for cell, width in zip(_cells(line), widths, strict=False)
        ).rstrip()
        if line.startswith("|")
        else line
        for line in lines
        if not (line.startswith("|") and _RULE.fullmatch(line))
    ]
    return "\n".join(shown)


def _cells(line: str) -> list[str]:
    if _RULE.fullmatch(line):
        return [""] * len(_CELLS.split(line)[1:-1])
    return [cell.strip().replace("\\|", "|").replace("\\\\", "\\") for cell in _CELLS.split(line)][
        1:-1
    ]


def _state(path: Path) -> Any:
    return _json(path) if path.suffix.lower() == ".json" else _text(path)


def _json(path: Path) -> Any:
    try:
        return msgspec.json.decode(_text(path))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _wrong(path, f"it is not JSON: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("questions.unreadable", f"{path} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise InputError("questions.unreadable", f"{path} is not text: {error}.") from error


def _wrong(path: Path, why: str) -> InputError:
    sentence = f"{path} cannot be used: {why}."
    return InputError("questions.wrong", sentence, file=str(path))
