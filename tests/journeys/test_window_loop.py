"""The window on its own loop, with the real engine, service and sound server behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from qasync import QEventLoop

from desktop_app.app import Options, Parts, run
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.link.messages import Connection, Phase
from desktop_app.paths import find_paths
from desktop_app.state.app_state import AppState
from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.single_instance import SingleInstance
from desktop_app.ui.store import AppStore

DEMO = Path(__file__).parents[2] / "resources" / "demo"
WITHIN_S = 40.0


class Person:
    """Looks at the window and uses it."""

    def __init__(self, window: MainWindow, store: AppStore) -> None:
        self.window = window
        self._store = store
        self._changed = asyncio.Event()
        for signal in (
            store.threads_changed,
            store.conversation_changed,
            store.voice_changed,
            store.service_changed,
            store.notices_changed,
        ):
            signal.connect(lambda _value: self._changed.set())

    @property
    def state(self) -> AppState:
        return self._store.state

    async def sees(self, what: Callable[[AppState], object]) -> Any:
        """Return what is wanted once it is on the screen."""
        async with asyncio.timeout(WITHIN_S):
            while not (found := what(self._store.state)):
                self._changed.clear()
                await self._changed.wait()
        return found

    async def sees_phase(self, phase: Phase) -> None:
        await self.sees(lambda state: state.voice.phase is phase)

    async def sees_reply(self, number: int = 1) -> MessageRecord:
        """The ``number``-th reply, once it is complete."""

        def find(state: AppState) -> MessageRecord | None:
            replies = [
                one
                for one in state.conversation.messages
                if one.role is Role.ASSISTANT and one.status is MessageStatus.COMPLETE
            ]
            return replies[number - 1] if len(replies) >= number else None

        found: MessageRecord = await self.sees(find)
        return found

    def types(self, text: str) -> None:
        """Type into the composer and send."""
        field = self.window.pane.composer.field
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def clicks(self, name: str) -> None:
        """Click the control that assistive technology calls so."""
        for button in self.window.findChildren(QAbstractButton):
            if button.accessibleName().startswith(name) and button.isVisible():
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                return
        names = {one.accessibleName() for one in self.window.findChildren(QAbstractButton)}
        pytest.fail(f"nothing visible is called {name}; there are {names}")


Journey = Callable[[Person], Coroutine[Any, Any, None]]


@asynccontextmanager
async def opened() -> AsyncIterator[Person]:
    """The window with everything behind it, from its first frame to its end."""
    import os

    paths = find_paths(os.environ)
    memory = QSettings(str(paths.data / "window.ini"), QSettings.Format.IniFormat)
    look = Look(theme="light")
    window = MainWindow(look, memory)
    window.show()
    store = AppStore()
    instance = SingleInstance(paths.data)
    assert instance.claim()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(Parts(window, look, instance, paths, Options()), store))
        person = Person(window, store)
        await person.sees(lambda state: state.service.connection is Connection.READY)
        yield person
        window.close()
        assert await running == 0


@pytest.fixture
def live(qapp: QApplication) -> Callable[[Journey], None]:
    """Runs a journey on the window's loop."""
    qapp.setQuitOnLastWindowClosed(False)

    def go(journey: Journey) -> None:
        async def travel() -> None:
            async with opened() as person:
                await journey(person)

        with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
            runner.run(travel())

    return go


def test_a_typed_question_is_answered_and_titles_its_thread(live):
    async def journey(person: Person) -> None:
        person.types("what is seven times eight")
        assert "56" in (await person.sees_reply()).text
        [thread] = await person.sees(lambda state: state.threads)
        assert thread.title.lower() == "what is seven times eight"

    live(journey)


def test_voice_hears_two_questions_without_a_key_and_closes_when_ended(live, sound_server):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await person.sees_phase(Phase.LISTENING)
        await sound_server.speak(DEMO / "remember_green.wav")
        assert "green" in (await person.sees_reply(1)).text
        await person.sees_phase(Phase.LISTENING)
        await sound_server.speak(DEMO / "favorite_color.wav")
        reply = await person.sees_reply(2)
        assert reply.text == "You told me that your favorite color is green."
        assert reply.is_spoken
        await person.sees_phase(Phase.LISTENING)
        person.clicks("End")
        await person.sees_phase(Phase.READY)

    live(journey)


def test_a_new_thread_closes_the_microphone_of_the_one_that_was_left(live, sound_server):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await sound_server.microphone_is_open()
        await person.sees_phase(Phase.LISTENING)
        left = person.state.conversation.thread_id
        QTest.keyClick(person.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        await person.sees(
            lambda state: state.voice.thread_id == state.conversation.thread_id != left
        )
        assert person.state.voice.phase is Phase.READY
        await sound_server.microphone_is_closed()

    live(journey)


def test_escape_silences_a_spoken_reply_and_the_next_question_is_answered(live, sound_server):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await person.sees_phase(Phase.LISTENING)
        person.types("what can you do")
        await person.sees_phase(Phase.SPEAKING)
        QTest.keyClick(person.window, Qt.Key.Key_Escape)
        await person.sees_phase(Phase.LISTENING)
        cut = await person.sees(
            lambda state: [
                one
                for one in state.conversation.messages
                if one.status is MessageStatus.INTERRUPTED
            ]
        )
        assert cut[0].heard_chars is not None
        assert cut[0].heard_chars < len(cut[0].text)
        person.types("what is two plus two")
        assert "4" in (await person.sees_reply()).text

    live(journey)


def test_without_a_microphone_the_window_says_so_and_typing_works(live):
    async def journey(person: Person) -> None:
        person.clicks("Start a spoken conversation")
        await person.sees(
            lambda state: [one for one in state.notices if one.code.startswith("device.")]
        )
        person.types("what is two plus two")
        assert "4" in (await person.sees_reply()).text

    live(journey)
