"""The sound of the engine's process: devices of conversations, their list, the microphone test."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from weakref import WeakSet

from msgspec.structs import replace

from desktop_app.audio.devices import DeviceKind, DeviceWish, Direction, SoundDevice
from desktop_app.audio.far_end import FarEnd
from desktop_app.audio.loudspeaker import Loudspeaker
from desktop_app.audio.microphone import Microphone
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.audio.sound_stream import SoundStream
from desktop_app.engine.microphone_tester import MicrophoneTester
from desktop_app.engine.note_desk import NoteDesk
from desktop_app.errors import DeviceError
from desktop_app.link.device_messages import (
    DeviceIntent,
    DevicesChanged,
    DeviceShown,
    ListDevices,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
    SwitchMicrophone,
)
from desktop_app.link.messages import (
    LinkEvent,
    PhaseChanged,
)
from desktop_app.link.notes import DiscardNote, StartNote, StopNote
from desktop_app.processes.engine_parts import SoundParts
from desktop_app.settings import VoiceSettings
from desktop_app.tasks import Background


class EngineSound:
    """Makes devices for conversations and serves what a window asks of sound. Loop thread only.

    Args:
        voice: The settings, as they are now.
        publish: Takes news for windows.
        background: Where its tasks run.
    """

    def __init__(
        self,
        system: SoundSystem,
        voice: Callable[[], VoiceSettings],
        publish: Callable[[LinkEvent], None],
        background: Background,
    ) -> None:
        self._system = system
        self._voice = voice
        self._publish = publish
        self._background = background
        self._switched: DeviceWish | None = None
        self._microphones: WeakSet[Microphone] = WeakSet()
        self._loudspeakers: WeakSet[Loudspeaker] = WeakSet()
        self._watching = contextlib.ExitStack()
        self._is_watched = False
        self._shown: tuple[DeviceShown, ...] | None = None
        self._tester = MicrophoneTester(
            self._tried_microphone, self.open_loudspeaker, publish, background
        )
        self._notes = NoteDesk(self._noted_microphone, publish, background)

    def open_sound(self, voice: VoiceSettings) -> SoundParts:
        """The devices of one conversation, still closed."""
        far_end = FarEnd()
        microphone = Microphone(self._system, self._switched or heard_by(voice))
        loudspeaker = Loudspeaker(self._system, spoken_by(voice), far_end=far_end)
        self._microphones.add(microphone)
        self._loudspeakers.add(loudspeaker)
        return SoundParts(microphone, loudspeaker, far_end)

    def open_loudspeaker(self) -> Loudspeaker:
        """One for a recording, still closed."""
        return Loudspeaker(self._system, spoken_by(self._voice()))

    def on_intent(self, intent: DeviceIntent) -> None:
        """Carry one intent out, or start to."""
        match intent:
            case SwitchMicrophone():
                self._switched = DeviceWish(intent.device, intent.device)
                self._use(self._switched)
            case ListDevices():
                self._watch()
                self._shown = None
                self._list()
            case StartMicrophoneTest():
                self._notes.take(StopNote())
                self._tester.start(intent.device)
            case PlayMicrophoneTest():
                self._tester.play()
            case StopMicrophoneTest():
                self._tester.stop()
            case StartNote():
                self._tester.stop()
                self._notes.take(intent)
            case StopNote() | DiscardNote():
                self._notes.take(intent)

    def refuse_test(self, code: str) -> None:
        """Say why the microphone cannot be tested now."""
        self._tester.refuse(code)

    def refuse_note(self, note_id: str, code: str) -> None:
        """Say why no voice note can be recorded now."""
        self._notes.refuse(note_id, code)

    def settle(self) -> None:
        """The settings were read again: they decide which devices are used."""
        voice = self._voice()
        self._switched = None
        self._use(heard_by(voice))
        for loudspeaker in tuple(self._loudspeakers):
            loudspeaker.use(spoken_by(voice))

    def follow(self, event: LinkEvent) -> None:
        """A conversation may have opened a device, or closed one."""
        if isinstance(event, PhaseChanged) and self._is_watched:
            self._list()

    def close(self) -> None:
        """Watch no more. Idempotent."""
        self._watching.close()
        self._is_watched = False

    def _use(self, wish: DeviceWish) -> None:
        for microphone in tuple(self._microphones):
            microphone.use(wish)

    def _watch(self) -> None:
        if not self._is_watched:
            self._is_watched = True
            self._watching.enter_context(self._system.watched(self._list))

    def _list(self) -> None:
        self._background.run(self._tell_devices(), name="list devices")

    async def _tell_devices(self) -> None:
        try:
            found = await self._system.devices()
            streams = await self._system.in_use()
        except DeviceError:
            found, streams = (), ()
        shown = tuple(_shown(device, streams) for device in found)
        known = tuple(replace(one, latency_ms=0) for one in shown)
        if known != self._shown:  # a latency that wavers is no news
            self._shown = known
            self._publish(DevicesChanged(shown))

    def _tried_microphone(self, device: str) -> Microphone:
        wish = DeviceWish(device, device) if device else heard_by(self._voice())
        return Microphone(self._system, wish)

    def _noted_microphone(self) -> Microphone:
        microphone = Microphone(self._system, self._switched or heard_by(self._voice()))
        self._microphones.add(microphone)
        return microphone


def heard_by(voice: VoiceSettings) -> DeviceWish:
    """The microphone that the settings name."""
    return DeviceWish(voice.input_device_id, voice.input_device)


def spoken_by(voice: VoiceSettings) -> DeviceWish:
    """The loudspeaker that the settings name."""
    return DeviceWish(voice.output_device_id, voice.output_device)


def _shown(device: SoundDevice, streams: tuple[SoundStream, ...]) -> DeviceShown:
    stream = next((one for one in streams if one.device.is_same(device)), None)
    latency_s = device.latency_s if stream is None else stream.delay_s
    return DeviceShown(
        device.id,
        device.name,
        device.direction is Direction.INPUT,
        device.rate_hz,
        device.channels,
        device.is_default,
        device.kind is DeviceKind.BLUETOOTH,
        stream is not None,
        round(latency_s * 1000),
    )
