"""What a gateway says about itself before a conversation: its extensions, who hears, who speaks."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from desktop_app.protocol.events import SessionReady, provider_name
from desktop_app.protocol.gateway import GatewayConfigured, SttSessionStarted


class Introduction:
    """Collects it, in whichever order it comes, without ever making anyone wait for it.

    Args:
        session_id: The conversation's key, for peers that do not repeat it.
        is_ending: It was asked to decide where utterances end.
        extensions: What it said at an earlier configuration.

    Attributes:
        is_ending: As given.
        extensions: What the peer understands beyond the contract.
    """

    def __init__(
        self, session_id: str, extensions: tuple[str, ...] = (), *, is_ending: bool = False
    ) -> None:
        self.is_ending = is_ending
        self.extensions = extensions
        self._known = SessionReady(session_id, is_ending=is_ending)
        self._is_told = False

    def configured(self, message: GatewayConfigured) -> list[SessionReady]:
        """The session may begin."""
        self.extensions = message.extensions
        self._known = replace(
            self._known,
            session_id=message.session_id or self._known.session_id,
            extensions=message.extensions,
            lifetime_s=message.max_duration_seconds,
        )
        self._learn(message.stt, message.tts)
        self._is_told = True
        return [self._known]

    def hearing(self, message: SttSessionStarted) -> list[SessionReady]:
        """The recogniser is there: said again where that makes more known than before."""
        before = self._known
        self._learn(message.config, message.tts)
        return [self._known] if self._is_told and self._known != before else []

    def _learn(self, heard: dict[str, Any], spoken: dict[str, Any]) -> None:
        hears = provider_name(heard.get("provider"), heard.get("model_id"))
        speaks = provider_name(spoken.get("provider"), spoken.get("model_id"))
        self._known = replace(
            self._known,
            heard_by=hears or self._known.heard_by,
            spoken_by=speaks or self._known.spoken_by,
        )
