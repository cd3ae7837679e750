"""Builds the engine of one conversation out of concrete parts: used by every program that talks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from desktop_app.audio.detectors import SpeechDetector, speech_detector
from desktop_app.audio.echo import WebRtcEchoCanceller
from desktop_app.audio.far_end import FarEnd
from desktop_app.audio.frames import CAPTURE_RATE_HZ
from desktop_app.audio.resampler import Resampler
from desktop_app.audio.turn_detector import TurnDetector, TurnRules
from desktop_app.client.realtime_transport import RealtimeTerms
from desktop_app.client.service_connection import ServiceConnection
from desktop_app.engine.echo_control import EchoParts
from desktop_app.engine.engine import Engine
from desktop_app.engine.parts import Parts, Terms
from desktop_app.engine.ports import Journal, Loudspeaker, Microphone
from desktop_app.engine.sent_speech import FindStored
from desktop_app.journal.records import Beginning
from desktop_app.link.messages import LinkEvent
from desktop_app.profiles import Profile
from desktop_app.protocol.commands import SpeechInput, SpeechOutput
from desktop_app.protocol.gateway_speech import SPEECH_RATE_HZ, Resample
from desktop_app.settings import Settings, VoiceSettings


def resample_speech(rate_hz: int) -> Resample:
    """Converts one stream of a peer's speech to the rate that is played."""
    return _converter(rate_hz, SPEECH_RATE_HZ)


def resample_capture(rate_hz: int) -> Resample:
    """Converts one utterance to the rate that a peer wants."""
    return _converter(CAPTURE_RATE_HZ, rate_hz)


def realtime_terms(profile: Profile) -> RealtimeTerms | None:
    """Who is spoken to over the realtime socket; None where the profile names nobody."""
    provider, _, model = profile.realtime.partition("/")
    if not provider or not model:
        return None
    voice = profile.realtime_voice
    return RealtimeTerms(provider, model, voice, resample_capture, resample_speech)


def _converter(from_hz: int, to_hz: int) -> Resample:
    resampler = Resampler(from_hz, to_hz)

    def resample(pcm: bytes, *, is_last: bool) -> bytes:
        converted = resampler.feed(pcm)
        return converted + resampler.flush() if is_last else converted

    return resample


class SoundParts(NamedTuple):
    """The devices of one conversation, still closed.

    Attributes:
        far_end: What the loudspeaker plays; None where it cannot come back.
    """

    microphone: Microphone
    loudspeaker: Loudspeaker
    far_end: FarEnd | None = None


@dataclass(frozen=True, slots=True)
class Duplex:
    """Whether talking over a reply stops it, why not, and whether that is measured."""

    barge_in: bool
    reason: str
    is_automatic: bool = False


def duplex_of(voice: VoiceSettings, *, has_far_end: bool = False) -> Duplex:
    """``auto`` is half duplex until it is known that no echo is left: it would interrupt itself."""
    match voice.barge_in:
        case "on":
            return Duplex(True, "")
        case "off":
            return Duplex(False, "setting")
        case _ if has_far_end:
            return Duplex(False, "echo_unknown", is_automatic=True)
        case _:
            return Duplex(False, "no_echo_control")


def _echo_of(voice: VoiceSettings, far_end: FarEnd | None) -> EchoParts | None:
    """Who is deaf while a reply sounds needs no canceller."""
    if far_end is None or voice.barge_in == "off":
        return None
    return EchoParts(far_end, WebRtcEchoCanceller, speech_detector)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineKit:
    """What every conversation of one program shares.

    Attributes:
        open_sound: Makes the devices of one conversation.
        profile: Of the service that is talked to.
        keeps_recordings: Asked whenever somebody begins to speak.
        answers_tools: Who hears the news gives the outputs of functions.
        find_stored: As of ``Parts``.
        detector: Shared: one conversation at most has the microphone.
    """

    settings: Settings
    journal: Journal
    connection: ServiceConnection
    publish: Callable[[LinkEvent], None]
    open_sound: Callable[[VoiceSettings], SoundParts]
    detector: SpeechDetector
    profile: str
    keeps_recordings: Callable[[], bool]
    answers_tools: bool = False
    find_stored: FindStored | None = None

    def build(self, thread_id: str) -> Engine:
        """The engine of one thread, not running yet."""
        voice = self.settings.voice
        sound = self.open_sound(voice)
        duplex = duplex_of(voice, has_far_end=sound.far_end is not None)
        rules = TurnRules(
            pre_roll_ms=voice.pre_roll_ms,
            end_silence_ms=voice.end_silence_ms,
            insist_ms=voice.interrupt_after_ms,
        )
        terms = Terms(
            thread_id=thread_id,
            barge_in=duplex.barge_in,
            is_duplex_automatic=duplex.is_automatic,
            duplex_reason=duplex.reason,
            answers_tools=self.answers_tools,
            is_peer_ending=voice.endpoint == "server",
            tail_s=voice.tail_ms / 1000,
            listen_s=float(voice.idle_after_s),
            begins=Beginning(self.settings.speech_at(self.profile).model, self.profile),
            keeps_recordings=self.keeps_recordings,
            speech_input=SpeechInput(
                commit_strategy="vad" if voice.endpoint == "server" else "manual",
                end_silence_s=voice.end_silence_ms / 1000,
            ),
            speech_output=SpeechOutput(speed=voice.speed_percent / 100),
            memory=self.settings.privacy.memory,
        )
        parts = Parts(
            microphone=sound.microphone,
            loudspeaker=sound.loudspeaker,
            echo=_echo_of(voice, sound.far_end),
            detector=self.detector,
            turn_detector=TurnDetector(rules),
            open_voice=self.connection.open_voice,
            open_text=self.connection.open_text,
            journal=self.journal,
            publish=self.publish,
            upload=self.connection.upload,
            find_stored=self.find_stored,
        )
        return Engine(terms, parts)
