"""The voice socket on ``/threads/messages``: section 8 of the Backboard contract.

What is told between ``session.begin`` and the end is a ``StreamEvent``.
"""

from __future__ import annotations

from typing import Any

from msgspec import field

from desktop_app.protocol.backboard.messages import SpeakingChoice
from desktop_app.protocol.backboard.wire import WireObject


class LiveHearing(WireObject, frozen=True, omit_defaults=True):
    """``voice.stt`` of a live session; the defaults are the server's.

    Attributes:
        commit_strategy: ``vad`` (silence ends an utterance) or ``manual`` (the client does).
    """

    provider: str = ""
    model: str = ""
    language: str | None = None
    sample_rate: int = 16_000
    audio_format: str = "pcm_16000"
    commit_strategy: str = "vad"
    vad_silence_threshold_secs: float = 1.5
    vad_threshold: float = 0.4
    min_speech_duration_ms: int = 100
    min_silence_duration_ms: int = 100


class LiveVoice(WireObject, frozen=True, omit_defaults=True):
    """Without ``tts`` the replies are text alone."""

    stt: LiveHearing | None = None
    tts: SpeakingChoice | None = None


class VoiceConfig(WireObject, frozen=True, omit_defaults=True):
    """The client's first frame, which also has the fields of a ``MessageRequest``.

    Attributes:
        send_to_llm: False dictates: only transcripts come back.
    """

    thread_id: str
    send_to_llm: str | bool | None = None
    voice: LiveVoice = field(default_factory=LiveVoice)

    @property
    def is_dictation(self) -> bool:
        """Whether nothing is answered."""
        return str(self.send_to_llm).lower() in ("false", "0")


class Control(WireObject, frozen=True):
    """A further text frame of the client: ``commit`` or ``stop``."""

    type: str


class SessionBegin(WireObject, frozen=True, tag_field="type", tag="session.begin"):
    """The server's first frame.

    Attributes:
        pipeline: The stages ``stt``, ``llm`` and ``tts``, each as an object or null.
    """

    session_id: str
    thread_id: str
    assistant_id: str
    pipeline: dict[str, Any]


class SocketError(WireObject, frozen=True, tag_field="type", tag="error"):
    """A failure; where it ends the session, the socket is closed next."""

    message: str
    code: str = ""
