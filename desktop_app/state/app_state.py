"""What is on screen, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.journal.records import MessageRecord, ThreadRecord
from desktop_app.link.device_messages import DeviceShown, MicrophoneTest, MicrophoneTestChanged
from desktop_app.link.keeping import ImportAdvanced
from desktop_app.link.messages import Connection, Notice, Phase, UploadAdvanced
from desktop_app.link.notes import NoteChanged


@dataclass(frozen=True, slots=True)
class Conversation:
    """The open thread.

    Attributes:
        messages: Oldest first; the newest page, or more once older ones were read.
        has_older: The journal holds messages before the first of ``messages``.
        is_loaded: The journal has answered; until then an empty thread is not yet known empty.
        partial: Live words of the utterance being heard.
        upload: How far the files of a question have come, None when none are under way.
    """

    thread_id: str = ""
    messages: tuple[MessageRecord, ...] = ()
    has_older: bool = False
    is_loaded: bool = False
    partial: str = ""
    upload: UploadAdvanced | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Who holds the floor, and with which microphone (see ``PhaseChanged``)."""

    thread_id: str = ""
    phase: Phase = Phase.READY
    turn: int = 0
    is_voice_on: bool = False
    is_muted: bool = False
    device: str = ""
    duplex: str = "full"
    duplex_reason: str = ""
    heard_ms: int = 0
    retry_in_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Service:
    """Whether the service can be reached, and which it is.

    Attributes:
        profile: What is kept of it is kept under this, e.g. ``embedded`` or ``backboard``.
        retry_in_s: Seconds to the next attempt when the event came, None when none is planned.
        usual_model: ``provider/model`` that answers in threads where none was chosen for this
            service; empty leaves the choice to it.
        name: How it is called, where that differs.
    """

    connection: Connection = Connection.STARTING
    profile: str = ""
    retry_in_s: float | None = None
    usual_model: str = ""
    name: str = ""

    @property
    def called(self) -> str:
        """How people know it."""
        return self.name or self.profile


@dataclass(frozen=True, slots=True)
class Levels:
    """Loudness, 0.0 to 1.0 on a perceptual scale."""

    microphone: float = 0.0
    loudspeaker: float = 0.0


NO_TEST = MicrophoneTestChanged(MicrophoneTest.OFF)


@dataclass(frozen=True, slots=True)
class Devices:
    """Microphones and loudspeakers, once ``ListDevices`` was asked, and the microphone's test."""

    shown: tuple[DeviceShown, ...] = ()
    test: MicrophoneTestChanged = NO_TEST


@dataclass(frozen=True, slots=True)
class Playing:
    """The recording that is being heard."""

    utterance_id: str
    position_ms: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything that is on screen; replaced as a whole by ``with_event`` and ``changes``.

    Attributes:
        threads: Newest first.
        has_more_threads: The journal holds older threads than ``listed_to``.
        listed_to: The last of the page that was read last; news may have brought older ones.
        are_threads_loaded: The journal has answered once.
        aside: The open thread where the list has not come to it; as it was read.
        removed: Ids of threads that were taken out; a search may have found them before.
        sounding: Ids of threads whose reply is heard now, on screen or not.
        notices: Oldest first, one for each code.
        playing: The recording that is being heard, None when none is.
        importing: How far an archive is taken in, None when none is.
        picture_news: How often a picture came or went, alone or with its thread.
        note: How the voice note stands that was recorded last, None when none was.
    """

    threads: tuple[ThreadRecord, ...] = ()
    has_more_threads: bool = False
    listed_to: ThreadRecord | None = None
    are_threads_loaded: bool = False
    aside: ThreadRecord | None = None
    removed: frozenset[str] = frozenset()
    conversation: Conversation = field(default_factory=Conversation)
    voice: Voice = field(default_factory=Voice)
    sounding: frozenset[str] = frozenset()
    service: Service = field(default_factory=Service)
    levels: Levels = field(default_factory=Levels)
    notices: tuple[Notice, ...] = ()
    playing: Playing | None = None
    importing: ImportAdvanced | None = None
    picture_news: int = 0
    devices: Devices = field(default_factory=Devices)
    note: NoteChanged | None = None

    def thread(self, thread_id: str) -> ThreadRecord | None:
        """What is known of a thread that is listed or open."""
        known = (*self.threads, *((self.aside,) if self.aside is not None else ()))
        return next((one for one in known if one.id == thread_id), None)

    @property
    def gone(self) -> frozenset[str]:
        """Ids of threads that were taken out and have not come back."""
        return self.removed.difference(one.id for one in self.threads)
