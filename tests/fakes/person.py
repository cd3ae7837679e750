"""A person at the window, which runs on its own loop with the real engine and service behind it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QSettings, Qt, QTranslator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from qasync import QEventLoop

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.languages import ENGLISH, VARIABLE
from desktop_app.link.messages import Connection, Phase
from desktop_app.paths import find_paths
from desktop_app.processes.window import Options, Parts, run
from desktop_app.settings import AppearanceSettings, Settings, save
from desktop_app.state.app_state import AppState
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.remembered_look import remember_look, remembered_look
from desktop_app.ui.single_instance import SingleInstance
from desktop_app.ui.store import AppStore
from desktop_app.ui.window_language import WindowLanguage

WITHIN_S = 40.0
CALM = AppearanceSettings(theme="light", language="en", reduced_motion=True)
"""A window in which nothing moves of itself."""


class Person:
    """Looks at the window and uses it."""

    def __init__(self, window: MainWindow, store: AppStore) -> None:
        self.window = window
        self.store = store
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
        return self.store.state

    async def sees(self, what: Callable[[AppState], object]) -> Any:
        """Return what is wanted once it is on the screen."""
        async with asyncio.timeout(WITHIN_S):
            while not (found := what(self.store.state)):
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
async def opened(language: WindowLanguage) -> AsyncIterator[Person]:
    """The window with everything behind it, from its first frame to its end."""
    paths = find_paths(os.environ)
    memory = window_memory()
    window = MainWindow(remembered_look(memory, "light"), memory)
    window.show()
    store = AppStore()
    instance = SingleInstance(paths.data)
    assert instance.claim()
    parts = Parts(window, language, instance, paths, Options())
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(parts, store))
        person = Person(window, store)
        await person.sees(lambda state: state.service.connection is Connection.READY)
        yield person
        person.window.close()
        assert await running == 0


def travel(qapp: QApplication, journey: Journey) -> None:
    """Run a journey on the window's loop."""
    qapp.setQuitOnLastWindowClosed(False)

    async def go() -> None:
        async with opened(language) as person:
            await journey(person)

    with (
        speaking(qapp, str(window_memory().value("language", ENGLISH))) as language,
        asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner,
    ):
        runner.run(go())


@contextmanager
def speaking(qapp: QApplication, language: str) -> Iterator[WindowLanguage]:
    """Speak a language as a window does from its start; afterwards nobody has noticed."""
    before, locale = os.environ.pop(VARIABLE, None), QLocale()  # it would come before settings
    window_language = WindowLanguage(qapp)
    window_language.use(language)
    try:
        yield window_language
    finally:
        window_language.use(ENGLISH)
        QLocale.setDefault(locale)
        for words in qapp.findChildren(QTranslator):
            qapp.removeTranslator(words)
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def window_memory() -> QSettings:
    """What the window of this test's folder remembers."""
    path = find_paths(os.environ).data / "window.ini"
    return QSettings(str(path), QSettings.Format.IniFormat)


def prefer(appearance: AppearanceSettings) -> None:
    """Let this be set, as if the settings had been changed in an earlier run."""
    path = find_paths(os.environ).settings
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, Settings(appearance=appearance))
    remember_look(window_memory(), appearance)
