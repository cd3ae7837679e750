"""What a turn knows before it answers, and learns from it after."""

from __future__ import annotations

import pytest

from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.protocol.events import ToolCall
from desktop_app.service.messages.message_stream import events_of, flat_reply
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import DrewOn, Passage, Recalled, TextDelta, ToolsCalled
from desktop_app.service.runs.document_search import DocumentSearch
from desktop_app.service.runs.knowledge import KnowledgeSource
from desktop_app.service.runs.prompting import CITING
from desktop_app.service.runs.run import Run

TEA = Recalled("likes green tea", "2026-01-01T00:00:00Z", "memory", "m1", 0.8)
NEWEST = Recalled("lives in Berlin", "2026-01-02T00:00:00Z", "memory", "m2", 0.0)
LEASE = Passage("d1", "lease.pdf", "The rent is 900.", "page 3", 4.0)
ANNEX = Passage("d2", "annex.pdf", "Pets are welcome.", "page 1", 2.0)


async def kinds(run) -> list[str]:
    return [event.type async for event in events_of(run)]


async def test_memories_and_passages_reach_the_model_and_are_reported(turns):
    turns.memories.known = (TEA,)
    turns.library.found = (LEASE, ANNEX, LEASE)
    run, end = await turns.ask("What is the rent?", memory="readonly")
    (request,) = turns.language.requests
    assert request.knowledge.memories == (TEA,)
    assert request.knowledge.passages == (LEASE, ANNEX, LEASE)
    reply = flat_reply(run, end)
    assert reply.retrieved_memories == [{"id": "m1", "memory": "likes green tea", "score": 0.8}]
    assert reply.retrieved_files == ["lease.pdf", "annex.pdf"]
    assert reply.retrieved_files_count == 2
    facts = (await turns.rows())[-1].metadata_
    assert facts["retrieved_files"] == ["lease.pdf", "annex.pdf"]
    assert facts["retrieved_memories"][0]["id"] == "m1"


async def test_a_model_that_knows_what_it_used_has_only_that_reported(turns):
    turns.library.found = (LEASE, ANNEX)
    turns.language.pieces = (DrewOn((ANNEX,)), TextDelta("Pets are welcome."))
    run, end = await turns.ask("Are pets welcome?")
    assert flat_reply(run, end).retrieved_files == ["annex.pdf"]
    last = [event async for event in events_of(run)][-1]
    assert [one["file"] for one in last.retrieved_passages] == ["annex.pdf"]
    turns.language.pieces = (DrewOn(()), TextDelta("That is 4."))
    run, end = await turns.ask("What is 2 plus 2?")
    assert flat_reply(run, end).retrieved_files is None
    assert "retrieved_files" not in (await turns.rows())[-1].metadata_
    assert not [event async for event in events_of(run)][-1].retrieved_passages


async def test_the_stream_tells_memories_before_the_run_starts(turns):
    turns.memories.known = (TEA,)
    turns.memories.operation_id = "op1"
    run, _ = await turns.ask(memory="auto")
    events = [event async for event in events_of(run)]
    assert [event.type for event in events][:3] == [
        "user_message",
        "memory_retrieved",
        "run_started",
    ]
    assert events[1].memories == [{"id": "m1", "memory": "likes green tea", "score": 0.8}]
    assert events[-1].memory_operation_id == "op1"
    assert events[-1].retrieved_memories == events[1].memories


async def test_memories_that_match_nothing_reach_the_model_and_are_not_reported(turns):
    turns.memories.known = (TEA, NEWEST)
    run, end = await turns.ask("What do I drink?", memory="readonly")
    (request,) = turns.language.requests
    assert request.knowledge.memories == (TEA, NEWEST)
    reported = flat_reply(run, end).retrieved_memories
    assert [one["id"] for one in reported or ()] == ["m1"]
    turns.memories.known = (NEWEST,)
    run, end = await turns.ask("What do I drink?", memory="readonly")
    assert flat_reply(run, end).retrieved_memories is None
    assert "memory_retrieved" not in await kinds(run)


async def test_nothing_is_told_of_memories_where_there_are_none(turns):
    turns.library.found = (LEASE,)
    run, end = await turns.ask(memory="auto")
    assert "memory_retrieved" not in await kinds(run)
    assert flat_reply(run, end).retrieved_memories is None


@pytest.mark.parametrize(("memory", "recalled"), [("auto", 1), ("readonly", 1), ("off", 0)])
async def test_memories_are_recalled_unless_they_are_off(turns, memory, recalled):
    turns.memories.known = (TEA,)
    await turns.ask(memory=memory)
    assert len(turns.language.requests[0].knowledge.memories) == recalled


async def test_a_complete_turn_is_learned_from_and_its_operation_kept(turns):
    turns.memories.operation_id = "op1"
    run, end = await turns.ask("I like tea.", memory="auto")
    assert turns.memories.learned == [("I like tea.", "Hello there. How are you?", "auto")]
    assert end.memory_operation_id == "op1"
    assert flat_reply(run, end).memory_operation_id == "op1"
    assert (await turns.rows())[-1].metadata_["memory_operation_id"] == "op1"


