"""The voice socket on ``/threads/messages``: section 8 of the Backboard contract.

What is told between ``session.begin`` and the end is a ``StreamEvent``.
"""

from __future__ import annotations

from typing import Any

from msgspec import field

from desktop_app.protocol.backboard.messages import SpeakingChoice
from desktop_app.protocol.backboard.wire import WireObject

REPLY_HEARD = "reply.heard"

EXTENSIONS = [REPLY_HEARD]
"""What our own service understands beyond the contract, announced in ``session.begin``."""


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
    """A further text frame of the client: ``commit``, ``stop`` or a ``ReplyHeard``."""

    type: str


class ReplyHeard(WireObject, frozen=True, tag_field="type", tag=REPLY_HEARD):
    """Extension: a reply of the thread was cut while it was heard; it is not wanted any more.

    Attributes:
        run_id: Of the turn that it answers, whichever way that was asked.
        heard_ms: How much of its speech was heard.
        heard_chars: How much of its text that was.
    """

    run_id: str
    heard_ms: int
    heard_chars: int


class SessionBegin(WireObject, frozen=True, tag_field="type", tag="session.begin"):
    """The server's first frame.

    Attributes:
        pipeline: The stages ``stt``, ``llm`` and ``tts``, each as an object or null.
        extensions: What the server understands beyond the contract.
    """

    session_id: str
    thread_id: str
    assistant_id: str
    pipeline: dict[str, Any]
    extensions: list[str] = field(default_factory=list)


class SocketError(WireObject, frozen=True, tag_field="type", tag="error"):
    """A failure; where it ends the session, the socket is closed next."""

    message: str
    code: str = ""
