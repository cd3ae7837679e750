"""House rules for every test, and the servers that some of them bring along."""

from __future__ import annotations

import asyncio
import gc
import inspect
import itertools
import logging
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before anything imports Qt

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes.child_server import ServerMissingError
from tests.fakes.ending_loops import let_go_of_sockets
from tests.fakes.garbage import Garbage
from tests.fakes.sound_server import SoundServer
from tests.fakes.x_server import XServer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

# How long an example takes says something of the machine, and nothing of the program.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_QT_FIXTURES = {"qapp", "qtbot", "qtmodeltester", "qtlog"}
_GARBAGE = 50_000
_TESTS_A_COLLECTION = 100
_ended = itertools.count(1)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they use, and watch the tasks of every coroutine test."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        uses = set(item.fixturenames)
        if uses & _QT_FIXTURES:
            item.add_marker("gui")
            item.fixturenames.insert(0, "no_window_left_behind")
        if "x_server" in uses:
            item.add_marker("screen")
        if "sound_server" in uses:
            item.add_marker("sound")
        if inspect.iscoroutinefunction(item.function):
            item.fixturenames.insert(0, "no_task_left_behind")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """Collect between tests, on the main thread: Qt objects must not die on a test's thread.

    And no loop ends with sockets that were closed but wait for a peer who reads no more.
    """
    gc.disable()
    let_go_of_sockets()


_garbage = Garbage(thorough_every=10)


def pytest_collection_finish() -> None:
    """Set what the tests are made of aside: half a second for each collection."""
    _garbage.collect()


def pytest_runtest_logfinish() -> None:
    """Collect what the tests left, where it is worth it."""
    if gc.get_count()[0] > _GARBAGE or next(_ended) % _TESTS_A_COLLECTION == 0:
        _garbage.collect()


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's machine reaches a test: settings, keys, models, proxies.

    Nor how numbers are written there, or in the language of an earlier test's window.
    """
    if (qt := sys.modules.get("PySide6.QtCore")) is not None:
        qt.QLocale.setDefault(qt.QLocale.c())
    for name in list(os.environ):
        if name.startswith("PARLEY_") or name.lower() in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("PARLEY_DATA_DIR", str(tmp_path / "parley"))
    monkeypatch.setenv("PARLEY_LANGUAGE", "en")
    monkeypatch.setenv("PARLEY_LOCAL_MODELS", "off")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """New files are on a disk that takes nothing more."""

    def begin(suffix: str, prefix: str, folder: Path) -> tuple[int, str]:
        path = folder / f"{prefix}new{suffix}"
        path.symlink_to("/dev/full")
        return os.open(path, os.O_WRONLY), str(path)

    monkeypatch.setattr(tempfile, "mkstemp", begin)


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a warning and does not claim it with ``caplog.clear()``."""
    yield
    loud = [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and not _is_slow_callback(record)
    ]
    assert not loud, loud


def _is_slow_callback(record: logging.LogRecord) -> bool:
    return record.name == "asyncio" and "took" in record.getMessage()


@pytest.fixture
async def no_task_left_behind() -> AsyncIterator[None]:
    """Fail a coroutine test after which a task still runs. Set up first, so it looks last."""
    before = asyncio.all_tasks()
    yield
    for _ in range(20):  # tasks that were cancelled may need a few rounds to end
        left = asyncio.all_tasks() - before - {asyncio.current_task()}
        if not left:
            return
        await asyncio.sleep(0)
    names = sorted(task.get_name() for task in left if task is not None)
    pytest.fail(f"tasks left behind: {names}")


@pytest.fixture
def no_window_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fail a test after which a window is still open. Set up first, so it looks last.

    The closed ones are destroyed: a style sheet, a change of direction or of the letters reaches
    every widget there is, and each test would pay for all that came before it.
    """
    import shiboken6

    before = set(qapp.topLevelWidgets())
    yield
    left = [widget for widget in qapp.topLevelWidgets() if widget.isVisible()]
    names = [f"{type(widget).__name__} {widget.windowTitle()}".strip() for widget in left]
    for widget in left:
        widget.close()
    qapp.processEvents()  # what is due goes to those who still are
    for widget in qapp.topLevelWidgets():
        if widget not in before and shiboken6.isValid(widget) and widget.parent() is None:
            shiboken6.delete(widget)
    assert not names, f"windows left open: {names}"


@pytest.fixture
def sound_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    """A running sound server; this process and its children use it until the test ends."""
    server = SoundServer()
    for name in ("PULSE_LATENCY_MSEC", "PULSE_SINK", "PULSE_SOURCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    try:
        _start(server)
        _renew_portaudio()
        yield server
    finally:
        server.close()


@pytest.fixture
def x_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[XServer]:
    """A running X server; programs started by the test open their windows there."""
    server = XServer()
    try:
        _start(server)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        yield server
    finally:
        server.close()


def _start(server: SoundServer | XServer) -> None:
    try:
        server.start()
    except ServerMissingError as error:
        pytest.fail(str(error), pytrace=False)


def _renew_portaudio() -> None:
    """PortAudio looks for devices only when it is initialised, which an import already did."""
    if portaudio := sys.modules.get("sounddevice"):
        portaudio._terminate()
        portaudio._initialize()
