"""``thinking``, ``openrouter`` and ``web_search`` of a message: an effect, or words."""

from __future__ import annotations

import pytest

from desktop_app.protocol.events import Usage
from desktop_app.service.providers.ports import TextDelta, Unmet
from tests.fakes.event_streams import events_of

SAID = "openrouter had no effect: the moon is full."


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("thinking", {"effort": "enormous"}, ["thinking", "effort"]),
        ("thinking", {"budget_tokens": 0}, ["thinking", "budget_tokens"]),
        ("thinking", {"max_tokens": "many"}, ["thinking", "max_tokens"]),
        ("thinking", {"deep": True}, ["thinking"]),
        ("openrouter", {"sort": "beauty"}, ["openrouter", "sort"]),
        ("openrouter", {"providers": "together"}, ["openrouter", "providers"]),
        ("openrouter", {"ignore": [1]}, ["openrouter", "ignore", 0]),
        ("openrouter", {"max_price": {"prompt": "low"}}, ["openrouter", "max_price"]),
        ("openrouter", {"provider": "together"}, ["openrouter"]),
    ],
)
async def test_what_means_nothing_is_refused_before_anything_is_kept(rig, field, value, place):
    refused = await rig.http.post("/threads/messages", json={"content": "Hi", field: value})
    assert refused.status_code == 422
    (fault,) = refused.json()["detail"]
    assert fault["loc"] == ["body", *place]
    assert fault["msg"]
    assert (await rig.http.get("/threads")).json() == []


async def test_wishes_reach_the_provider(rig):
    routing = {"providers": ["together"], "sort": None}
    body = {"content": "Hi", "openrouter": routing, "web_search": "Auto"}
    await rig.http.post("/threads/messages", json=body)
    await rig.http.post("/threads/messages", json={"content": "Hi", "web_search": "off"})
    first, second = rig.providers.language.requests
    assert (first.routing, first.searches_web) == (routing, True)
    assert (second.routing, second.searches_web) == (None, False)


async def test_a_wish_without_effect_is_named_once_in_reply_stream_and_row(rig):
    rig.providers.language.pieces = (Unmet(SAID), TextDelta("Hello."), Unmet(SAID))
    reply = (await rig.http.post("/threads/messages", json={"content": "Hi"})).json()
    assert (reply["content"], reply["status"]) == ("Hello.", "COMPLETED")
    assert reply["message"] == f"Message added successfully. {SAID}"
    rows = await rig.messages(reply["thread_id"])
    assert rows[-1]["metadata_"]["unmet"] == [SAID]
    body = {"content": "Hi", "stream": True}
    *_, ended = events_of((await rig.http.post("/threads/messages", json=body)).text)
    assert (ended["type"], ended["message"], ended["unmet"]) == ("run_ended", SAID, [SAID])


async def test_what_a_cache_gave_and_took_is_told_where_it_is_known(rig):
    rig.providers.language.usage = Usage(9, 2, cached_input_tokens=8, cache_write_input_tokens=1)
    body = {"content": "Hi", "stream": True}
    *_, ended = events_of((await rig.http.post("/threads/messages", json=body)).text)
    assert (ended["cached_input_tokens"], ended["cache_write_input_tokens"]) == (8, 1)
    rig.providers.language.usage = Usage(9, 2)
    *_, ended = events_of((await rig.http.post("/threads/messages", json=body)).text)
    assert "cached_input_tokens" not in ended
    assert "cache_write_input_tokens" not in ended
