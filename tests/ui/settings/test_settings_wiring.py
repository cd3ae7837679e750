"""The settings by mouse and keys: written at once, told to the engine, searched."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShortcut

from desktop_app.credentials import Credentials, Secret
from desktop_app.link.device_messages import (
    DevicesChanged,
    DeviceShown,
    ListDevices,
    MicrophoneTest,
    MicrophoneTestChanged,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
)
from desktop_app.link.messages import LevelMeasured, ReloadSettings
from desktop_app.protocol.commands import Answerer
from desktop_app.protocol.service_calls import CheckKey, Done, GetKeyState, KeyState
from desktop_app.settings import AppearanceSettings, Settings, load
from desktop_app.ui.button import Button
from desktop_app.ui.keys_page import KeyCap
from desktop_app.ui.remembered_look import remember_look
from desktop_app.ui.service_asks import AskError
from desktop_app.ui.settings import settings_keeper
from desktop_app.ui.settings.setting_table import SECTIONS, matching, value_of
from desktop_app.ui.settings.settings_page import SettingsPage
from desktop_app.ui.settings.settings_wiring import key_words


class FakeAsks:
    """Answers at once, or fails."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.failure: AskError | None = None

    async def ask(self, question: object, on_advance: object = None) -> object:
        self.asked.append(question)
        if isinstance(question, GetKeyState):
            return KeyState(is_needed=True, is_known=False, is_kept_safe=True)
        if self.failure is not None:
            raise self.failure
        return Done()


