"""Memories over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.embedder import MeaningEmbedder
from tests.fakes.providers import ScriptedProviders


@pytest.fixture
async def ada(rig) -> str:
    """Path of an assistant's memories."""
    assistant = (await rig.http.post("/assistants", json={"name": "Ada"})).json()
    return f"/assistants/{assistant['assistant_id']}/memories"


async def add(rig, path: str, *contents: str) -> list[str]:
    """Their ids."""
    answers = [await rig.http.post(path, json={"content": content}) for content in contents]
    return [answer.json()["memory_id"] for answer in answers]


async def test_a_memory_is_added_read_changed_and_deleted(rig, ada):
    new = {"content": "Likes tea", "metadata": {"topic": "drinks"}}
    added = (await rig.http.post(ada, json=new)).json()
    assert added == {"success": True, "memory_id": added["memory_id"], "content": "Likes tea"}
    one = f"{ada}/{added['memory_id']}"
    memory = (await rig.http.get(one)).json()
    assert (memory["id"], memory["content"]) == (added["memory_id"], "Likes tea")
    assert memory["metadata"] == {"topic": "drinks"}
    assert memory["created_at"] == memory["updated_at"]
    changed = (await rig.http.put(one, json={"content": "Likes green tea"})).json()
    assert changed == {
        **memory,
        "content": "Likes green tea",
        "updated_at": changed["updated_at"],
    }
    assert changed["updated_at"] > memory["updated_at"]
    deleted = (await rig.http.delete(one)).json()
    assert deleted == {"success": True, "message": "Memory deleted successfully"}
    assert (await rig.http.get(one)).json() == {"detail": "Memory not found"}


async def test_new_metadata_replaces_the_old(rig, ada):
    added = await rig.http.post(ada, json={"content": "Likes tea", "metadata": {"a": 1}})
    one = f"{ada}/{added.json()['memory_id']}"
    changed = await rig.http.put(one, json={"content": "Likes tea", "metadata": {"b": [2]}})
    assert changed.json()["metadata"] == {"b": [2]}


async def test_all_memories_come_without_paging_and_the_newest_first(rig, ada):
    await add(rig, ada, *(f"Number {number}" for number in range(30)))
    listed = (await rig.http.get(ada)).json()
    assert [each["content"] for each in listed["memories"]] == [
        f"Number {number}" for number in reversed(range(30))
    ]
    assert listed["total_count"] == 30
    assert (listed["page"], listed["page_size"], listed["total_pages"]) == (None, None, None)


@pytest.mark.parametrize(
    ("query", "contents", "page", "size", "pages"),
    [
        ("page=1&page_size=2", ["Number 4", "Number 3"], 1, 2, 3),
        ("page=3&page_size=2", ["Number 0"], 3, 2, 3),
        ("page=4&page_size=2", [], 4, 2, 3),
        ("page_size=100", [f"Number {number}" for number in reversed(range(5))], 1, 100, 1),
        ("page=2", [], 2, 25, 1),
    ],
)
async def test_a_page_says_where_it_is(rig, ada, query, contents, page, size, pages):
    await add(rig, ada, *(f"Number {number}" for number in range(5)))
    listed = (await rig.http.get(f"{ada}?{query}")).json()
    assert [each["content"] for each in listed["memories"]] == contents
    assert (listed["page"], listed["page_size"]) == (page, size)
    assert (listed["total_count"], listed["total_pages"]) == (5, pages)


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=0", "page_size=101"])
async def test_a_bad_page_is_a_422_that_says_where(rig, ada, query):
    answer = await rig.http.get(f"{ada}?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", query.partition("=")[0]]


async def test_a_search_scores_what_it_finds_and_counts_it(rig, ada):
    await add(rig, ada, "The bicycle is red", "The bicycle's code is 4711", "Likes tea")
    found = (await rig.http.post(f"{ada}/search", json={"query": "bicycle code"})).json()
    assert [each["content"] for each in found["memories"]] == [
        "The bicycle's code is 4711",
        "The bicycle is red",
    ]
    scores = [each["score"] for each in found["memories"]]
    assert scores[0] == 1.0
    assert 0 < scores[1] < scores[0]
    assert found["total_count"] == 2
    first = await rig.http.post(f"{ada}/search", json={"query": "bicycle code", "limit": 1})
    assert first.json()["memories"] == found["memories"][:1]


async def test_resetting_deletes_this_assistants_memories_alone(rig, ada):
    other = (await rig.http.post("/assistants", json={"name": "Bob"})).json()["assistant_id"]
    await add(rig, f"/assistants/{other}/memories", "Likes coffee")
    await add(rig, ada, "Likes tea", "Has a dog")
    reset = (await rig.http.delete(ada)).json()
    assert reset == {"success": True, "message": "Deleted 2 memories"}
    assert (await rig.http.get(ada)).json()["memories"] == []
    assert (await rig.http.get(f"/assistants/{other}/memories")).json()["total_count"] == 1


