"""Memories of an assistant: section 12 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from msgspec import field

from desktop_app.protocol.backboard.wire import WireObject


class StoredMemory(WireObject, frozen=True):
    """One fact that an assistant remembers."""

    id: str
    content: str = ""
    metadata: dict[str, Any] | None = None
    score: float | None = None
    created_at: str | None = None
    updated_at: str | None = None


class NewMemory(WireObject, frozen=True, omit_defaults=True):
    """Body of POST and PUT."""

    content: str
    metadata: dict[str, Any] | None = None


class SavedMemory(WireObject, frozen=True):
    """Answer to POST."""

    success: bool = True
    memory_id: str = ""
    content: str | None = None


class MemoryPage(WireObject, frozen=True):
    """A page of memories, or all of them, or what was found."""

    memories: list[StoredMemory] = field(default_factory=list)
    total_count: int = 0
    page: int | None = None
    page_size: int | None = None
    total_pages: int | None = None


class MemorySearch(WireObject, frozen=True, omit_defaults=True):
    """Body of POST /assistants/{id}/memories/search."""

    query: str
    limit: int = 5


class MemoryStats(WireObject, frozen=True):
    total_memories: int = 0
    last_updated: str | None = None
    limits: dict[str, Any] | None = None


class MemoryOperation(WireObject, frozen=True):
    """Facts being taken out of a turn.

    Attributes:
        status: IN_PROGRESS, COMPLETED, and ERROR or FAILED, in any case.
        memory_ids: Ids, or ``{id, event ADD|UPDATE|DELETE|NONE, memory}``.
    """

    operation_id: str
    status: str = ""
    memory_ids: list[Any] | None = None
    result_count: int | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def is_settled(self) -> bool:
        return self.status.upper() not in ("", "IN_PROGRESS", "PENDING")
