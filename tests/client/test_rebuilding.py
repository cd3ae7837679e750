"""A damaged journal comes back from the real service, and from threads of every shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.client.media import FetchedMedia
from desktop_app.client.rebuilding import Rebuilding, rows_of
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.errors import AccessError, NetworkError
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.system_one import NoulAnswer
from desktop_app.protocol.backboard.threads import StoredMessage, Thread
from desktop_app.protocol.commands import Answerer, TurnWishes
from tests.fakes.service import real_service


@pytest.fixture
async def api(tmp_path: Path):
    with real_service(tmp_path / "service") as service:
        api = BackboardApi(service.api)
        yield api
        await api.aclose()


async def ask(api: BackboardApi, name: str, words: str) -> str:
    assistant = await api.assistants.create(NewAssistant(name=name))
    thread = await api.threads.create(assistant.assistant_id)
    request = MessageRequest(thread_id=thread.thread_id, content=words)
    await api.messages.send(request)
    return thread.thread_id


async def answerer(thread: str, journal: JournalWriter) -> Answerer:
    record = await journal.thread(thread)
    return record.who if record is not None else Answerer()


async def test_every_thread_comes_back_with_its_assistant_and_goes_on_there(tmp_path, api):
    asked = await ask(api, "Parley", "What is 6 times 7?")
    others = await ask(api, "Somebody else's", "What is 2 plus 2?")
    journal = await JournalWriter.open(tmp_path / "data")
    threads = RemoteThreads(journal, "embedded", lambda thread: answerer(thread, journal))

    async def open_api() -> BackboardApi:
        return api

    rebuilding = Rebuilding(journal, tmp_path / "data", threads, open_api)
    found = {thread.id: thread async for thread in rebuilding.run()}
    assert set(found) == {asked, others}
    [tutor] = await api.assistants.page(name="Somebody else's")
    assert found[asked].assistant_id == "", "Parley's own"
    assert found[others].assistant_id == tutor.assistant_id
    assert await threads.known_id(others) == others
    assert found[asked].title.startswith("What is 6 times 7")
    question, reply = await journal.messages(asked)
    assert (question.role, question.text) == (Role.USER, "What is 6 times 7?")
    assert "42" in reply.text
    assert (reply.status, reply.model) == (MessageStatus.COMPLETE, "builtin/basic")
    assert await threads.known_id(asked) == asked
    again = [thread.id async for thread in rebuilding.run()]
    assert set(again) == set(found)
    assert len(await journal.messages(asked)) == 2
    await journal.aclose()


async def test_pictures_come_back_with_their_files_and_what_cannot_be_had_stays_away(
    tmp_path, api, caplog
):
    asked = await ask(api, "Parley", "Hello")
    for words in ("Draw a yellow tram", "Draw a red boat"):
        request = MessageRequest(thread_id=asked, content=words, image_generation="Auto")
        await api.messages.send(request)
    journal = await JournalWriter.open(tmp_path / "data")
    fetch = api.media.fetch

    async def fetch_once(url: str, told: str = "") -> FetchedMedia:
        api.media.fetch = gone
        return await fetch(url, told)

    async def gone(_url: str, _told: str) -> FetchedMedia:
        raise NetworkError("media.gone", "It is gone.")

    api.media.fetch = fetch_once

    async def open_api() -> BackboardApi:
        return api

    threads = RemoteThreads(journal, "embedded", lambda thread: answerer(thread, journal))
    found = [one async for one in Rebuilding(journal, tmp_path / "data", threads, open_api).run()]
    assert [one.id for one in found] == [asked]
    [picture] = JournalReader(tmp_path / "data").pictures(asked)
    assert (picture.prompt, picture.model) == ("a yellow tram", "builtin/drawing")
    content = (tmp_path / "data" / picture.path).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) == picture.size_bytes
    assert not list((tmp_path / "data").glob("incoming-*"))
    assert "stays away" in caplog.text
    caplog.clear()
    await journal.aclose()


async def test_videos_come_back_too(tmp_path, api):
    asked = await ask(api, "Parley", "Hello")
    words = "Make a video of a yellow tram"
    await api.messages.send(MessageRequest(thread_id=asked, content=words, video_generation="Auto"))
    journal = await JournalWriter.open(tmp_path / "data")

    async def open_api() -> BackboardApi:
        return api

    threads = RemoteThreads(journal, "embedded", lambda thread: answerer(thread, journal))
    found = [one async for one in Rebuilding(journal, tmp_path / "data", threads, open_api).run()]
    assert [one.id for one in found] == [asked]
    [video] = JournalReader(tmp_path / "data").pictures(asked)
    assert (video.prompt, video.is_video) == ("a yellow tram", True)
    content = (tmp_path / "data" / video.path).read_bytes()
    assert content.startswith(b"RIFF")
    assert len(content) == video.size_bytes
    await journal.aclose()


async def test_one_thread_and_one_picture_that_fail_keep_none_of_the_others_away(
    tmp_path, api, caplog
):
    gone, ill, drawn = [await ask(api, "Parley", f"What is {n} plus 2?") for n in (1, 2, 3)]
    await api.messages.send(
        MessageRequest(thread_id=drawn, content="Draw a red boat", image_generation="Auto")
    )
    get, fetch = api.threads.get, api.media.fetch
    failing = {gone: NotFoundError("http.404"), ill: NetworkError("http.500", retryable=True)}

    async def get_most(thread_id: str) -> Thread:
        if thread_id in failing:
            raise failing[thread_id]
        return await get(thread_id)

    async def away(_url: str, _told: str) -> FetchedMedia:
        raise NetworkError("network.timeout", retryable=True)

    api.threads.get, api.media.fetch = get_most, away
    journal = await JournalWriter.open(tmp_path / "data")
    threads = RemoteThreads(journal, "embedded", lambda thread: answerer(thread, journal))

    async def open_api() -> BackboardApi:
        return api

    rebuilding = Rebuilding(journal, tmp_path / "data", threads, open_api)
    running = rebuilding.run()
    assert (await anext(running)).id == drawn
    with pytest.raises(NetworkError):  # the next start tries again
        await anext(running)
    assert JournalReader(tmp_path / "data").pictures(drawn) == []
    del failing[ill]
    api.media.fetch = fetch
    assert {one.id async for one in rebuilding.run()} == {ill, drawn}
    assert len(JournalReader(tmp_path / "data").pictures(drawn)) == 1
    caplog.clear()
    await journal.aclose()


async def test_what_was_read_of_the_damaged_journal_is_completed_and_not_doubled(tmp_path, api):
    journal = await JournalWriter.open(tmp_path / "data")
    threads = RemoteThreads(journal, "embedded", lambda thread: answerer(thread, journal))
    remote = await threads.remote_id("ours", api)
    for words in ("What is 6 times 7?", "Hello", "Draw a red boat", "Hello"):
        request = MessageRequest(thread_id=remote, content=words, image_generation="Auto")
        await api.messages.send(request)
    there = rows_of(await api.threads.get(remote)).messages
    for number in (0, 1, 2, 4, 5):  # the rest was on the damaged page
        row = replace(there[number], id=f"m{number}", thread_id="ours")
        if row.role is Role.USER:
            row = replace(row, remote_id="", wishes=TurnWishes(files=("/kept/a.pdf",)))
        await journal.save_message(row)
    await journal.touch_thread("ours", 1.0, "Mine", profile="embedded")

    async def open_api() -> BackboardApi:
        return api

    rebuilding = Rebuilding(journal, tmp_path / "data", threads, open_api)
    for _ in range(2):
        assert [one.id async for one in rebuilding.run()] == ["ours"]
        found = await journal.messages("ours")
        assert [one.text for one in found] == [one.text for one in there]
        assert found[0].wishes.files == ("/kept/a.pdf",)
        [picture] = JournalReader(tmp_path / "data").pictures("ours")
        assert picture.message_id == "m5"
    assert [one.title for one in JournalReader(tmp_path / "data").threads()] == ["Mine"]
    assert await threads.known_id("ours") == remote
    await journal.aclose()


async def test_a_refused_key_ends_the_run(tmp_path, api):
    await ask(api, "Parley", "Hello")

    async def refused(_thread_id: str) -> Thread:
        raise AccessError("access.refused")

    api.threads.get = refused
    journal = await JournalWriter.open(tmp_path / "data")

    async def open_api() -> BackboardApi:
        return api

    rebuilding = Rebuilding(
        journal, tmp_path / "data", RemoteThreads(journal, "embedded"), open_api
    )
    with pytest.raises(AccessError):
        [one async for one in rebuilding.run()]
    await journal.aclose()


def stored(number: int, role: str, text: str | None, at: str = "") -> StoredMessage:
    return StoredMessage(message_id=f"m{number}", role=role, content=text, created_at=at)


def test_what_is_neither_asked_nor_said_is_left_out_and_order_stays():
    rows = rows_of(
        Thread(
            thread_id="t",
            created_at="2026-01-02T03:04:05",
            messages=[
                stored(1, "system", "Be kind."),
                stored(2, "user", "Hello\nthere " * 20, "2026-01-02T03:04:06Z"),
                stored(3, "tool", "7"),
                stored(4, "assistant", "Hi.", "no time at all"),
                stored(5, "assistant", None),
            ],
        )
    )
    assert [one.id for one in rows.messages] == ["m2", "m4"]
    assert rows.messages[0].created_at == rows.messages[1].created_at == 1767323046.0
    assert rows.thread.title.startswith("Hello there Hello")
    assert len(rows.thread.title) <= 48
    assert rows.thread.updated_at == 1767323046.0


def test_a_thread_without_words_has_no_messages():
    assert rows_of(Thread(thread_id="t")).messages == ()


@pytest.mark.parametrize("result", ["nonsense", None])
def test_what_a_message_says_in_numbers_comes_back(result):
    numbers = {"model": "builtin/words", "answers": {"a": {"type": "noul", "noul": 0.9}}}
    rows = [
        StoredMessage(message_id=str(n), role="assistant", content="Yes", metadata_=facts)
        for n, facts in enumerate([{"system_one": numbers}, {"system_one": result}, None])
    ]
    first, *others = rows_of(Thread(thread_id="t", messages=rows)).messages
    assert first.details.judged is not None
    assert first.details.judged.typed == {"a": NoulAnswer(noul=0.9)}
    assert [one.details.judged for one in others] == [None, None]
