"""An open window's engine, as commands find it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from desktop_app.link.messages import Connection, Intent, LinkEvent, Phase, Welcome
from desktop_app.link.server import LinkServer
from desktop_app.processes.engine_note import leave_engine_note, remove_engine_note

TOKEN = "of this run"


class OpenWindow:
    """A real link that remembers its intents and answers each with what the test says.

    Attributes:
        answers: To every intent, before what ``answer`` says.
    """

    def __init__(self, answer: Callable[[Intent], list[LinkEvent]] | None = None) -> None:
        self.intents: list[Intent] = []
        self.answers: list[LinkEvent] = []
        self.server = LinkServer(TOKEN, self._on_intent, self._snapshot)
        self._answer = answer

    def _on_intent(self, intent: Intent) -> None:
        self.intents.append(intent)
        for answer in (*self.answers, *(self._answer(intent) if self._answer else ())):
            self.server.publish(answer)

    def _snapshot(self) -> list[LinkEvent]:
        return [Welcome("1", "t", Phase.READY, Connection.READY, "embedded")]


@asynccontextmanager
async def open_window(
    folder: Path, answer: Callable[[Intent], list[LinkEvent]] | None = None
) -> AsyncIterator[OpenWindow]:
    """Its engine runs, and its note is in the data folder."""
    window = OpenWindow(answer)
    leave_engine_note(folder, await window.server.start(), TOKEN)
    yield window
    remove_engine_note(folder)
    await window.server.aclose()
