"""Assistants: section 3 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from desktop_app.protocol.backboard.wire import WireObject


class Assistant(WireObject, frozen=True):
    assistant_id: str
    name: str = ""
    description: str | None = None
    system_prompt: str | None = None
    tools: list[dict[str, Any]] | None = None
    tok_k: int | None = 10
    embedding_provider: str | None = None
    embedding_model_name: str | None = None
    embedding_dims: int | None = None
    custom_fact_extraction_prompt: str | None = None
    custom_update_memory_prompt: str | None = None
    created_at: str = ""


class NewAssistant(WireObject, frozen=True, omit_defaults=True):
    """Body of POST /assistants."""

    name: str
    description: str | None = None
    system_prompt: str | None = None
    tools: list[dict[str, Any]] | None = None
    tok_k: int | None = None
    custom_fact_extraction_prompt: str | None = None
    custom_update_memory_prompt: str | None = None
    embedding_provider: str | None = None
    embedding_model_name: str | None = None
    embedding_dims: int | None = None


class CloneRequest(WireObject, frozen=True, omit_defaults=True):
    """Body of POST /assistants/{id}/clone; the name defaults to the source's plus " Copy"."""

    copy_documents: bool = True
    copy_memories: bool = True
    name: str | None = None
    system_prompt: str | None = None


class Clone(WireObject, frozen=True):
    """Answer to a clone request."""

    assistant: Assistant
    documents_cloned: int = 0
    memories_cloned: int = 0
