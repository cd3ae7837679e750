"""The native realtime socket on ``/threads/realtime``: section 9 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from msgspec import field

from desktop_app.protocol.backboard.wire import WireObject


class SoundFormat(WireObject, frozen=True):
    """What the bytes of one direction are; told by the server, never assumed."""

    encoding: str = "pcm16"
    sample_rate: int = 24_000
    channels: int = 1


class RealtimeConfig(WireObject, frozen=True, omit_defaults=True):
    """The client's first frame.

    Attributes:
        provider_options: For the provider as they are, whatever they hold.
    """

    provider: str
    model: str
    provider_options: dict[str, Any] = field(default_factory=dict)
    thread_id: str | None = None
    assistant_id: str | None = None
    system_prompt: str | None = None
    tools: list[dict[str, Any]] | None = None
    memory: str | None = None
    memory_pro: str | None = None
    web_search: str | None = None
    image_generation: str | None = None
    image_model_provider: str | None = None
    image_model_name: str | None = None
    image_config: dict[str, Any] | None = None
    video_generation: str | None = None
    video_model_provider: str | None = None
    video_model_name: str | None = None
    video_config: dict[str, Any] | None = None


class ToolResult(WireObject, frozen=True):
    """The result of one call; ``output`` is any JSON value."""

    tool_call_id: str
    name: str
    output: Any = None


class RealtimeCommand(WireObject, frozen=True, omit_defaults=True):
    """A text frame of the client.

    Attributes:
        type: ``text``, ``commit``, ``cancel``, ``tool.outputs`` or ``provider.event``.
        text: With ``text``.
        outputs: With ``tool.outputs``.
        event: With ``provider.event``: for the provider as it is.
    """

    type: str
    text: str | None = None
    outputs: list[ToolResult] | None = None
    event: dict[str, Any] | None = None


class RealtimeEvent(WireObject, frozen=True, omit_defaults=True):
    """A text frame of the server; which fields it has says more than its type does.

    Attributes:
        data: Sound in base64, in the session's ``output_format``.
        hosted: The server runs this tool itself.
    """

    type: str = ""
    session_id: str | None = None
    thread_id: str | None = None
    assistant_id: str | None = None
    input_format: SoundFormat | None = None
    output_format: SoundFormat | None = None
    data: str | None = None
    role: str | None = None
    text: str | None = None
    item_id: str | None = None
    response_id: str | None = None
    usage: dict[str, Any] | None = None
    billing: dict[str, Any] | None = None
    billing_mode: str | None = None
    tool_call_id: str | None = None
    tool_call_ids: list[str] | None = None
    generated_media: list[dict[str, Any]] | None = None
    hosted: bool | None = None
    name: str | None = None
    arguments: Any = None
    message: str | None = None
    event: dict[str, Any] | None = None
