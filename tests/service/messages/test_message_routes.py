"""Messages over HTTP: flat and streamed."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from desktop_app.errors import NetworkError
from desktop_app.service.providers.ports import ReasoningDelta, TextDelta
from tests.fakes.event_streams import events_of
from tests.fakes.providers import ScriptedProviders

BODY = {"content": "Hi"}
STREAM = {"content": "Hi", "stream": True}


async def stream(rig, **body: Any) -> list[dict[str, Any]]:
    answer = await rig.http.post("/threads/messages", json={**STREAM, **body})
    assert answer.headers["content-type"].startswith("text/event-stream")
    return events_of(answer.text)


async def test_a_stream_has_the_documented_order_and_fields(rig):
    rig.providers.language.pieces = (ReasoningDelta("Hm."), TextDelta("Hel"), TextDelta("lo."))
    events = await stream(rig)
    assert [event["type"] for event in events] == [
        "user_message",
        "run_started",
        "message_start",
        "reasoning_streaming",
        "reasoning_ended",
        "content_streaming",
        "content_streaming",
        "run_ended",
    ]
    user, started, ended = events[0], events[1], events[-1]
    assert user["content"] == "Hi"
    assert user["role"] == "user"
    assert started["provider"] == "scripted"
    assert started["model_name"] == "parrot"
    assert events[5]["content"] == "Hel"
    assert ended["status"] == "completed"
    assert ended["run_id"] == started["run_id"]
    assert ended["final_content"] == "Hello."
    assert (ended["tokens"], ended["input_tokens"], ended["output_tokens"]) == (12, 7, 5)
    stored = await rig.messages(user["thread_id"])
    assert [message["message_id"] for message in stored] == [
        user["message_id"],
        started["message_id"],
    ]


async def test_the_flat_reply_has_the_documented_fields(rig):
    thread_id = await rig.thread()
    body = {"content": "Hi", "thread_id": thread_id, "metadata": {"mood": "good"}}
    reply = (await rig.http.post("/threads/messages", json=body)).json()
    assert reply["content"] == "Hello there. How are you?"
    assert reply["status"] == "COMPLETED"
    assert reply["role"] == "assistant"
    assert reply["thread_id"] == thread_id
    assert reply["total_tokens"] == 12
    assert reply["message"]
    assert reply["timestamp"].endswith("Z")
    user, answer = await rig.messages(thread_id)
    assert user["metadata_"]["mood"] == "good"
    assert answer["message_id"] == reply["message_id"]
    assert answer["metadata_"]["model_name"] == "parrot"
    assert answer["metadata_"]["run_id"] == reply["run_id"]


@pytest.mark.parametrize("kind", ["form", "multipart"])
async def test_forms_say_the_same_as_json(rig, kind):
    fields = {"content": "Hí & you", "stream": "true", "metadata": '{"a": 1}'}
    if kind == "form":
        answer = await rig.http.post("/threads/messages", data=fields)
    else:
        parts = {name: (None, value) for name, value in fields.items()}
        answer = await rig.http.post("/threads/messages", files=parts)
    events = events_of(answer.text)
    assert events[0]["content"] == "Hí & you"
    (user, _reply) = await rig.messages(events[0]["thread_id"])
    assert user["metadata_"]["a"] == 1


async def test_the_old_path_is_an_alias(rig):
    thread_id = await rig.thread()
    reply = await rig.http.post(f"/threads/{thread_id}/messages", data={"content": "Hi"})
    assert reply.json()["thread_id"] == thread_id


async def test_without_a_thread_one_is_made_for_the_default_assistant(rig):
    first = (await rig.http.post("/threads/messages", json={"content": "a"})).json()
    second = (await rig.http.post("/threads/messages", json={"content": "b"})).json()
    assert first["thread_id"] != second["thread_id"]
    assert first["assistant_id"] == second["assistant_id"]
    assert len((await rig.http.get("/assistants")).json()) == 1


async def test_a_message_that_is_only_kept_gets_no_answer(rig):
    events = await stream(rig, send_to_llm="false")
    assert [event["type"] for event in events] == ["user_message", "message_saved"]
    flat = await rig.http.post("/threads/messages", json={"content": "x", "send_to_llm": False})
    assert flat.json()["role"] == "user"
    assert rig.providers.language.requests == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"content": "  "}, 422),
        ({"content": "x", "metadata": "{"}, 422),
        ({"content": "x", "stream": "maybe"}, 422),
        ({"content": "x", "thread_id": "none"}, 404),
        ({"content": "x", "assistant_id": "none"}, 404),
        ({"content": "x", "llm_provider": "nobody"}, 400),
        ({"content": "word " * 20_000}, 400),
        ({"content": "x", "tools": [{"type": "function"}]}, 422),
    ],
)
async def test_a_bad_message_is_refused_and_nothing_is_stored(rig, body, status):
    answer = await rig.http.post("/threads/messages", json=body)
    assert answer.status_code == status
    threads = (await rig.http.get("/threads")).json()
    assert all(thread["message_count"] == 0 for thread in threads)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_body_nested_too_deep_is_refused(rig, kind):
    deep = b"[" * 100_000
    body = deep if kind.endswith("json") else b"content=Hi&metadata=" + deep
    answer = await rig.http.post("/threads/messages", content=body, headers={"content-type": kind})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "json_invalid"


async def test_the_history_and_the_prompt_reach_the_language_model(rig):
    thread_id = await rig.thread()
    for words in ("One", "Two"):
        body = {"content": words, "thread_id": thread_id, "system_prompt": "Be a pirate."}
        await rig.http.post("/threads/messages", json=body)
    request = rig.providers.language.requests[-1]
    assert [message.content for message in request.history] == [
        "One",
        "Hello there. How are you?",
        "Two",
    ]
    assert request.system_prompt == "Be a pirate."
    assert request.thread_id == thread_id


@pytest.mark.parametrize(
    ("asked", "use"),
    [("Auto", "auto"), ("Readonly", "readonly"), ("off", "off"), (None, "off"), ("On", "off")],
)
async def test_what_may_be_done_with_the_memory_reaches_the_provider(rig, asked, use):
    body = {"content": "Hi"} | ({"memory": asked} if asked else {})
    await rig.http.post("/threads/messages", json=body)
    assert rig.providers.language.requests[0].memory == use


async def test_a_server_that_is_gone_is_reported_as_lost(rig):
    rig.providers.language.failure = NetworkError("network.unreachable", "Nobody there.")
    events = await stream(rig, content="Hi")
    assert events[-1]["error"] == "Nobody there."
    assert rig.providers.lost_languages == [rig.providers.language]
    assert rig.providers.looks > 0


async def test_a_failing_model_ends_the_stream_with_run_failed_and_keeps_the_text(rig):
    rig.providers.language.failure = NetworkError("network.unreachable", "The model is gone.")
    events = await stream(rig)
    assert events[-1]["type"] == "run_failed"
    assert events[-1]["error"] == "The model is gone."
    stored = (await rig.messages(events[0]["thread_id"]))[-1]
    assert stored["status"] == "FAILED"
    assert stored["content"] == "Hello there. How are you?"


async def test_a_broken_provider_fails_one_turn_and_not_the_service(rig, caplog):
    rig.providers.language.failure = ZeroDivisionError("oops")
    assert (await stream(rig))[-1]["type"] == "run_failed"
    rig.providers.language.failure = None
    assert (await stream(rig))[-1]["type"] == "run_ended"
    assert "oops" in caplog.text
    caplog.clear()


async def test_a_run_can_be_cancelled_and_keeps_what_was_written(rig):
    rig.providers.language.pause()
    async with rig.http.stream("POST", "/threads/messages", json=STREAM) as answer:
        lines = answer.aiter_lines()
        user, started = await _event(lines), await _event(lines)
        while (await _event(lines))["type"] != "content_streaming":
            pass
        path = f"/threads/{user['thread_id']}/runs/{started['run_id']}/cancel"
        assert (await rig.http.post(path)).json()["cancelled"] is True
        assert (await _event(lines))["type"] == "run_cancelled"
    stored = (await rig.messages(user["thread_id"]))[-1]
    assert stored["status"] == "CANCELLED"
    assert stored["content"] == "Hello there. "
    assert stored["metadata_"]["interrupted"] is True
    assert rig.providers.language.closed == 1


async def test_a_client_that_goes_away_does_not_end_the_run(rig):
    rig.providers.language.pause()
    async with rig.http.stream("POST", "/threads/messages", json=STREAM) as answer:
        user = await _event(answer.aiter_lines())
    rig.providers.language.resume()
    follow_up = {"content": "More", "thread_id": user["thread_id"]}
    await rig.http.post("/threads/messages", json=follow_up)
    statuses = [message["status"] for message in await rig.messages(user["thread_id"])]
    assert statuses == ["COMPLETED"] * 4


async def test_one_thread_answers_one_message_at_a_time(rig):
    thread_id = await rig.thread()
    rig.providers.language.pause()
    async with asyncio.TaskGroup() as tasks:
        body = {"content": "x", "thread_id": thread_id}
        posts = [tasks.create_task(rig.http.post("/threads/messages", json=body)) for _ in range(2)]
        await _until_stored(rig, thread_id, 3)
        await _until_asked(rig)
        assert len(rig.providers.language.requests) == 1
        rig.providers.language.resume()
    assert all(post.result().json()["status"] == "COMPLETED" for post in posts)
    assert len(rig.providers.language.requests) == 2


async def test_a_request_waits_for_providers_that_are_still_opening(tmp_path, open_rig):
    providers = ScriptedProviders()
    providers.may_open.clear()
    async with open_rig(tmp_path, providers) as rig, asyncio.TaskGroup() as tasks:
        post = tasks.create_task(rig.http.post("/threads/messages", json={"content": "Hi"}))
        await rig.http.get("/assistants")
        assert not post.done()
        providers.may_open.set()
    assert post.result().json()["status"] == "COMPLETED"


async def test_providers_that_cannot_be_opened_are_reported_to_who_needs_them(
    tmp_path, open_rig, caplog
):
    providers = ScriptedProviders(failure=NetworkError("x", "No model server answers."))
    async with open_rig(tmp_path, providers) as rig:
        answer = await rig.http.post("/threads/messages", json={"content": "Hi"})
        assert answer.status_code == 502
        assert answer.json() == {"detail": "No model server answers.", "code": "x"}
        assert (await rig.http.get("/assistants")).status_code == 200
    caplog.clear()


async def test_data_outlives_the_service(tmp_path, open_rig):
    async with open_rig(tmp_path, ScriptedProviders()) as rig:
        thread_id = (await rig.http.post("/threads/messages", json=STREAM)).text
        thread_id = events_of(thread_id)[0]["thread_id"]
    async with open_rig(tmp_path, ScriptedProviders()) as rig:
        contents = [message["content"] for message in await rig.messages(thread_id)]
    assert contents == ["Hi", "Hello there. How are you?"]


async def _until_asked(rig) -> None:
    async with asyncio.timeout(10):
        while not rig.providers.language.requests:  # noqa: ASYNC110 - the service's own moment
            await asyncio.sleep(0.01)


async def _until_stored(rig, thread_id: str, count: int) -> None:
    async with asyncio.timeout(10):
        while len(await rig.messages(thread_id)) < count:
            pass


async def _event(lines: Any) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while not (line := await anext(lines)):
            pass
    return msgspec.json.decode(line.removeprefix("data: "))


@pytest.mark.parametrize(
    "metadata", [{"tool_calls": "x"}, {"run_id": 3}, {"tool_call_id": []}, {"tool_calls": [{}]}]
)
async def test_metadata_under_our_own_names_does_no_harm(rig, metadata):
    first = (await rig.http.post("/threads/messages", json={**BODY, "metadata": metadata})).json()
    body = {"content": "More", "thread_id": first["thread_id"]}
    assert (await rig.http.post("/threads/messages", json=body)).json()["status"] == "COMPLETED"
    history = rig.providers.language.requests[-1].history
    assert [message.content for message in history] == ["Hi", first["content"], "More"]


@pytest.mark.parametrize("send_to_llm", ["true", "false"])
async def test_a_message_can_have_been_said_earlier(rig, send_to_llm):
    thread_id = await rig.thread()
    before = (await rig.http.get(f"/threads/{thread_id}")).json()
    metadata = {"custom_timestamp": "2024-05-01T10:00:00Z", "mood": "good"}
    body = {**BODY, "thread_id": thread_id, "metadata": metadata, "send_to_llm": send_to_llm}
    await rig.http.post("/threads/messages", json=body)
    thread = (await rig.http.get(f"/threads/{thread_id}")).json()
    said = thread["messages"][0]
    assert said["created_at"] == "2024-05-01T10:00:00.000000Z"
    assert said["metadata_"]["custom_timestamp"] == "2024-05-01T10:00:00Z"
    assert thread["updated_at"] >= before["updated_at"]


async def test_a_message_that_is_too_long_for_the_model_can_still_be_kept(rig):
    long = {"content": "word " * 20_000}
    refused = await rig.http.post("/threads/messages", json=long)
    assert "more than the language model can read" in refused.json()["detail"]
    kept = await rig.http.post("/threads/messages", json={**long, "send_to_llm": False})
    assert kept.json()["status"] == "COMPLETED"
