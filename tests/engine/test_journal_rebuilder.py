"""A damaged journal is filled again: what came of it is said, and tried again where it failed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from desktop_app.engine.journal_rebuilder import JournalRebuilder
from desktop_app.errors import NetworkError
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.recovery import TO_REBUILD
from desktop_app.link.messages import NoticeCleared, NoticeRaised
from desktop_app.link.thread_messages import ThreadSaved
from tests.fakes.journal import MemoryJournal

ASIDE = "journal.sqlite3.broken"
ADA = ThreadRecord(id="a", created_at=1.0, updated_at=1.0)


class Threads:
    """Gives one thread, then fails or is done."""

    def __init__(self, error: NetworkError | None = None) -> None:
        self.error = error
        self.runs = 0

    async def run(self) -> AsyncIterator[ThreadRecord]:
        self.runs += 1
        yield ADA
        if self.error is not None:
            raise self.error


async def test_a_journal_that_was_never_damaged_is_left_alone():
    told: list[object] = []
    threads = Threads()
    assert await JournalRebuilder(MemoryJournal(), threads, told.append).run() is None
    assert (told, threads.runs) == ([], 0)


async def test_what_came_back_is_shown_and_said_once():
    told: list[object] = []
    journal = MemoryJournal()
    await journal.set_setting(TO_REBUILD, ASIDE)
    rebuilder = JournalRebuilder(journal, Threads(), told.append)
    notice = await rebuilder.run()
    assert notice is not None
    assert (notice.code, notice.facts["number"]) == ("journal.rebuilt", "1")
    cleared = NoticeCleared("journal.set_aside")
    assert told == [ThreadSaved(ADA), cleared, NoticeRaised(notice)]
    assert await rebuilder.run() is None, "the next start has nothing left to do"


async def test_what_failed_is_tried_again_with_the_next_start(caplog):
    journal = MemoryJournal()
    await journal.set_setting(TO_REBUILD, ASIDE)
    away = Threads(NetworkError("network.unreachable"))
    notice = await JournalRebuilder(journal, away, lambda _: None).run()
    assert notice is not None
    assert notice.code == "journal.not_rebuilt"
    caplog.clear()
    again = await JournalRebuilder(journal, Threads(), lambda _: None).run()
    assert again is not None
    assert again.code == "journal.rebuilt"
