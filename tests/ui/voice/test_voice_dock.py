"""The dock says in words what the ring shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from desktop_app.link.messages import Phase
from desktop_app.state.app_state import Levels, Voice
from desktop_app.state.captions import caption_of
from desktop_app.ui.look import Look
from desktop_app.ui.voice.caption_line import CaptionLine
from desktop_app.ui.voice.phase_ring import PhaseRing
from desktop_app.ui.voice.voice_dock import VoiceDock


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.mark.parametrize("phase", list(Phase))
def test_each_phase_is_painted_and_named(look, parent, phase):
    dock = VoiceDock(look, parent)
    dock.resize(680, 68)
    dock.show_voice(Voice("t", phase, 1, True, False, "USB headset"), "so far")
    dock.show_levels(Levels(0.5, 0.5))
    assert "USB headset" in dock.words
    assert dock.grab().width() == 680


def test_why_one_must_wait_is_said(look, parent):
    dock = VoiceDock(look, parent)
    dock.show_voice(Voice("t", Phase.SPEAKING, 1, True, False, "", "half", "no_echo_control"), "")
    assert dock.words == "Speaking  ·  speakers without echo control: Esc interrupts"
    dock.show_voice(Voice("t", Phase.LISTENING, 1, True, False, "", "half", "echo_left"), "")
    assert dock.words == "Listening  ·  one at a time: the microphone hears the speakers"
    dock.show_voice(Voice("t", Phase.LISTENING, 1, True, False, "", "half", ""), "")
    assert dock.words == "Listening  ·  one at a time"


@pytest.mark.parametrize("reason", ["setting", "no_echo_control", "echo_unknown", "echo_left"])
def test_bar_8_one_at_a_time_is_said_with_its_reason_and_its_key(look, parent, reason):
    dock = VoiceDock(look, parent)
    said = []
    for phase in (Phase.LISTENING, Phase.SPEAKING):
        dock.show_voice(Voice("t", phase, 1, True, False, "", "half", reason), "")
        said.append(dock.words)
    assert "one at a time" in said[0]
    assert "Esc interrupts" in said[1]
    assert reason == "setting" or ":" in said[0].partition("one at a time")[2]
    assert "_" not in "".join(said)


def test_a_microphone_without_sound_says_what_to_do(look, parent):
    dock = VoiceDock(look, parent)
    dock.show_voice(Voice("t", Phase.NO_INPUT, 1, True, False, "default"), "")
    step = "switch it on, or choose another in the settings"
    assert dock.words == f"No sound from the microphone  ·  default microphone  ·  {step}"


def test_a_lost_line_says_when_it_is_tried_and_can_be_tried_at_once(look, parent, qtbot):
    dock = VoiceDock(look, parent)
    dock.show()
    lost = Voice("t", Phase.RECONNECTING, 1, True, retry_in_s=30.0)
    dock.show_voice(lost, "")
    assert dock.words.startswith("Reconnecting in 30 s")
    qtbot.waitUntil(lambda: "in 30 s" not in dock.words)
    dock.show_voice(replace(lost, is_muted=True), "")  # the wait is the same one
    assert "in 30 s" not in dock.words
    dock.show_voice(replace(lost, retry_in_s=20.0), "")
    assert dock.words.startswith("Reconnecting in 20 s")
    with qtbot.waitSignal(dock.dial_requested):
        dock._dial.click()
    dock.show_voice(Voice("t", Phase.LISTENING, 1, True), "")
    assert not dock._dial.isVisible()


def test_the_word_of_a_lost_line_is_whole_in_a_narrow_dock(look, parent):
    dock = VoiceDock(look, parent)
    dock.resize(420, 68)
    dock.show_voice(Voice("t", Phase.RECONNECTING, 1, True, retry_in_s=16.0), "")
    dock.show()
    dock.grab()
    assert dock._word.shown == "Reconnecting"


def test_the_tool_that_a_reply_waits_for_is_named_while_it_runs(look, parent):
    dock = VoiceDock(look, parent)
    dock.show_voice(Voice("t", Phase.THINKING, 1, True, False, "USB headset"), "")
    dock.show_tool("search_web")
    assert dock.words == "Thinking  ·  search_web  ·  you can talk over the reply"
    dock.show_tool("")
    assert dock.words == "Thinking  ·  USB headset  ·  you can talk over the reply"
    dock.show_tool("search_web")
    dock.show_voice(Voice("t", Phase.LISTENING, 1, True, False, "USB headset"), "")
    assert "search_web" not in dock.words


def test_a_held_key_says_how_to_send_and_offers_nothing_else(look, parent, qtbot):
    dock = VoiceDock(look, parent)
    dock.show()
    dock.show_voice(Voice("t", Phase.HEARING, 1, False, False, "default"), "i think so")
    assert dock.words == "Hearing you  ·  default microphone  ·  release to send"
    assert not dock._mute.isVisible()
    assert not dock._end.isVisible()
    assert dock._partial.text == "I think so"


def test_a_reply_to_a_held_key_can_be_stopped_with_the_pointer(look, parent, qtbot):
    dock = VoiceDock(look, parent)
    dock.show()
    dock.show_voice(Voice("t", Phase.SPEAKING, 1), "")
    assert dock.words == "Speaking  ·  Esc interrupts"
    assert dock._end.text() == "Stop"
    with qtbot.waitSignal(dock.end_requested):
        dock._end.click()


def test_who_is_muted_is_not_told_to_talk_over_the_reply(look, parent):
    dock = VoiceDock(look, parent)
    dock.show_voice(Voice("t", Phase.LISTENING, 1, True, True, "USB headset"), "")
    assert dock.words == "You are muted  ·  USB headset"


@pytest.mark.parametrize("is_large", [False, True])
def test_the_word_that_sounds_is_always_in_sight(look, parent, is_large):
    line = CaptionLine(look, parent)
    line.enlarge(is_large)
    text = "A single ride on board is a little over three euros, and a day pass pays for itself."
    for heard_ms in range(0, len(text) * 65, 900):
        line.show_caption(caption_of(text, heard_ms))
        line.resize(270, line.sizeHint().height())
        picture, accent = line.grab().toImage(), look.colour("accent")
        assert any(
            picture.pixelColor(x, y) == accent
            for x in range(picture.width())
            for y in range(picture.height())
        )


def test_bar_56_nothing_moves_with_reduced_motion(look, parent):
    ring = PhaseRing(look, parent)
    ring.show()
    ring.show_phase(Phase.THINKING, is_muted=False)
    assert not ring.is_moving


def test_a_ring_moves_only_while_it_is_seen(qapp, parent):
    ring = PhaseRing(Look(theme="light"), parent)
    ring.show_phase(Phase.LISTENING, is_muted=False)
    assert not ring.is_moving
    ring.show()
    assert ring.is_moving
    ring.show_phase(Phase.READY, is_muted=False)
    assert not ring.is_moving


def shown_dock(look: Look, parent: QWidget, voice: Voice, *, width: int = 680) -> VoiceDock:
    dock = VoiceDock(look, parent)
    dock.show_voice(voice, "")
    dock.show_caption(caption_of("A single ride is a little over three euros.", 900))
    dock.resize(width, dock.sizeHint().height())
    dock.show()
    return dock


@pytest.mark.parametrize("phase", [Phase.THINKING, Phase.SPEAKING, Phase.PAUSED])
@pytest.mark.parametrize("percent", [100, 200])
def test_where_room_is_short_what_one_can_do_stays(qapp, parent, phase, percent):
    look = Look(theme="light", is_calm=True, text_percent=percent)
    voice = Voice("t", phase, 1, True, False, "USB headset", "half", "no_echo_control")
    dock = shown_dock(look, parent, voice, width=680 if percent == 100 else 984)
    assert dock._details.shown.endswith("Esc interrupts")
    assert dock._details.text == dock._details.toolTip()


@pytest.mark.parametrize("phase", [Phase.NO_INPUT, Phase.SPEAKING])
def test_in_the_smallest_window_at_large_letters_no_half_word_is_shown(qapp, parent, phase):
    look = Look(theme="light", is_calm=True, text_percent=200)
    voice = Voice("t", phase, 1, True, False, "USB headset", "half", "no_echo_control")
    dock = shown_dock(look, parent, voice, width=720)
    shown = {Phase.NO_INPUT: "Microphone is silent", Phase.SPEAKING: "Speaking"}
    assert dock._word.shown == shown[phase]
    assert dock._details.shown == ""
    assert dock._details.text == dock._details.toolTip()


def test_large_words_have_the_whole_width_beside_the_ring(look, parent):
    dock = shown_dock(look, parent, Voice("t", Phase.SPEAKING, 1, True, duplex="full"))
    narrow = dock.captions.width()
    dock.enlarge(True)
    dock.resize(680, dock.sizeHint().height())
    assert dock.captions.width() > narrow + 150
    end = dock._end.mapTo(dock, dock._end.rect().topLeft())
    assert end.y() >= dock.captions.geometry().bottom()
    dock.enlarge(False)
    dock.resize(680, dock.sizeHint().height())
    assert dock.captions.width() == narrow
