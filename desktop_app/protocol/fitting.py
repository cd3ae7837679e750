"""Whether a value can be what a field is, as JSON and databases hold it."""

from __future__ import annotations

from typing import Any

import msgspec


def fits(value: Any, kind: Any) -> bool:
    """Whether it is of that type, or a text or number that can be read as one."""
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        return False
    return True
