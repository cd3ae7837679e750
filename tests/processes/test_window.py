"""The window's process: what goes wrong in it is shown, and it lives on."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import pytest
from PySide6.QtCore import QEvent, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from desktop_app import children
from desktop_app.credentials import Credentials
from desktop_app.errors import ChildError
from desktop_app.paths import find_paths
from desktop_app.processes import window as window_process
from desktop_app.processes import window_parts
from desktop_app.processes.engine import AGAIN_VARIABLE
from desktop_app.processes.window import Options, Parts, run
from desktop_app.processes.window_parts import Screen, Wired
from desktop_app.sentences import sentence_of
from desktop_app.ui.engine_link import Address, EngineLink
from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.single_instance import SingleInstance
from desktop_app.ui.store import AppStore
from desktop_app.ui.window_language import WindowLanguage

WITHIN_S = 20


@pytest.fixture(autouse=True)
def own_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the hooks of this process back afterwards."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)


_numbers = itertools.count()


def broken() -> None:
    raise ValueError(f"oh no {next(_numbers)}")  # the same twice in a second is logged once


def a_slot_that_raises() -> None:
    QTimer.singleShot(0, broken)


def a_callback_that_raises() -> None:
    asyncio.get_running_loop().call_soon(broken)


def a_thread_that_raises() -> None:
    threading.Thread(target=broken).start()


async def crash(cause: Callable[[], None], caplog: pytest.LogCaptureFixture) -> list[str]:
    """Open the window, let it go wrong twice, and close it; what its notices said."""
    paths = find_paths(os.environ)
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    window = MainWindow(Look(), QSettings(str(paths.data / "w.ini"), QSettings.Format.IniFormat))
    window.show()
    store = AppStore()
    told = asyncio.Event()
    store.notices_changed.connect(lambda _notices: told.set())
    instance = SingleInstance(paths.data)
    assert instance.claim()
    parts = Parts(window, WindowLanguage(qt), instance, paths, Options(theme="light"))
    async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(parts, store))
        await asyncio.sleep(0)
        cause()
        await told.wait()
        cause()
        while caplog.text.count("ValueError: oh no") < 2:  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.01)
        said = [
            sentence_of(notice.code, notice.facts)
            for notice in store.state.notices
            if notice.code == "something.failed"
        ]
        assert window.pane.notices.isVisible()
        window.close()
        assert await running == 0
    return said


def leave(qapp: QApplication, busy: Callable[[Wired], Awaitable[None]]) -> bool:
    """Choose another language while something is under way; whether the window was closed."""
    qapp.setQuitOnLastWindowClosed(False)

    async def stay() -> bool:
        paths = find_paths(os.environ)
        memory = QSettings(str(paths.data / "w.ini"), QSettings.Format.IniFormat)
        window = MainWindow(Look(), memory)
        screen = Screen(window, AppStore(), WindowLanguage(qapp), "light")
        link = EngineLink(_no_engine, screen.apply, screen.lose_engine)
        async with asyncio.timeout(WITHIN_S), aclosing(Wired(screen, link, _fail, paths)) as wired:
            window.rebuild_requested.emit()
            await busy(wired)
            is_closed = await wired.until_left()
        screen.close()
        return is_closed

    with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
        return runner.run(stay())


@asynccontextmanager
async def _no_engine() -> AsyncIterator[Address]:
    raise ChildError("child.failed")
    yield


def _fail(name: str, error: BaseException) -> None:
    raise AssertionError(name) from error


def test_an_export_under_way_ends_before_another_window_takes_over(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(window_parts, "_CHOSEN_S", 0.0)
    monkeypatch.setattr(window_parts, "_FINISHED_WITHIN_S", 0.0)
    written: list[str] = []

    async def export() -> None:
        await asyncio.sleep(0.1)
        written.append("threads.md")

    async def busy(wired: Wired) -> None:
        wired.wiring._wires.run(export, "export threads")

    assert not leave(qapp, busy)
    assert written == ["threads.md"]


def test_closing_the_window_does_not_wait_for_a_language_that_was_chosen(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(window_parts, "_CHOSEN_S", 0.0)
    monkeypatch.setattr(window_parts, "_FINISHED_WITHIN_S", 60.0)

    async def busy(wired: Wired) -> None:
        wired.wiring._wires.run(asyncio.Event().wait, "export threads")
        asyncio.get_running_loop().call_later(0.05, wired.window.close)

    assert leave(qapp, busy)


def test_the_window_that_goes_can_be_collected(qapp: QApplication):
    paths = find_paths(os.environ)
    memory = QSettings(str(paths.data / "w.ini"), QSettings.Format.IniFormat)
    screen = Screen(MainWindow(Look(), memory), AppStore(), WindowLanguage(qapp), "light")
    gc.freeze()
    screen.rebuild()
    assert gc.get_freeze_count() == 0
    screen.close()
    screen.window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.mark.parametrize(
    "cause", [a_slot_that_raises, a_callback_that_raises, a_thread_that_raises]
)
def test_what_goes_wrong_is_shown_once_and_the_window_lives_on(
    qapp: QApplication, caplog: pytest.LogCaptureFixture, cause: Callable[[], None]
):
    qapp.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
        said = runner.run(crash(cause, caplog))
    assert len(said) == 1
    assert str(find_paths(os.environ).logs) in said[0]
    assert "oh no" in caplog.text
    caplog.clear()


async def test_every_engine_but_the_first_that_starts_is_told_that_its_window_had_another(
    monkeypatch: pytest.MonkeyPatch,
):
    told: list[bool] = []

    class Child:
        def __init__(self) -> None:
            self.greeting = {"link": "127.0.0.1:1"}

        async def aclose(self) -> None: ...

    async def start(_arguments: list[str], *, environment: dict[str, str]) -> Child:
        told.append(AGAIN_VARIABLE in environment)
        if len(told) == 1:
            raise ChildError("journal.in_use", "Another Parley uses this folder.")
        return Child()

    monkeypatch.setattr(children, "start_child", start)
    start_engine = window_process._engines(find_paths(os.environ), Credentials())
    with pytest.raises(ChildError, match="Another Parley"):
        async with start_engine():
            pass
    for _ in range(3):
        async with start_engine() as address:
            assert address.port == 1
    assert told == [False, False, True, True]
