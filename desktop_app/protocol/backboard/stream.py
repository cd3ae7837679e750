"""The event stream of a message: section 6.3 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from msgspec import field

from desktop_app.protocol.backboard.system_one import SystemOneResult
from desktop_app.protocol.backboard.wire import WireObject


class StreamEvent(WireObject, frozen=True, omit_defaults=True):
    """One event of the stream: ``type`` says which fields count.

    One class for all types: servers send a type with more or fewer fields than documented, and
    the client must take them.
    """

    type: str
    thread_id: str = ""
    assistant_id: str = ""
    message_id: str = ""
    run_id: str = ""
    role: str = ""
    content: str | None = None
    accumulated_content: str | None = None
    final_content: str | None = None
    reasoning: str | None = None
    accumulated_reasoning: str | None = None
    provider: str = ""
    model_provider: str = ""
    model_name: str = ""
    status: str | None = None
    tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cost_usd: float | None = None
    memories: list[dict[str, Any]] | None = None
    retrieved_memories: list[dict[str, Any]] | None = None
    retrieved_files: list[str] | None = None
    retrieved_passages: list[dict[str, Any]] | None = None
    unmet: list[str] | None = None
    memory_operation_id: str | None = None
    context_usage: dict[str, Any] | None = None
    system_one: SystemOneResult | None = None
    tool_call_id: str = ""
    name: str = ""
    tool_call: dict[str, Any] | None = None
    tool_calls: list[dict[str, Any]] | None = None
    media: dict[str, Any] | None = None
    delta: str | None = None
    text: str | None = None
    transcript: str | None = None
    data: str | None = None
    content_type: str | None = None
    mime_type: str | None = None
    audio_url: str | None = None
    document_id: str | None = None
    camel_document_id: str | None = field(default=None, name="documentId")
    voice_records: dict[str, Any] | None = None
    phase: str | None = None
    error: str | None = None
    code: str | None = None
    message: str | None = None
    detail: Any = field(default=None)
