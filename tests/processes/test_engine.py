"""The engine's process: what goes wrong in it is shown in the window, and it lives on."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing

import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.credentials import Credentials, Secret
from desktop_app.engine import reply_watch
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageRecord, MessageStatus, ThreadRecord
from desktop_app.journal.schema import DATABASE_NAME
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.client import LinkClient
from desktop_app.link.messages import (
    LinkEvent,
    MessageSaved,
    Notice,
    NoticeRaised,
    Quit,
    ReloadSettings,
    SendText,
)
from desktop_app.link.thread_messages import RestoreThread, ServiceDescribed, ThreadSaved
from desktop_app.paths import find_paths
from desktop_app.processes import engine as engine_process
from desktop_app.profiles import KEY_VARIABLE, with_service
from desktop_app.settings import ProfileSettings, Settings, save
from tests.fakes.keyrings import MemoryKeyring
from tests.fakes.service import real_service

WITHIN_S = 30
_ENDS = (MessageStatus.COMPLETE, MessageStatus.FAILED)


@pytest.fixture(autouse=True)
def own_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the hooks of this process back afterwards."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


@asynccontextmanager
async def engine(capsys: pytest.CaptureFixture[str]) -> AsyncIterator[LinkClient]:
    """A running engine and the link of a window; it is asked to end."""
    async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine_process.run(find_paths(os.environ), "token"))
        greeting = ""
        while not greeting.endswith("\n") and not running.done():
            await asyncio.sleep(0.01)
            greeting += capsys.readouterr().out
        port = int(json.loads(greeting)["link"].rpartition(":")[2])
        client = await LinkClient.connect("127.0.0.1", port, "token")
        try:
            yield client
            client.send(Quit())
            await running
        finally:
            await client.aclose()


async def notice_of(client: LinkClient, code: str = "something.failed") -> Notice:
    async with aclosing(client.events()) as events:
        async for event in events:
            if isinstance(event, NoticeRaised) and event.notice.code == code:
                return event.notice
    raise AssertionError("the engine ended without a word")


async def reply_of(client: LinkClient) -> MessageRecord:
    async with aclosing(client.events()) as events:
        async for event in events:
            if isinstance(event, MessageSaved) and event.message.status in _ENDS:
                return event.message
    raise AssertionError("the engine ended without an answer")


async def answer_with(events: AsyncIterator[LinkEvent], words: str) -> None:
    async for event in events:
        if isinstance(event, MessageSaved) and event.message.status in _ENDS:
            if words in event.message.text:
                return
            assert event.message.status is MessageStatus.COMPLETE, event.message.error
    raise AssertionError("the engine ended without this answer")


async def delete_another(api: BackboardApi) -> None:
    """A conversation that the service knows, deleted before the next start."""
    journal = await JournalWriter.open(find_paths(os.environ).data)
    await journal.save_thread(ThreadRecord(id="t2", title="Old", created_at=1.0, updated_at=1.0))
    await RemoteThreads(journal, "near").remote_id("t2", api)
    await journal.remove_thread("t2")
    await journal.aclose()


def choose(profile: str, **profiles: dict[str, str]) -> None:
    """Let the settings choose this service."""
    path = find_paths(os.environ).settings
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"profile": profile, "profiles": profiles}))


def broken() -> None:
    raise ValueError("oh no")


async def test_what_nobody_caught_is_told_the_window_and_the_engine_lives_on(capsys, caplog):
    async with engine(capsys) as client:
        asyncio.get_running_loop().call_soon(broken)
        notice = await notice_of(client)
        assert notice.facts == {"folder": str(find_paths(os.environ).logs)}
    assert "oh no" in caplog.text
    caplog.clear()


async def test_another_service_answers_where_the_settings_name_one(capsys, monkeypatch, tmp_path):
    with real_service(tmp_path / "elsewhere") as service:
        choose("near", near={"base_url": service.api.base_url})
        monkeypatch.setenv(KEY_VARIABLE, service.api.key)
        async with engine(capsys) as client:
            client.send(SendText("t1", "m1", "what is seven times eight"))
            reply = await reply_of(client)
        assert "56" in reply.text
        assert not (find_paths(os.environ).data / "service.sqlite3").exists()


@pytest.mark.parametrize(("key", "error"), [("wrong", "access.refused"), ("", "access.refused")])
async def test_a_refused_key_is_said_and_the_message_kept(
    capsys, monkeypatch, tmp_path, key, error
):
    with real_service(tmp_path / "elsewhere") as service:
        choose("near", near={"base_url": service.api.base_url})
        monkeypatch.setenv(KEY_VARIABLE, key)
        async with engine(capsys) as client:
            client.send(SendText("t1", "m1", "hello"))
            question = await reply_of(client)
    assert (question.status, question.error) == (MessageStatus.FAILED, error)


async def test_a_service_that_nobody_knows_is_replaced_by_the_embedded_one(capsys, caplog):
    choose("other")
    async with engine(capsys) as client:
        assert (await notice_of(client, "profile.unknown")).facts == {"name": "other"}
    assert "There is no profile" in caplog.text
    caplog.clear()


async def test_a_window_is_told_the_usual_model_and_when_another_is_chosen(capsys):
    paths = find_paths(os.environ)
    near = {"near": ProfileSettings("http://127.0.0.1:9/api")}
    chosen = Settings(profile="near", profiles=near).with_speech("near", model="a/b")
    save(paths.settings, chosen)
    async with engine(capsys) as client, aclosing(client.events()) as events:
        told = (event.usual_model async for event in events if isinstance(event, ServiceDescribed))
        assert await anext(told) == "a/b"
        save(paths.settings, chosen.with_speech("near", model="c/d"))
        client.send(ReloadSettings())
        assert await anext(told) == "c/d"


async def test_a_service_that_is_renamed_goes_on_with_the_same_threads_and_key(
    capsys, monkeypatch, tmp_path
):
    path = find_paths(os.environ).settings
    keys = MemoryKeyring()
    monkeypatch.setattr(engine_process, "Credentials", lambda: Credentials(lambda: keys))
    with real_service(tmp_path / "elsewhere") as service:
        near = ProfileSettings(service.api.base_url)
        settings = Settings(profile="near", profiles={"near": near})
        save(path, settings)
        await Credentials(lambda: keys).set("near", Secret(service.api.key))
        async with engine(capsys) as client, aclosing(client.events()) as events:
            client.send(SendText("t1", "m1", "what is seven times eight"))
            await answer_with(events, "56")
            save(path, with_service(settings, "near", "far", near))
            client.send(ReloadSettings())
            names = (event.name async for event in events if isinstance(event, ServiceDescribed))
            assert await anext(names) == "far"
            await Credentials(lambda: keys).set("far", Secret(service.api.key))
            await Credentials(lambda: keys).delete("near")
            client.send(SendText("t2", "m2", "what is six times seven"))
            await answer_with(events, "42")
        async with engine(capsys) as client:
            client.send(SendText("t1", "m3", "what is nine times nine"))
            assert "81" in (await reply_of(client)).text
        known = JournalReader(find_paths(os.environ).data)
        assert {one.profile for one in known.threads()} == {"near"}
    journal = await JournalWriter.open(find_paths(os.environ).data)
    assert list(await journal.settings("thread:")) == ["thread:near:t1", "thread:near:t2"]
    await journal.aclose()


async def test_bar_31_a_reply_that_the_programs_death_cut_is_whole_after_the_next_start(
    capsys, monkeypatch, tmp_path
):
    monkeypatch.setattr(reply_watch, "WAITS_S", (0.01,) * 6)
    with real_service(tmp_path / "elsewhere") as service:
        choose("near", near={"base_url": service.api.base_url})
        monkeypatch.setenv(KEY_VARIABLE, service.api.key)
        async with engine(capsys) as client:
            client.send(SendText("t1", "m1", "what is seven times eight"))
            whole = await reply_of(client)
        journal = sqlite3.connect(find_paths(os.environ).data / DATABASE_NAME)
        cut = "UPDATE message SET status = 'streaming', text = 'Se', remote_id = '' WHERE id = ?"
        with closing(journal), journal:
            journal.execute(cut, (whole.id,))
        async with engine(capsys) as client:
            again = await reply_of(client)
        assert (again.id, again.text, again.remote_id) == (whole.id, whole.text, whole.remote_id)
        with closing(sqlite3.connect(find_paths(os.environ).data / DATABASE_NAME)) as journal:
            assert journal.execute("SELECT count(*) FROM message").fetchone() == (2,)


async def test_a_damaged_journal_is_kept_aside_filled_from_the_service_and_told_of(
    capsys, monkeypatch, tmp_path
):
    data = find_paths(os.environ).data
    with real_service(tmp_path / "elsewhere") as service:
        choose("near", near={"base_url": service.api.base_url})
        monkeypatch.setenv(KEY_VARIABLE, service.api.key)
        async with engine(capsys) as client:
            client.send(SendText("t1", "m1", "what is seven times eight"))
            assert "56" in (await reply_of(client)).text
        for left in data.glob(f"{DATABASE_NAME}-*"):
            left.unlink()
        (data / DATABASE_NAME).write_bytes(b"not a database" * 1000)
        async with engine(capsys) as client:
            notice = await notice_of(client, "journal.rebuilt")
            aside = data / notice.facts["file"]
            assert aside.read_bytes().startswith(b"not a database")
            assert notice.facts["number"] == "1"
            reader = JournalReader(data)
            [thread] = reader.threads()
            question, reply = reader.messages(thread.id)
            assert (question.text, "56" in reply.text) == ("what is seven times eight", True)
        api = BackboardApi(service.api)
        await delete_another(api)
        async with engine(capsys) as client:
            client.send(SendText(thread.id, "m2", "what is nine times nine"))
            assert "81" in (await reply_of(client)).text
            while len(await api.threads.page()) > 1:  # noqa: ASYNC110 - what was deleted goes
                await asyncio.sleep(0.01)
        await api.aclose()
        found = JournalReader(data).messages(thread.id)
        assert len(found) == 4, "it goes on in the thread that came back"


async def test_what_was_deleted_can_be_taken_back_from_the_next_engine_of_a_window(
    capsys, monkeypatch
):
    journal = await JournalWriter.open(find_paths(os.environ).data)
    await journal.touch_thread("t", 1.0, "Trams")
    await journal.remove_thread("t")
    await journal.aclose()
    monkeypatch.setenv(engine_process.AGAIN_VARIABLE, "1")
    async with engine(capsys) as client, aclosing(client.events()) as events:
        client.send(RestoreThread("t"))
        saved = (event.thread.title async for event in events if isinstance(event, ThreadSaved))
        assert await anext(saved) == "Trams"