async def test_a_turn_that_fails_is_not_learned_from(turns, caplog):
    turns.language.failure = ZeroDivisionError("oops")
    await turns.ask(memory="auto")
    assert turns.memories.learned == []
    caplog.clear()


@pytest.mark.parametrize(("tok_k", "limit"), [(3, 3), (None, 10)])
async def test_the_assistant_says_how_many_passages_it_wants(turns, tok_k, limit):
    await turns.begin(tok_k=tok_k)
    await turns.ask("What is the rent?")
    assert turns.library.asked == [("What is the rent?", limit)]


async def test_a_broken_knowledge_does_not_keep_a_turn_from_its_answer(turns):
    turns.memories.is_broken = turns.library.is_broken = True
    turns.language.row["supports_tools"] = True
    _, end = await turns.ask(memory="auto")
    assert end.status == "COMPLETED"
    assert end.memory_operation_id == ""


async def test_a_model_with_tools_may_search_the_documents_itself(turns):
    turns.library.found = (LEASE,)
    turns.language.row["supports_tools"] = True
    search = ToolsCalled((ToolCall("c1", "search_documents", '{"query":"rent"}'),))
    turns.language.rounds = [(search,), (TextDelta("900 [lease.pdf, page 3]."),)]
    run, end = await turns.ask("How much?")
    assert end.text == "900 [lease.pdf, page 3]."
    assert [tool.name for tool in turns.language.requests[0].tools] == ["search_documents"]
    assert turns.library.asked == [("How much?", 10), ("rent", 10)]
    output = turns.language.requests[1].history[-1].content
    assert output == "[lease.pdf, page 3]\nThe rent is 900."
    assert run.files == ["lease.pdf"]


@pytest.mark.parametrize(
    ("found", "takes_tools"), [((), True), ((LEASE,), False), ((LEASE,), None)]
)
async def test_the_search_is_offered_only_where_it_can_be_used(turns, found, takes_tools):
    turns.library.found = found
    turns.language.row["supports_tools"] = takes_tools
    await turns.ask()
    assert turns.language.requests[0].tools == ()


@pytest.mark.parametrize("arguments", [{"query": "boat"}, {"query": ""}, {}])
async def test_a_search_that_finds_nothing_says_so(turns, arguments):
    search = DocumentSearch(KnowledgeSource(turns.library, turns.memories), 3)
    result = await search.call(arguments, Run(turns.question()))
    assert result.text == "Nothing was found. Other words may help."
    assert result.files == ()


async def test_citing_memories_is_asked_for_in_the_prompt(turns):
    await turns.ask(cites_memories=True, memory="auto", system_prompt="Be brief.")
    await turns.ask(cites_memories=True, memory="off", system_prompt="Be brief.")
    prompts = [request.system_prompt for request in turns.language.requests]
    assert prompts == [f"Be brief.\n\n{CITING}", "Be brief."]


async def test_files_of_a_message_are_named_and_their_pictures_shown(turns):
    question = turns.question("What is this?")
    turns.library.files[question.message_id] = [
        Attachment(document_id="d1", filename="cat.PNG", status="indexed"),
        Attachment(document_id="d2", filename="old.doc", status="error"),
        Attachment(document_id="d3", filename="long.pdf", status="processing"),
    ]
    picture = Picture(b"png")
    turns.pictures.shown[question.message_id] = (picture,)
    await turns.runs.start(question).ended()
    message = turns.language.requests[0].history[-1]
    assert message.content == (
        "What is this?\n\n[Attached: cat.PNG (document_id d1), old.doc (document_id d2, it could"
        " not be read), long.pdf (document_id d3, not read yet)]"
    )
    assert message.pictures == (picture,)
    assert turns.library.awaited == ["d3"]


async def test_a_model_that_is_blind_is_shown_no_pictures(turns):
    question = turns.question()
    turns.language.row["supports_vision"] = False
    turns.library.files[question.message_id] = [Attachment(document_id="d1", filename="cat.png")]
    await turns.runs.start(question).ended()
    assert turns.pictures.asked == []
    assert turns.language.requests[0].history[-1].pictures == ()


async def test_what_is_known_of_a_turn_is_not_told_again_when_it_goes_on(turns):
    turns.memories.known = (TEA,)
    turns.language.rounds = [(ToolsCalled((ToolCall("c1", "weather", "{}"),)),)]
    await turns.begin(
        tools=[{"type": "function", "function": {"name": "weather", "parameters": {}}}]
    )
    await turns.ask(memory="readonly")
    waiting = await turns.runs.rows.waiting(turns.thread_id)
    run = await turns.runs.resume(waiting, {"c1": "rain"})
    await run.ended()
    assert (await kinds(run))[:2] == ["run_continuing", "message_start"]
    assert turns.language.requests[-1].knowledge.memories == (TEA,)


async def test_passages_are_told_word_for_word_with_their_places_and_each_once(turns):
    turns.library.found = (LEASE, ANNEX, LEASE)
    run, _ = await turns.ask("What is the rent?")
    ended = [event async for event in events_of(run)][-1]
    assert ended.retrieved_passages == [
        {"file": one.filename, "place": one.place, "text": one.text} for one in (LEASE, ANNEX)
    ]
