"""Turns over HTTP that leave something in the memory, and later ones that find it there."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.service.providers.builtin.responder import Responder
from tests.fakes.facts import FactLanguage


@pytest.fixture
def language(rig) -> FactLanguage:
    rig.providers.language = FactLanguage()
    return rig.providers.language


async def ask(rig, thread_id: str, content: str, memory: str) -> dict[str, object]:
    body = {"content": content, "thread_id": thread_id, "memory": memory}
    return (await rig.http.post("/threads/messages", json=body)).json()


async def ended(rig, operation_id: str) -> dict[str, object]:
    """The operation, as soon as it is over."""
    async with asyncio.timeout(5):
        while True:
            path = f"/assistants/memories/operations/{operation_id}"
            operation = (await rig.http.get(path)).json()
            if operation["status"] != "IN_PROGRESS":
                return operation
            await asyncio.sleep(0)


async def test_what_one_turn_says_another_thread_of_the_assistant_knows(rig, language):
    thread_id = await rig.thread()
    language.answers += ["I see.", {"facts": ["Likes tea"]}, "Tea, of course."]
    told = await ask(rig, thread_id, "I like tea", "Auto")
    assert told["content"] == "I see."
    operation = await ended(rig, told["memory_operation_id"])
    (change,) = operation["memory_ids"]
    assert (operation["status"], operation["result_count"]) == ("COMPLETED", 1)
    assert (change["event"], change["memory"]) == ("ADD", "Likes tea")
    owner = (await rig.http.get(f"/threads/{thread_id}")).json()["assistant_id"]
    other = (await rig.http.post(f"/assistants/{owner}/threads", json={})).json()["thread_id"]
    asked = await ask(rig, other, "Which tea should I drink?", "Readonly")
    (memory,) = asked["retrieved_memories"]
    assert (memory["id"], memory["memory"]) == (change["id"], "Likes tea")
    assert asked["memory_operation_id"] is None
    knowledge = language.requests[-1].knowledge
    assert [each.text for each in knowledge.memories] == ["Likes tea"]


@pytest.mark.parametrize("memory", ["off", "On", "", "nonsense"])
async def test_any_other_word_neither_recalls_nor_learns(rig, language, memory):
    thread_id = await rig.thread()
    owner = (await rig.http.get(f"/threads/{thread_id}")).json()["assistant_id"]
    await rig.http.post(f"/assistants/{owner}/memories", json={"content": "Likes tea"})
    language.answers += ["Hello."]
    reply = await ask(rig, thread_id, "I like tea", memory)
    assert reply["memory_operation_id"] is None
    assert not reply["retrieved_memories"]
    assert len(language.requests) == 1
    assert language.requests[0].knowledge.memories == ()


async def test_a_turn_whose_facts_cannot_be_read_is_answered_all_the_same(rig, language):
    language.answers += ["I see.", "Let me think about that."]
    told = await ask(rig, await rig.thread(), "I like tea", "Auto")
    assert (told["status"], told["content"]) == ("COMPLETED", "I see.")
    assert (await ended(rig, told["memory_operation_id"]))["status"] == "ERROR"


async def test_the_built_in_responder_remembers_what_it_is_asked_to(rig):
    rig.providers.language = Responder(rig.store.recall)
    thread_id = await rig.thread()
    told = await ask(rig, thread_id, "Please remember that my bicycle is red", "Auto")
    operation = await ended(rig, told["memory_operation_id"])
    assert [each["memory"] for each in operation["memory_ids"]] == ["my bicycle is red"]
    asked = await ask(rig, thread_id, "What colour is my bicycle?", "Auto")
    assert asked["content"] == "You told me that your bicycle is red."
    assert asked["memory_operation_id"] is None
    gone = await ask(rig, thread_id, "Forget my bicycle", "Auto")
    (change,) = (await ended(rig, gone["memory_operation_id"]))["memory_ids"]
    assert (change["event"], change["memory"]) == ("DELETE", "my bicycle is red")
