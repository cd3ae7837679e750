"""What all objects of Backboard's API have in common.

Source: the Backboard contract, sections 3 to 13. Each object is defined once, for client and
service. Reading is lenient: every field that a server may leave out has a default, and unknown
fields are ignored.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from desktop_app.protocol.fitting import fits


class WireObject(Struct, frozen=True, kw_only=True):
    """A JSON object of the API."""


_Object = TypeVar("_Object", bound=WireObject)

_CODE = re.compile(r"(?!(network|http|access|line)\.)[a-z_]+\.[a-z0-9_]+")
"""Of what happened at the service. How a request itself went, nobody but its client knows."""


def salvaged(found: dict[str, Any], kind: type[_Object]) -> _Object:
    """The object with those of its fields that are of their kind; the others are left out.

    Raises:
        msgspec.ValidationError: One that it must have is missing, or is another kind of thing.
    """
    sound = {
        field.encode_name: found[field.encode_name]
        for field in msgspec.structs.fields(kind)
        if field.encode_name in found and fits(found[field.encode_name], field.type)
    }
    return msgspec.convert(sound, kind, strict=False)


def error_text(body: Any, status: int) -> str:
    """The readable text of an error body: ``detail`` (text or list), ``message``, ``error``."""
    if isinstance(body, dict):
        detail = body.get("detail")
        if isinstance(detail, list):
            parts = [
                str(item.get("msg", item)) if isinstance(item, dict) else str(item)
                for item in detail
            ]
            detail = "; ".join(parts)
        error = body.get("error")
        if isinstance(error, dict):
            error = error.get("message")
        for text in (detail, body.get("message"), error):
            if isinstance(text, str) and text:
                return text
    if isinstance(body, str) and body.strip():
        return f"HTTP {status}: {body.strip()[:200]}"
    return f"HTTP {status}"


def error_code(body: Any) -> str:
    """What our own service calls its failure; empty where another one answers."""
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def first_fault(body: Any) -> dict[str, str]:
    """Of a list of faults, as validators give it: which ``kind`` the first is of, which ``number``
    is the limit.
    """
    detail = body.get("detail") if isinstance(body, dict) else None
    first = detail[0] if isinstance(detail, list) and detail else None
    if not isinstance(first, dict) or not isinstance(first.get("type"), str):
        return {}
    limits = first.get("ctx")
    told = limits.values() if isinstance(limits, dict) else ()
    number = next((one for one in told if type(one) is int), None)
    return {"kind": first["type"]} | ({} if number is None else {"number": str(number)})
