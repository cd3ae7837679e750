"""What a person deleted here for good is deleted at the service too, sooner or later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.deleted_threads import DeletedThreads
from desktop_app.client.errors import NotFoundError
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.errors import AccessError, NetworkError
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.writer import JournalWriter
from tests.fakes.service import real_service


@dataclass
class NoteBook:
    """What is noted to be deleted."""

    facts: dict[str, str]

    async def settings(self, beginning: str) -> Mapping[str, str]:
        return {key: fact for key, fact in self.facts.items() if key.startswith(beginning)}

    async def forget_settings(self, beginning: str) -> None:
        self.facts = {key: one for key, one in self.facts.items() if not key.startswith(beginning)}


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


async def test_a_service_keeps_off_what_is_noted_for_one_whose_name_goes_on_with_a_colon(
    tmp_path, api
):
    journal = await JournalWriter.open(tmp_path / "data")
    remote = {}
    for profile, name in (("a", "ours"), ("a:b", "theirs")):
        await journal.save_thread(ThreadRecord(id=name, created_at=1.0, updated_at=1.0, title=name))
        remote[name] = await RemoteThreads(journal, profile).remote_id(name, api)
        await journal.remove_thread(name)
    await journal.aclose()
    journal = await JournalWriter.open(tmp_path / "data")

    async def open_api() -> BackboardApi:
        return api

    await DeletedThreads(journal, "a", open_api).run()
    assert await journal.settings("deleted:") == {"deleted:a:b:theirs": remote["theirs"]}
    assert await api.threads.get(remote["theirs"])
    await DeletedThreads(journal, "a:b", open_api).run()
    assert await journal.settings("deleted:") == {}
    await journal.aclose()


@pytest.mark.parametrize(
    ("is_key_good", "left"), [(True, {"refused"}), (False, {"refused", "fine"})]
)
async def test_one_thread_that_may_not_be_deleted_holds_up_no_other(is_key_good, left, caplog):
    asked = []

    async def delete(remote_id: str) -> None:
        asked.append(remote_id)
        if remote_id == "refused" or not is_key_good:
            raise AccessError("access.refused")

    async def check_key() -> None:
        if not is_key_good:
            raise AccessError("access.refused")

    async def open_api() -> Any:
        return SimpleNamespace(threads=SimpleNamespace(delete=delete), check_key=check_key)

    notes = NoteBook({"deleted:p:2": "refused", "deleted:p:1": "fine"})
    await DeletedThreads(notes, "p", open_api).run()
    assert set(notes.facts.values()) == left
    assert asked == (["refused", "fine"] if is_key_good else ["refused"])
    caplog.clear()
