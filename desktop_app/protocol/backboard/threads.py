"""Threads and stored messages: section 4 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from msgspec import convert, field

from desktop_app.protocol.backboard.wire import WireObject


class Attachment(WireObject, frozen=True):
    """A file that came with a message."""

    document_id: str = ""
    filename: str = ""
    status: str = ""
    file_size_bytes: int | None = None
    summary: str | None = None


class StoredMessage(WireObject, frozen=True):
    """One row of ``Thread.messages``."""

    message_id: str
    role: str
    content: str | None = None
    created_at: str = ""
    status: str = "COMPLETED"
    metadata_: dict[str, Any] | None = None
    attachments: list[Attachment] = field(default_factory=list)


class Thread(WireObject, frozen=True):
    thread_id: str
    created_at: str = ""
    metadata_: dict[str, Any] | None = None
    messages: list[StoredMessage] = field(default_factory=list)
    assistant_id: str = ""
    title: str | None = None
    first_user_message: str | None = None
    message_count: int = 0
    updated_at: str = ""


def thread_of(found: dict[str, Any]) -> Thread:
    """A thread as any server writes it: older ones have other names and shapes for some fields.

    Raises:
        msgspec.ValidationError: It has no id, or a field makes no sense.
    """
    rows = found.get("messages")
    messages = [_row(row) for row in rows if isinstance(row, dict)] if rows else []
    return convert({**_without_nulls(found), "messages": messages}, Thread, strict=False)


def _row(found: dict[str, Any]) -> dict[str, Any]:
    row = _without_nulls(found)
    row.setdefault("message_id", row.get("id"))
    row.setdefault("metadata_", row.get("metadata"))
    content = row.get("content")
    if isinstance(content, list):
        row["content"] = "".join(_part(part) for part in content)
    return row


def _part(part: Any) -> str:
    """``{"text": {"value": "..."}}``, ``{"text": "..."}`` or the text itself."""
    text = part.get("text") if isinstance(part, dict) else part
    value = text.get("value") if isinstance(text, dict) else text
    return value if isinstance(value, str) else ""


def _without_nulls(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}
