"""Each main state of the real window: pictured in light and dark, and nothing in it is cut."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.journal.records import CUT_SHORT, UNHEARD, MessageRecord, MessageStatus, Role
from desktop_app.link.device_messages import DevicesChanged
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    LevelMeasured,
    MessageSaved,
    Notice,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    ReasoningGrew,
    ReplyGrew,
    SpeechHeard,
    TranscriptChanged,
)
from desktop_app.ui.settings.settings_page import SettingsPage
from desktop_app.ui.voices.voice_picker import VoicePicker
from desktop_app.ui.welcome.welcome_pane import WelcomePane
from tests.fakes.composing import show_composing, show_nothing
from tests.fakes.filled import DEVICES
from tests.fakes.kept_conversations import write_conversations
from tests.fakes.person import CALM, Journey, Person, prefer, travel
from tests.fakes.photographer import CONTROL, SHIFT, Photographer, escape, eventually, key

HOURS = "Every ten minutes from seven in the morning to midnight, and on Sundays from eight."


async def opened_trip(person: Person) -> None:
    await person.sees(lambda state: len(state.conversation.messages) >= 8)


@pytest.fixture
def live(qapp: QApplication) -> Iterator[Callable[[Journey], None]]:
    """Runs a journey with nothing that moves of itself."""
    prefer(CALM)
    flash = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield partial(travel, qapp)
    qapp.setCursorFlashTime(flash)


@pytest.fixture
def kept(tmp_path: Path) -> None:
    """A journal with conversations, before the window is there."""
    asyncio.run(write_conversations(Path(os.environ["PARLEY_DATA_DIR"])))


async def voice_phases(person: Person, camera: Photographer, only: tuple[Phase, ...] = ()) -> None:
    """Every phase of a spoken conversation, told to the store as the engine tells it."""
    store = person.store
    words = {Phase.HEARING: "and is the pass also valid on the"}
    for phase in only or tuple(Phase):
        if phase is Phase.READY:
            continue
        store.apply(
            PhaseChanged("trip", phase, 4, is_voice_on=True, device="USB headset", duplex="half",
                         duplex_reason="no_echo_control")
        )  # fmt: skip
        store.apply(LevelMeasured(0.5, 0.4))
        store.apply(TranscriptChanged("trip", 4, words.get(phase, "")))
        if phase in (Phase.SPEAKING, Phase.PAUSED):
            store.apply(SpeechHeard("trip", 4, 2600))
        await camera.take(f"20-voice-{phase.value}")
    store.apply(PhaseChanged("trip", Phase.LISTENING, 4, True, is_muted=True, device="USB headset"))
    await camera.take("20-voice-muted")
    key(person, Qt.Key.Key_F11, Qt.KeyboardModifier.NoModifier)
    store.apply(PhaseChanged("trip", Phase.SPEAKING, 4, True, device="USB headset"))
    await camera.take("20-voice-large")
    key(person, Qt.Key.Key_F11, Qt.KeyboardModifier.NoModifier)
    store.apply(PhaseChanged("trip", Phase.READY, 4))


async def side_panels(person: Person, camera: Photographer) -> None:
    key(person, Qt.Key.Key_D, CONTROL | SHIFT)
    side = person.window.side
    assert side is not None
    for number, tab in enumerate(("turn", "images", "files", "memory")):
        side.tabs.open_tab(number)
        await camera.take(f"30-side-{tab}")
    side.tabs.open_tab(0)
    key(person, Qt.Key.Key_D, CONTROL | SHIFT)


async def pages(person: Person, camera: Photographer) -> None:
    """What stands in place of the conversation."""
    pane = person.window.pane
    for name, press, modifiers in (
        ("40-gallery", Qt.Key.Key_G, CONTROL | SHIFT),
        ("50-settings", Qt.Key.Key_Comma, CONTROL),
        ("60-keys", Qt.Key.Key_Slash, CONTROL),
        ("61-models", Qt.Key.Key_L, CONTROL | SHIFT),
        ("62-assistants", Qt.Key.Key_A, CONTROL | SHIFT),
    ):
        key(person, press, modifiers)
        await eventually(lambda: pane.page)
        await camera.take(name)
        if name == "40-gallery":
            await viewer(person, camera)
        if name == "50-settings":
            await settings_sections(person, camera)
        escape(person)
        await eventually(lambda: not pane.page)


async def viewer(person: Person, camera: Photographer) -> None:
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Home)
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Return)
    await camera.take("41-viewer")
    escape(person)


async def settings_sections(person: Person, camera: Photographer) -> None:
    page = person.window.findChild(SettingsPage)
    assert page is not None
    for section in list(page.sections)[1:]:
        if section == "voice":
            person.store.apply(DevicesChanged(DEVICES))
            await eventually(page.microphone.facts.text)
        page.show_section(section)
        await camera.take(f"51-settings-{section}")


async def busy_and_troubled(person: Person, camera: Photographer) -> None:
    """A reply under way, a failed one, notices, a lost connection."""
    store = person.store
    assert person.window.pane.chat is not None
    person.window.pane.chat.jump_to_latest()
    store.apply(MessageSaved(message("b1", Role.USER, "Tell me of the funiculars.")))
    store.apply(ReasoningGrew("trip", 5, "They ask for the funiculars; there are three of them."))
    await camera.take("10-thinking")
    reply = message("b2", Role.ASSISTANT, "", status=MessageStatus.STREAMING)
    store.apply(MessageSaved(reply))
    store.apply(
        ReplyGrew("trip", "b2", "There are **three** of them. The first one, *Glória*, cli")
    )
    await camera.take("11-streaming")
    failed = message("b3", Role.USER, "And the last one?", status=MessageStatus.FAILED, turn=6)
    whole = msgspec.structs.replace(
        reply, text="There are **three** of them.", status=MessageStatus.COMPLETE
    )
    store.apply(MessageSaved(whole))
    store.apply(MessageSaved(msgspec.structs.replace(failed, error="http.503")))
    store.apply(ConnectionChanged(Connection.RECONNECTING, "embedded", 4.0))
    for notice in (
        Notice(NoticeLevel.ERROR, "reply.failed", action="retry", subject="b3"),
        Notice(
            NoticeLevel.WARNING,
            "device.silent",
            {"device": "USB headset", "other": "Built-in microphone"},
            "switch_microphone",
            "x",
        ),
    ):
        store.apply(NoticeRaised(notice))
    await camera.take("12-troubles")
    for code in ("reply.failed", "device.silent"):
        store.apply(NoticeCleared(code))
    store.apply(ConnectionChanged(Connection.READY, "embedded"))
    await cut_replies(person, camera)


async def cut_replies(person: Person, camera: Photographer) -> None:
    """A reply that a crash cut where it was heard, one that a lost line cut, one without voice."""
    store = person.store
    cut_where_heard = {"error": UNHEARD, "heard_chars": HOURS.index(" on Sundays")}
    interrupted = partial(message, role=Role.ASSISTANT, status=MessageStatus.INTERRUPTED)
    for row in (
        message("b4", Role.USER, "When do they run?", turn=7),
        interrupted("b5", text=HOURS, turn=7, **cut_where_heard),
        message("b6", Role.USER, "And what do they cost?", turn=8),
        interrupted("b7", text="A single ride", turn=8, error=CUT_SHORT),
    ):
        store.apply(MessageSaved(row))
    store.apply(NoticeRaised(Notice(NoticeLevel.INFO, "reply.unspoken")))
    await camera.take("12-cut-replies")
    store.apply(NoticeCleared("reply.unspoken"))


def message(message_id: str, role: Role, text: str, **given: object) -> MessageRecord:
    values: dict[str, object] = {
        "turn": 5,
        "status": MessageStatus.SENT if role is Role.USER else MessageStatus.COMPLETE,
        "created_at": time.time(),
        **given,
    }
    return MessageRecord(id=message_id, thread_id="trip", role=role, text=text, **values)  # type: ignore[arg-type]


async def find_bar_and_drop(person: Person, camera: Photographer) -> None:
    key(person, Qt.Key.Key_F)
    QTest.keyClicks(person.window.focusWidget(), "tram")
    await camera.take("13-find")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    data = QMimeData()
    data.setUrls(
        [QUrl.fromLocalFile("/tmp/lisbon-guide.pdf"), QUrl.fromLocalFile("/tmp/notes.txt")]
    )
    pane = person.window.pane
    QApplication.sendEvent(
        pane,
        QDragEnterEvent(
            QPoint(40, 80),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        ),
    )
    await camera.take("14-drop")
    QApplication.sendEvent(pane, QDragLeaveEvent())
    key(person, Qt.Key.Key_M, CONTROL | SHIFT)
    await camera.take("15-model-picker")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    QTest.mouseClick(person.window.pane.header.voice_chip, Qt.MouseButton.LeftButton)
    voices = person.window.findChild(VoicePicker)
    assert voices is not None
    await eventually(lambda: voices.browser.rows.rows)
    await camera.take("15-voice-picker")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)
    key(person, Qt.Key.Key_K, CONTROL)
    person.window.threads.search.setText("tram")
    await camera.take("16-search")
    person.window.threads.search.setText("")
    QTest.keyClick(person.window.focusWidget(), Qt.Key.Key_Escape)


def test_the_first_start_is_whole(live):
    async def journey(person: Person) -> None:
        camera = Photographer(person)
        await eventually(lambda: person.window.pane.welcome is not None)
        welcome = person.window.pane.welcome
        assert isinstance(welcome, WelcomePane)
        for step in range(3):
            welcome.show_step(step)
            await camera.take(f"01-welcome-{step + 1}")
        person.window.remember("welcome", "done")
        person.window.pane.use_welcome(None)
        await camera.take("02-empty")
        camera.is_content()

    live(journey)


async def talking(camera: Photographer) -> None:
    await voice_phases(camera.person, camera)


async def reading(camera: Photographer) -> None:
    await camera.take("03-conversation")
    await find_bar_and_drop(camera.person, camera)
    show_composing(camera.person.window.pane)
    await camera.take("17-composing")
    show_nothing(camera.person.window.pane)
    QTest.keyClick(camera.person.window.pane.composer.field, Qt.Key.Key_Up)
    await camera.take("18-editing")
    escape(camera.person)
    await side_panels(camera.person, camera)


async def looking_up(camera: Photographer) -> None:
    await pages(camera.person, camera)


async def waiting(camera: Photographer) -> None:
    await busy_and_troubled(camera.person, camera)


States = Callable[[Photographer], Coroutine[Any, Any, None]]
every_state = pytest.mark.parametrize("states", [talking, reading, looking_up, waiting])


@every_state
def test_every_state_is_whole(live, kept, states: States):
    async def journey(person: Person) -> None:
        camera = Photographer(person)
        await opened_trip(person)
        await states(camera)
        camera.is_content()

    live(journey)


@every_state
def test_bar_57_in_arabic_every_state_is_whole(live, kept, states: States):
    async def journey(person: Person) -> None:
        camera = Photographer(person, "ar-", themes=("light",))
        await opened_trip(person)
        await states(camera)
        camera.is_content()

    prefer(replace(CALM, language="ar"))
    live(journey)


@every_state
def test_bar_56_with_letters_twice_as_large_every_state_is_whole(live, kept, states: States):
    async def journey(person: Person) -> None:
        camera = Photographer(person, "200-", themes=("light",))
        await opened_trip(person)
        person.window.resize(1024, 700)
        await states(camera)
        camera.is_content()

    prefer(replace(CALM, text_size=200))
    live(journey)


@every_state
def test_in_the_smallest_window_every_state_is_whole(live, kept, states: States):
    async def journey(person: Person) -> None:
        camera = Photographer(person, "small-", themes=("dark",))
        await opened_trip(person)
        person.window.resize(person.window.minimumSize())
        await states(camera)
        camera.is_content()

    live(journey)


def test_with_twice_as_many_pixels_nothing_is_cut(live, kept):
    async def journey(person: Person) -> None:
        camera = Photographer(person, "2x-", ratio=2.0)
        await opened_trip(person)
        await camera.take("03-conversation")
        await voice_phases(person, camera, (Phase.HEARING, Phase.SPEAKING))
        camera.is_content()

    live(journey)
