"""Measures a session by the messages that pass: nothing else has to know of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop_app.protocol.gateway import (
    AssistantAudio,
    AssistantAudioChunk,
    AssistantAudioEnd,
    AssistantCancelled,
    AssistantDelta,
    AssistantMessage,
    AssistantStarted,
    AudioCommit,
    GatewayClientMessage,
    GatewayError,
    GatewayServerMessage,
    InputSpeechStopped,
    TranscriptCommitted,
)
from desktop_app.service.gateway.serving.metrics import GatewayMetrics

_OF_INPUT = frozenset({"audio", "frame", "gateway", "prompt", "session", "stt"})
"""Families of errors that say nothing of the turn that is being answered."""


class SessionMeter:
    """One session's. ``took`` and ``told`` see each message once, in order.

    Args:
        metrics: Where it is counted.
        clock: Monotonic seconds.
    """

    def __init__(
        self, metrics: GatewayMetrics, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._metrics = metrics
        self._clock = clock
        self._committed_s: float | None = None
        self._voiced_s: float | None = None
        self._began_s: float | None = None
        self._turn_id: int | None = None
        self._seen: set[str] = set()

    def took(self, message: GatewayClientMessage) -> None:
        """A message of the client."""
        if isinstance(message, AudioCommit):
            self._committed_s = self._clock()

    def voice_ended(self, at_s: float) -> None:
        """When the utterance that ends now was last heard."""
        self._voiced_s = at_s

    # A match over a closed union.
    def told(self, message: GatewayServerMessage) -> None:  # noqa: C901
        """A message to the client."""
        match message:
            case InputSpeechStopped():
                self._committed_s = self._clock() if self._voiced_s is None else self._voiced_s
                self._voiced_s = None
            case TranscriptCommitted():
                self._transcribed()
            case AssistantStarted(turn_id=turn_id):
                self._begin(turn_id)
            case AssistantDelta():
                self._stage("first_text")
            case AssistantAudioChunk() | AssistantAudio():
                self._stage("first_sound")
            case AssistantMessage(metadata=facts):
                self._stage("first_text")
                self._stage("text")
                if not facts.get("speech"):
                    self._end("completed")
            case AssistantAudioEnd():
                if "text" in self._seen:
                    self._end("completed")
            case AssistantCancelled(turn_id=turn_id) if turn_id == self._turn_id:
                self._end("cancelled")
            case GatewayError(code=code):
                self._metrics.errors.add(code or "unknown")
                if code.partition(".")[0] not in _OF_INPUT:
                    self._end("failed")
            case _:
                pass

    def _transcribed(self) -> None:
        if self._committed_s is not None:
            self._metrics.stages.add("transcript", self._clock() - self._committed_s)
            self._committed_s = None

    def _begin(self, turn_id: int | None) -> None:
        self._turn_id = turn_id
        self._began_s = self._clock()
        self._seen.clear()

    def _stage(self, stage: str) -> None:
        if self._began_s is not None and stage not in self._seen:
            self._seen.add(stage)
            self._metrics.stages.add(stage, self._clock() - self._began_s)

    def _end(self, status: str) -> None:
        if self._began_s is None:
            return
        if status == "completed":
            self._stage("turn")
        self._metrics.turns.add(status)
        self._began_s = None
