"""The first start: three steps, each with an effect, and never in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields
from PySide6.QtCore import QPoint, Qt

from desktop_app.credentials import Credentials, CredentialsUnavailableError
from desktop_app.journal.records import ThreadRecord
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
from desktop_app.link.messages import LevelMeasured, MessageSaved, Phase, PressTalk
from desktop_app.protocol.service_calls import CheckKey, Done, KeyState
from desktop_app.settings import load
from desktop_app.state.app_state import Voice
from desktop_app.ui.look import Look
from desktop_app.ui.welcome.welcome_pane import MICROPHONE, SERVICE, TRY, WelcomePane
from tests.ui.conftest import make_message

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen


class Asks:
    """A service that takes every key."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def ask(self, question: object, on_advance: object = None) -> object:
        self.asked.append(question)
        return Done() if isinstance(question, CheckKey) else KeyState(True, False, True)


class NoKeyring(Credentials):
    """A system without a keyring."""

    async def set(self, name, secret) -> None:
        raise CredentialsUnavailableError("none")


@pytest.fixture
def asks(desk) -> Asks:
    fake = Asks()
    desk.wiring.settings._wires = replace(desk.wiring.settings._wires, asks=fake)
    desk.wiring.settings._credentials = NoKeyring()
    return fake


@pytest.fixture
def welcome(desk, asks) -> WelcomePane:
    desk.wiring.start()
    desk.wiring.welcome.begin()
    assert desk.window.pane.welcome is not None
    return desk.window.pane.welcome


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_first_start_welcomes_and_the_composer_stays(desk, welcome):
    assert welcome.isVisible()
    assert desk.window.pane.invitation.isHidden()
    assert desk.window.pane.composer.isVisible()


def test_the_embedded_service_is_chosen_already_and_backboard_asks_for_a_key(
    desk, welcome, asks, qtbot, tmp_path
):
    assert welcome.embedded.isChecked()
    assert welcome.key.isHidden()
    click(qtbot, welcome.backboard)
    assert load(tmp_path / "settings.json").profile == "backboard"
    assert welcome.key.isVisible()
    welcome.key.field.setText("sk-1")
    click(qtbot, welcome.key.check)
    assert asks.asked[-1] == CheckKey("backboard", "sk-1")
    assert "PARLEY_PROFILE_KEY" in welcome.key.words.text()


def test_the_microphone_is_tested_with_level_and_play_back(desk, welcome, qtbot):
    click(qtbot, welcome.onward)
    assert welcome.step == MICROPHONE
    click(qtbot, welcome.microphone.listen)
    assert desk.sent[-1] == StartMicrophoneTest("")
    desk.store.apply(MicrophoneTestChanged(MicrophoneTest.LISTENING))
    desk.store.tell()
    desk.store.apply(LevelMeasured(0.5, 0.0))
    desk.store.tell()
    assert welcome.microphone.level.accessibleName() == "Level 50 percent"
    desk.store.apply(MicrophoneTestChanged(MicrophoneTest.OFF, kept_ms=900))
    desk.store.tell()
    click(qtbot, welcome.microphone.play)
    assert desk.sent[-1] == PlayMicrophoneTest()
    click(qtbot, welcome.onward)
    assert desk.sent[-1] == StopMicrophoneTest()


def test_the_talk_key_is_found_by_pressing_it_and_is_a_real_try(desk, welcome, qtbot):
    click(qtbot, welcome.onward)
    click(qtbot, welcome.onward)
    assert welcome.step == TRY
    qtbot.keyPress(desk.window.pane.composer.field, Qt.Key.Key_Space)
    assert desk.sent_of(PressTalk)
    assert "That is the key" in welcome.tried.text()
    qtbot.keyRelease(desk.window.pane.composer.field, Qt.Key.Key_Space)
    thread_id = desk.store.state.conversation.thread_id
    heard = with_fields(make_message(1, "What time is it in Tokyo?"), thread_id=thread_id)
    desk.store.apply(MessageSaved(heard))
    desk.store.tell()
    assert desk.window.pane.welcome is None
    assert desk.window.pane.chat.isVisible()
    assert desk.window.recall("welcome") == "done"


def test_it_can_be_skipped_and_does_not_come_again(desk, welcome, qtbot):
    click(qtbot, welcome.skip)
    assert desk.window.pane.welcome is None
    assert desk.window.pane.invitation.isVisible()
    desk.wiring.welcome.begin()
    assert desk.window.pane.welcome is None


def test_it_goes_on_where_it_was_left(desk, welcome, qtbot):
    click(qtbot, welcome.onward)
    assert desk.window.recall("welcome") == "1"
    desk.wiring.welcome.begin()
    assert desk.window.pane.welcome.step == MICROPHONE
    click(qtbot, desk.window.pane.welcome.back)
    assert desk.window.pane.welcome.step == SERVICE


def test_whoever_has_conversations_is_not_welcomed(desk, asks):
    desk.reader.known = [ThreadRecord(id="a", title="Old", created_at=1, updated_at=1)]
    desk.wiring.welcome.begin()
    desk.wiring.start()
    assert desk.window.pane.welcome is None
    assert desk.window.recall("welcome") == "done"