async def test_stats_count_and_say_the_limits(rig, ada):
    empty = (await rig.http.get(f"{ada}/stats")).json()
    assert (empty["total_memories"], empty["last_updated"]) == (0, None)
    (memory_id,) = await add(rig, ada, "Likes tea")
    written = (await rig.http.get(f"{ada}/{memory_id}")).json()["updated_at"]
    stats = (await rig.http.get(f"{ada}/stats")).json()
    assert (stats["total_memories"], stats["last_updated"]) == (1, written)
    assert stats["limits"] == {"max_memories": None, "max_characters_per_memory": 10_000}


async def test_insights_tell_of_words_sources_and_operations(rig, ada):
    await add(rig, ada, "The bicycle is red", "My bicycle has a bell")
    insights = (await rig.http.get(f"{ada}/insights")).json()
    assert set(insights) == {"snapshot", "contentSignals", "breakdown", "operations"}
    assert insights["snapshot"]["total_memories"] == 2
    assert insights["contentSignals"]["frequent_words"][0] == {"word": "bicycle", "memories": 2}
    assert insights["breakdown"]["by_source"] == {"added": 2}
    assert insights["operations"] == {"by_status": {}, "recent": []}


async def test_insights_of_nothing_are_empty(rig, ada):
    insights = (await rig.http.get(f"{ada}/insights")).json()
    assert insights["snapshot"] == {
        "total_memories": 0,
        "first_created": None,
        "last_updated": None,
    }
    assert insights["contentSignals"]["frequent_words"] == []


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{}", ["body"]),
        (b'{"content": " "}', ["body", "content"]),
        (b'{"content": 5}', ["body", "content"]),
        (b'{"content": null}', ["body", "content"]),
        (b'{"content": "x", "metadata": "y"}', ["body", "metadata"]),
        (b'{"content": "' + b"x" * 10_001 + b'"}', ["body", "content"]),
        (b'{"content": "\\ud800"}', ["body"]),
        (b"[]", ["body"]),
        (b"", ["body"]),
    ],
)
async def test_a_bad_memory_is_a_422_that_says_where(rig, ada, body, place):
    (memory_id,) = await add(rig, ada, "Likes tea")
    for method, path in (("POST", ada), ("PUT", f"{ada}/{memory_id}")):
        answer = await rig.http.request(method, path, content=body)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == place
    assert [each["content"] for each in (await rig.http.get(ada)).json()["memories"]] == [
        "Likes tea"
    ]


@pytest.mark.parametrize(
    "body", [{}, {"query": " "}, {"query": "x", "limit": 0}, {"query": "x", "limit": 51}]
)
async def test_a_bad_search_is_a_422(rig, ada, body):
    answer = await rig.http.post(f"{ada}/search", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["msg"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("DELETE", ""),
        ("GET", "/stats"),
        ("GET", "/insights"),
        ("POST", "/search"),
        ("GET", "/one"),
        ("PUT", "/one"),
        ("DELETE", "/one"),
    ],
)
async def test_an_unknown_assistant_is_a_404(rig, method, path):
    answer = await rig.http.request(method, f"/assistants/none/memories{path}", json={})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Assistant not found"})


async def test_a_memory_belongs_to_one_assistant(rig, ada):
    other = (await rig.http.post("/assistants", json={"name": "Bob"})).json()["assistant_id"]
    (memory_id,) = await add(rig, ada, "Likes tea")
    stranger = f"/assistants/{other}/memories/{memory_id}"
    for answer in (
        await rig.http.get(stranger),
        await rig.http.put(stranger, json={"content": "Likes nothing"}),
        await rig.http.delete(stranger),
    ):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Memory not found"})
    assert (await rig.http.get(f"{ada}/{memory_id}")).json()["content"] == "Likes tea"


async def test_an_unknown_operation_is_a_404(rig):
    answer = await rig.http.get("/assistants/memories/operations/none")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Operation not found"})


async def test_words_of_any_language_are_kept_and_found(rig, ada):
    await add(rig, ada, "Ihr Büro liegt in Zürich", "\u5979\u559c\u6b22\u8336", "NUL\u0000byte")
    found = await rig.http.post(f"{ada}/search", json={"query": "BÜRO in Zürich?"})
    assert found.json()["memories"][0]["content"] == "Ihr Büro liegt in Zürich"
    listed = (await rig.http.get(ada)).json()["memories"]
    assert [each["content"] for each in listed][:2] == ["NUL\x00byte", "\u5979\u559c\u6b22\u8336"]


async def test_a_search_waits_for_who_compares_meaning_and_is_still_opening(tmp_path, open_rig):
    providers = ScriptedProviders(embedders={"scripted": MeaningEmbedder()})
    providers.may_open.clear()
    async with open_rig(tmp_path, providers) as rig, asyncio.TaskGroup() as tasks:
        made = (await rig.http.post("/assistants", json={"name": "Ada"})).json()
        path = f"/assistants/{made['assistant_id']}/memories"
        await add(rig, path, "Has thirty holidays")
        search = tasks.create_task(rig.http.post(f"{path}/search", json={"query": "vacation"}))
        await rig.http.get("/assistants")
        assert not search.done()
        providers.may_open.set()
    assert [each["content"] for each in search.result().json()["memories"]] == [
        "Has thirty holidays"
    ]
