"""What every wiring of the window works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from desktop_app.link.messages import Intent, Notice
from desktop_app.paths import Paths
from desktop_app.state import changes
from desktop_app.ui.journal_pages import JournalPages, Worker
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.service_asks import Asks
from desktop_app.ui.store import AppStore

InBackground = Callable[[Callable[[], Awaitable[None]], str], None]


@dataclass(frozen=True)  # without slots: Qt connects only to what can be referred to weakly
class Wires:
    """The two ends and what lies between. Main thread only.

    Attributes:
        send: Takes intents for the engine.
        run: Starts a named coroutine; a running one of that name is cancelled.
        asks: Asks the service, through the engine.
        on_worker: Runs a blocking call on a worker thread.
        folders: Where files are.
    """

    window: MainWindow
    store: AppStore
    pages: JournalPages
    send: Callable[[Intent], None]
    run: InBackground
    asks: Asks
    on_worker: Worker
    folders: Paths

    def notify(self, notice: Notice) -> None:
        """Show a notice of the window's own."""
        self.store.change(partial(changes.with_notice, notice=notice))

    def dismiss(self, code: str) -> None:
        """Take a notice away."""
        self.store.change(partial(changes.without_notice, code=code))
