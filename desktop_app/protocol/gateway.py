"""The realtime voice gateway's messages, each defined once for client and service.

Source: the gateway contract, sections 3 and 4. Fields that the contract does not document but a
peer may add (``turn_id`` outside of sound, ``code``, ``fatal``) are optional here. Audio is
base64 inside of JSON text frames; a binary frame is raw PCM at the configured rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from desktop_app.errors import ProtocolError
from desktop_app.protocol.gateway_salvage import salvaged
from desktop_app.protocol.json_faults import UNREADABLE

EXTENSIONS = (
    "assistant.delta",
    "assistant.cancel",
    "assistant.heard",
    "assistant.tool",
    "audio.discard",
    "input.speech",
    "memory.use",
    "ping",
    "question.queue",
    "session.close",
)
"""What our own service understands beyond the contract, announced in ``session.configured``.

``assistant.heard``: a cancel is welcome after the reply was sent, too: it says what was heard.
``assistant.tool``: with ``media: auto`` in a configuration, the model may have pictures and videos
made: ``assistant.tool`` tells that a tool of the gateway's begins, and ``generated_media`` in the
reply's metadata names what came of it, each with the id by which the thread has it.
``input.speech``: where the peer ends utterances, it tells when it hears one and when it is over,
and answers every commit.
``memory.use``: ``memory`` in a configuration says what is done with what the assistant remembers:
``auto`` uses it and adds to it, ``readonly`` uses it alone, ``off`` does neither.
``question.queue``: with ``new_question: queue`` in a configuration, what is asked during a reply
waits for its end; otherwise it cuts the reply off. What waits is one question, with all that is
asked until then; an ``error`` refuses what makes it too long. A new configuration keeps it waiting.
"""

MAX_FRAME_BYTES = 1 << 20


class _Message(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """A JSON object whose ``type`` names its class."""


# ---- client -> server -----------------------------------------------------------------------


class BackendOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which chat backend answers; see contract section 3.1."""

    registration_id: str = ""
    provider: str = ""
    api_key: str = ""
    model: str = ""
    base_url: str = ""
    system_prompt: str = ""


class SttOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Speech to text; the defaults are the contract's examples (section 10.16)."""

    model_id: str = ""
    sample_rate: int = 16_000
    audio_format: str = "pcm_16000"
    language_code: str = ""
    commit_strategy: str = "vad"
    vad_threshold: float = 0.62
    vad_silence_threshold_secs: float = 1.4
    min_speech_duration_ms: int = 520
    min_silence_duration_ms: int = 800
    include_timestamps: bool = False


