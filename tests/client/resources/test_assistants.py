"""Assistants: what is asked and what is read."""

from __future__ import annotations

from desktop_app.client.api import BackboardApi
from desktop_app.protocol.backboard.assistants import CloneRequest, NewAssistant
from tests.fakes.backboard import ScriptedBackboard


async def test_assistants_are_made_found_changed_and_removed(
    api: BackboardApi, backboard: ScriptedBackboard
):
    one = {"assistant_id": "a/1", "name": "Parley", "future": 1}
    backboard.answer(one, status=201)
    assert (await api.assistants.create(NewAssistant(name="Parley"))).assistant_id == "a/1"
    assert backboard.last == ("POST", "/api/assistants", {"name": "Parley"})
    backboard.answer(one)
    assert (await api.assistants.get("a/1")).name == "Parley"
    assert backboard.last == ("GET", "/api/assistants/a%2F1", None)
    backboard.answer(one)
    await api.assistants.update("a", name="New", tools=[])
    assert backboard.last == ("PUT", "/api/assistants/a", {"name": "New", "tools": []})
    backboard.answer({"message": "gone"})
    await api.assistants.delete("a")
    assert backboard.last == ("DELETE", "/api/assistants/a", None)


async def test_a_name_finds_only_those_called_exactly_so(
    api: BackboardApi, backboard: ScriptedBackboard
):
    names = ["Parley", "parley", "Parley 2"]
    backboard.answer([{"assistant_id": name, "name": name} for name in names])
    assert [one.name for one in await api.assistants.page(name="Parley")] == ["Parley"]
    assert backboard.last[1] == "/api/assistants?skip=0&limit=100&name=Parley"


async def test_all_assistants_are_read_page_by_page(
    api: BackboardApi, backboard: ScriptedBackboard
):
    rows = [{"assistant_id": str(number)} for number in range(203)]
    backboard.answer(rows[:200])
    backboard.answer(rows[200:])
    assert [one.assistant_id async for one in api.assistants.every()] == list(map(str, range(203)))
    assert [asked.path for asked in backboard.asked] == [
        "/api/assistants?skip=0&limit=200",
        "/api/assistants?skip=200&limit=200",
    ]


async def test_a_clone_is_asked_for_in_full(api: BackboardApi, backboard: ScriptedBackboard):
    answer = {"assistant": {"assistant_id": "b"}, "documents_cloned": 2, "memories_cloned": 3}
    backboard.answer(answer)
    clone = await api.assistants.clone("a")
    assert (clone.assistant.assistant_id, clone.documents_cloned, clone.memories_cloned) == (
        "b",
        2,
        3,
    )
    path = "/api/assistants/a/clone"
    assert backboard.last == ("POST", path, {"copy_documents": True, "copy_memories": True})
    backboard.answer(answer)
    await api.assistants.clone("a", CloneRequest(copy_memories=False, name="Copy"))
    wanted = {"copy_documents": True, "copy_memories": False, "name": "Copy"}
    assert backboard.last == ("POST", path, wanted)
