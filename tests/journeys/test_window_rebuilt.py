"""Language and size of letters are chosen: a new window takes over, where the person was."""

from __future__ import annotations

import asyncio
import os
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from desktop_app.paths import find_paths
from desktop_app.processes.window import Options, Parts, run
from desktop_app.settings import load
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.remembered_look import remembered_look
from desktop_app.ui.single_instance import SingleInstance
from desktop_app.ui.window_language import WindowLanguage
from tests.fakes.person import Person, speaking, window_memory
from tests.journeys.test_panels_loop import until
from tests.journeys.test_window_loop import live  # noqa: F401 - a fixture


def shown() -> list[MainWindow]:
    windows = QApplication.topLevelWidgets()
    return [one for one in windows if isinstance(one, MainWindow) and one.isVisible()]


async def choose(window: MainWindow, path: str, value: str) -> MainWindow:
    """Choose a setting as by hand; the window that shows it then."""
    window.settings_requested.emit() if window.pane.page != "settings" else None
    row = window.pane._built("settings").row(path)
    row.control.setFocus(Qt.FocusReason.OtherFocusReason)
    row.changed.emit(path, value)
    await until(lambda: shown() not in ([window], []))
    (after,) = shown()
    return after


def test_bar_57_the_chosen_language_takes_effect_at_once_in_both_directions(live):  # noqa: F811
    async def chooses(person: Person) -> None:
        person.types("What is one plus one?")
        reply = await person.sees_reply()
        before = person.window
        before.setGeometry(20, 60, 760, 600)  # wholly on the screen, frame included
        field = before.pane.composer.field
        QTest.keyClicks(field, "not sent yet")
        QTest.keyClick(field, Qt.Key.Key_Home)
        place = before.geometry()
        arabic = await choose(before, "appearance.language", "ar")
        assert arabic.layoutDirection() is Qt.LayoutDirection.RightToLeft
        assert arabic.geometry() == place
        page = arabic.pane._built(arabic.pane.page)
        assert page.windowTitle() == "الإعدادات"
        row = page.row("appearance.language")
        assert row.control.hasFocus() or not arabic.isActiveWindow()
        top = row.mapTo(page, row.rect().topLeft()).y()
        assert 0 <= top < page.height()
        arabic.pane.show_page("")
        arabic.toggle_left()
        assert arabic.threads.x() > 0, "at the right"
        arabic.toggle_left()
        assert arabic.pane.composer.text == "not sent yet"
        assert arabic.pane.composer.field.textCursor().position() == 0
        assert arabic.pane.chat.isVisible()
        assert reply.text in arabic.pane.chat.accessibleDescription()
        large = await choose(arabic, "appearance.text_size", 150)
        assert large.look.text_scale == 1.5
        english = await choose(large, "appearance.language", "en")
        assert english.layoutDirection() is Qt.LayoutDirection.LeftToRight
        assert english.pane._built("settings").windowTitle() == "Settings"
        assert load(find_paths(os.environ).settings).appearance.language == "en"
        person.window = english
        english.pane.show_page("")
        QTest.keyClick(english.pane.composer.field, Qt.Key.Key_Return)
        await until(lambda: "not sent yet" in english.pane.chat.accessibleDescription())

    live(chooses)


def test_what_was_written_by_hand_takes_effect_at_the_next_start(qapp):
    paths, memory = find_paths(os.environ), window_memory()
    paths.settings.write_text('{"appearance": {"language": "ar", "text_size": 150}}', "utf-8")

    async def starts(language: WindowLanguage) -> None:
        first = MainWindow(remembered_look(memory, ""), memory)
        first.remember("welcome", "done")  # which would read the settings, too
        first.show()
        instance = SingleInstance(paths.data)
        assert instance.claim()
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(run(Parts(first, language, instance, paths, Options())))
            await until(lambda: shown() not in ([first], []))
            (window,) = shown()
            assert window.layoutDirection() is Qt.LayoutDirection.RightToLeft
            assert window.look.text_scale == 1.5
            window.close()
            assert await running == 0

    qapp.setQuitOnLastWindowClosed(False)
    loops = partial(QEventLoop, qapp)
    with speaking(qapp, "en") as language, asyncio.Runner(loop_factory=loops) as runner:
        runner.run(starts(language))
