"""Sending a message and submitting tool outputs: sections 5 and 7 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from desktop_app.protocol.backboard.system_one import SystemOneConfig, SystemOneResult
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.protocol.backboard.wire import WireObject


class HearingChoice(WireObject, frozen=True, omit_defaults=True):
    """``voice.stt``: who turns the recording into text.

    Attributes:
        language: ISO 639-1; None detects it.
    """

    provider: str = ""
    model: str = ""
    language: str | None = None
    provider_options: dict[str, Any] | None = None


class SpeakingChoice(WireObject, frozen=True, omit_defaults=True):
    """``voice.tts``: who speaks the reply.

    Attributes:
        output_format: ElevenLabs' ``codec_rate_bitrate``; never sent to OpenAI (section 7).
    """

    provider: str = ""
    model: str = ""
    voice: str = ""
    output_format: str | None = None
    provider_options: dict[str, Any] | None = None


class Voice(WireObject, frozen=True, omit_defaults=True):
    """Audio in (``stt``), audio out (``tts``), or both."""

    stt: HearingChoice | None = None
    tts: SpeakingChoice | None = None


class MessageRequest(WireObject, frozen=True, omit_defaults=True):
    """Body of POST /threads/messages: every field of section 5.3, files apart."""

    content: str = ""
    thread_id: str | None = None
    assistant_id: str | None = None
    stream: bool = False
    system_prompt: str | None = None
    llm_provider: str | None = None
    model_name: str | None = None
    memory: str | None = None
    memory_pro: str | None = None
    memory_response_citation: bool | None = None
    web_search: str | None = None
    tools: list[dict[str, Any]] | None = None
    send_to_llm: str | bool | None = None
    json_output: bool | None = None
    metadata: dict[str, Any] | None = None
    thinking: dict[str, Any] | None = None
    openrouter: dict[str, Any] | None = None
    voice: Voice | None = None
    operation: str | None = None
    image_generation: str | None = None
    image_model_provider: str | None = None
    image_model_name: str | None = None
    image_config: dict[str, Any] | None = None
    video_generation: str | None = None
    video_model_provider: str | None = None
    video_model_name: str | None = None
    video_config: dict[str, Any] | None = None
    system_one: SystemOneConfig | None = None


class FunctionCall(WireObject, frozen=True):
    """``arguments`` is JSON text."""

    name: str = ""
    arguments: str = "{}"


class CalledTool(WireObject, frozen=True):
    """One element of ``tool_calls``."""

    id: str
    function: FunctionCall
    type: str = "function"


class Media(WireObject, frozen=True):
    """A picture or video that was made; ``url`` expires, so fetch it at once (section 10).

    Attributes:
        prompt, model, parent_document_ids: How it was made; only our own service says it.
    """

    url: str = ""
    document_id: str = ""
    mime_type: str = ""
    file_size_bytes: int | None = None
    prompt: str | None = None
    model: str | None = None
    parent_document_ids: list[str] | None = None


class ContextUsage(WireObject, frozen=True):
    """How full the model's context is."""

    percent: float = 0
    used_tokens: int = 0
    context_limit: int = 0
    summary_tokens: int = 0
    model: str = "unknown"


class MessageReply(WireObject, frozen=True):
    """The flat, non-streaming response (section 5.6); also to tool outputs."""

    message: str
    thread_id: str
    timestamp: str
    assistant_id: str | None = None
    content: str | None = None
    message_id: str | None = None
    role: str | None = None
    status: str | None = None
    tool_calls: list[CalledTool] | None = None
    run_id: str | None = None
    memory_operation_id: str | None = None
    retrieved_memories: list[dict[str, Any]] | None = None
    retrieved_files: list[str] | None = None
    retrieved_files_count: int | None = None
    reasoning: str | None = None
    model_provider: str | None = None
    model_name: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    created_at: str | None = None
    attachments: list[Attachment] | None = None
    voice_records: dict[str, Any] | None = None
    generated_media: list[Media] | None = None
    system_one: SystemOneResult | None = None
    context_usage: ContextUsage | None = None


class SubmittedOutput(WireObject, frozen=True):
    """The result of one call; ``output`` is text, JSON encoded where it is an object."""

    tool_call_id: str
    output: str


class ToolOutputs(WireObject, frozen=True, omit_defaults=True):
    """Body of POST /threads/tool-outputs: the run is the newest that waits for outputs."""

    thread_id: str
    tool_outputs: list[SubmittedOutput]
    stream: bool = False


class RunToolOutputs(WireObject, frozen=True, omit_defaults=True):
    """Body of POST /threads/{id}/runs/{id}/submit-tool-outputs; per-turn tools go along again."""

    tool_outputs: list[SubmittedOutput]
    tools: list[dict[str, Any]] | None = None
    thinking: dict[str, Any] | None = None
