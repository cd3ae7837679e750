"""The realtime socket on ``/threads/realtime``: section 9 of the Backboard contract."""

from __future__ import annotations

from typing import Any

from msgspec import field

from desktop_app.protocol.backboard.wire import WireObject

TRUNCATE = "conversation.item.truncate"
"""The provider event that says how much of a reply was heard.

With ``item_id`` of the reply, ``content_index`` and ``audio_end_ms``: OpenAI's word, which our own
service understands too, as it says in ``session.begin``.
"""

EXTENSIONS = [TRUNCATE]


class AudioFormat(WireObject, frozen=True):
    """Samples as they go over the socket."""

    encoding: str
    sample_rate: int
    channels: int


class RealtimeConfig(WireObject, frozen=True, omit_defaults=True):
    """The client's first frame, which also has the fields of a ``MessageRequest``.

    Attributes:
        thread_id: Continues it; without it a new thread is made, of ``assistant_id``.
    """

    provider: str
    model: str
    provider_options: dict[str, Any] = field(default_factory=dict)
    thread_id: str | None = None
    assistant_id: str | None = None


class RealtimeText(WireObject, frozen=True, tag_field="type", tag="text"):
    """A typed question."""

    text: str


class RealtimeCommit(WireObject, frozen=True, tag_field="type", tag="commit"):
    """The utterance is complete."""


class RealtimeCancel(WireObject, frozen=True, tag_field="type", tag="cancel"):
    """The reply is not wanted any more."""


class RealtimeOutput(WireObject, frozen=True):
    """What a function gave: any JSON value."""

    tool_call_id: str
    name: str = ""
    output: Any = None


class RealtimeOutputs(WireObject, frozen=True, tag_field="type", tag="tool.outputs"):
    """The outputs of calls."""

    outputs: list[RealtimeOutput]


class ProviderEvent(WireObject, frozen=True, tag_field="type", tag="provider.event"):
    """A native message for the provider."""

    event: dict[str, Any] = field(default_factory=dict)


RealtimeClientFrame = (
    RealtimeText | RealtimeCommit | RealtimeCancel | RealtimeOutputs | ProviderEvent
)


def truncation(item_id: str, heard_ms: int) -> dict[str, Any]:
    """The provider event that says that no more of an item was heard."""
    return {"type": TRUNCATE, "item_id": item_id, "content_index": 0, "audio_end_ms": heard_ms}


class RealtimeEvent(WireObject, frozen=True, omit_defaults=True):
    """A frame of the server. Clients look at its fields more than at its type.

    Attributes:
        data: Base64 of samples in ``output_format``.
        text: More of what ``role`` says, or all of it in ``transcript.final``.
        status: Of ``response.done``: ``completed``, ``cancelled`` or ``failed``.
        extensions: Of ``session.begin``: provider events that are understood.
    """

    type: str
    session_id: str = ""
    thread_id: str = ""
    assistant_id: str = ""
    input_format: AudioFormat | None = None
    output_format: AudioFormat | None = None
    data: str | None = None
    role: str | None = None
    text: str | None = None
    item_id: str = ""
    response_id: str = ""
    status: str | None = None
    usage: dict[str, Any] | None = None
    billing: dict[str, Any] | None = None
    billing_mode: str | None = None
    tool_call_id: str = ""
    tool_call_ids: list[str] | None = None
    name: str = ""
    arguments: Any = None
    hosted: bool | None = None
    generated_media: list[dict[str, Any]] | None = None
    message: str | None = None
    code: str = ""
    event: dict[str, Any] | None = None
    extensions: list[str] = field(default_factory=list)
