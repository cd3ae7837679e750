"""A gateway's side of a conversation as a script, and what the dialect makes of it."""

from __future__ import annotations

import base64
import json
from typing import Any

from desktop_app.protocol import gateway as g
from desktop_app.protocol.commands import (
    AppendAudio,
    ClientCommand,
    CommitAudio,
    ConfigureSession,
    SpeechInput,
)
from desktop_app.protocol.events import ServerEvent, SessionReady
from desktop_app.protocol.gateway_dialect import GatewayDialect

SECOND = bytes(32_000)
OURS = g.GatewayConfigured(session_id="t", extensions=g.EXTENSIONS)
OLDER = g.GatewayConfigured(session_id="t", extensions=("assistant.delta", "assistant.cancel"))
PLAIN = g.GatewayConfigured(session_id="t")


def dialect(
    peer: g.GatewayConfigured = OURS, *, strategy: str = "manual", **options: Any
) -> GatewayDialect:
    configuration = ConfigureSession("t", SpeechInput(commit_strategy=strategy))
    if options.pop("is_text", False):
        configuration = ConfigureSession("t", None, None)
    made = GatewayDialect(configuration, **options)
    is_ending = strategy == "vad" and configuration.speech_input is not None
    assert made.events(peer) == [SessionReady("t", peer.extensions, is_ending=is_ending)]
    return made


def said(spoken: GatewayDialect, *commands: ClientCommand) -> list[Any]:
    """What was sent: parsed JSON, or the bytes of a binary frame."""
    frames = [frame for command in commands for frame in spoken.frames(command)]
    return [json.loads(one.data) if one.is_text else one.data for one in frames]


def answers(spoken: GatewayDialect) -> list[Any]:
    found, spoken.answers = [json.loads(one.data) for one in spoken.answers], []
    return found


def told(spoken: GatewayDialect, *messages: g.GatewayServerMessage) -> list[ServerEvent]:
    return [event for message in messages for event in spoken.events(message)]


def utter(spoken: GatewayDialect, turn: int) -> None:
    said(spoken, AppendAudio(turn, SECOND), CommitAudio(turn))


def started(text: str, turn_id: int | None = None) -> g.AssistantStarted:
    return g.AssistantStarted(text=text, turn_id=turn_id)


def message(text: str, turn_id: int | None = None, **metadata: Any) -> g.AssistantMessage:
    return g.AssistantMessage(text=text, turn_id=turn_id, metadata=metadata)


def chunk(pcm: bytes, turn_id: int = 1, output_format: str = "pcm_24000") -> g.AssistantAudioChunk:
    audio = base64.b64encode(pcm).decode()
    return g.AssistantAudioChunk(audio=audio, turn_id=turn_id, output_format=output_format)


def audio_end(turn_id: int = 1, count: int = 0) -> g.AssistantAudioEnd:
    return g.AssistantAudioEnd(turn_id=turn_id, chunk_count=count)
