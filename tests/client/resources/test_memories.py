"""Memories: what is asked and what is read."""

from __future__ import annotations

from desktop_app.client.api import BackboardApi
from tests.fakes.backboard import ScriptedBackboard

TEA = {"id": "m", "content": "Likes tea", "score": 0.5}


async def test_memories_are_added_read_changed_and_removed(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"success": True, "memory_id": "m"}, status=201)
    assert (await api.memories.add("a", "Likes tea", {"by": "me"})).memory_id == "m"
    new = {"content": "Likes tea", "metadata": {"by": "me"}}
    assert backboard.last == ("POST", "/api/assistants/a/memories", new)
    backboard.answer(TEA)
    assert (await api.memories.get("a", "m")).content == "Likes tea"
    assert backboard.last == ("GET", "/api/assistants/a/memories/m", None)
    backboard.answer(TEA)
    await api.memories.update("a", "m", "Likes green tea")
    changed = {"content": "Likes green tea"}
    assert backboard.last == ("PUT", "/api/assistants/a/memories/m", changed)
    backboard.answer({"success": True, "message": "gone"})
    await api.memories.delete("a", "m")
    assert backboard.last == ("DELETE", "/api/assistants/a/memories/m", None)
    backboard.answer({"success": True, "message": "gone"})
    await api.memories.reset("a")
    assert backboard.last == ("DELETE", "/api/assistants/a/memories", None)


async def test_pages_are_asked_for_only_where_wanted(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer({"memories": [TEA], "total_count": 1})
    assert (await api.memories.page("a")).total_count == 1
    assert backboard.last[1] == "/api/assistants/a/memories"
    backboard.answer({"memories": [TEA], "total_count": 30, "page": 2, "total_pages": 2})
    assert (await api.memories.page("a", page=2, page_size=25)).total_pages == 2
    assert backboard.last[1] == "/api/assistants/a/memories?page=2&page_size=25"


async def test_all_memories_are_read_page_by_page(api: BackboardApi, backboard: ScriptedBackboard):
    rows = [{"id": str(number)} for number in range(101)]
    backboard.answer({"memories": rows[:100], "total_count": 101})
    backboard.answer({"memories": rows[100:], "total_count": 101})
    found = [one.id async for one in api.memories.every("a")]
    assert found == list(map(str, range(101)))
    assert [asked.path.partition("?")[2] for asked in backboard.asked] == [
        "page=1&page_size=100",
        "page=2&page_size=100",
    ]


async def test_memories_are_searched_and_counted(api: BackboardApi, backboard: ScriptedBackboard):
    backboard.answer({"memories": [TEA], "total_count": 1})
    (found,) = (await api.memories.search("a", "drink")).memories
    assert found.score == 0.5
    asked = {"query": "drink", "limit": 5}
    assert backboard.last == ("POST", "/api/assistants/a/memories/search", asked)
    backboard.answer({"total_memories": 3, "last_updated": None, "limits": {"max": 9}})
    assert (await api.memories.stats("a")).total_memories == 3
    backboard.answer({"snapshot": {}, "contentSignals": [], "new": 1})
    assert (await api.memories.insights("a"))["new"] == 1
    assert backboard.last[1] == "/api/assistants/a/memories/insights"


async def test_an_operation_is_followed_to_its_end(
    api: BackboardApi, backboard: ScriptedBackboard, pauses: list[float]
):
    for status in ("IN_PROGRESS", "in_progress", "Completed"):
        ids = ["m", {"id": "n", "event": "ADD", "memory": "x"}]
        backboard.answer({"operation_id": "o", "status": status, "memory_ids": ids})
    found = await api.memories.wait_until_settled("o")
    assert (found.status, found.memory_ids and found.memory_ids[0]) == ("Completed", "m")
    assert backboard.last[1] == "/api/assistants/memories/operations/o"
    assert pauses == [0.25, 0.5]
