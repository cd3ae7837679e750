"""Backboard's objects and stream events, each defined once for client and service.

Source: the Backboard contract, sections 3 to 6. Reading is lenient: every field that a server may
leave out has a default and unknown fields are ignored.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field


class _Object(Struct, frozen=True, kw_only=True):
    """A JSON object of the API."""


class Assistant(_Object, frozen=True):
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


class NewAssistant(_Object, frozen=True, omit_defaults=True):
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


class Attachment(_Object, frozen=True):
    document_id: str = ""
    filename: str = ""
    status: str = ""
    file_size_bytes: int | None = None
    summary: str | None = None


class StoredMessage(_Object, frozen=True):
    """One row of ``Thread.messages``."""

    message_id: str
    role: str
    content: str | None = None
    created_at: str = ""
    status: str = "COMPLETED"
    metadata_: dict[str, Any] | None = None
    attachments: list[Attachment] = []


class Thread(_Object, frozen=True):
    thread_id: str
    created_at: str = ""
    metadata_: dict[str, Any] | None = None
    messages: list[StoredMessage] = []
    assistant_id: str = ""
    title: str | None = None
    first_user_message: str | None = None
    message_count: int = 0
    updated_at: str = ""


class MessageRequest(_Object, frozen=True, omit_defaults=True):
    """Body of POST /threads/messages; the fields of section 5.3 that exist today."""

    content: str = ""
    thread_id: str | None = None
    assistant_id: str | None = None
    stream: bool = False
    system_prompt: str | None = None
    llm_provider: str | None = None
    model_name: str | None = None
    memory: str | None = None
    send_to_llm: str | bool | None = None
    metadata: dict[str, Any] | None = None


class MessageReply(_Object, frozen=True):
    """The flat, non-streaming response (section 5.6)."""

    message: str
    thread_id: str
    timestamp: str
    assistant_id: str | None = None
    content: str | None = None
    message_id: str | None = None
    role: str | None = None
    status: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    run_id: str | None = None
    memory_operation_id: str | None = None
    retrieved_memories: list[dict[str, Any]] | None = None
    retrieved_files: list[str] | None = None
    reasoning: str | None = None
    model_provider: str | None = None
    model_name: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    created_at: str | None = None
    attachments: list[Attachment] | None = None
    voice_records: dict[str, Any] | None = None
    generated_media: list[dict[str, Any]] = []
    context_usage: dict[str, Any] | None = None


class StreamEvent(_Object, frozen=True, omit_defaults=True):
    """One event of the stream (section 6.3): ``type`` says which fields count.

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
    provider: str = ""
    model_provider: str = ""
    model_name: str = ""
    status: str | None = None
    tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    memories: list[dict[str, Any]] | None = None
    retrieved_memories: list[dict[str, Any]] | None = None
    memory_operation_id: str | None = None
    context_usage: dict[str, Any] | None = None
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
    phase: str | None = None
    error: str | None = None
    message: str | None = None
    detail: Any = field(default=None)


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
