"""What an assistant remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from desktop_app.protocol.backboard.assistants import NewAssistant
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.clock import new_id, now
from desktop_app.service.memories.attributes import attribute_of
from desktop_app.service.storage.store import Store, open_store


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
async def ada(store) -> str:
    return (await store.assistants.create(NewAssistant(name="Ada"))).assistant_id


async def say(store: Store, thread_id: str, text: str, role: str = "user") -> None:
    message = StoredMessage(message_id=new_id(), role=role, content=text, created_at=now())
    await store.conversations.add(thread_id, message)


async def test_a_memory_is_found_by_a_question_about_it(store, ada):
    await store.recall.remember(ada, "My bicycle is locked with the code 4711")
    await store.recall.remember(ada, "My sister is called Eva")
    (found,) = await store.recall.search(ada, "What is the code of my bicycles?")
    assert found.text == "My bicycle is locked with the code 4711"
    assert found.kind == "memory"
    assert found.created_at.endswith("Z")


async def test_the_same_words_are_remembered_once(store, ada):
    for _ in range(2):
        await store.recall.remember(ada, "I like tea")
    assert len(await store.recall.search(ada, "tea")) == 1


async def test_assistants_do_not_share_what_they_know(store, ada):
    bob = (await store.assistants.create(NewAssistant(name="Bob"))).assistant_id
    await store.recall.remember(bob, "I like tea")
    assert await store.recall.search(ada, "tea") == ()


async def test_what_the_user_said_is_found_but_not_the_question_itself(store, ada):
    thread = await store.conversations.create(ada)
    await say(store, thread.thread_id, "I parked the car on level three")
    await say(store, thread.thread_id, "Your car is parked", role="assistant")
    await say(store, thread.thread_id, "Where did I park the car?")
    found = await store.recall.search(
        ada, "Where did I park the car?", exclude_thread_turn=thread.thread_id
    )
    assert [(each.text, each.kind) for each in found] == [
        ("I parked the car on level three", "message")
    ]


async def test_forgetting_needs_all_words_and_says_how_many(store, ada):
    await store.recall.remember(ada, "The code of the bicycle is 4711")
    await store.recall.remember(ada, "The code of the door is 1234")
    assert await store.recall.forget(ada, "the code of the door") == 1
    assert await store.recall.forget(ada, "door") == 0
    assert len(await store.recall.search(ada, "code")) == 1


@pytest.mark.parametrize("query", ["", "?!", '"', "NEAR(", "a* OR b", "x AND", "'; DROP TABLE x"])
async def test_no_query_is_too_strange(store, ada, query):
    await store.recall.remember(ada, "I like tea")
    await store.recall.search(ada, query)
    assert await store.recall.forget(ada, query) == 0


async def test_deleted_messages_are_no_longer_found(store, ada):
    thread = await store.conversations.create(ada)
    await say(store, thread.thread_id, "I like tea")
    await store.conversations.delete(thread.thread_id)
    assert await store.recall.search(ada, "tea") == ()


async def test_many_writers_at_once_lose_nothing(store, ada):
    thread = await store.conversations.create(ada)
    async with asyncio.TaskGroup() as tasks:
        for number in range(100):
            tasks.create_task(say(store, thread.thread_id, f"Number {number}"))
    stored = await store.conversations.get(thread.thread_id)
    assert len(stored.messages) == 100
    assert stored.message_count == 100


async def test_a_new_value_takes_the_place_of_the_old_one(store, ada):
    await store.recall.remember(ada, "my gate code is 4711")
    await store.recall.remember(ada, "my favorite color is green")
    await store.recall.remember(ada, "My gate  code is 1234", thread_id="t1")
    page = await store.memories.all(ada)
    assert {one.content for one in page.memories} == {
        "My gate  code is 1234",
        "my favorite color is green",
    }
    operation = await store.operations.get(store.recall.take_operation("t1"))
    assert [each["event"] for each in operation.memory_ids] == ["UPDATE"]


async def test_facts_that_can_stand_beside_each_other_do(store, ada):
    for fact in ("my car is blue", "my car is fast", "the meeting is on Monday", "I like tea"):
        await store.recall.remember(ada, fact)
    assert (await store.memories.all(ada)).total_count == 4


@pytest.mark.parametrize(
    ("fact", "attribute"),
    [
        ("My name is Ada", "my name"),
        ("my sister's phone number is 12", "my sister's phone number"),
        ("our favourite red wine is Malbec", "our favourite red wine"),
        ("the wifi password is x_%y", "the wifi password"),
        ("my car is red", ""),
        ("name is", ""),
        ("my " * 200_000, ""),
    ],
)
def test_only_what_nobody_has_two_of_is_an_attribute(fact, attribute):
    assert attribute_of(fact) == attribute
