"""Between the settings page, the settings file, the service and the sound devices."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.credentials import Credentials, CredentialsUnavailableError, Secret
from desktop_app.errors import InputError
from desktop_app.link.device_messages import (
    ListDevices,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
)
from desktop_app.link.messages import ReloadSettings
from desktop_app.profiles import EMBEDDED, KEY_VARIABLE, with_service, without_service
from desktop_app.prose import tr
from desktop_app.protocol.service_calls import CheckKey, GetKeyState, KeyState
from desktop_app.sentences import sentence_of
from desktop_app.settings import ProfileSettings, Settings
from desktop_app.state.app_state import Devices, Levels
from desktop_app.ui.keys_page import KeysPage
from desktop_app.ui.remembered_look import remember_look
from desktop_app.ui.service_asks import AskError
from desktop_app.ui.settings.about import licences
from desktop_app.ui.settings.device_facts import device_facts
from desktop_app.ui.settings.key_card import KeyCard
from desktop_app.ui.settings.setting_table import SECTIONS
from desktop_app.ui.settings.settings_keeper import SettingsKeeper
from desktop_app.ui.settings.settings_page import SettingsPage
from desktop_app.ui.shortcuts import rebind
from desktop_app.ui.wires import Wires

SETTINGS = "settings"
KEYS = "keys"
_CERTIFICATES = "network.ca_file"
_UNREACHED = ("network.unreachable", "network.timeout", "network.lost", "http.503")
DEVICE_PATHS = ("voice.input_device_id", "voice.output_device_id")
"""Settings of the microphone and the loudspeaker."""


class SettingsWiring(QObject):
    """The settings page. Main thread only; it opens no microphone unless asked to test one.

    Signals:
        page_shown: The SettingsPage, each time that it comes on screen.
    """

    page_shown = Signal(object)

    def __init__(self, wires: Wires, credentials: Credentials | None = None) -> None:
        super().__init__(wires.window)
        self._wires = wires
        self._window = wires.window
        self._credentials = credentials or Credentials()
        self._page: SettingsPage | None = None
        self._keys: KeysPage | None = None
        self.keeper = SettingsKeeper(wires)
        self.keeper.changed.connect(self._on_settings)
        self._window.pane.add_page(SETTINGS, self._make_page)
        self._window.pane.page_changed.connect(self._on_page_changed)
        self._window.pane.add_page(KEYS, self._make_keys)
        self._window.settings_requested.connect(partial(self._toggle, SETTINGS))
        self._window.keys_requested.connect(partial(self._toggle, KEYS))
        wires.store.devices_changed.connect(self._show_devices)
        wires.store.levels_changed.connect(self._show_levels)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)  # there is no window without it
        application.applicationStateChanged.connect(self._on_state)

    def _on_state(self, state: Qt.ApplicationState) -> None:
        """Who comes back may have been in an editor with the file."""
        is_back = state is Qt.ApplicationState.ApplicationActive
        if is_back and self._page is not None and self._page.isVisible():
            self.keeper.look_again()

    def _make_page(self, parent: QWidget) -> SettingsPage:
        page = SettingsPage(self._window.look, parent, self.keeper.settings)
        self._page = page
        for row in page.rows:
            row.changed.connect(self.change)
        page.key.key_given.connect(self._on_key)
        page.own.saved.connect(self._on_own_saved)
        page.own.removed.connect(self._on_own_removed)
        page.microphone.listen_requested.connect(self._on_listen)
        page.microphone.play_requested.connect(self._on_play)
        page.microphone.stop_requested.connect(self._on_stop)
        self._wires.store.engine_lost.connect(page.microphone.forget_asking)
        page.keys.bound.connect(self._on_bound)
        page.approvals.revoked.connect(self._on_revoked)
        page.show_licences.clicked.connect(self._on_licences)
        return page

    def _make_keys(self, parent: QWidget) -> KeysPage:
        self._keys = KeysPage(self._window.look, parent)
        self._keys.show_keys(self.keeper.settings.shortcuts)
        return self._keys

    def _toggle(self, name: str) -> None:
        pane = self._window.pane
        pane.show_page("" if pane.page == name else name)

    def _on_page_changed(self, name: str) -> None:
        if name == SETTINGS:
            self._window.close_overlays()
            self.keeper.read()
            self._wires.send(ListDevices())
            self._show_devices(self._wires.store.state.devices)
            self.page_shown.emit(self._page)
        elif self._page is not None:
            self._wires.send(StopMicrophoneTest())

    @property
    def focused(self) -> str:
        """Path of the setting that has the keyboard, or empty."""
        rows = self._page.rows if self._page is not None and self._page.isVisible() else ()
        return next((row.row.path for row in rows if row.control.hasFocus()), "")

    def focus_on(self, path: str) -> None:
        """Give the keyboard to a setting of the page that is shown."""
        if self._page is not None:
            self._page.show_row(path)

    def open_at(self, path: str) -> None:
        """Show the page with one of its settings in sight."""
        self._window.pane.show_page(SETTINGS)
        self.focus_on(path)

    # ---- values -------------------------------------------------------------------------------

    def change(self, path: str, value: object) -> None:
        """Exchange a setting as a person chose it."""
        before = self.keeper.settings.profile
        self.keeper.change(path, value)
        if path.endswith("_device_id"):
            self._name_device(path, str(value))
            self._show_devices(self._wires.store.state.devices)
        if self.keeper.settings.profile != before:
            self._read_key_state()
        if path == _CERTIFICATES:
            self._wires.run(partial(self._look_at_certificates, str(value)), "certificates")

    async def _look_at_certificates(self, file: str) -> None:
        """What is wrong with them is said where they are named, not when somebody is asked."""
        from desktop_app.network_access import CA_VARIABLE, trust_context  # it brings ssl along

        fault = ""
        try:
            await self._wires.on_worker(partial(trust_context, {CA_VARIABLE: file}))
        except InputError as error:
            fault = sentence_of(error.code, error.facts)
        if self._page is not None and self.keeper.settings.network.ca_file == file:
            self._page.row(_CERTIFICATES).show_fault(fault)

    def _name_device(self, path: str, device_id: str) -> None:
        """The name too: the id may be another one when it is plugged in again."""
        devices = self._wires.store.state.devices.shown
        name = next((one.name for one in devices if one.id == device_id), "")
        self.keeper.change(path.removesuffix("_id"), name)

    def choose_talk_mode(self, mode: str) -> None:
        """What the talk key does, chosen where one talks."""
        self.keeper.change_as_read("voice.talk_mode", mode)

    def _on_settings(self, settings: Settings) -> None:
        """What the window itself follows at once."""
        look, appearance = self._window.look, settings.appearance
        look.is_calm = appearance.reduced_motion
        if self._window.recall("theme") not in ("", appearance.theme):
            look.pin(appearance.theme)  # changed; else the command line may have another one
        if remember_look(self._window.memory, appearance):
            self._window.rebuild_requested.emit()
        self._window.use_talk_mode(settings.voice.talk_mode)
        rebind(self._window, look.tips, settings.shortcuts)
        if self._keys is not None:
            self._keys.show_keys(settings.shortcuts)
        page = self._page
        if page is None:
            return
        named = next(one for one in SECTIONS[0].rows if one.path == "profile").choices
        known = {name: tr(words) for name, words in named.items()}
        page.row("profile").show_choices(
            known | {name: name for name in settings.profiles if name not in known}, settings
        )
        page.show_settings(settings)
        page.own.show_services(settings.profiles)
        page.keys.show_keys(settings.shortcuts)
        page.approvals.show_approvals(settings.approvals)
        self._read_key_state()

    def _on_bound(self, name: str, keys: str) -> None:
        settings = self.keeper.settings
        chosen = {**settings.shortcuts, name: keys}
        self.keeper.replace(replace(settings, shortcuts=chosen))

    def _on_revoked(self, name: str) -> None:
        settings = self.keeper.settings
        kept = {known: one for known, one in settings.approvals.items() if known != name}
        self.keeper.replace(replace(settings, approvals=kept))

    def _on_own_saved(self, before: str, name: str, service: ProfileSettings) -> None:
        """A new one is used at once; one with another name keeps its key under the new one."""
        self.keeper.replace(with_service(self.keeper.settings, before, name, service))
        if before and before != name:
            self._wires.run(partial(self._move_key, before, name), f"move key {before}")

    async def _move_key(self, before: str, name: str) -> None:
        try:
            secret = await self._credentials.get(before)
            if secret:
                await self._credentials.set(name, secret)
                await self._credentials.delete(before)
        except CredentialsUnavailableError:
            return  # there is no keyring, so there was no key in it
        self._read_key_state()

    def _on_own_removed(self, name: str) -> None:
        self.keeper.replace(without_service(self.keeper.settings, name))
        self._wires.run(partial(self._forget_key, name), f"forget key {name}")

    async def _forget_key(self, name: str) -> None:
        try:
            await self._credentials.delete(name)
        except CredentialsUnavailableError:
            return

    # ---- the key ------------------------------------------------------------------------------

    def _read_key_state(self) -> None:
        page, profile = self._page, self.keeper.settings.profile
        if page is None:
            return
        page.show_key(is_wanted=profile != EMBEDDED)
        if profile != EMBEDDED:
            self.read_key_state(page.key, profile)

    def read_key_state(self, card: KeyCard, profile: str) -> None:
        """Say on the card what is known of a profile's key."""
        self._wires.run(partial(self._ask_key_state, card, profile), f"key state {id(card)}")

    async def _ask_key_state(self, card: KeyCard, profile: str) -> None:
        try:
            state = await self._wires.asks.ask(GetKeyState(profile))
        except AskError as error:
            card.show_words(sentence_of(error.code, error.facts), "warn")
            return
        if isinstance(state, KeyState):
            card.show_words(*key_words(state))

    def _on_key(self, key: str) -> None:
        page = self._page
        if page is not None:
            self.check_key(page.key, self.keeper.settings.profile, key)

    def check_key(self, card: KeyCard, profile: str, key: str) -> None:
        """Have the service look at a key, keep it if it is good, and say so on the card."""
        self._wires.run(partial(self._check_key, card, profile, key), "check key")

    async def _check_key(self, card: KeyCard, profile: str, key: str) -> None:
        card.show_busy(True)
        card.show_words(tr("Asking the service…"))
        try:
            await self._wires.asks.ask(CheckKey(profile, key))
            await self._credentials.set(profile, Secret(key))
        except AskError as error:
            card.show_words(unchecked_words(error), "danger")
        except CredentialsUnavailableError:
            card.field.clear()
            card.show_words(unkept_words(), "warn")
            self._wires.send(ReloadSettings(counts_from_start=True))  # an engine gets it then
        else:
            card.field.clear()
            card.show_words(tr("The service took the key. It is kept in the system's keyring."))
            self._wires.send(ReloadSettings())
        finally:
            card.show_busy(False)

    # ---- sound --------------------------------------------------------------------------------

    def _show_devices(self, devices: Devices) -> None:
        page = self._page
        if page is None:
            return
        for path in DEVICE_PATHS:
            page.row(path).show_choices(device_choices(devices, path), self.keeper.settings)
        voice = self.keeper.settings.voice
        facts = device_facts(devices, voice.input_device_id, voice.output_device_id)
        page.microphone.show_facts(facts)
        page.microphone.show_test(devices.test)

    def _show_levels(self, levels: Levels) -> None:
        if self._page is not None:
            self._page.microphone.show_level(levels.microphone)

    def _on_listen(self) -> None:
        self._wires.send(StartMicrophoneTest(self.keeper.settings.voice.input_device_id))

    def _on_play(self) -> None:
        self._wires.send(PlayMicrophoneTest())

    def _on_stop(self) -> None:
        self._wires.send(StopMicrophoneTest())

    # ---- about --------------------------------------------------------------------------------

    def _on_licences(self) -> None:
        self._wires.run(self._read_licences, "licences")

    async def _read_licences(self) -> None:
        text = await self._wires.on_worker(licences)
        if self._page is not None:
            self._page.licences.setPlainText(text)
            self._page.licences.show()


