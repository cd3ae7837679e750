"""Composition root of the window: first frame first, then the loop, the journal and the engine.

Nothing that the first frame does not need is imported before it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from desktop_app.errors import ChildError, InputError, StorageError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop_app.credentials import Credentials
    from desktop_app.paths import Paths
    from desktop_app.processes.window_parts import Screen
    from desktop_app.ui.engine_link import Address, StartEngine
    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.single_instance import SingleInstance
    from desktop_app.ui.store import AppStore
    from desktop_app.ui.window_language import WindowLanguage
    from desktop_app.unusable_settings import Unusable

_LOADED_WITHIN_S = 20.0
_SETTLE_S = 0.3


class Options(NamedTuple):
    """How the window was asked for.

    Attributes:
        screenshot: Write a picture of the newest thread here and end; no engine is started.
        first_paint: Print when the first frame was there, as JSON, and end.
    """

    theme: str = ""
    size: tuple[int, int] | None = None
    screenshot: str = ""
    first_paint: bool = False


def main(arguments: Sequence[str] = ()) -> int:
    """Show the window until it is closed.

    Returns:
        0 when it was closed, or a first window was raised.

    Raises:
        AppError: It cannot be shown.
    """
    gc.disable()  # nothing of the start is garbage; GarbageCollector takes over after it
    options = read_options(arguments)
    if not has_screen(os.environ, sys.platform):
        raise InputError(
            "window.no_screen",
            "There is no screen here. Use `parley talk` or `parley ask`, or set DISPLAY.",
        )
    from desktop_app.paths import find_paths

    return _show(options, find_paths(os.environ))


def read_options(arguments: Sequence[str]) -> Options:
    """Read the flags.

    Raises:
        InputError: Which flag cannot be used.
    """
    import getopt

    try:
        given, rest = getopt.getopt(
            list(arguments), "", ["theme=", "size=", "screenshot=", "first-paint"]
        )
    except getopt.GetoptError as error:
        said = error.msg[:1].upper() + error.msg[1:]
        raise _refusal(f"{said}. `parley --help` says what there is.") from error
    if rest:
        raise _refusal(f"{rest[0]} is not understood. `parley --help` says what there is.")
    known = dict(given)
    theme = known.get("--theme", "")
    if theme not in ("", "light", "dark", "system"):
        raise _refusal("--theme is light, dark or system.")
    return Options(
        theme, _size(known.get("--size")), known.get("--screenshot", ""), "--first-paint" in known
    )


def _refusal(sentence: str) -> InputError:
    return InputError("cli.refused", sentence)


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, separator, height = text.partition("x")
    if not (separator and width.isdecimal() and height.isdecimal()):
        raise _refusal("--size is WIDTHxHEIGHT, for example 1280x800.")
    return int(width), int(height)


def has_screen(environment: os._Environ[str] | dict[str, str], platform: str) -> bool:
    """Whether a window can be shown at all; without this check Qt would abort."""
    if platform != "linux" or environment.get("QT_QPA_PLATFORM"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _show(options: Options, paths: Paths) -> int:
    from desktop_app.ui.plain_imports import plain_imports

    with plain_imports():
        from PySide6.QtCore import QEventLoop, QSettings, Qt
    from PySide6.QtWidgets import QApplication

    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.remembered_look import remembered_language, remembered_look
    from desktop_app.ui.single_instance import SingleInstance
    from desktop_app.ui.window_language import WindowLanguage

    # The same style everywhere; named here, as to touch a QStyle costs 8 ms of enumerations.
    qt = QApplication([*sys.argv[:1], "-style", "Fusion"])
    qt.setApplicationName("Parley")
    qt.setQuitOnLastWindowClosed(False)
    instance = SingleInstance(paths.data)
    is_alone = bool(options.screenshot or options.first_paint)
    if not is_alone and not instance.claim():
        return _raise_first(instance)
    memory = QSettings(str(paths.data / "window.ini"), QSettings.Format.IniFormat)
    language = WindowLanguage(qt)
    language.use(remembered_language(memory))
    window = MainWindow(remembered_look(memory, options.theme), memory)
    if options.size is not None:
        window.setWindowState(Qt.WindowState.WindowNoState)  # it may have been left maximised
        window.resize(*options.size)
    window.show()
    first_frame = QEventLoop()
    window.painted.connect(first_frame.quit)
    first_frame.exec()
    gc.freeze()  # what was loaded at start never needs to be looked at again
    if options.first_paint:
        from desktop_app.ui.first_paint import print_first_paint

        print_first_paint()
        return 0
    return _run_loop(qt, Parts(window, language, instance, paths, options))


def _raise_first(instance: SingleInstance) -> int:
    if instance.raise_first():
        return 0
    raise ChildError(
        "window.no_answer", "Another window uses this folder, but it does not answer. Close it."
    )


class Parts(NamedTuple):
    """What the first frame made."""

    window: MainWindow
    language: WindowLanguage
    instance: SingleInstance
    paths: Paths
    options: Options


def _run_loop(qt: QApplication, parts: Parts) -> int:
    import asyncio

    from qasync import QEventLoop as AsyncioOnQt

    with asyncio.Runner(loop_factory=lambda: AsyncioOnQt(qt)) as runner:
        return runner.run(run(parts))


async def run(parts: Parts, store: AppStore | None = None) -> int:
    """Furnish the window, read the journal, keep the engine; until the window is closed.

    Args:
        store: What is on screen; given by who wants to look at it.
    """
    import asyncio
    from functools import partial

    from desktop_app.credentials import Credentials
    from desktop_app.link.messages import ReloadSettings
    from desktop_app.logs import start_logging, tell_crashes
    from desktop_app.processes.window_parts import Screen, Wired
    from desktop_app.tasks import Background
    from desktop_app.ui.engine_link import EngineLink
    from desktop_app.ui.place import show_place
    from desktop_app.ui.store import AppStore

    paths, options = parts.paths, parts.options
    start_logging(paths.logs, "window")
    screen = Screen(parts.window, store or AppStore(), parts.language, options.theme)
    tell_crash = partial(_tell_crash, screen, paths)
    tell_crashes(asyncio.get_running_loop(), tell_crash)
    report = partial(_report, tell_crash)
    async with AsyncExitStack() as stack:
        # Whoever takes a picture is not the person who left the window where it was.
        stack.callback(screen.hide if options.screenshot else screen.close)
        background = Background(report)
        stack.push_async_callback(background.aclose)
        keys = Credentials()
        link = EngineLink(_engines(paths, keys), screen.apply, screen.lose_engine)
        wired = partial(Wired, link=link, report=report, paths=paths, credentials=keys)
        async with aclosing(wired(screen)) as working:
            if options.screenshot:
                working.wiring.start()
                return await _take_picture(screen, paths, options.screenshot)
            await working.bring_back()
            working.wiring.start()
            working.wiring.welcome.begin()
            stack.callback(parts.instance.release)
            await _listen(parts.instance, screen, stack)
            _use_settings(screen, paths)
            background.run(link.run(), name="engine")
            is_closed = await working.until_left()
        while not is_closed:
            place = working.place()
            link.send(ReloadSettings(screen.rebuild()))
            async with aclosing(wired(screen)) as working:
                working.keep_unsent(place.unsent)
                working.wiring.welcome.begin()
                screen.follow_settings(paths.settings, lambda _problem: None)  # it is told already
                screen.store.tell()
                show_place(place, working.window, working.wiring)
                is_closed = await working.until_left()
        background.cancel("engine")
    return 0


def _engines(paths: Paths, keys: Credentials) -> StartEngine:
    """Starts the engines of one window, one after the other."""
    import asyncio

    has_started = False

    @asynccontextmanager
    async def start() -> AsyncIterator[Address]:
        nonlocal has_started
        key = await asyncio.to_thread(_unkept_key, paths, keys)
        async with _engine(is_again=has_started, key=key) as address:
            has_started = True
            yield address

    return start


def _unkept_key(paths: Paths, keys: Credentials) -> str:
    """The key of the service in use, where it was entered in this run and no keyring keeps it."""
    from desktop_app.settings import load

    key = keys.unkept(load(paths.settings, report=lambda _problem: None).profile)
    return key.reveal() if key is not None else ""


@asynccontextmanager
async def _engine(*, is_again: bool, key: str) -> AsyncIterator[Address]:
    """A running engine; leaving it ends it.

    Args:
        key: Of the service in use, where its keyring does not have it; else empty.
        is_again: The window had another one, and may take back what was deleted there.

    Raises:
        ChildError: It does not start.
    """
    import secrets

    from desktop_app.children import start_child
    from desktop_app.errors import ChildError
    from desktop_app.profiles import KEY_VARIABLE
    from desktop_app.ui.engine_link import Address

    token = secrets.token_hex(16)
    given = {"PARLEY_LINK_TOKEN": token}
    if is_again:
        given["PARLEY_ENGINE_AGAIN"] = "1"
    if key:
        given[KEY_VARIABLE] = key
    child = await start_child(["engine"], environment=given)
    try:
        host, _, port = str(child.greeting.get("link", "")).rpartition(":")
        if not port.isdecimal():
            raise ChildError("child.unclear", "The engine did not say where it listens.")
        yield Address(host, int(port), token)
    finally:
        await child.aclose()


async def _listen(instance: SingleInstance, screen: Screen, stack: AsyncExitStack) -> None:
    """Let a second start raise this window; without a port there is simply no raising."""
    import logging

    from desktop_app.ui.raise_server import listen

    try:
        server = await listen(instance.address, screen.bring_to_front)
    except OSError as error:
        logging.getLogger(__name__).warning("second starts cannot be heard: %s", error)
    else:
        stack.callback(server.close)


def _use_settings(screen: Screen, paths: Paths) -> None:
    """Follow the preferences, and say whose service is used; what is wrong with them is shown."""
    from functools import partial

    from desktop_app.profiles import key_of
    from desktop_app.state.app_state import Service
    from desktop_app.state.changes import with_notice, with_service

    problems: list[Unusable] = []
    settings, store = screen.follow_settings(paths.settings, problems.append), screen.store
    service = Service(profile=key_of(settings, settings.profile), name=settings.profile)
    store.change(partial(with_service, service=service))
    if problems:
        from desktop_app.ui.settings.settings_keeper import notice_of

        store.change(partial(with_notice, notice=notice_of(problems)))


async def _take_picture(screen: Screen, paths: Paths, picture: str) -> int:
    """Wait until the newest thread stands still, then write the picture."""
    import asyncio

    window, store = screen.window, screen.store
    loaded = asyncio.Event()
    store.conversation_changed.connect(
        lambda conversation: loaded.set() if conversation.is_loaded else None
    )
    async with asyncio.timeout(_LOADED_WITHIN_S):
        await loaded.wait()
    _use_settings(screen, paths)
    window.threads.connection.show_connection("none", store.state.service.called)
    await asyncio.sleep(_SETTLE_S)
    if not window.grab().save(picture, "PNG"):
        raise StorageError("window.no_picture", f"{picture} cannot be written.")
    return 0


def _report(tell_crash: Callable[[], None], name: str, error: BaseException) -> None:
    import logging

    logging.getLogger(__name__).error("task %s failed", name, exc_info=error)
    tell_crash()


def _tell_crash(screen: Screen, paths: Paths) -> None:
    """Show that something went wrong; once, for it may go wrong again with every frame."""
    from functools import partial

    from desktop_app.link.messages import Notice, NoticeLevel
    from desktop_app.state.changes import with_notice

    code, store = "something.failed", screen.store
    if not any(notice.code == code for notice in store.state.notices):
        notice = Notice(NoticeLevel.ERROR, code, {"folder": str(paths.logs)})
        store.change(partial(with_notice, notice=notice))
