"""What window and engine say to each other of microphones and loudspeakers."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from desktop_app.link.notes import NoteChanged, NoteIntent
from desktop_app.protocol.events import snake


class DeviceShown(Struct, frozen=True):
    """A microphone or a loudspeaker of this computer.

    Attributes:
        id: The system's own name for it, or empty where it has none.
        is_input: It is a microphone.
        is_default: The system prefers it.
        is_current: A conversation or a test has it open now.
        latency_ms: How late it is: of an open one as it is now, else as the system says; 0 where
            that is not known.
    """

    id: str
    name: str
    is_input: bool
    rate_hz: int = 0
    channels: int = 0
    is_default: bool = False
    is_bluetooth: bool = False
    is_current: bool = False
    latency_ms: int = 0


class MicrophoneTest(StrEnum):
    """What a test of the microphone does."""

    OFF = "off"
    LISTENING = "listening"
    PLAYING = "playing"


class SwitchMicrophone(Struct, frozen=True, tag=snake):
    """Hear the person through this microphone until the settings change.

    Attributes:
        device: The system's own name for it, or what people call it.
    """

    device: str


class ListDevices(Struct, frozen=True, tag=snake):
    """Answered with ``DevicesChanged``, now and whenever they change; no microphone is opened."""


class StartMicrophoneTest(Struct, frozen=True, tag=snake):
    """Listen to a microphone, outside any conversation, for 15 s at most.

    Attributes:
        device: The system's own name for it, or what people call it; empty for the settings' one.
    """

    device: str = ""


class PlayMicrophoneTest(Struct, frozen=True, tag=snake):
    """Play what the test heard last, and close its microphone before."""


class StopMicrophoneTest(Struct, frozen=True, tag=snake):
    """End listening or playing; what was heard can still be played. Idempotent."""


class DevicesChanged(Struct, frozen=True, tag=snake):
    """All there are, after ``ListDevices``."""

    devices: tuple[DeviceShown, ...]


class MicrophoneTestChanged(Struct, frozen=True, tag=snake):
    """How the test of a microphone stands; its level comes as ``LevelMeasured``.

    Attributes:
        device: Which one it listens to, or listened to last.
        kept_ms: How much of what was heard can be played.
        code: Why it could not begin or go on (``device.*``, ``microphone.in_use``), or empty.
    """

    state: MicrophoneTest
    device: str = ""
    kept_ms: int = 0
    code: str = ""


DeviceIntent = (
    SwitchMicrophone
    | ListDevices
    | StartMicrophoneTest
    | PlayMicrophoneTest
    | StopMicrophoneTest
    | NoteIntent
)
DeviceEvent = DevicesChanged | MicrophoneTestChanged | NoteChanged
