"""Messages of which some fields are not what the contract says, read without those. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from desktop_app.protocol.fitting import fits
from desktop_app.protocol.json_faults import UNREADABLE

_ESSENTIAL = frozenset({"text", "audio"})

_Message = TypeVar("_Message", bound=msgspec.Struct)


def salvaged(frame: bytes | str, kinds: Mapping[Any, type[_Message]]) -> _Message | None:
    """The message, or None where it is none of these, or its words or its sound are unreadable.

    Some peers write null for what they do not say, or call turns by names where we count them.

    Args:
        frame: As it came.
        kinds: By their ``type``.
    """
    try:
        fields: dict[str, Any] = msgspec.json.decode(frame, type=dict[str, Any])
        kind = kinds[fields["type"]]
    except (*UNREADABLE, KeyError, TypeError):
        return None
    types = {one.name: one.type for one in msgspec.structs.fields(kind)}
    said = {name: fields[name] for name in types if fields.get(name) is not None}
    fitting = {name: value for name, value in said.items() if fits(value, types[name])}
    if _ESSENTIAL & (said.keys() - fitting.keys()):
        return None
    return msgspec.convert({"type": fields["type"], **fitting}, kind, strict=False)
