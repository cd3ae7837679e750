"""What is known of one reply of a gateway while it comes."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.protocol.gateway import AssistantMessage
from desktop_app.protocol.gateway_speech import ReplySpeech


@dataclass(slots=True)
class GatewayReply:
    """One reply of the peer, from its start to its end.

    Attributes:
        peer_id: The peer's number for it, where that is known.
        is_mute: Its sound cannot be decoded.
    """

    turn: int
    peer_id: int | None = None
    text: list[str] = field(default_factory=list)
    speech: ReplySpeech | None = None
    message: AssistantMessage | None = None
    chunks: int = 0
    is_mute: bool = False
    has_all_speech: bool = False
    has_ended: bool = False