class TtsOptions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Text to speech."""

    voice_id: str = ""
    model_id: str = ""
    output_format: str = "pcm_24000"
    voice_settings: dict[str, Any] = {}


class SessionConfigure(_Message, frozen=True, tag="session.configure"):
    """Without ``tts`` the session is text alone.

    Extensions: ``new_question``, cancel or queue; ``media``, auto or none; ``memory``.
    """

    session_id: str = ""
    backend: BackendOptions | None = None
    stt: SttOptions | None = None
    tts: TtsOptions | None = None
    new_question: str = "cancel"
    media: str = "none"
    memory: str = "auto"


class AudioAppend(_Message, frozen=True, tag="audio.append"):
    audio: str
    sample_rate: int = 16_000
    previous_text: str | None = None


class AudioCommit(_Message, frozen=True, tag="audio.commit"):
    pass


class AudioDiscard(_Message, frozen=True, tag="audio.discard"):
    """Extension: what was heard since the last commit was not meant; it is not answered."""


class TextPrompt(_Message, frozen=True, tag="text.prompt"):
    text: str


class AssistantCancel(_Message, frozen=True, tag="assistant.cancel"):
    """Extension: stop the reply; ``heard_ms`` of it were heard."""

    turn_id: int | None = None
    heard_ms: int | None = None


class Ping(_Message, frozen=True, tag="ping"):
    id: str | int | None = None


class SessionClose(_Message, frozen=True, tag="session.close"):
    pass


GatewayClientMessage = (
    SessionConfigure
    | AudioAppend
    | AudioCommit
    | AudioDiscard
    | TextPrompt
    | AssistantCancel
    | Ping
    | SessionClose
)

# ---- server -> client -----------------------------------------------------------------------


class GatewayReady(_Message, frozen=True, tag="session.ready"):
    """Extension: ``extensions``, so that a configuration can ask for them."""

    message: str = "Send session.configure to begin."
    extensions: tuple[str, ...] = ()


class GatewayConfigured(_Message, frozen=True, tag="session.configured"):
    """The gateway's session; all but ``session_id`` are extensions.

    Attributes:
        stt, tts: provider, model_id and voice_id, where known already.
        max_duration_seconds: After how long the gateway ends the connection, where it does.
    """

    session_id: str = ""
    extensions: tuple[str, ...] = ()
    max_duration_seconds: float | None = None
    stt: dict[str, Any] = {}
    tts: dict[str, Any] = {}


class SttSessionStarted(_Message, frozen=True, tag="stt.session_started"):
    """``session_id`` is the recogniser's own, not the conversation's; ``tts`` is an extension."""

    session_id: str = ""
    config: dict[str, Any] = {}
    tts: dict[str, Any] = {}


class InputSpeechStarted(_Message, frozen=True, tag="input.speech_started"):
    """Extension, with ``vad``: somebody speaks."""


class InputSpeechStopped(_Message, frozen=True, tag="input.speech_stopped"):
    """Extension, with ``vad``: the utterance is complete; ``transcript.committed`` follows."""


class TranscriptPartial(_Message, frozen=True, tag="transcript.partial"):
    text: str = ""


class TranscriptCommitted(_Message, frozen=True, tag="transcript.committed"):
    text: str = ""
    words: list[Any] | UnsetType = UNSET


class AssistantStarted(_Message, frozen=True, tag="assistant.started"):
    """``text`` is what the *user* said."""

    text: str = ""
    turn_id: int | None = None


class AssistantDelta(_Message, frozen=True, tag="assistant.delta"):
    """Extension: more text of the reply."""

    text: str = ""
    turn_id: int | None = None


class AssistantTool(_Message, frozen=True, tag="assistant.tool"):
    """Extension: the gateway itself carries out a call of the model, which may take minutes.

    Attributes:
        has_failed: Nothing came of it: told a second time then.
    """

    call_id: str = ""
    name: str = ""
    turn_id: int | None = None
    has_failed: bool = False


class AssistantMessage(_Message, frozen=True, tag="assistant.message"):
    """The whole reply."""

    text: str = ""
    metadata: dict[str, Any] = {}
    turn_id: int | None = None


class AssistantAudioStart(_Message, frozen=True, tag="assistant.audio.start"):
    turn_id: int = 0
    content_type: str = ""
    output_format: str = ""


class AssistantAudioChunk(_Message, frozen=True, tag="assistant.audio.chunk"):
    audio: str = ""
    turn_id: int = 0
    content_type: str = ""
    output_format: str = ""
    chunk_index: int = 0


class AssistantAudioEnd(_Message, frozen=True, tag="assistant.audio.end"):
    turn_id: int = 0
    content_type: str = ""
    output_format: str = ""
    chunk_count: int = 0


class AssistantAudio(_Message, frozen=True, tag="assistant.audio"):
    """Fallback: the whole speech in one piece."""

    audio: str = ""
    content_type: str = ""
    output_format: str = ""
    turn_id: int | None = None


class AssistantCancelled(_Message, frozen=True, tag="assistant.cancelled"):
    """Extension: the answer to ``assistant.cancel``."""

    turn_id: int | None = None
    reason: str = ""


class Pong(_Message, frozen=True, tag="pong"):
    id: str | int | None = None


class GatewayError(_Message, frozen=True, tag="error"):
    message: str = ""
    error: str = ""
    detail: str = ""
    code: str = ""
    fatal: bool = False

    @property
    def sentence(self) -> str:
        """The readable text, wherever the peer put it (contract section 10.12)."""
        return self.message or self.error or self.detail or "The voice service reported an error."


GatewayServerMessage = (
    GatewayReady
    | GatewayConfigured
    | SttSessionStarted
    | InputSpeechStarted
    | InputSpeechStopped
    | TranscriptPartial
    | TranscriptCommitted
    | AssistantStarted
    | AssistantDelta
    | AssistantTool
    | AssistantMessage
    | AssistantAudioStart
    | AssistantAudioChunk
    | AssistantAudioEnd
    | AssistantAudio
    | AssistantCancelled
    | Pong
    | GatewayError
)


class _Head(Struct):
    type: str


_encoder = msgspec.json.Encoder()
_client_decoder: msgspec.json.Decoder[GatewayClientMessage] = msgspec.json.Decoder(
    GatewayClientMessage
)
_server_decoder: msgspec.json.Decoder[GatewayServerMessage] = msgspec.json.Decoder(
    GatewayServerMessage
)
_head_decoder = msgspec.json.Decoder(_Head)
_SERVER_TYPES: Mapping[Any, type[GatewayServerMessage]] = {
    kind.__struct_config__.tag: kind for kind in GatewayServerMessage.__args__
}


_ALWAYS: Mapping[type[Struct], tuple[str, ...]] = {
    AudioAppend: ("sample_rate",),
    SttOptions: ("sample_rate", "audio_format", "commit_strategy"),
    GatewayReady: ("message",),
    GatewayConfigured: ("session_id",),
    SttSessionStarted: ("session_id", "config"),
    TranscriptPartial: ("text",),
    TranscriptCommitted: ("text",),
    AssistantStarted: ("text",),
    AssistantMessage: ("text", "metadata"),
    GatewayError: ("message",),
}
"""Fields that the contract documents: a peer of other defaults finds them in every message."""


def encode(message: GatewayClientMessage | GatewayServerMessage) -> bytes:
    """One text frame as UTF-8, with every documented field and those extensions that are used."""
    if type(message) not in _ALWAYS and not isinstance(message, SessionConfigure):
        return _encoder.encode(message)
    fields = _with_documented(message)
    if isinstance(message, SessionConfigure) and message.stt is not None:
        fields["stt"] = _with_documented(message.stt)
    return _encoder.encode(fields)


def _with_documented(part: Struct) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(part)
    return fields | {name: getattr(part, name) for name in _ALWAYS.get(type(part), ())}


def decode_server_message(frame: bytes | str) -> GatewayServerMessage | None:
    """One text frame from a gateway; None for a type we do not know.

    Raises:
        ProtocolError: ``gateway.malformed``: not a JSON object with a ``type``, or a known type
            whose words or sound cannot be read.
    """
    try:
        return _server_decoder.decode(frame)
    except UNREADABLE as error:
        if (message := salvaged(frame, _SERVER_TYPES)) is None:
            _refuse_unless_unknown(frame, GatewayServerMessage, error)
        return message


def decode_client_message(frame: bytes | str) -> GatewayClientMessage | None:
    """One text frame from a client; None for a type we do not know.

    Raises:
        ProtocolError: ``gateway.malformed``, also where any field is of the wrong kind.
    """
    try:
        return _client_decoder.decode(frame)
    except UNREADABLE as error:
        _refuse_unless_unknown(frame, GatewayClientMessage, error)
        return None


def _refuse_unless_unknown(frame: bytes | str, union: Any, error: Exception) -> None:
    try:
        kind = _head_decoder.decode(frame).type
    except UNREADABLE:
        raise ProtocolError("gateway.malformed", "Expected a JSON object with a type.") from error
    if kind in {member.__struct_config__.tag for member in union.__args__}:
        raise ProtocolError("gateway.malformed", f"{kind}: {error}") from error
