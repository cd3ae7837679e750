"""The event stream of a message, as a strict reader takes it."""

from __future__ import annotations

from typing import Any

import msgspec


def events_of(text: str) -> list[dict[str, Any]]:
    """The events of a stream, whose framing must be exact."""
    assert text.endswith("\n\n")
    frames = text.removesuffix("\n\n").split("\n\n")
    assert all(frame.startswith("data: ") and "\n" not in frame for frame in frames)
    return [msgspec.json.decode(frame.removeprefix("data: ")) for frame in frames]


def types_of(events: list[dict[str, Any]]) -> list[str]:
    """Their types, in order."""
    return [event["type"] for event in events]
