"""Fields of a message that a person names on the command line, checked against the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.messages import MessageRequest

_ELSEWHERE = {
    "content": "the question itself",
    "thread_id": "--thread",
    "assistant_id": "--assistant",
    "tools": "--tools",
    "voice": "--audio and --speak",
}
_NEVER = {"stream": "answers are streamed here wherever they can be"}


def read(given: Sequence[str]) -> dict[str, Any]:
    """The fields of ``NAME=VALUE`` each; a value is JSON where the field takes that, else text.

    Raises:
        InputError: ``field.unknown`` or ``field.wrong``.
    """
    return dict(_read(text) for text in given)


def _read(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    known = {one.encode_name for one in msgspec.structs.fields(MessageRequest)}
    if not sign or name not in known:
        names = ", ".join(sorted(known - set(_ELSEWHERE) - set(_NEVER)))
        raise InputError("field.unknown", f'"{text}" is not NAME=VALUE with one of {names}.')
    if name in _NEVER:
        raise InputError("field.unknown", f"{name} cannot be asked for: {_NEVER[name]}.")
    if name in _ELSEWHERE:
        raise InputError(
            "field.unknown", f"{name} is not set by --field, but by {_ELSEWHERE[name]}."
        )
    for candidate in _meanings(value):
        try:
            request = msgspec.convert({name: candidate}, MessageRequest)
        except msgspec.ValidationError:
            continue
        return name, msgspec.to_builtins(getattr(request, name))
    raise InputError("field.wrong", f'{name} does not take "{value[:60]}".')


def _meanings(value: str) -> list[Any]:
    try:
        return [msgspec.json.decode(value), value]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return [value]
