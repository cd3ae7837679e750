"""What one conversation is built of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from desktop_app.audio.detectors import SpeechDetector
from desktop_app.audio.turn_detector import TurnDetector
from desktop_app.engine.echo_control import EchoParts
from desktop_app.engine.ports import (
    Journal,
    Loudspeaker,
    Microphone,
    OpenTransport,
    Time,
    UploadFile,
)
from desktop_app.engine.sent_speech import FindStored
from desktop_app.engine.system_time import SystemTime
from desktop_app.journal.records import BEGINNING, Beginning
from desktop_app.link.messages import LinkEvent
from desktop_app.protocol.commands import ConfigureSession, SpeechInput, SpeechOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The ports of an engine.

    Attributes:
        echo: What removes the reply from what is heard; None where nothing shall.
        open_voice: Opens the line that carries speech.
        open_text: Opens a line for one typed prompt while there is no voice line.
        publish: Takes news for the window; called on the loop, must not block.
        upload: Puts files into the thread's documents; None where nobody can.
        find_stored: Looks for a question in the service's thread; None where nobody can.
    """

    microphone: Microphone
    loudspeaker: Loudspeaker
    detector: SpeechDetector
    turn_detector: TurnDetector
    open_voice: OpenTransport
    open_text: OpenTransport
    journal: Journal
    publish: Callable[[LinkEvent], None]
    echo: EchoParts | None = None
    upload: UploadFile | None = None
    find_stored: FindStored | None = None
    time: Time = field(default_factory=SystemTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the conversation is held.

    Attributes:
        barge_in: Speech interrupts the reply; False is half duplex.
        is_peer_ending: The peer shall decide where utterances end, if it can.
        tail_s: Sound that is still captured after the talk key came up.
        listen_s: Silence after which a microphone that listens is closed.
        answers_tools: Who hears the news gives the outputs of functions (``ToolsAnswered``).
        keeps_recordings: Whether the sound of what is said, by either side, goes into the journal;
            asked whenever somebody begins.
        begins: How a thread begins.
        memory: As ``ConfigureSession.memory``.
        is_duplex_automatic: ``barge_in`` follows what is measured of the echo.
        duplex_reason: Why half duplex: ``setting``, ``no_echo_control``, ``echo_unknown``,
            ``echo_left``, or empty.
    """

    thread_id: str
    barge_in: bool = True
    is_duplex_automatic: bool = False
    duplex_reason: str = ""
    is_peer_ending: bool = False
    tail_s: float = 0.2
    listen_s: float = 60.0
    answers_tools: bool = False
    keeps_recordings: Callable[[], bool] = lambda: True
    begins: Beginning = BEGINNING
    speech_input: SpeechInput = field(default_factory=SpeechInput)
    speech_output: SpeechOutput = field(default_factory=SpeechOutput)
    memory: str = "auto"

    @property
    def voice_session(self) -> ConfigureSession:
        """What the voice line is configured with."""
        heard, spoken = self.speech_input, self.speech_output
        return ConfigureSession(self.thread_id, heard, spoken, memory=self.memory)

    def voice_session_ended_by(self, *, is_peer: bool) -> ConfigureSession:
        """The same session, whose utterances the peer ends, or this computer."""
        strategy = "vad" if is_peer else "manual"
        heard = replace(self.speech_input, commit_strategy=strategy)
        return replace(self.voice_session, speech_input=heard)

    @property
    def text_session(self) -> ConfigureSession:
        """What a text line is configured with."""
        speed = self.speech_output.speed
        return ConfigureSession(self.thread_id, None, None, speed=speed, memory=self.memory)
