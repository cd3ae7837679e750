"""Documents are indexed one by one, found where they may be, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.errors import InputError
from desktop_app.service.documents.library import check_file
from tests.fakes.office_files import pdf, xlsx
from tests.fakes.providers import ScriptedProviders

LIMIT_S = 20


async def test_a_passage_says_where_it_stands(shelf):
    document_id = await shelf.indexed("report.pdf", pdf(["Nothing here", "The roof leaks badly"]))
    (passage,) = await shelf.library.passages(
        "Is the roof leaking?", assistant_id=shelf.assistant_id, thread_id="", limit=5
    )
    assert passage.document_id == document_id
    assert (passage.filename, passage.place) == ("report.pdf", "page 2")
    assert passage.text == "The roof leaks badly"
    assert passage.score > 0


async def test_rows_of_a_workbook_are_found_under_their_heading(shelf):
    rows = [["Item", "Price"], *([f"Thing {n}", n] for n in range(200)), ["Teapot", 42]]
    await shelf.indexed("costs.xlsx", xlsx({"Costs": rows}))
    (passage,) = await shelf.library.passages(
        "price of a teapot", assistant_id=shelf.assistant_id, thread_id="", limit=1
    )
    assert passage.text.startswith("Item | Price\n")
    assert passage.text.endswith("Teapot | 42")
    assert passage.place.startswith("sheet Costs, rows ")
    assert passage.place.endswith("-202")


async def test_documents_of_a_thread_answer_there_alone_and_the_assistants_everywhere(shelf):
    await shelf.indexed("thread.txt", "The roof leaks.", thread_id=shelf.thread_id)
    await shelf.indexed("assistant.txt", "The roof is red.")
    other = await shelf.rig.store.conversations.create(shelf.assistant_id)
    assert sorted(await shelf.found("roof")) == ["assistant.txt", "thread.txt"]
    assert await shelf.found("roof", other.thread_id) == ["assistant.txt"]
    assert await shelf.found("roof", "") == ["assistant.txt"]


async def test_documents_of_another_assistant_are_never_found(shelf):
    await shelf.indexed("mine.txt", "The roof leaks.")
    other = await shelf.another()
    assert await other.found("roof") == []


async def test_a_deleted_document_is_not_found(shelf):
    document_id = await shelf.indexed("old.txt", "The roof leaks.")
    assert await shelf.library.delete(document_id)
    assert await shelf.found("roof") == []
    assert not await shelf.library.delete(document_id)


async def test_deleting_the_thread_deletes_passages_with_it(shelf):
    await shelf.indexed("old.txt", "The roof leaks.", thread_id=shelf.thread_id)
    await shelf.rig.store.conversations.delete(shelf.thread_id)
    left = await shelf.rig.store.database.read(
        lambda connection: [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("documents", "chunks")
        ]
    )
    matches = await shelf.rig.store.database.read(
        lambda connection: connection.execute(
            "SELECT count(*) FROM chunk_words WHERE chunk_words MATCH 'roof'"
        ).fetchone()[0]
    )
    assert (left, matches) == ([0, 0], 0)


async def test_a_file_that_cannot_be_read_says_why_and_the_next_is_indexed(shelf):
    bad = await shelf.add("locked.pdf", pdf(["secret"], is_locked=True))
    good = await shelf.add("good.txt", "Hello")
    failed, indexed = await shelf.library.settled([bad, good], LIMIT_S)
    assert (failed.status, failed.status_message) == (
        "error",
        "The PDF is protected by a password.",
    )
    assert failed.processing_completed_at is not None
    assert failed.chunk_count is None
    assert (indexed.status, indexed.status_message, indexed.chunk_count) == ("indexed", None, 1)


async def test_a_picture_is_kept_and_says_what_it_is(shelf):
    bitmap = b"BM" + (58).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    bitmap += (40).to_bytes(4, "little") + (1).to_bytes(4, "little") * 2
    bitmap += (1).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(28)
    document = await shelf.library.get(await shelf.indexed("photo.bmp", bitmap))
    assert document.summary == "BMP image, 1 x 1."
    assert document.status_message == "Text in pictures is not read."
    assert (document.chunk_count, document.total_tokens) == (0, 0)


@pytest.mark.parametrize(
    ("name", "size_bytes", "code"),
    [("a.exe", 1, "document.type"), ("a", 1, "document.type"), ("a.txt", 0, "document.empty")],
)
def test_what_can_never_be_read_is_refused(name, size_bytes, code):
    with pytest.raises(InputError) as refused:
        check_file(name, size_bytes)
    assert refused.value.code == code


async def test_attachments_are_told_by_message(shelf):
    ids = [
        await shelf.indexed(name, "Hello", thread_id=shelf.thread_id, message_id=message)
        for name, message in (("a.txt", "m1"), ("b.txt", "m1"), ("c.txt", "m2"))
    ]
    await shelf.indexed("loose.txt", "Hello", thread_id=shelf.thread_id)
    found = await shelf.library.attachments(shelf.thread_id)
    assert {message: [one.document_id for one in files] for message, files in found.items()} == {
        "m1": ids[:2],
        "m2": ids[2:],
    }
    assert (found["m2"][0].filename, found["m2"][0].status) == ("c.txt", "indexed")


async def test_waiting_ends_in_time_and_tells_how_far_it_is(shelf):
    document_id = await shelf.add("long.txt", "A sentence of some words. " * 300_000)
    (document,) = await shelf.library.settled([document_id, "unknown"], 0.01)
    assert document.status in ("pending", "processing")
    (document,) = await shelf.library.settled([document_id], LIMIT_S)
    assert document.status == "indexed"


async def test_a_document_that_is_deleted_while_it_is_read_is_gone(shelf):
    document_id = await shelf.add("long.txt", "A sentence of some words. " * 300_000)
    waiting = asyncio.ensure_future(shelf.library.settled([document_id], LIMIT_S))
    while (await shelf.library.get(document_id)).status == "pending":
        pass
    assert await shelf.library.delete(document_id)
    assert await waiting == []
    await shelf.indexed("next.txt", "Hello")
    left = await shelf.rig.store.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM chunks").fetchone()[0]
    )
    assert left == 1


@pytest.mark.parametrize("question", ["Summarize this", "What do you think?", "\u8981\u7d04"])
async def test_what_came_with_a_question_may_be_asked_about_in_any_words(shelf, question):
    await shelf.indexed("old.txt", "Nothing of interest", thread_id=shelf.thread_id)
    owner = {"thread_id": shelf.thread_id, "message_id": "m1"}
    await shelf.indexed("first.txt", "A long story. " * 200, **owner)
    await shelf.indexed("second.txt", "Another one.", **owner)
    passages = await shelf.library.passages(
        question,
        assistant_id=shelf.assistant_id,
        thread_id=shelf.thread_id,
        limit=3,
        message_id="m1",
    )
    assert [one.filename for one in passages] == ["first.txt", "second.txt", "first.txt"]


async def test_a_summary_is_made_of_the_threads_newest_document(shelf):
    await shelf.indexed("older.txt", "The roof leaks.", thread_id=shelf.thread_id)
    await shelf.indexed("newest.txt", "The heating is new.", thread_id=shelf.thread_id)
    await shelf.indexed("everywhere.txt", "The door is red.")
    assert await shelf.found("Give me an overview of it") == ["newest.txt"]
    assert await shelf.found("Does it rain?") == []


async def test_a_clone_has_the_documents_that_serve_all_threads(shelf):
    source = await shelf.indexed("roof.txt", "The roof leaks.")
    await shelf.indexed("thread.txt", "The roof is red.", thread_id=shelf.thread_id)
    other = await shelf.another()
    assert await shelf.library.clone(shelf.assistant_id, other.assistant_id) == 1
    assert await other.found("roof") == ["roof.txt"]
    (copy,) = await shelf.library.list_for(assistant_id=other.assistant_id)
    assert copy.document_id != source
    assert (copy.status, copy.chunk_count) == ("indexed", 1)
    await shelf.library.delete(source)
    assert await other.found("roof") == ["roof.txt"]


async def test_what_was_begun_when_the_service_ended_is_begun_anew(open_rig, new_shelf, tmp_path):
    async with open_rig(tmp_path, ScriptedProviders()) as rig:
        shelf = await new_shelf(rig)
        document_id = await shelf.indexed("roof.txt", "The roof leaks.")
        await rig.store.database.write(
            lambda connection: connection.execute("UPDATE documents SET status = 'processing'")
        )
    async with open_rig(tmp_path, ScriptedProviders()) as rig:
        (document,) = await rig.library.settled([document_id], LIMIT_S)
        assert (document.status, document.chunk_count) == ("indexed", 1)


async def test_the_same_content_added_and_deleted_at_once_never_loses_its_bytes(shelf):
    async def come_and_go() -> None:
        document_id = await shelf.add("same.txt", "The same content")
        await shelf.library.delete(document_id)

    stays = [shelf.add("same.txt", "The same content") for _ in range(10)]
    ids, *_ = await asyncio.gather(asyncio.gather(*stays), *(come_and_go() for _ in range(20)))
    documents = await shelf.library.settled(ids, LIMIT_S)
    assert [document.status for document in documents] == ["indexed"] * 10


async def test_many_files_are_indexed_while_the_service_answers(shelf):
    ids = [await shelf.add(f"{n}.txt", f"Note number {n}") for n in range(200)]
    assert (await shelf.rig.http.get("/assistants?limit=1")).status_code == 200
    documents = await shelf.library.settled(ids, 3 * LIMIT_S)
    assert {document.status for document in documents} == {"indexed"}
