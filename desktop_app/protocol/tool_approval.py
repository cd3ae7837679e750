"""Which calls of functions a person allowed once and for all. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from desktop_app.protocol.events import ToolCall
from desktop_app.settings import ApprovalSettings


def is_approved(approvals: Iterable[ApprovalSettings], call: ToolCall, thread_id: str) -> bool:
    """Whether one of the approvals covers this call in this thread."""
    return any(
        one.tool == call.name
        and one.thread in ("", thread_id)
        and (not one.arguments or _covers(one, call.arguments))
        for one in approvals
    )


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """What the function is called with; nothing where that cannot be read."""
    given = _read(call.arguments)
    return given if isinstance(given, dict) else {}


def _covers(approval: ApprovalSettings, arguments: str) -> bool:
    """What cannot be read was never allowed; ``1`` is neither ``true`` nor ``1.0``."""
    wanted, given = _read(approval.arguments), _read(arguments)
    if not isinstance(wanted, dict) or not isinstance(given, dict):
        return False
    if approval.exact:
        return _same(wanted, given)
    return bool(wanted) and all(
        name in given and _same(one, given[name]) for name, one in wanted.items()
    )


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _read(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None
