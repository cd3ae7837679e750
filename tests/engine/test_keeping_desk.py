"""Archives come in and what is kept is cleared while the engine runs, on a real journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop_app.engine.keeping_desk import KeepingDesk
from desktop_app.errors import AppError, NetworkError
from desktop_app.export.exporting import ExportWish, Format, export_threads
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.keeping import CancelImport, ClearKept, ImportAdvanced, ImportArchive, Kept
from desktop_app.link.messages import LinkEvent, NoticeRaised
from desktop_app.link.recordings import RecordingsRemoved
from desktop_app.link.thread_messages import DeletePicture, DeleteThread, ThreadSaved
from tests.export.conftest import everything, fill


class Rig:
    def __init__(self, journal: JournalWriter, folder: Path) -> None:
        self.told: list[LinkEvent] = []
        self.asked: list[object] = []
        self.news = asyncio.Event()
        self.refusal: AppError | None = None
        self.desk = KeepingDesk(
            journal,
            folder,
            ask=self.asked.append,
            publish=self._publish,
            wall=lambda: 1e9,
            clear_service=self._clear_service,
            forget_at_service=self._forget_at_service,
        )

    async def _forget_at_service(self, older_than_s: float) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append(f"sound of {older_than_s} s forgotten")

    async def _clear_service(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append("service cleared")

    def _publish(self, event: LinkEvent) -> None:
        self.told.append(event)
        self.news.set()

    async def ended(self) -> list[str]:
        """The codes of all notices once the import is over."""
        async with asyncio.timeout(10):
            while not any(isinstance(one, ImportAdvanced) and one.is_over for one in self.told):
                self.news.clear()
                await self.news.wait()
        return self.notices

    async def notice(self) -> str:
        async with asyncio.timeout(10):
            while not self.notices:
                self.news.clear()
                await self.news.wait()
        return self.notices[-1]

    @property
    def notices(self) -> list[str]:
        return [one.notice.code for one in self.told if isinstance(one, NoticeRaised)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
async def rig(folder: Path) -> AsyncIterator[Rig]:
    journal = await JournalWriter.open(folder)
    made = Rig(journal, folder)
    yield made
    await made.desk.aclose()
    await journal.aclose()


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    other = tmp_path / "other"
    journal = await JournalWriter.open(other)
    await fill(journal, other)
    await journal.aclose()
    export_threads(ExportWish(other, tmp_path / "all.zip", Format.JSON))
    return tmp_path / "all.zip"


async def test_an_archive_comes_in_and_the_window_sees_its_threads(rig, folder, archive):
    rig.desk.take(ImportArchive(str(archive)))
    assert await rig.ended() == ["archive.imported"]
    assert [one.thread.id for one in rig.told if isinstance(one, ThreadSaved)] == ["t1", "t2"]
    assert everything(folder) == everything(archive.parent / "other")
    steps = [one for one in rig.told if isinstance(one, ImportAdvanced)]
    assert (steps[0].done, steps[-1].is_over) == (0, True)


async def test_an_archive_that_is_refused_is_said(rig, folder, tmp_path):
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"nothing")
    rig.desk.take(ImportArchive(str(bad)))
    assert await rig.ended() == ["archive.foreign"]
    assert everything(folder)["rows"] == []


async def test_an_import_that_is_cancelled_leaves_nothing(rig, folder, archive):
    rig.desk.take(ImportArchive(str(archive)))
    await asyncio.sleep(0)
    rig.desk.take(CancelImport())
    assert await rig.ended() == ["export.cancelled"]
    assert everything(folder)["rows"] == []


async def test_one_archive_at_a_time(rig, archive):
    rig.desk.take(ImportArchive(str(archive)))
    rig.desk.take(ImportArchive(str(archive)))
    assert await rig.ended() == ["archive.busy", "archive.imported"]


async def test_recordings_are_cleared_at_once(rig, folder, archive):
    rig.desk.take(ImportArchive(str(archive)))
    await rig.ended()
    rig.told.clear()
    rig.desk.take(ClearKept(Kept.RECORDINGS))
    assert await rig.notice() == "kept.recordings_cleared"
    [gone] = [one for one in rig.told if isinstance(one, RecordingsRemoved)]
    assert sorted(gone.utterance_ids) == ["u1", "u2"]
    assert list((folder / "utterances").iterdir()) == []
    assert rig.asked == ["sound of 0.0 s forgotten"]


async def test_recordings_that_the_service_keeps_are_said_to_be_there(rig):
    rig.refusal = NetworkError("network.unreachable", retryable=True)
    rig.desk.take(ClearKept(Kept.RECORDINGS))
    assert await rig.notice() == "kept.recordings_at_service"


async def test_pictures_and_conversations_go_as_if_each_was_deleted(rig, archive):
    rig.desk.take(ImportArchive(str(archive)))
    await rig.ended()
    rig.told.clear()
    rig.desk.take(ClearKept(Kept.PICTURES))
    assert await rig.notice() == "kept.pictures_cleared"
    rig.told.clear()
    rig.desk.take(ClearKept(Kept.CONVERSATIONS))
    assert await rig.notice() == "kept.conversations_cleared"
    assert rig.asked == [DeletePicture("p1"), DeleteThread("t1"), DeleteThread("t2")]


async def test_the_service_forgets_and_that_is_said(rig):
    rig.desk.take(ClearKept(Kept.SERVICE))
    assert await rig.notice() == "kept.service_cleared"
    assert rig.asked == ["service cleared"]


async def test_a_service_that_does_not_run_is_said(rig):
    rig.refusal = NetworkError("service.down", "none", retryable=True)
    rig.desk.take(ClearKept(Kept.SERVICE))
    assert await rig.notice() == "service.down"
