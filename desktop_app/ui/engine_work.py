"""What is under way in the engine, as far as its end would cut it off."""

from __future__ import annotations

from collections import deque

from desktop_app.link.asks import Answered, Ask, CancelAsk
from desktop_app.link.device_messages import MicrophoneTest, MicrophoneTestChanged
from desktop_app.link.keeping import ImportAdvanced
from desktop_app.link.messages import (
    Intent,
    LinkEvent,
    Phase,
    PhaseChanged,
    Ping,
    Pong,
    PressTalk,
    StartVoice,
    StopVoice,
    ToggleTalk,
)
from desktop_app.link.notes import NoteChanged, NoteState
from desktop_app.link.thread_messages import ThreadRemoved
from desktop_app.protocol.service_calls import UploadDocument

BEGINS = (StartVoice, PressTalk, ToggleTalk)
"""From here on somebody is heard."""

PINGED = (*BEGINS, StopVoice)
"""Whoever sends one of these sends a Ping behind it: what was told before is not of that."""


class EngineWork:
    """Follows what one engine is asked and tells."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._asks: set[str] = set()
        self._voice_thread = ""
        self._unanswered: deque[Intent] = deque()  # each is a Ping, or has one behind it
        self._phases: dict[str, PhaseChanged] = {}

    @property
    def is_busy(self) -> bool:
        """Somebody speaks or is answered, or a recording, an import or an upload goes on."""
        return bool(self._open)

    def is_busy_in(self, thread_id: str) -> bool:
        """In this thread somebody speaks or is answered."""
        return f"thread {thread_id}" in self._open

    @property
    def phases(self) -> tuple[PhaseChanged, ...]:
        """What was told last of the threads in which somebody speaks or is answered."""
        return tuple(self._phases.values())

    @property
    def voice_thread(self) -> str:
        """Where voice is on, or empty; while it has no line, that keeps nothing busy."""
        return self._voice_thread

    @property
    def is_asking(self) -> bool:
        """What was asked is not taken up, or not answered by the service, beside conversations."""
        return bool(self._asks or self._unanswered)

    @property
    def is_beginning(self) -> bool:
        """It was asked to hear the person, and has not said yet that it does."""
        return any(isinstance(intent, BEGINS) for intent in self._unanswered)

    def sent(self, intent: Intent) -> None:
        """The engine was asked for this."""
        match intent:
            case Ask(ask_id, UploadDocument()):
                self._open.add(f"ask {ask_id}")
            case Ask(ask_id):
                self._asks.add(ask_id)
            case CancelAsk(ask_id):
                self._answered(ask_id)
            case StopVoice():
                self._voice_thread = ""
            case StartVoice(thread_id):
                self._voice_thread = thread_id
        if isinstance(intent, (*PINGED, Ping)):
            self._unanswered.append(intent)

    def told(self, event: LinkEvent) -> None:
        """The engine told this."""
        match event:
            case PhaseChanged():
                self._on_phase(event)
            case ThreadRemoved(thread_id):
                self._follow(f"thread {thread_id}", is_open=False)
            case NoteChanged(note_id, state):
                self._follow(f"note {note_id}", is_open=state is NoteState.RECORDING)
            case MicrophoneTestChanged(state):
                self._follow("microphone test", is_open=state is MicrophoneTest.LISTENING)
            case ImportAdvanced():
                self._follow("import", is_open=not event.is_over)
            case Answered(ask_id):
                self._answered(ask_id)
            case Pong() if self._unanswered:
                self._unanswered.popleft()

    def _on_phase(self, event: PhaseChanged) -> None:
        is_open = event.phase is not Phase.READY or event.is_voice_on
        self._follow(f"thread {event.thread_id}", is_open=is_open and not event.is_unreached)
        if is_open:
            self._phases[event.thread_id] = event
        else:
            self._phases.pop(event.thread_id, None)
        if any(isinstance(intent, StartVoice | StopVoice) for intent in self._unanswered):
            return  # it may have been told before that was taken up
        if event.is_voice_on:
            self._voice_thread = event.thread_id
        elif event.thread_id == self._voice_thread:
            self._voice_thread = ""

    def _follow(self, name: str, *, is_open: bool) -> None:
        (self._open.add if is_open else self._open.discard)(name)

    def _answered(self, ask_id: str) -> None:
        self._asks.discard(ask_id)
        self._open.discard(f"ask {ask_id}")
