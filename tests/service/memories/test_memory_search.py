"""Memories found by meaning, and by words where nobody embeds."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
import pytest

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.memories import NewMemory
from desktop_app.service import vectors
from desktop_app.service.memories import memory_search
from tests.fakes.facts import REFUSED, TopicEmbedder

DRINKS = frozenset({"tea", "coffee", "beverage", "drink"})
ANIMALS = frozenset({"dog", "cat", "pet"})


@pytest.fixture
def embedder(mind) -> TopicEmbedder:
    embedder = TopicEmbedder((DRINKS, ANIMALS))
    mind.providers.embedders = {"scripted": embedder}
    return embedder


async def texts(mind, query: str, limit: int = 5) -> list[str]:
    found = await mind.memories.search(mind.assistant_id, query, limit)
    return [each.content for each in found]


async def test_words_find_memories_where_nobody_embeds(mind):
    await mind.know("Her dog is called Rex", "Likes tea")
    (found,) = await mind.memories.search(mind.assistant_id, "What is my dog called?", 5)
    assert (found.content, found.score) == ("Her dog is called Rex", 1.0)
    page = await mind.store.memories.all(mind.assistant_id)
    assert found.id == page.memories[1].id


async def test_a_turn_is_also_reminded_of_the_newest_memories(mind):
    await mind.know("Her dog is called Rex", "Likes tea", "Is called Ada", "Lives in Berlin")
    found = await mind.memories.recall(mind.assistant_id, "What does my dog drink?", 3)
    assert [each.text for each in found] == [
        "Her dog is called Rex",
        "Lives in Berlin",
        "Is called Ada",
    ]
    assert {each.kind for each in found} == {"memory"}
    assert found[0].score > 0
    assert [each.score for each in found[1:]] == [0.0, 0.0]
    page = await mind.store.memories.all(mind.assistant_id)
    assert found[0].id == page.memories[3].id


async def test_rare_words_count_more_than_frequent_ones(mind):
    await mind.know("code of the door", "code of the safe", "code of the car", "door is green")
    assert (await texts(mind, "safe code"))[0] == "code of the safe"
    assert (await texts(mind, "green code"))[0] == "door is green"


async def test_meaning_finds_what_shares_no_word(mind, embedder):
    await mind.know("A cat lives here", "Prefers tea in the morning")
    assert await texts(mind, "which beverage?") == ["Prefers tea in the morning"]
    assert await texts(mind, "any pet") == ["A cat lives here"]


async def test_shared_words_put_one_of_equal_meaning_first(mind, embedder):
    await mind.know("tea is hot", "coffee is black")
    assert await texts(mind, "hot drink") == ["tea is hot", "coffee is black"]


async def test_each_memory_is_embedded_once_and_again_when_it_changes(mind, embedder):
    await mind.know("Likes tea", "Has a dog")
    await texts(mind, "pet")
    await texts(mind, "drink")
    assert embedder.asked == [("pet",), ("Has a dog", "Likes tea"), ("drink",)]
    page = await mind.store.memories.all(mind.assistant_id)
    changed = NewMemory(content="Has a cat")
    await mind.store.memories.update(mind.assistant_id, page.memories[0].id, changed)
    assert await texts(mind, "pet") == ["Has a cat"]
    assert embedder.asked[-2:] == [("pet",), ("Has a cat",)]


@pytest.mark.parametrize("failure", [REFUSED, TimeoutError()])
async def test_words_are_enough_when_the_embedder_fails(mind, embedder, failure, caplog):
    caplog.set_level(logging.INFO)
    embedder.failure = failure
    await mind.know("Likes tea")
    assert await texts(mind, "tea") == ["Likes tea"]
    assert "scripted gave a question no vector" in caplog.text
    caplog.clear()


async def test_the_assistants_own_embedding_provider_is_asked(mind, embedder):
    other = TopicEmbedder((DRINKS,), provider="other")
    mind.providers.embedders = {"scripted": embedder, "other": other}
    await mind.store.assistants.update(mind.assistant_id, {"embedding_provider": "other"})
    await mind.know("Likes tea")
    assert await texts(mind, "beverage") == ["Likes tea"]
    assert embedder.asked == []
    assert other.asked == [("beverage",), ("Likes tea",)]


async def test_the_assistants_own_model_is_asked(mind, embedder):
    wish = {"embedding_provider": "scripted", "embedding_model_name": "deep", "embedding_dims": 2}
    await mind.store.assistants.update(mind.assistant_id, wish)
    await mind.know("Likes tea")
    assert await texts(mind, "beverage") == ["Likes tea"]
    rows = await mind.store.database.read(
        lambda connection: connection.execute("SELECT space FROM memory_vectors").fetchall()
    )
    assert [row["space"] for row in rows] == ["scripted/deep@2"]


async def test_vectors_that_came_longer_than_wished_are_kept_as_whole_ones(mind, embedder):
    class Whole(TopicEmbedder):
        def using(self, _model, dimensions):
            return Whole(self.topics, dimensions=dimensions)

        async def embed(self, texts):
            self.dimensions = None
            return await super().embed(texts)

    mind.providers.embedders = {"scripted": Whole(embedder.topics)}
    wish = {"embedding_provider": "scripted", "embedding_dims": 9}
    await mind.store.assistants.update(mind.assistant_id, wish)
    await mind.know("Likes tea")
    assert await texts(mind, "beverage") == ["Likes tea"]
    rows = await mind.store.database.read(
        lambda connection: connection.execute("SELECT space FROM memory_vectors").fetchall()
    )
    assert [row["space"] for row in rows] == ["scripted/topics"]


async def test_nothing_is_found_for_nothing(mind, embedder):
    await mind.know("Likes tea")
    assert await texts(mind, "  ") == []
    assert await texts(mind, "tea", limit=0) == []
    assert embedder.asked == [("tea",), ("Likes tea",)]


async def test_a_long_question_is_searched_by_its_first_words(mind):
    await mind.know("Likes tea", "word500 is here")
    pasted = " ".join(f"word{number}" for number in range(10_000))
    assert await texts(mind, f"tea {pasted}") == ["Likes tea"]


async def test_a_turn_does_not_wait_long_for_an_embedder(mind, embedder, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(vectors, "QUESTION_WITHIN_S", 0.01)
    monkeypatch.setattr(embedder, "embed", never)
    await mind.know("Likes tea")
    assert await texts(mind, "tea") == ["Likes tea"]
    assert "scripted gave a question no vector: too slow" in caplog.text
    caplog.clear()
    assert await texts(mind, "tea") == ["Likes tea"]
    assert not caplog.text  # nor does the next one wait for it


@pytest.mark.parametrize("trouble", ["slow", "refused"])
async def test_memories_keep_the_vectors_they_got_and_a_turn_does_not_wait_for_the_others(
    mind, embedder, monkeypatch, caplog, trouble
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(memory_search, "AT_ONCE", 1)
    await mind.know("Has a dog", "Has a cat")
    assert await texts(mind, "pet") == ["Has a cat", "Has a dog"]
    assert embedder.asked == [("pet",), ("Has a cat",), ("Has a dog",)]
    embed, difficult = embedder.embed, ["Likes tea"]

    async def badly(asked: list[str]) -> object:
        if list(asked) != difficult:
            return await embed(asked)
        return await (never(asked) if trouble == "slow" else refused())

    monkeypatch.setattr(embedder, "embed", badly)
    monkeypatch.setattr(memory_search, "CATCH_UP_S", 0.01 if trouble == "slow" else 60)
    await mind.know(*difficult)
    assert await texts(mind, "which pet likes fish") == ["Has a cat", "Has a dog", "Likes tea"]
    assert embedder.asked[3:] == [("which pet likes fish",)]
    assert "Some memories are searched by words" in caplog.text


async def test_a_vector_that_an_earlier_version_kept_as_it_came_counts_no_more(mind, embedder):
    await mind.know("Has a dog", "Likes tea")
    assert await texts(mind, "pet") == ["Has a dog"]
    vector = (30 * np.array([1.0, 0.1], np.float32)).tobytes()  # mostly of drinks
    await mind.store.database.write(
        lambda connection: connection.execute(
            "UPDATE memory_vectors SET vector = ? WHERE memory_seq ="
            " (SELECT seq FROM memories WHERE content = 'Likes tea')",
            (vector,),
        )
    )
    assert await texts(mind, "pet") == ["Has a dog", "Likes tea"]


async def test_a_memory_that_is_refused_keeps_no_other_from_its_vector(mind, embedder, monkeypatch):
    embed, asked = embedder.embed, []

    async def picky(texts: list[str]) -> object:
        asked.append(tuple(texts))
        if "Likes tea" in texts:
            raise InputError("embedding.refused", "The input is too large.")
        return await embed(texts)

    monkeypatch.setattr(embedder, "embed", picky)
    await mind.know("Has a dog", "Has a cat", "Likes tea")
    assert set(await texts(mind, "pet")) == {"Has a dog", "Has a cat"}
    asked.clear()
    assert await texts(mind, "tea") == ["Likes tea"]
    assert asked == [("tea",)]  # it is not tried again and again


async def test_an_embedder_that_is_slow_for_many_is_asked_for_fewer(mind, embedder, monkeypatch):
    embed = embedder.embed

    async def slow_for_many(asked: list[str]) -> object:
        return await (never(asked) if len(asked) > 4 else embed(asked))

    monkeypatch.setattr(embedder, "embed", slow_for_many)
    monkeypatch.setattr(memory_search, "CATCH_UP_S", 0.05)
    await mind.know(*(f"Dog {number}" for number in range(16)))
    assert await texts(mind, "pet") == []
    monkeypatch.setattr(memory_search, "CATCH_UP_S", 60)
    assert len(await texts(mind, "pet", limit=20)) == 16


@pytest.mark.parametrize(
    "given", [np.zeros((2, 2)), np.zeros(2), np.full((1, 2), np.nan), np.zeros((0, 2))]
)
@pytest.mark.parametrize("is_of_a_question", [True, False])
async def test_vectors_that_cannot_be_meant_are_not_kept(
    mind, embedder, given, is_of_a_question, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    embed = embedder.embed

    async def strangely(asked: list[str]) -> object:
        return given if is_of_a_question is (list(asked) == ["tea"]) else await embed(asked)

    monkeypatch.setattr(embedder, "embed", strangely)
    await mind.know("Likes tea")
    assert await texts(mind, "tea") == ["Likes tea"]
    assert any(message.endswith(": embedding.failed") for message in caplog.messages)
    caplog.clear()  # of the failure itself
    kept = await mind.store.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM memory_vectors").fetchone()[0]
    )
    assert kept == 0


async def refused() -> None:
    raise REFUSED


async def never(_texts: object) -> None:
    await asyncio.Event().wait()
