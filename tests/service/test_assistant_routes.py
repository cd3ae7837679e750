"""Assistants over HTTP."""

from __future__ import annotations

import pytest


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
    for path in ("/assistants/none", "/assistants/none/memories", "/models"):
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
