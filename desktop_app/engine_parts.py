"""Builds the engine of one conversation out of concrete parts: used by every program that talks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.audio.detectors import SpeechDetector
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.turn_detector import TurnDetector, TurnRules
from desktop_app.client.service_connection import ServiceConnection
from desktop_app.engine.engine import Engine
from desktop_app.engine.parts import Parts, Terms
from desktop_app.engine.ports import Journal, Loudspeaker, Microphone
from desktop_app.link.messages import LinkEvent
from desktop_app.protocol.commands import SpeechInput
from desktop_app.protocol.gateway_speech import SPEECH_RATE_HZ, Resample
from desktop_app.settings import Settings, VoiceSettings


def resample_speech(rate_hz: int) -> Resample:
    """Converts one stream of a peer's speech to the rate that is played."""
    resampler = Resampler(rate_hz, SPEECH_RATE_HZ)

    def resample(pcm: bytes, *, is_last: bool) -> bytes:
        converted = resampler.feed(pcm)
        return converted + resampler.flush() if is_last else converted

    return resample


@dataclass(frozen=True, slots=True)
class Duplex:
    """Whether talking over a reply stops it, and why not."""

    barge_in: bool
    reason: str


def duplex_of(voice: VoiceSettings) -> Duplex:
    """``auto`` is half duplex as long as no echo is removed: it would interrupt itself."""
    match voice.barge_in:
        case "on":
            return Duplex(True, "")
        case "off":
            return Duplex(False, "setting")
        case _:
            return Duplex(False, "no_echo_control")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineKit:
    """What every conversation of one program shares.

    Attributes:
        open_sound: Makes the microphone and the loudspeaker of one conversation, still closed.
        answers_tools: Who hears the news gives the outputs of functions.
        detector: Shared: one conversation at most has the microphone.
    """

    settings: Settings
    journal: Journal
    connection: ServiceConnection
    publish: Callable[[LinkEvent], None]
    open_sound: Callable[[VoiceSettings], tuple[Microphone, Loudspeaker]]
    detector: SpeechDetector
    answers_tools: bool = False

    def build(self, thread_id: str) -> Engine:
        """The engine of one thread, not running yet."""
        voice = self.settings.voice
        duplex = duplex_of(voice)
        microphone, loudspeaker = self.open_sound(voice)
        rules = TurnRules(
            pre_roll_ms=voice.pre_roll_ms,
            end_silence_ms=voice.end_silence_ms,
            insist_ms=voice.interrupt_after_ms,
        )
        terms = Terms(
            thread_id=thread_id,
            barge_in=duplex.barge_in,
            duplex_reason=duplex.reason,
            answers_tools=self.answers_tools,
            is_peer_ending=voice.endpoint == "server",
            tail_s=voice.tail_ms / 1000,
            listen_s=float(voice.idle_after_s),
            speech_input=SpeechInput(
                commit_strategy="vad" if voice.endpoint == "server" else "manual",
                end_silence_s=voice.end_silence_ms / 1000,
            ),
        )
        parts = Parts(
            microphone=microphone,
            loudspeaker=loudspeaker,
            detector=self.detector,
            turn_detector=TurnDetector(rules),
            open_voice=self.connection.open_voice,
            open_text=self.connection.open_text,
            journal=self.journal,
            publish=self.publish,
        )
        return Engine(terms, parts)
