"""What a person deleted here for good is deleted at the service too, sooner or later."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.deleted_threads import DeletedThreads
from desktop_app.client.errors import NotFoundError
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.errors import NetworkError
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.writer import JournalWriter
from tests.fakes.service import real_service


@pytest.fixture
async def api(tmp_path: Path):
    with real_service(tmp_path / "service") as service:
        api = BackboardApi(service.api)
        yield api
        await api.aclose()


async def test_a_deleted_thread_goes_at_the_service_with_the_next_start_that_reaches_it(
    tmp_path, api, caplog
):
    journal = await JournalWriter.open(tmp_path / "data")
    remote = {}
    for name in ("kept", "gone", "gone too"):
        await journal.save_thread(ThreadRecord(id=name, created_at=1.0, updated_at=1.0, title=name))
        remote[name] = await RemoteThreads(journal, "p").remote_id(name, api)
    await api.threads.delete(remote["gone too"])  # by somebody else
    for name in ("gone", "gone too"):
        await journal.remove_thread(name)

    async def open_api() -> BackboardApi:
        return api

    async def away() -> BackboardApi:
        raise NetworkError("network.unreachable", retryable=True)

    await DeletedThreads(journal, "p", open_api).run()
    assert await api.threads.get(remote["gone"]), "it can still be taken back"
    await journal.aclose()
    journal = await JournalWriter.open(tmp_path / "data")
    await DeletedThreads(journal, "another", open_api).run()
    await DeletedThreads(journal, "p", away).run()
    assert await api.threads.get(remote["gone"])
    caplog.clear()
    await journal.aclose()
    journal = await JournalWriter.open(tmp_path / "data")
    await DeletedThreads(journal, "p", open_api).run()
    with pytest.raises(NotFoundError):
        await api.threads.get(remote["gone"])
    assert await api.threads.get(remote["kept"])
    assert await RemoteThreads(journal, "p").known_id("kept") == remote["kept"]
    assert await journal.settings("deleted:") == {}
    await journal.aclose()
