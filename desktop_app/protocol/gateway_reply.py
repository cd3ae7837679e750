"""What is known of one reply of a gateway while it comes."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.protocol.gateway import AssistantMessage
from desktop_app.protocol.gateway_speech import MakeResample, ReplySpeech


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

    def speech_in(self, output_format: str, make_resample: MakeResample | None) -> ReplySpeech:
        """Its speech, of which what follows has that format.

        Raises:
            ProtocolError: ``gateway.sound_format``: it cannot be played.
        """
        if self.speech is None:
            self.speech = ReplySpeech(output_format, make_resample)
        self.speech.become(output_format)
        return self.speech
