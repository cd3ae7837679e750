"""Documents: section 11 of the API, and files that come with messages."""

from __future__ import annotations

import uuid

import pytest

from tests.contract.callers import events_of, kinds, refusal, settled

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
FACT = "The cellar key hangs behind the clock in the hall."


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text(FACT)
    return path


async def new_thread(caller):
    assistant = await caller.create_assistant("Ada")
    thread = await caller.create_thread(assistant.assistant_id)
    return assistant.assistant_id, thread.thread_id


async def test_a_document_of_an_assistant_is_indexed_listed_and_deleted(caller, note):
    assistant_id, thread_id = await new_thread(caller)
    sent = await caller.upload_document_to_assistant(assistant_id, note)
    assert (sent.filename, sent.file_size_bytes) == ("note.txt", len(FACT))
    done = await settled(caller, sent.document_id)
    assert (done.status, done.chunk_count) == ("indexed", 1)
    assert done.total_tokens > 5
    assert done.processing_completed_at >= done.processing_started_at
    (listed,) = await caller.list_assistant_documents(assistant_id)
    assert listed.document_id == sent.document_id
    assert await caller.list_thread_documents(thread_id) == []
    await caller.delete_document(sent.document_id)
    assert await caller.list_assistant_documents(assistant_id) == []
    gone = await refusal(caller.get_document_status(sent.document_id))
    assert gone == (404, "Document not found")


async def test_a_document_of_a_thread_stays_in_it(caller, note):
    assistant_id, thread_id = await new_thread(caller)
    other = await caller.create_thread(assistant_id)
    sent = await caller.upload_document_to_thread(thread_id, note)
    assert (await settled(caller, sent.document_id)).status == "indexed"
    assert [one.filename for one in await caller.list_thread_documents(thread_id)] == ["note.txt"]
    assert await caller.list_thread_documents(other.thread_id) == []
    assert await caller.list_assistant_documents(assistant_id) == []


async def test_a_document_that_cannot_be_read_says_why(caller, tmp_path):
    assistant_id, _ = await new_thread(caller)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing more")
    sent = await caller.upload_document_to_assistant(assistant_id, broken)
    done = await settled(caller, sent.document_id)
    assert done.status == "error"
    assert done.status_message.endswith(".")


async def test_a_file_of_a_message_becomes_its_attachment_and_answers(caller, note):
    _, thread_id = await new_thread(caller)
    reply = await caller.add_message(
        thread_id, "tell system of the cellar key", files=[note], **MODEL
    )
    assert FACT in reply.content
    (listed,) = await caller.list_thread_documents(thread_id)
    assert listed.status == "indexed"
    asked = (await caller.get_thread(thread_id)).messages[0]
    (attachment,) = asked.attachments
    assert attachment.document_id == listed.document_id
    assert (attachment.filename, attachment.file_size_bytes) == ("note.txt", len(FACT))


async def test_several_files_come_with_a_streamed_message(caller, note, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("city,degrees\nOslo,7\n")
    _, thread_id = await new_thread(caller)
    events = await events_of(
        caller.add_message(thread_id, "say hello", files=[note, table], stream=True, **MODEL)
    )
    assert kinds(events)[-1] == "run_ended"
    names = {one.filename for one in await caller.list_thread_documents(thread_id)}
    assert names == {"note.txt", "table.csv"}


async def test_what_an_assistant_knows_reaches_all_its_threads_and_is_cited(caller, note):
    assistant_id, thread_id = await new_thread(caller)
    sent = await caller.upload_document_to_assistant(assistant_id, note)
    await settled(caller, sent.document_id)
    question = "Where does the cellar key hang?"
    reply = await caller.add_message(thread_id, question, **MODEL)
    assert reply.messages[-1]["retrieved_files"] == ["note.txt"]


@pytest.mark.parametrize("document_id", [uuid.UUID(int=7), "no-uuid"])
async def test_an_unknown_document_is_not_found(caller, document_id):
    for call in (caller.get_document_status(document_id), caller.delete_document(document_id)):
        assert await refusal(call) == (404, "Document not found")
