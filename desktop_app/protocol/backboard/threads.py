"""Threads and stored messages: section 4 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from msgspec import field

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