def test_a_typed_question_is_never_in_the_way(desk, welcome, qtbot):
    field = desk.window.pane.composer.field
    qtbot.keyClicks(field, "Hello")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert desk.window.pane.chat.isVisible()
    assert welcome.isHidden()


def test_microphone_and_loudspeaker_are_chosen_beside_the_level(desk, welcome, qtbot, tmp_path):
    qtbot.mouseClick(welcome.onward, Qt.MouseButton.LeftButton)
    assert desk.sent_of(ListDevices)
    assert not desk.sent_of(StartMicrophoneTest)
    shown = (DeviceShown("m", "USB Headset", True), DeviceShown("s", "Speakers", False))
    desk.store.apply(DevicesChanged(shown))
    desk.store.tell()
    microphone, loudspeaker = (one.control for one in welcome.devices)
    assert [microphone.itemText(n) for n in range(2)] == ["Same as system", "USB Headset"]
    for control in (microphone, loudspeaker):
        control.setFocus()
        qtbot.keyClick(control, Qt.Key.Key_Down)
    voice = load(tmp_path / "settings.json").voice
    assert (voice.input_device_id, voice.input_device) == ("m", "USB Headset")
    assert (voice.output_device_id, voice.output_device) == ("s", "Speakers")
    qtbot.mouseClick(welcome.microphone.listen, Qt.MouseButton.LeftButton)
    assert desk.sent[-1] == StartMicrophoneTest("m")


@pytest.mark.parametrize("width", [760, 940, 1280])
def test_the_steps_stand_in_line_with_the_composer(desk, welcome, qtbot, width):
    desk.window.resize(width, 800)
    desk.window.show()
    composer = desk.window.pane.composer.geometry()
    qtbot.waitUntil(lambda: welcome.onward.mapTo(desk.window.pane, QPoint(0, 0)).x() > 0)
    right = welcome.onward.mapTo(desk.window.pane, welcome.onward.rect().topRight()).x()
    assert right == composer.right()


def test_speaking_does_not_move_what_is_said_of_it(desk, welcome):
    desk.window.resize(1280, 800)
    welcome.show_step(TRY)
    before = welcome.geometry()
    desk.window.pane.show_voice(Voice(phase=Phase.HEARING), "")
    assert desk.window.pane.dock.isVisible()
    assert welcome.geometry() == before


@pytest.fixture
def large(qtbot) -> WelcomePane:
    """In the smallest window, with the largest letters."""
    pane = WelcomePane(Look(theme="light", is_calm=True, text_percent=200), None)
    qtbot.addWidget(pane)
    pane.resize(760, 374)
    pane.show()
    return pane


def top_of(pane, part) -> int:
    return part.mapTo(pane, QPoint(0, 0)).y()


def test_large_letters_in_a_small_window_squeeze_nothing(large, qtbot):
    large.show_profile("backboard")
    for step in (SERVICE, MICROPHONE, TRY):
        large.show_step(step)
        qtbot.wait(1)  # its parts are laid out
        assert top_of(large, large._title) >= 0, "from its beginning"
        assert top_of(large, large.onward) + large.onward.height() <= large.height()
        for part in (large.key.field, large.key.check, large.devices[0].control):
            assert part.isHidden() or part.height() >= part.minimumSizeHint().height()
    for button in (large.microphone.listen, large.microphone.play):
        assert button.height() >= button.sizeHint().height()


def test_the_field_for_a_key_comes_into_sight(large, qtbot):
    qtbot.wait(1)
    large.backboard.click()
    qtbot.wait(1)
    field = large.key.field
    assert 0 <= top_of(large, field) <= top_of(large, large.onward) - field.height()


def test_the_keyboard_never_falls_to_what_skips_everything(desk, welcome, qtbot):
    welcome.backboard.click()
    assert welcome.key.field.hasFocus()
    welcome.embedded.click()
    assert welcome.embedded.hasFocus()
    welcome.backboard.click()
    click(qtbot, welcome.onward)
    assert welcome.onward.hasFocus()


def test_bar_54_tab_goes_through_the_steps_as_they_are_read(desk, welcome):
    pane = desk.window.pane
    wanted = (*pane.header.stops, *welcome.stops, *pane.composer.stops)
    found, stop = [wanted[0]], wanted[0].nextInFocusChain()
    while stop is not wanted[0]:
        found += [stop] if stop in wanted else []
        stop = stop.nextInFocusChain()
    assert tuple(found) == wanted


def test_a_talk_key_that_is_pressed_twice_is_not_said_to_be_held(desk, welcome, qtbot):
    welcome.show_step(TRY)
    assert "Let go" in welcome._hint.text()
    desk.wiring.settings.change("voice.talk_mode", "toggle")
    assert welcome._press.text() == "Press"
    assert "again" in welcome._hint.text()
    desk.window.pane.composer.setFocus()
    qtbot.keyClick(desk.window.pane.composer.field, Qt.Key.Key_Space)
    assert "until you press it again" in welcome.tried.text()
