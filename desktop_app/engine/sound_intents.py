"""Which of the wishes about sound may be carried out now: there is one microphone for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop_app.engine.recording_desk import RecordingIntent
from desktop_app.link.device_messages import (
    DeviceIntent,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
)
from desktop_app.link.notes import StartNote, StopNote
from desktop_app.link.recordings import PlayNote, PlayUtterance, StopUtterance


class Sound(Protocol):
    """What belongs to sound and to no conversation."""

    def on_intent(self, intent: DeviceIntent) -> None: ...

    def refuse_test(self, code: str) -> None: ...

    def refuse_note(self, note_id: str, code: str) -> None: ...


class SoundIntents:
    """Routes them. Loop thread only.

    Args:
        sound: Serves what is asked of devices.
        recordings: Carries out what is wanted of recordings.
        is_conversing: Whether somebody speaks in a conversation, or may.
    """

    def __init__(
        self,
        sound: Sound,
        recordings: Callable[[RecordingIntent], None],
        is_conversing: Callable[[], bool],
    ) -> None:
        self._sound = sound
        self._recordings = recordings
        self._is_conversing = is_conversing

    def of_devices(self, intent: DeviceIntent) -> None:
        """Use a device, unless a conversation has the microphone."""
        match intent:
            case StartMicrophoneTest() | PlayMicrophoneTest() if self._is_conversing():
                self._sound.refuse_test("microphone.in_use")
            case StartNote() if self._is_conversing():
                self._sound.refuse_note(intent.note_id, "note.in_use")
            case StartNote():
                self._recordings(StopUtterance())
                self._sound.on_intent(intent)
            case _:
                self._sound.on_intent(intent)

    def of_recordings(self, intent: RecordingIntent) -> None:
        """A note that is being recorded would hear what plays: it ends first."""
        if isinstance(intent, PlayUtterance | PlayNote):
            self._sound.on_intent(StopNote())
        self._recordings(intent)

    def free_microphone(self) -> None:
        """A conversation needs it: what was said into a note so far is the note."""
        self._sound.on_intent(StopMicrophoneTest())
        self._sound.on_intent(StopNote())
