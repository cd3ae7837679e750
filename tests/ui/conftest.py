"""A window with made-up messages, and a reader that needs no journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from desktop_app.journal.origins import Origin
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    SearchHit,
    ThreadRecord,
)
from desktop_app.journal.search_query import SearchWish
from desktop_app.journal.spending import Spent
from desktop_app.link.messages import AskAdvanced, Intent
from desktop_app.paths import Paths
from desktop_app.protocol.service_calls import (
    AssistantList,
    DocumentList,
    Done,
    ListAssistants,
    ListDocuments,
    ListMemories,
    ListModels,
    MemoryList,
    ModelList,
)
from desktop_app.state.turn_facts import spent_by
from desktop_app.ui.look import Look
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.store import AppStore
from desktop_app.ui.wiring import Wiring


def make_message(
    number: int, text: str, role: Role = Role.ASSISTANT, **given: object
) -> MessageRecord:
    """Message ``m<number>`` of thread ``a``, complete unless said otherwise."""
    values: dict[str, object] = {"status": MessageStatus.COMPLETE, **given}
    return MessageRecord(
        id=f"m{number}",
        thread_id="a",
        role=role,
        text=text,
        created_at=float(number),
        **values,  # type: ignore[arg-type]
    )


@dataclass
class FakeReader:
    """A journal in memory."""

    known: list[ThreadRecord] = field(default_factory=list)
    written: dict[str, list[MessageRecord]] = field(default_factory=dict)
    hits: list[SearchHit] = field(default_factory=list)
    wishes: list[SearchWish] = field(default_factory=list)
    made: list[PictureRecord] = field(default_factory=list)
    families: dict[str, list[PictureRecord]] = field(default_factory=dict)
    learned: dict[str, Origin] = field(default_factory=dict)
    is_catching_up: bool = False

    def threads(
        self, limit: int = 200, *, filter_text: str = "", after: ThreadRecord | None = None
    ) -> list[ThreadRecord]:
        wanted = filter_text.casefold()
        found = [one for one in self.known if wanted in one.title.casefold()]
        ids = [one.id for one in found]
        start = 0 if after is None else ids.index(after.id) + 1
        return found[start : start + limit]

    def thread(self, thread_id: str) -> ThreadRecord | None:
        return next((one for one in self.known if one.id == thread_id), None)

    def messages(self, thread_id: str, limit: int = 200, before: str = "") -> list[MessageRecord]:
        messages = self.written.get(thread_id, [])
        if before:
            ids = [message.id for message in messages]
            messages = messages[: ids.index(before)]
        return messages[-limit:]

    def search(
        self, wish: SearchWish, limit: int = 50, is_stale: Callable[[], bool] | None = None
    ) -> list[SearchHit]:
        self.wishes.append(wish)
        return self.hits

    def texts(self, thread_id: str) -> list[tuple[str, Role, str]]:
        return [(one.id, one.role, one.text) for one in self.written[thread_id]]

    def count_from(self, thread_id: str, message_id: str) -> int:
        ids = [message.id for message in self.written.get(thread_id, [])]
        return len(ids) - ids.index(message_id) if message_id in ids else 0

    def pictures(
        self, thread_id: str = "", limit: int = 200, offset: int = 0
    ) -> list[PictureRecord]:
        newest = [one for one in reversed(self.made) if thread_id in ("", one.thread_id)]
        return newest[offset : offset + limit]

    def picture_count(self, thread_id: str = "") -> int:
        return len(self.pictures(thread_id, len(self.made)))

    def files_of_messages(self, *, is_unsent: bool = False) -> list[str]:
        waiting = ("queued", "failed")
        return [
            path
            for messages in self.written.values()
            for one in messages
            if not is_unsent or one.status in waiting
            for path in one.wishes.files
        ]

    def spent(self, thread_id: str = "", since_s: float = 0.0) -> Spent:
        written = [one for of in self.written.values() for one in of]
        return spent_by(
            one for one in written if one.created_at >= since_s and thread_id in ("", one.thread_id)
        )

    def origins(self, memory_ids: Collection[str]) -> Mapping[str, Origin]:
        return {name: one for name, one in self.learned.items() if name in memory_ids}

    def cost_of_reply(self, message_id: str) -> float | None:
        written = (one for of in self.written.values() for one in of if one.id == message_id)
        usage = next((one.details.usage for one in written if one.details), None)
        return usage.cost_usd if usage else None

    def picture_family(self, picture_id: str) -> list[PictureRecord]:
        return self.families.get(picture_id, [])


class FakeAsks:
    """Answers at once: what a test put there for a kind of question, or ``Done``."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.answers: dict[type, object] = {
            ListDocuments: DocumentList(()),
            ListMemories: MemoryList(()),
            ListModels: ModelList(()),
            ListAssistants: AssistantList(()),
        }
        self.advances: list[tuple[int, int]] = []

    async def ask(self, question: object, on_advance: object = None) -> object:
        self.asked.append(question)
        for done, total in self.advances if callable(on_advance) else ():
            on_advance(AskAdvanced("x", done, total))  # type: ignore[operator]
        answer = self.answers.get(type(question), Done())
        if callable(answer):
            answer = answer(question)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def of(self, kind: type) -> list[object]:
        return [one for one in self.asked if isinstance(one, kind)]


@dataclass
class Desk:
    """The wired window, with what it sent."""

    window: MainWindow
    store: AppStore
    wiring: Wiring
    reader: FakeReader
    sent: list[Intent]
    asks: FakeAsks = field(default_factory=FakeAsks)

    def sent_of(self, kind: type) -> list[Intent]:
        return [intent for intent in self.sent if isinstance(intent, kind)]


def run_at_once(work: Callable[[], object], _name: str) -> None:
    """Run a coroutine that never really waits."""
    coroutine = work()
    with pytest.raises(StopIteration):
        coroutine.send(None)  # type: ignore[attr-defined]


async def _here(call: Callable[[], object]) -> object:
    return call()


@pytest.fixture
def look(qapp: object) -> Look:
    return Look(theme="light", is_calm=True)


@pytest.fixture
def memory(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def desk(look: Look, memory: QSettings, qtbot: object, tmp_path: Path) -> Iterator[Desk]:
    window = MainWindow(look, memory)
    window.furnish()
    store, reader, sent, asks = AppStore(), FakeReader(), [], FakeAsks()
    folders = Paths(tmp_path, tmp_path / "settings.json", tmp_path / "cache", tmp_path / "logs")
    wiring = Wiring(
        window,
        store,
        reader,
        sent.append,
        on_worker=_here,  # type: ignore[arg-type]
        run=run_at_once,  # type: ignore[arg-type]
        folders=folders,
        asks=asks,
    )
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)  # type: ignore[attr-defined]
    yield Desk(window, store, wiring, reader, sent, asks)
    window.is_closing = True
    window.close()
    store.blockSignals(True)  # a frame that is still due would be for a window that is gone
