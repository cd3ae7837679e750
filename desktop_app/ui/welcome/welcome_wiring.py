"""The first start: when it is shown, and what its steps do."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.link.device_messages import (
    ListDevices,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
)
from desktop_app.settings import Settings
from desktop_app.state.app_state import AppState, Conversation, Devices, Levels
from desktop_app.ui.settings.settings_wiring import SettingsWiring, device_choices
from desktop_app.ui.welcome.welcome_pane import MICROPHONE, TRY, WelcomePane
from desktop_app.ui.wires import Wires

_MEMORY = "welcome"
_DONE = "done"


class WelcomeWiring(QObject):
    """Shown until it is done or skipped, from the step that was reached. Main thread only.

    How far it came is kept with the places of the window: it is no preference.
    """

    def __init__(self, wires: Wires, settings: SettingsWiring) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._window = wires.window
        self._settings = settings
        self._pane: WelcomePane | None = None

    def begin(self) -> None:
        """Show it on a first start, or where an earlier one left it."""
        reached = self._window.recall(_MEMORY)
        if reached == _DONE:
            return
        pane = self._pane = WelcomePane(self._window.look, self._window.pane)
        pane.show_step(int(reached) if reached.isdecimal() else 0)
        pane.step_changed.connect(self._on_step)
        pane.profile_chosen.connect(self._on_profile)
        pane.finished.connect(self._finish)
        pane.key.key_given.connect(self._on_key)
        for device in pane.devices:
            device.changed.connect(self._settings.change)
        pane.microphone.listen_requested.connect(self._on_listen)
        pane.microphone.play_requested.connect(self._on_play)
        pane.microphone.stop_requested.connect(self._on_stop)
        store = self._wires.store
        store.engine_lost.connect(pane.microphone.forget_asking)
        store.devices_changed.connect(self._show_devices)
        store.levels_changed.connect(self._show_levels)
        store.threads_changed.connect(self._on_threads)
        store.conversation_changed.connect(self._on_conversation)
        self._settings.keeper.changed.connect(self._show_settings)
        self._window.talk_key.begun.connect(self._on_talk)
        self._window.talk_key.toggled.connect(self._on_talk)
        self._window.pane.use_welcome(pane)
        self._settings.keeper.read()
        self._on_threads(store.state)
        if pane.step == MICROPHONE:
            self._wires.send(ListDevices())

    def _finish(self) -> None:
        if self._pane is None:
            return
        self._window.remember(_MEMORY, _DONE)
        if self._pane.step == MICROPHONE:
            self._wires.send(StopMicrophoneTest())
        store, pane = self._wires.store, self._pane
        store.devices_changed.disconnect(self._show_devices)
        store.levels_changed.disconnect(self._show_levels)
        store.threads_changed.disconnect(self._on_threads)
        store.conversation_changed.disconnect(self._on_conversation)
        self._settings.keeper.changed.disconnect(self._show_settings)
        self._window.talk_key.begun.disconnect(self._on_talk)
        self._window.talk_key.toggled.disconnect(self._on_talk)
        self._pane = None
        self._window.pane.use_welcome(None)
        pane.deleteLater()
        self._window.pane.composer.setFocus()

    def _on_threads(self, state: AppState) -> None:
        """Whoever has conversations already needs no welcome, unless it is under way."""
        if state.threads and not self._window.recall(_MEMORY):
            self._finish()

    def _on_conversation(self, conversation: Conversation) -> None:
        """The try, or any other question, was made: the conversation has begun."""
        if self._pane is not None and self._pane.step == TRY and conversation.messages:
            self._finish()

    def _on_step(self, step: int) -> None:
        self._window.remember(_MEMORY, str(step))
        self._wires.send(StopMicrophoneTest())
        if step == MICROPHONE:
            self._wires.send(ListDevices())
        if step == TRY:  # the talk key belongs to an empty composer
            self._window.pane.composer.setFocus()

    def _on_profile(self, profile: str) -> None:
        self._settings.keeper.change("profile", profile)

    def _show_settings(self, settings: Settings) -> None:
        if self._pane is not None:
            self._pane.show_profile(settings.profile)
            self._pane.show_talk_mode(settings.voice.talk_mode)
            self._show_devices(self._wires.store.state.devices)
            if settings.profile == "backboard":
                self._settings.read_key_state(self._pane.key, settings.profile)

    def _on_key(self, key: str) -> None:
        if self._pane is not None:
            self._settings.check_key(self._pane.key, "backboard", key)

    def _show_devices(self, devices: Devices) -> None:
        if self._pane is None:
            return
        for row in self._pane.devices:
            choices = device_choices(devices, row.row.path)
            row.show_choices(choices, self._settings.keeper.settings)
        self._pane.microphone.show_test(devices.test)

    def _show_levels(self, levels: Levels) -> None:
        if self._pane is not None:
            self._pane.microphone.show_level(levels.microphone)

    def _on_talk(self) -> None:
        if self._pane is not None and self._pane.step == TRY:
            self._pane.show_pressed()

    def _on_listen(self) -> None:
        device = self._settings.keeper.settings.voice.input_device_id
        self._wires.send(StartMicrophoneTest(device))

    def _on_play(self) -> None:
        self._wires.send(PlayMicrophoneTest())

    def _on_stop(self) -> None:
        self._wires.send(StopMicrophoneTest())
