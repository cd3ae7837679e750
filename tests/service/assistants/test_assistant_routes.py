"""Assistants over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.errors import StorageError
from desktop_app.service.memories.memory_store import MemoryStore
from desktop_app.service.providers.picture_ports import Picture


async def test_an_assistant_is_created_read_changed_and_deleted(rig):
    created = (await rig.http.post("/assistants", json={"name": "Ada", "tok_k": 3})).json()
    path = f"/assistants/{created['assistant_id']}"
    assert (await rig.http.get(path)).json() == created
    changed = (await rig.http.put(path, json={"system_prompt": "Be brief."})).json()
    assert changed == {**created, "system_prompt": "Be brief."}
    deleted = (await rig.http.delete(path)).json()
    assert deleted["assistant_id"] == created["assistant_id"]
    assert set(deleted) == {"message", "assistant_id", "deleted_at"}
    assert (await rig.http.get(path)).status_code == 404


async def test_the_list_is_paged_and_finds_exact_names(rig):
    for name in ("Ada", "Bob", "ada"):
        await rig.http.post("/assistants", json={"name": name})
    named = (await rig.http.get("/assistants", params={"name": "Ada"})).json()
    assert [assistant["name"] for assistant in named] == ["Ada"]
    page = (await rig.http.get("/assistants", params={"skip": 1, "limit": 1})).json()
    assert [assistant["name"] for assistant in page] == ["Bob"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{}", ["body"]),
        (b'{"name": ""}', ["body", "name"]),
        (b'{"name": 5}', ["body", "name"]),
        (b'{"name": "x", "tok_k": 0}', ["body", "tok_k"]),
        (b'{"name": "x", "tools": ["x"]}', ["body", "tools", 0]),
        (b"[]", ["body"]),
        (b"{", ["body"]),
        (b"\xff", ["body"]),
        (b"", ["body"]),
    ],
)
async def test_a_bad_body_is_a_422_that_says_where(rig, body, place):
    answer = await rig.http.post("/assistants", content=body)
    assert answer.status_code == 422
    (entry,) = answer.json()["detail"]
    assert entry["loc"] == place
    assert entry["msg"]
    assert entry["type"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "skip=-1"])
async def test_a_bad_page_is_a_422(rig, query):
    answer = await rig.http.get(f"/assistants?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", query.partition("=")[0]]


async def test_unknown_assistants_and_paths_are_404_with_a_text(rig):
    for path in ("/assistants/none", "/assistants/none/memories", "/nowhere"):
        answer = await rig.http.get(path)
        assert answer.status_code == 404
        assert isinstance(answer.json()["detail"], str)
    assert (await rig.http.put("/assistants/none", json={})).status_code == 404
    assert (await rig.http.delete("/assistants/none")).status_code == 404


async def test_an_update_cannot_take_the_name_away(rig):
    created = (await rig.http.post("/assistants", json={"name": "Ada"})).json()
    path = f"/assistants/{created['assistant_id']}"
    assert (await rig.http.put(path, json={"name": ""})).status_code == 422
    assert (await rig.http.get(path)).json()["name"] == "Ada"


WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a place",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string", "minLength": 1}},
            "required": ["place"],
            "additionalProperties": False,
        },
    },
}
WHOLE = {
    "name": "Ada",
    "description": "Knows engines",
    "system_prompt": "Be brief.",
    "tools": [WEATHER],
    "tok_k": 100,
    "embedding_provider": "openai",
    "embedding_model_name": "text-embedding-3-large",
    "embedding_dims": 3072,
    "custom_fact_extraction_prompt": "Note diets.",
    "custom_update_memory_prompt": "Never delete.",
}


async def test_every_field_comes_back_as_it_was_given(rig):
    created = (await rig.http.post("/assistants", json=WHOLE)).json()
    assert {name: created[name] for name in WHOLE} == WHOLE
    assert created["created_at"].endswith("Z")
    listed = (await rig.http.get("/assistants")).json()
    assert listed == [created]


async def test_a_bare_assistant_has_ten_passages_and_nothing_else(rig):
    created = (await rig.http.post("/assistants", json={"name": "Ada"})).json()
    assert created["tok_k"] == 10
    rest = created.keys() - {"assistant_id", "name", "tok_k", "created_at"}
    assert {created[name] for name in rest} == {None}


async def test_tools_are_replaced_as_a_whole_and_can_be_taken_away(rig):
    path = await assistant(rig, **WHOLE)
    clock = {"type": "function", "function": {"name": "clock"}}
    changed = (await rig.http.put(path, json={"tools": [clock]})).json()
    nothing = {"type": "object", "properties": {}}
    assert changed["tools"] == [
        {"type": "function", "function": {"name": "clock", "parameters": nothing}}
    ]
    assert (await rig.http.put(path, json={"tools": []})).json()["tools"] == []
    assert (await rig.http.put(path, json={"tools": None})).json()["tools"] is None


@pytest.mark.parametrize(
    ("function", "place"),
    [
        ({}, ["function"]),
        ({"name": ""}, ["function", "name"]),
        ({"name": "two words"}, ["function", "name"]),
        ({"name": "x" * 65}, ["function", "name"]),
        ({"name": "x", "description": 5}, ["function", "description"]),
        ({"name": "x", "parameters": []}, ["function", "parameters"]),
        ({"name": "x", "parameters": {"type": "array"}}, ["function", "parameters", "type"]),
        (
            {"name": "x", "parameters": {"properties": {"y": "string"}}},
            ["function", "parameters", "properties"],
        ),
        (
            {"name": "x", "parameters": {"required": "y"}},
            ["function", "parameters", "required"],
        ),
    ],
)
async def test_a_tool_of_another_shape_is_a_422_that_says_where(rig, function, place):
    path = await assistant(rig, name="Ada")
    tools = [WEATHER, {"type": "function", "function": function}]
    for answer in (
        await rig.http.post("/assistants", json={"name": "Bob", "tools": tools}),
        await rig.http.put(path, json={"tools": tools}),
    ):
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"][: 3 + len(place)] == ["body", "tools", 1, *place]
    assert len((await rig.http.get("/assistants")).json()) == 1


async def test_two_tools_of_one_name_are_a_422(rig):
    answer = await rig.http.post("/assistants", json={"name": "Ada", "tools": [WEATHER] * 2})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "tools", 1, "function", "name"]


async def test_names_have_up_to_255_characters(rig):
    assert (await rig.http.post("/assistants", json={"name": "x" * 255})).status_code == 200
    assert (await rig.http.post("/assistants", json={"name": "x" * 256})).status_code == 422


async def test_how_meaning_is_compared_cannot_be_changed_later(rig):
    path = await assistant(rig, **WHOLE)
    refused = await rig.http.put(path, json={"name": "Bob", "embedding_dims": 256})
    assert refused.status_code == 400
    assert "embedding_dims" in refused.json()["detail"]
    whole = (await rig.http.get(path)).json()
    assert whole["name"] == "Ada"
    again = await rig.http.put(path, json={**whole, "name": "Bob"})
    assert again.json() == {**whole, "name": "Bob"}


async def test_a_clone_takes_settings_and_memories_along(rig):
    path = await assistant(rig, **WHOLE)
    for content in ("Likes tea", "Has a dog"):
        await rig.http.post(f"{path}/memories", json={"content": content, "metadata": {"a": 1}})
    clone = (await rig.http.post(f"{path}/clone", json={})).json()
    copy = clone["assistant"]
    assert clone["memories_cloned"] == 2
    assert {name: copy[name] for name in WHOLE} == {**WHOLE, "name": "Ada Copy"}
    assert copy["assistant_id"] != path.rpartition("/")[2]
    mine = (await rig.http.get(f"{path}/memories")).json()["memories"]
    copied = await rig.http.get(f"/assistants/{copy['assistant_id']}/memories")
    assert [{**each, "id": ""} for each in copied.json()["memories"]] == [
        {**each, "id": ""} for each in mine
    ]
    assert not {each["id"] for each in mine} & {each["id"] for each in copied.json()["memories"]}


async def test_a_clone_can_have_another_name_and_prompt_and_no_memories(rig):
    path = await assistant(rig, **WHOLE)
    await rig.http.post(f"{path}/memories", json={"content": "Likes tea"})
    wish = {"name": "Bob", "system_prompt": "Be long.", "copy_memories": False}
    clone = (await rig.http.post(f"{path}/clone", json=wish)).json()
    assert (clone["assistant"]["name"], clone["assistant"]["system_prompt"]) == ("Bob", "Be long.")
    assert clone["memories_cloned"] == 0
    page = await rig.http.get(f"/assistants/{clone['assistant']['assistant_id']}/memories")
    assert page.json()["total_count"] == 0


async def test_a_clone_answers_from_the_same_documents(rig):
    path = await assistant(rig, name="Ada")
    document = await upload(rig, f"{path}/documents", b"The bicycle is red.")
    thread = (await rig.http.post(f"{path}/threads", json={})).json()["thread_id"]
    await upload(rig, f"/threads/{thread}/documents", b"The car is blue.")
    await rig.library.settled([document], 10)
    clone = (await rig.http.post(f"{path}/clone", json={})).json()
    assert clone["documents_cloned"] == 1
    copy = clone["assistant"]["assistant_id"]
    await rig.http.delete(path)
    (kept,) = (await rig.http.get(f"/assistants/{copy}/documents")).json()
    assert (kept["filename"], kept["status"]) == ("a.txt", "indexed")
    found = await rig.library.passages("bicycle", assistant_id=copy, thread_id="", limit=5)
    assert [passage.text for passage in found] == ["The bicycle is red."]
    (file,) = rig.store.files.scratch.parent.glob("kept/*/*")
    assert file.read_bytes() == b"The bicycle is red."


async def test_a_clone_can_leave_the_documents_out(rig):
    path = await assistant(rig, name="Ada")
    document = await upload(rig, f"{path}/documents", b"The bicycle is red.")
    await rig.library.settled([document], 10)
    clone = (await rig.http.post(f"{path}/clone", json={"copy_documents": False})).json()
    assert clone["documents_cloned"] == 0
    copy = clone["assistant"]["assistant_id"]
    assert (await rig.http.get(f"/assistants/{copy}/documents")).json() == []


async def test_half_a_clone_is_taken_back(rig, monkeypatch):
    path = await assistant(rig, name="Ada")

    async def full(_store: MemoryStore, _from: str, _to: str) -> int:
        raise StorageError("storage.full", "The disk is full.")

    monkeypatch.setattr(MemoryStore, "clone", full)
    answer = await rig.http.post(f"{path}/clone", json={})
    assert answer.json() == {"detail": "The disk is full.", "code": "storage.full"}
    assert [each["name"] for each in (await rig.http.get("/assistants")).json()] == ["Ada"]


async def test_a_clone_of_the_longest_name_still_has_a_name(rig):
    path = await assistant(rig, name="x" * 255)
    clone = (await rig.http.post(f"{path}/clone", json={})).json()
    assert clone["assistant"]["name"] == "x" * 250 + " Copy"


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"name": 5}, {"copy_memories": "perhaps"}, {"system_prompt": []}]
)
async def test_a_bad_clone_is_a_422_and_makes_nothing(rig, body):
    path = await assistant(rig, name="Ada")
    assert (await rig.http.post(f"{path}/clone", json=body)).status_code == 422
    assert (await rig.http.post("/assistants/none/clone", json={})).status_code == 404
    assert len((await rig.http.get("/assistants")).json()) == 1


@pytest.mark.parametrize("name", ["%00", "%F0%9F%8E%88", "..%2F..", "'%20OR%201=1", "x" * 3_000])
async def test_no_id_is_too_strange_for_a_404(rig, name):
    for path in (f"/assistants/{name}", f"/threads/{name}", f"/assistants/{name}/memories"):
        answer = await rig.http.get(path)
        assert answer.status_code == 404
        assert isinstance(answer.json()["detail"], str)


async def test_what_hangs_on_an_assistant_goes_with_it(rig):
    path = await assistant(rig, name="Ada")
    owner = path.rpartition("/")[2]
    await rig.http.post(f"{path}/memories", json={"content": "Likes tea"})
    operation_id = await rig.store.operations.begin(owner)
    thread = (await rig.http.post(f"{path}/threads", json={})).json()["thread_id"]
    await rig.http.post("/threads/messages", json={"content": "Hi", "thread_id": thread})
    picture = await rig.store.media.add(thread, "picture", Picture(b"GIF89a", "image/gif"))
    document = await upload(rig, f"{path}/documents", b"Only here")
    shared = await upload(rig, f"/threads/{await rig.thread()}/documents", b"GIF89a")
    await rig.http.delete(path)
    assert await rig.store.operations.get(operation_id) is None
    assert await rig.store.media.get(picture.id) is None
    for gone in (f"/threads/{thread}", f"/documents/{document}/status", f"{path}/memories"):
        assert (await rig.http.get(gone)).status_code == 404
    kept = [file.read_bytes() for file in rig.store.files.scratch.parent.glob("kept/*/*")]
    assert kept == [b"GIF89a"]
    assert (await rig.http.get(f"/documents/{shared}/status")).status_code == 200
    tables = ("threads", "messages", "memories", "memory_operations", "media", "documents")
    counts = await rig.store.database.read(
        lambda connection: [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
        ]
    )
    assert counts == [1, 0, 0, 0, 0, 1]


async def test_deleting_an_assistant_stops_its_answers(rig):
    rig.providers.language.pause()
    thread = await rig.thread()
    owner = (await rig.http.get(f"/threads/{thread}")).json()["assistant_id"]
    async with asyncio.TaskGroup() as tasks:
        body = {"content": "Hi", "thread_id": thread}
        asked = tasks.create_task(rig.http.post("/threads/messages", json=body))
        await rig.providers.language.was_asked.wait()
        assert (await rig.http.delete(f"/assistants/{owner}")).status_code == 200
    assert asked.result().json()["status"] == "CANCELLED"
    assert rig.providers.language.closed == 1


async def assistant(rig, **fields: object) -> str:
    """The path of a new one."""
    created = await rig.http.post("/assistants", json=fields)
    return f"/assistants/{created.json()['assistant_id']}"


async def upload(rig, path: str, content: bytes) -> str:
    """The id of a new document."""
    answer = await rig.http.post(path, files={"file": ("a.txt", content, "text/plain")})
    return str(answer.json()["document_id"])