def device_choices(devices: Devices, path: str) -> dict[str, str]:
    """What can be chosen for the setting of a sound device: names by id."""
    is_input = path == DEVICE_PATHS[0]
    known = {one.id: one.name for one in devices.shown if one.is_input is is_input and one.id}
    return {"": tr("Same as system"), **known}


def key_words(state: KeyState) -> tuple[str, str]:
    """What is known of a key, and the token of its colour."""
    if not state.is_needed:
        return tr("This service wants no key."), "dim"
    if state.is_known:
        return tr("There is a key. A new one takes its place."), "dim"
    if not state.is_kept_safe:
        return no_keyring_words(), "warn"
    return tr("Paste a key; the service is asked at once whether it is good."), "dim"


def unchecked_words(error: AskError) -> str:
    """Why a key was not kept: no message waits for it, as other sentences say."""
    family = error.code.partition(".")[0]
    if family == "access":
        return tr("The service refused this key. It was not kept; copy the whole key once more.")
    if error.code in _UNREACHED or family == "ask":
        return tr("The service cannot be reached at the moment. The key was not kept; try again.")
    if family in ("network", "profile"):
        return sentence_of(error.code, error.facts)
    return tr("The service did not say whether the key is good. It was not kept; try again later.")


def no_keyring_words() -> str:
    """There is no keyring: what is done instead. Nothing is ever written to a plain file."""
    words = tr(
        "This system has no keyring that answers. A key is used until Parley ends; one in "
        "{variable} is there at every start."
    )
    return words.format(variable=KEY_VARIABLE)


def unkept_words() -> str:
    """A good key that no keyring took."""
    words = tr(
        "The service took the key. No keyring keeps it, so it is used until Parley ends; put it "
        "into {variable} to have it at every start."
    )
    return words.format(variable=KEY_VARIABLE)