class KeptKeys(Credentials):
    """A keyring in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, str] = {}

    async def set(self, name, secret) -> None:
        self.kept[name] = secret.reveal()

    async def get(self, name):
        return Secret(self.kept[name]) if name in self.kept else None

    async def delete(self, name) -> None:
        self.kept.pop(name, None)


@pytest.fixture
def asks(desk) -> FakeAsks:
    fake = FakeAsks()
    wiring = desk.wiring.settings
    wiring._wires = replace(wiring._wires, asks=fake)
    wiring._credentials = KeptKeys()
    return fake


@pytest.fixture
def page(desk, asks, qtbot) -> SettingsPage:
    desk.wiring.start()
    desk.window.settings_requested.emit()
    return desk.window.pane._pages["settings"]


def written(tmp_path: Path) -> dict:
    return json.loads((tmp_path / "settings.json").read_text())


def test_every_setting_of_the_table_exists_and_its_choices_are_those_that_are_allowed():
    from dataclasses import fields

    for section in SECTIONS:
        for row in section.rows:
            value = value_of(Settings(), row.path)
            if row.choices and row.path != "profile":
                assert value in row.choices or isinstance(value, bool)
                *way, name = row.path.split(".")
                owner = value_of(Settings(), ".".join(way))
                allowed = next(one.metadata["allowed"] for one in fields(owner) if one.name == name)
                assert set(row.choices) == set(allowed)


def test_a_choice_is_written_at_once_and_the_engine_reads_it(desk, page, qtbot, tmp_path):
    choice = page.row("voice.talk_mode").control
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert written(tmp_path)["voice"]["talk_mode"] == "toggle"
    assert desk.sent[-1] == ReloadSettings()
    assert desk.window.talk_key.mode == "toggle"


def test_of_another_service_or_network_the_engine_learns_that_it_is_outdated(desk, page, asks):
    page.row("network.proxy").changed.emit("network.proxy", "http://127.0.0.1:3128")
    assert desk.sent[-1] == ReloadSettings(counts_from_start=True)
    desk.wiring.settings.change("voice.talk_mode", "toggle")
    assert desk.sent[-1] == ReloadSettings()
    desk.wiring.settings.change("profile", "backboard")
    assert ReloadSettings(counts_from_start=True) in desk.sent[-2:]


def test_a_theme_is_seen_at_once(desk, page, qtbot):
    choice = page.row("appearance.theme").control
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_End)
    assert desk.window.look.is_dark
    assert desk.window._memory.value("theme") == "dark"


@pytest.mark.parametrize("is_first_start", [False, True])
def test_opening_the_settings_leaves_a_theme_that_the_command_line_asked_for(
    desk, asks, is_first_start
):
    if not is_first_start:
        remember_look(desk.window.memory, AppearanceSettings())
    desk.window.look.pin("dark")
    told: list[object] = []
    desk.wiring.start()
    desk.wiring.settings.keeper.changed.connect(told.append)
    desk.window.settings_requested.emit()
    assert told
    assert desk.window.look.is_dark


def test_a_switch_turns_by_a_click(desk, page, qtbot, tmp_path):
    switch = page.row("appearance.reduced_motion").control
    was = switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert written(tmp_path)["appearance"]["reduced_motion"] is not was
    assert desk.window.look.is_calm is not was


def test_a_number_counts_when_it_is_complete_and_within_its_limits(page, qtbot, tmp_path):
    number = page.row("voice.end_silence_ms").control
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, "900")
    assert not (tmp_path / "settings.json").exists()
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert written(tmp_path)["voice"]["end_silence_ms"] == 900
    number.setValue(99_999)
    assert load(tmp_path / "settings.json").voice.end_silence_ms == 5000


def test_a_text_may_hold_spaces_which_do_not_begin_to_talk(desk, page, qtbot, tmp_path):
    text = page.row("network.ca_file").control
    text.setFocus()
    qtbot.keyClicks(text, "/my files/ca.pem")
    qtbot.keyClick(text, Qt.Key.Key_Return)
    assert written(tmp_path)["network"]["ca_file"] == "/my files/ca.pem"


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("network.proxy", "nonsense", "http://host:port"),
        ("network.proxy", "socks5://host:1080", "http://host:port"),
        ("network.proxy", "http://me:secret@host:8080", "HTTPS_PROXY"),
        ("language.base_url", "localhost:11434", "begins with https:// or http://"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_where_it_is_written(
    page, qtbot, tmp_path, path, text, said
):
    row = page.row(path)
    row.control.setText(text)
    qtbot.keyClick(row.control, Qt.Key.Key_Return)
    assert said in row._fault.text()
    assert said in row.control.accessibleDescription()
    assert not (tmp_path / "settings.json").exists()
    row.control.setText("http://127.0.0.1:8080")
    qtbot.keyClick(row.control, Qt.Key.Key_Return)
    assert row._fault.isHidden()
    assert "http://127.0.0.1:8080" in (tmp_path / "settings.json").read_text()


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), ("no", "no certificate")])
def test_certificates_that_cannot_be_used_are_told_where_they_are_named(
    page, qtbot, tmp_path, content, said
):
    file = tmp_path / "company.pem"
    if content is not None:
        file.write_text(content)
    row = page.row("network.ca_file")
    row.control.setText(str(file))
    qtbot.keyClick(row.control, Qt.Key.Key_Return)
    assert said in row._fault.text()
    row.control.clear()
    qtbot.keyClick(row.control, Qt.Key.Key_Return)
    assert row._fault.isHidden()


def test_a_file_written_by_hand_is_shown_and_a_damaged_one_is_told(desk, page, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"voice": {"talk_mode": "tap_lock"}, "mine": 1}')
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    assert page.row("voice.talk_mode").control.currentData() == "tap_lock"
    desk.wiring.settings.keeper.change("voice.barge_in", "off")
    assert written(tmp_path)["mine"] == 1
    file.write_text("{")
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    assert "settings.json" in desk.window.pane.notices.sentence
    assert page.row("voice.talk_mode").control.currentData() == "hold"


def test_what_an_editor_wrote_while_the_page_was_open_is_not_undone(desk, page, qapp, tmp_path):
    page.row("voice.barge_in").changed.emit("voice.barge_in", "off")
    told = len(desk.sent)
    back = partial(qapp.applicationStateChanged.emit, Qt.ApplicationState.ApplicationActive)
    back()
    assert len(desk.sent) == told, "nobody wrote it"
    edited = written(tmp_path)
    edited["voice"]["talk_mode"] = "toggle"
    edited["network"]["proxy"] = "http://127.0.0.1:3128"
    (tmp_path / "settings.json").write_text(json.dumps(edited))
    back()
    assert page.row("voice.talk_mode").control.currentData() == "toggle"
    assert desk.sent[told:] == [ReloadSettings(counts_from_start=True)]
    page.row("voice.barge_in").changed.emit("voice.barge_in", "auto")
    assert written(tmp_path)["voice"]["talk_mode"] == "toggle"


def test_what_is_chosen_while_the_file_is_read_stays(desk, page, tmp_path, monkeypatch):
    keeper = desk.wiring.settings.keeper

    def load_slowly(path, report):
        found = load(path, report=report)
        keeper.change("voice.talk_mode", "toggle")  # and is written before anybody looks at it
        return found

    keeper.change("voice.barge_in", "off")
    monkeypatch.setattr(settings_keeper, "load", load_slowly)
    keeper.look_again()
    assert written(tmp_path)["voice"]["talk_mode"] == "toggle"
    assert page.row("voice.talk_mode").control.currentData() == "toggle"
    keeper.change("voice.barge_in", "auto")
    assert written(tmp_path)["voice"]["talk_mode"] == "toggle"


def test_a_file_that_cannot_be_written_is_told(desk, page, tmp_path):
    (tmp_path / "settings.json").mkdir()
    desk.wiring.settings.keeper.change("voice.barge_in", "off")
    assert "could not be saved" in desk.window.pane.notices.sentence


def test_a_search_leaves_what_was_looked_for(page, qtbot):
    page.search.setFocus()
    qtbot.keyClicks(page.search, "silence ends")
    assert [row.row.path for row in page.rows if not row.isHidden()] == ["voice.end_silence_ms"]
    assert page.sections["network"].isHidden()
    page.search.setText("xyzzy")
    assert page._nothing.text() == "No setting is called “xyzzy”."
    assert page._nothing.isVisible()
    page.search.clear()
    assert not any(row.isHidden() for row in page.rows)
    assert page._nothing.isHidden()


def test_who_comes_back_or_is_led_to_a_setting_finds_what_was_not_looked_for(desk, page):
    page.search.setText("gallery")
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    assert page.isVisible()
    assert page.search.text() == ""
    page.search.setText("gallery")
    desk.wiring.settings.open_at("network.proxy")
    assert page.row("network.proxy").isVisible()


def test_a_search_brings_no_field_for_a_key_that_nobody_wants(desk, page):
    assert page.key.isHidden(), "the embedded service has none"
    page.search.setText("key")
    assert page.key.isHidden()
    page.search.clear()
    assert page.key.isHidden()
    desk.wiring.settings.keeper.change("profile", "backboard")
    page.search.setText("key")
    assert not page.key.isHidden()


def test_a_search_for_a_key_leaves_that_key(page):
    def shown() -> list[str]:
        return [name for name, field in page.keys.fields.items() if not field.isHidden()]

    every = shown()
    page.search.setText("gallery")
    assert shown() == ["gallery"]
    page.search.setText("keys")
    assert shown() == every
    page.search.clear()
    assert shown() == every


def test_a_search_for_shortcuts_leaves_all_keys_and_how_they_are_changed(page):
    page.search.setText("shortcut")
    assert not page.sections["keys"].isHidden()
    assert not page.keys.isHidden()
    assert not any(field.isHidden() for field in page.keys.fields.values())
    assert page.sections["voice"].isHidden()


@pytest.mark.parametrize("title", ["storage", "KEYS", "about"])
def test_a_search_finds_a_section_of_cards_by_its_title(page, title):
    page.search.setText(title)
    section = page.sections[title.casefold()]
    assert not section.isHidden()
    assert not any(card.isHidden() for card in section.others if card is not page.licences)
    page.search.setText("storage export")
    assert not page.storage.isHidden(), "one word of its title, one of its own"


def test_a_search_finds_by_title_hint_choice_and_file_name():
    def found(text: str) -> list[str]:
        return [row.path for section in matching(text) for row in section.rows]

    assert "voice.talk_mode" in found("tap to lock")
    assert found("proxy password") == ["network.proxy"]
    assert found("keep_recordings") == ["privacy.keep_recordings"]


def test_bar_20_devices_are_listed_live_and_no_microphone_is_opened(desk, page):
    assert desk.sent_of(ListDevices)
    assert not desk.sent_of(StartMicrophoneTest)
    shown = (DeviceShown("m", "USB Headset", True), DeviceShown("s", "Speakers", False))
    desk.store.apply(DevicesChanged(shown))
    desk.store.tell()
    control = page.row("voice.input_device_id").control
    assert [control.itemText(n) for n in range(control.count())] == [
        "Same as system",
        "USB Headset",
    ]


def test_a_device_is_chosen_by_id_and_name_and_stays_chosen_when_it_is_away(
    desk, page, qtbot, tmp_path
):
    desk.store.apply(DevicesChanged((DeviceShown("m", "USB Headset", True),)))
    desk.store.tell()
    control = page.row("voice.input_device_id").control
    control.setFocus()
    qtbot.keyClick(control, Qt.Key.Key_Down)
    voice = written(tmp_path)["voice"]
    assert (voice["input_device_id"], voice["input_device"]) == ("m", "USB Headset")
    desk.store.apply(DevicesChanged(()))
    desk.store.tell()
    assert control.currentText() == "m (not here now)"


def test_bar_21_how_fast_and_how_late_the_devices_are_stands_below_their_test(desk, page, qtbot):
    assert page.microphone.facts.text() == ""
    shown = (
        DeviceShown("m", "Headset", True, 48_000, 1, is_default=True, latency_ms=21),
        DeviceShown("n", "Desk", True, 44_100, 2),
        DeviceShown("s", "Speakers", False, 48_000, 2, is_default=True, latency_ms=12),
    )
    desk.store.apply(DevicesChanged(shown))
    desk.store.tell()
    assert page.microphone.facts.text().splitlines() == [
        "Microphone: Headset, 48 kHz, 21 ms late",
        "Loudspeaker: Speakers, 48 kHz, 12 ms late",
    ]
    control = page.row("voice.input_device_id").control
    control.setFocus()
    qtbot.keyClick(control, Qt.Key.Key_End)
    assert page.microphone.facts.text().splitlines()[0] == "Microphone: Desk, 44.1 kHz"


def test_the_microphone_is_tested_with_level_and_play_back(desk, page, qtbot):
    card = page.microphone
    qtbot.mouseClick(card.listen, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == StartMicrophoneTest("")
    desk.store.apply(MicrophoneTestChanged(MicrophoneTest.LISTENING))
    desk.store.tell()
    desk.store.apply(LevelMeasured(0.7, 0.0))
    desk.store.tell()
    assert card.level.accessibleName() == "Level 70 percent"
    qtbot.mouseClick(card.listen, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == StopMicrophoneTest()
    assert not card.play.isEnabled()
    desk.store.apply(MicrophoneTestChanged(MicrophoneTest.OFF, "m", 2000))
    desk.store.tell()
    qtbot.mouseClick(card.play, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == PlayMicrophoneTest()
    desk.store.apply(MicrophoneTestChanged(MicrophoneTest.OFF, "m", 0, "microphone.in_use"))
    desk.store.tell()
    assert card.words.text()


def test_it_is_said_that_the_microphone_is_being_opened_until_it_is(desk, page, qtbot):
    card, opening = page.microphone, "The microphone is being opened…"
    qtbot.mouseClick(card.listen, Qt.MouseButton.LeftButton)
    assert card.words.text() == opening
    desk.store.apply(DevicesChanged(()))  # of an engine that starts
    desk.store.tell()
    assert card.words.text() == opening
    desk.store.apply(MicrophoneTestChanged(MicrophoneTest.LISTENING))
    desk.store.tell()
    assert card.words.text().startswith("Say something.")
    desk.store.apply(MicrophoneTestChanged(MicrophoneTest.OFF))
    desk.store.tell()
    assert card.words.text().startswith("Nothing is recorded")


@pytest.mark.parametrize("is_open", [False, True])
def test_a_test_ends_with_the_engine(desk, page, qtbot, is_open):
    card = page.microphone
    qtbot.mouseClick(card.listen, Qt.MouseButton.LeftButton)
    if is_open:
        desk.store.apply(MicrophoneTestChanged(MicrophoneTest.LISTENING))
        desk.store.tell()
    desk.store.lose_engine()
    desk.store.tell()
    assert card.words.text().startswith("Nothing is recorded")
    assert card.listen.text() == "Test the microphone"


def test_leaving_the_page_ends_a_test(desk, page):
    desk.window.escape_pressed.emit()
    assert desk.window.pane.page == ""
    assert desk.sent[-1] == StopMicrophoneTest()


def choose_backboard(page, qtbot) -> None:
    control = page.row("profile").control
    control.setFocus()
    qtbot.keyClick(control, Qt.Key.Key_Down)


def test_a_key_is_checked_by_the_service_and_then_kept_in_the_keyring(
    desk, page, asks, qtbot, tmp_path
):
    assert page.key.isHidden()
    choose_backboard(page, qtbot)
    assert not page.key.isHidden()
    page.key.field.setFocus()
    qtbot.keyClicks(page.key.field, "sk-secret")
    qtbot.mouseClick(page.key.check, Qt.MouseButton.LeftButton)
    assert asks.asked[-1] == CheckKey("backboard", "sk-secret")
    assert desk.wiring.settings._credentials.kept == {"backboard": "sk-secret"}
    assert "kept in the system's keyring" in page.key.words.text()
    assert page.key.field.text() == ""
    assert "sk-secret" not in (tmp_path / "settings.json").read_text()


def test_a_refused_key_is_not_kept_and_can_be_mended(desk, page, asks, qtbot):
    asks.failure = AskError("access.refused", "no")
    choose_backboard(page, qtbot)
    page.key.field.setText("sk-wrong")
    qtbot.keyClick(page.key.field, Qt.Key.Key_Return)
    assert "refused this key" in page.key.words.text()
    assert desk.wiring.settings._credentials.kept == {}
    assert page.key.field.text() == "sk-wrong"
    assert page.key.check.isEnabled()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("network.unreachable", "cannot be reached"),
        ("network.lost", "cannot be reached"),
        ("ask.lost", "cannot be reached"),
        ("network.untrusted", "network.ca_file"),
        ("http.404", "did not say whether"),
        ("http.malformed", "did not say whether"),
    ],
)
def test_a_key_that_was_not_checked_is_spoken_of_and_no_message(
    desk, page, asks, qtbot, code, said
):
    asks.failure = AskError(code, "no")
    asks.failure.facts = {"message": "JSON is malformed"}
    choose_backboard(page, qtbot)
    page.key.field.setText("sk-1")
    qtbot.keyClick(page.key.field, Qt.Key.Key_Return)
    words = page.key.words.text()
    assert said in words
    assert "message" not in words
    assert "JSON" not in words


@pytest.mark.parametrize("pasted", [" sk-1\r\n", "Bearer sk-1", "sk\n-1", "Bearer\tsk-1 "])
def test_a_key_is_taken_without_what_was_copied_along(desk, page, asks, qtbot, pasted):
    choose_backboard(page, qtbot)
    page.key.field.setText(pasted)
    qtbot.keyClick(page.key.field, Qt.Key.Key_Return)
    assert desk.wiring.settings._credentials.kept == {"backboard": "sk-1"}


def test_the_keyboard_stays_where_a_key_is_written_while_it_is_checked(desk, page, asks, qtbot):
    choose_backboard(page, qtbot)
    page.key.field.setFocus()
    page.key.field.setText("sk-1")
    page.key.show_busy(True)
    assert page.key.field.hasFocus()
    qtbot.keyClicks(page.key.field, "x")
    qtbot.keyClick(page.key.field, Qt.Key.Key_Return)
    assert page.key.field.text() == "sk-1"
    assert not asks.asked or not isinstance(asks.asked[-1], CheckKey)
    page.key.show_busy(False)
    qtbot.keyClick(page.key.field, Qt.Key.Key_Return)
    assert isinstance(asks.asked[-1], CheckKey)


def test_without_a_keyring_it_says_what_to_do():
    words, ink = key_words(KeyState(is_needed=True, is_known=False, is_kept_safe=False))
    assert "PARLEY_PROFILE_KEY" in words
    assert ink == "warn"


def test_a_service_of_ones_own_is_added_and_used(desk, page, asks, qtbot, tmp_path):
    page.own.name.setText("backboard")
    assert "taken" in page.own.fault
    page.own.name.setText(" office\n")
    for address in ("host/api", "https://", "https://exa mple/api"):
        page.own.address.setText(address)
        assert not page.own.add.isEnabled()
    page.own.address.setText("https://host/api")
    qtbot.mouseClick(page.own.add, Qt.MouseButton.LeftButton)
    found = written(tmp_path)
    assert found["profile"] == "office"
    assert found["profiles"]["office"]["base_url"] == "https://host/api"
    assert page.row("profile").control.currentText() == "office"


def with_office(desk, tmp_path):
    (tmp_path / "settings.json").write_text(
        '{"profile": "office", "profiles": {"office": {"base_url": "https://a/api", "x": 1}}}'
    )
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    desk.wiring.settings._credentials.kept["office"] = "k"


def test_a_service_of_ones_own_is_changed_and_its_key_follows_its_name(
    desk, page, asks, qtbot, tmp_path
):
    with_office(desk, tmp_path)
    edit = page.own.lines["office"].findChild(Button, "office")
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    assert (page.own.name.text(), page.own.address.text()) == ("office", "https://a/api")
    assert page.own.add.isEnabled()
    desk.wiring.voices._choose_for_all(Answerer(voice="nova"))
    page.own.voice.setText("https://a/voice")
    assert "wss://" in page.own.fault
    page.own.voice.setText("wss://a/v1/voice/ws")
    page.own.realtime.setText("openai")
    assert "provider/model" in page.own.fault
    page.own.realtime.setText("openai/gpt-realtime")
    page.own.name.setText("work")
    qtbot.keyClick(page.own.name, Qt.Key.Key_Return)
    found = written(tmp_path)
    assert found["profile"] == "work"
    assert list(found["profiles"]) == ["work"]
    assert found["profiles"]["work"]["voice_url"] == "wss://a/v1/voice/ws"
    assert found["profiles"]["work"]["realtime"] == "openai/gpt-realtime"
    assert desk.wiring.settings._credentials.kept == {"work": "k"}
    assert value_of(desk.wiring.settings.keeper.settings, "speech.voice") == "nova"
    assert found["profiles"]["work"]["kept_as"] == "office", "threads know it so"
    assert page.own.cancel.isHidden()


def test_a_voice_gateway_alone_is_added_as_a_service(desk, page, asks, qtbot, tmp_path):
    page.own.name.setText("near")
    assert not page.own.add.isEnabled()
    page.own.voice.setText("wss://a/v1/voice/ws")
    assert page.own.add.isEnabled()
    qtbot.mouseClick(page.own.add, Qt.MouseButton.LeftButton)
    found = written(tmp_path)
    assert (found["profile"], found["profiles"]["near"]["voice_url"]) == (
        "near",
        "wss://a/v1/voice/ws",
    )
    assert "wss" in page.own.lines["near"].note.text()


def test_a_service_of_ones_own_is_removed_by_a_second_press_with_its_key(
    desk, page, asks, qtbot, tmp_path
):
    with_office(desk, tmp_path)
    line = page.own.lines["office"]
    edit = line.findChild(Button, "office")
    qtbot.mouseClick(line.begin, Qt.MouseButton.LeftButton)
    assert written(tmp_path)["profile"] == "office"
    assert "Threads stay" in line.words.text()
    assert (line.note.isHidden(), edit.isHidden()) == (True, True), "the question has the room"
    qtbot.mouseClick(line.keep, Qt.MouseButton.LeftButton)
    assert (line.note.isHidden(), edit.isHidden()) == (False, False)
    qtbot.mouseClick(line.begin, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(line.delete, Qt.MouseButton.LeftButton)
    found = written(tmp_path)
    assert (found["profile"], found["profiles"]) == ("embedded", {})
    assert desk.wiring.settings._credentials.kept == {}
    assert page.own.lines == {}


def test_a_service_with_a_long_name_and_address_leaves_the_page_as_wide_as_the_window(
    desk, page, tmp_path
):
    long = {"base_url": f"https://{'a-long-host' * 20}.example/api"}
    (tmp_path / "settings.json").write_text(json.dumps({"profiles": {"L" * 200: long}}))
    desk.window.settings_requested.emit()
    desk.window.settings_requested.emit()
    assert page.own.lines
    line = next(iter(page.own.lines.values()))
    assert line.minimumSizeHint().width() < 500
    line.begin.click()
    assert line.minimumSizeHint().width() < 500


@pytest.mark.parametrize("width", [1280, 560])
@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_the_rows_stand_in_line_with_the_search(desk, page, qtbot, width, direction):
    page.setLayoutDirection(direction)
    desk.window.resize(width, 800)
    desk.window.show()
    row = page.row("profile")
    qtbot.waitUntil(page._area.verticalScrollBar().isVisible)
    qtbot.waitUntil(lambda: edges(row, page) == edges(page.search, page))


@pytest.mark.parametrize("width", [760, 940, 1280])
def test_the_search_stands_in_line_with_the_composer(desk, page, qtbot, width):
    desk.window.resize(width, 800)
    desk.window.show()
    pane = desk.window.pane
    composer = pane.composer.geometry()
    qtbot.waitUntil(lambda: edges(page.search, pane)[0] == composer.left())


def test_the_list_of_a_choice_looks_like_a_menu(desk, page):
    desk.window.show()
    choice, look = page.row("appearance.theme").control, desk.window.look
    choice.view().setCurrentIndex(choice.model().index(0, 0))
    frame = choice.view().parentWidget()
    frame.resize(220, 160)
    picture = frame.grab().toImage()
    middle = {picture.pixelColor(x, y).name() for x in (20, 90) for y in range(picture.height())}
    assert look.tokens.accent_soft in middle
    assert look.tokens.selection not in middle


def edges(widget, page) -> tuple[int, int]:
    left = widget.mapTo(page, QPoint(0, 0)).x()
    return left, left + widget.width()


def test_the_licences_of_all_packages_can_be_read(page, qtbot):
    qtbot.mouseClick(page.show_licences, Qt.MouseButton.LeftButton)
    assert "PySide6" in page.licences.toPlainText()
    assert "msgspec" in page.licences.toPlainText()
    assert page.licences.isReadOnly()


def press(qtbot, field, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    qtbot.keyClick(field, key, modifiers)
    field.editingFinished.emit()


def test_a_key_is_bound_anew_at_once_and_shown_on_the_page_of_keys(desk, page, qtbot, tmp_path):
    desk.wiring.settings._toggle("keys")
    keys = desk.window.pane._pages["keys"]
    press(qtbot, page.keys.fields["new"], Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert written(tmp_path)["shortcuts"] == {"new": "Ctrl+T"}
    bound = [one.key().toString() for one in desk.window.findChildren(QShortcut)]
    assert "Ctrl+T" in bound
    assert "Ctrl+N" not in bound
    assert "Ctrl+T" in [cap.words for cap in keys.findChildren(KeyCap)]
    desk.wiring.settings.keeper.replace(Settings())
    assert "Ctrl+N" in [one.key().toString() for one in desk.window.findChildren(QShortcut)]


def test_a_key_that_is_taken_is_refused_in_words(desk, page, qtbot, tmp_path):
    field = page.keys.fields["new"]
    press(qtbot, field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert page.keys.words.text() == "Ctrl+K is taken: Search threads and words."
    assert field.keySequence().toString() == "Ctrl+N"
    page.resize(700, 600)
    page.keys.layout().activate()
    fields = sorted(one.y() for one in page.keys.fields.values())
    after = fields[fields.index(field.y()) + 1]
    assert field.y() < page.keys.words.y() < after, "it is said where one looks"
    assert not (tmp_path / "settings.json").exists()


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Qt.Key.Key_J, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_7, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier),
    ],
)
def test_a_key_that_fields_keep_to_themselves_is_refused(page, qtbot, tmp_path, key, modifiers):
    field = page.keys.fields["new"]
    press(qtbot, field, key, modifiers)
    assert "needed for writing" in page.keys.words.text()
    assert field.keySequence().toString() == "Ctrl+N"
    assert not (tmp_path / "settings.json").exists()


def test_what_scrolls_below_the_search_is_kept_from_it_by_a_line(page):
    page.resize(700, 400)
    assert not page._rule.is_shown
    page.show_section("keys")
    assert page._rule.is_shown
    page.show_section("service")
    assert not page._rule.is_shown
