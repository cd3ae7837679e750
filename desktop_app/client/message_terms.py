"""How a conversation is held over messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from desktop_app.client.reply_media import Decode
from desktop_app.client.turn_request import VoiceDefaults
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.gateway_speech import MakeResample

RenewThread = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class MessageTerms:
    """How a conversation is held over messages.

    Attributes:
        request: What every message carries besides its words: model, memory, system prompt.
        renew_thread: Makes a new thread when the server does not know this one any more, and
            returns its id. Without it such a turn fails.
        leave_unused: Told when a question was stopped before the server had all of it: its thread
            may be empty.
        judge: ``provider/model`` of who answers typed questions where no model is chosen; empty
            where the server knows.
        voices: Who hears and speaks where neither the session nor a turn says so.
        own_prompt: The system prompt that the thread's turns have without being told one; needed
            to say in a turn where the reply before it was cut.
        make_resample: Converts speech of other rates than ours; without it such speech is a fault.
        decode: Decodes speech that comes encoded; without it such speech is a fault.
    """

    request: MessageRequest = field(default_factory=lambda: MessageRequest(memory="Auto"))
    renew_thread: RenewThread | None = None
    leave_unused: Callable[[], None] | None = None
    judge: str = ""
    voices: VoiceDefaults = field(default_factory=VoiceDefaults)
    own_prompt: Callable[[], Awaitable[str]] | None = None
    make_resample: MakeResample | None = None
    decode: Decode | None = None
