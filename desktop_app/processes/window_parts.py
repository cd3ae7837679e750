"""The window as it works: between its state, the journal and the engine; and its successor."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path

from desktop_app.credentials import Credentials
from desktop_app.journal.reader import JournalReader
from desktop_app.link.messages import LinkEvent
from desktop_app.paths import Paths
from desktop_app.settings import Settings, load
from desktop_app.tasks import Background
from desktop_app.ui.announcer import Announcer, say_through
from desktop_app.ui.compose.unsent import Unsent
from desktop_app.ui.compose.unsent_keeper import UnsentKeeper, read_unsent
from desktop_app.ui.engine_link import EngineLink
from desktop_app.ui.garbage import GarbageCollector
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.place import Place, take_place
from desktop_app.ui.remembered_look import remember_look, remembered_language, remembered_look
from desktop_app.ui.shortcuts import rebind
from desktop_app.ui.store import AppStore
from desktop_app.ui.window_language import WindowLanguage
from desktop_app.ui.wiring import Wiring
from desktop_app.unusable_settings import Unusable

_UNSENT = "unsent.json"
_DELETED_WITHIN_S = 2.0
_CHOSEN_S = 0.25  # from one choice of a size to the next, while a person tries some
_FINISHED_WITHIN_S = 30.0  # what is under way when another window takes over
_FINISHED_AT_LEISURE = ("export ", "carry ", "upload ")  # except what would be lost half-way

Report = Callable[[str, BaseException], None]


class Screen:
    """What is on screen now: a window and its state, until others take their place.

    Args:
        theme: Of the command line; empty where the settings decide.

    Attributes:
        window: What is shown.
        store: What it shows.
    """

    def __init__(
        self, window: MainWindow, store: AppStore, language: WindowLanguage, theme: str
    ) -> None:
        self.window = window
        self.store = store
        self._language = language
        self._theme = theme

    def apply(self, event: LinkEvent) -> None:
        """Show an event of the engine."""
        self.store.apply(event)

    def lose_engine(self) -> None:
        """Show that the engine is gone."""
        self.store.lose_engine()

    def bring_to_front(self) -> None:
        """Show the window over others."""
        self.window.bring_to_front()

    def hide(self) -> None:
        """Take the window off the screen; where it was is not remembered."""
        self.window.hide()

    def close(self) -> None:
        """Close the window, which remembers where it was."""
        self.window.is_closing = True
        self.window.close()

    def rebuild(self) -> str:
        """Put a new window with the same state in this one's place, as the settings now say.

        Returns:
            The language that it speaks.
        """
        before = self.window
        gc.unfreeze()  # it is garbage soon
        before.keep_places()
        language = self._language.use(remembered_language(before.memory))
        self.window = MainWindow(remembered_look(before.memory, self._theme), before.memory)
        self.store = AppStore(state=self.store.state)
        self.window.show()
        before.is_closing = True
        before.close()
        before.deleteLater()
        return language

    def follow_settings(self, path: Path, report: Callable[[Unusable], None]) -> Settings:
        """Read the preferences; what the first frame needs of them is remembered for the next.

        A language or size of letters that was changed by hand wants a new window at once.

        Args:
            report: Told one sentence for everything that could not be used.
        """
        settings, window = load(path, report=report), self.window
        appearance = settings.appearance
        if remember_look(window.memory, appearance):
            window.rebuild_requested.emit()
        window.look.is_calm = appearance.reduced_motion
        window.use_talk_mode(settings.voice.talk_mode)
        rebind(window, window.look.tips, settings.shortcuts)
        if not self._theme:
            window.look.pin(appearance.theme)
        return settings


class Wired:
    """A window that works: between its store, the journal and the engine."""

    def __init__(
        self,
        screen: Screen,
        link: EngineLink,
        report: Report,
        paths: Paths,
        credentials: Credentials | None = None,
    ) -> None:
        self.window = screen.window
        self._store = screen.store
        self._link = link
        self._unsent_path = paths.data / _UNSENT
        self._keeper: UnsentKeeper | None = None
        self._background = Background(report)
        self._left, self._is_closed = asyncio.Event(), asyncio.Event()
        self.window.rebuild_requested.connect(self._left.set)
        self.window.close_requested.connect(self._is_closed.set)
        self.window.close_requested.connect(self._left.set)
        GarbageCollector(self.window)
        self.window.furnish()
        self.wiring = Wiring(
            self.window,
            self._store,
            JournalReader(paths.data),
            link.send,
            on_worker=asyncio.to_thread,
            run=self._run,
            folders=paths,
            credentials=credentials,
        )
        Announcer(self._store, say_through(self.window), self.window)

    async def aclose(self) -> None:
        """End what the window does, and write down what is not sent."""
        await self._background.aclose()
        if self._keeper is not None:
            self._keeper.close()

    def keep_unsent(self, left: Unsent) -> None:
        """Put what was written before where it stood, and keep on disk what is written now."""
        composer, shelf = self.window.pane.composer, self.wiring.attachments.shelf
        self._keeper = keeper = UnsentKeeper(
            composer, self._store, self._unsent_path, lambda: self._link.unsaved, shelf
        )
        keeper.restore(left)
        threads = self.wiring.threads
        threads.newest, threads.holds_draft = left.newest, keeper.holds
        keeper.newest = lambda: threads.newest
        self._link.unsaved_changed = keeper.changed
        threads.deletion.settled.connect(keeper.forget)

    async def bring_back(self) -> None:
        """Show and send what an earlier run could not; what nobody has a use for goes."""
        reader = JournalReader(self._unsent_path.parent)
        left = await asyncio.to_thread(read_unsent, self._unsent_path, reader)
        self.keep_unsent(left)
        if left.needs_its_thread:
            self.wiring.threads.open_thread(left.thread_id)
        for message in left.messages:
            self._link.send(message)
        assert self._keeper is not None  # it was made just now
        self._keeper.show_under_way()
        self.wiring.attachments.cleaning.sweep(left.messages)

    def place(self) -> Place:
        """Where the person is, for the window that takes over."""
        assert self._keeper is not None  # only what takes a picture has none
        return take_place(self.window, self.wiring, self._keeper.unsent)

    async def until_left(self) -> bool:
        """Wait until the window is closed, or another one is to take over.

        Returns:
            Whether it was closed.
        """
        left, is_closed = self._left, self._is_closed
        await left.wait()
        while left.is_set() and not is_closed.is_set():
            left.clear()
            await asyncio.sleep(_CHOSEN_S)
            self.wiring.settle()
            await self._finish()
        if is_closed.is_set() and self.wiring.settle():
            await self._background.settle(_DELETED_WITHIN_S)
        return is_closed.is_set()

    async def _finish(self) -> None:
        """Return when what is under way has ended, or at once when the window is closed."""
        async with asyncio.TaskGroup() as group:
            closed = group.create_task(self._is_closed.wait(), name="window closed")
            ended = group.create_task(self._ended(), name="all ended")
            await asyncio.wait((closed, ended), return_when=asyncio.FIRST_COMPLETED)
            closed.cancel()
            ended.cancel()

    def _run(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        self._background.run(_awaited(work), name=name)

    async def _ended(self) -> None:
        await self._background.settle(_FINISHED_WITHIN_S)
        await self._background.outlast(*_FINISHED_AT_LEISURE)


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()
