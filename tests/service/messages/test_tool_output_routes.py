"""Functions that the client carries out: asked for, answered, asked for again."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from desktop_app.errors import NetworkError
from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.ports import TextDelta, ToolsCalled
from tests.fakes.providers import ScriptedProviders


def tool(name: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


WEATHER, TIME = tool("weather"), tool("time")
ULM = ToolCall("call_1", "weather", '{"city":"Ulm"}')
NOW = ToolCall("call_2", "time", "{}")


def asks(*calls: ToolCall) -> tuple[ToolsCalled]:
    return (ToolsCalled(calls),)


def output(call: ToolCall, text: str) -> dict[str, str]:
    return {"tool_call_id": call.id, "output": text}


def events_of(text: str) -> list[dict[str, Any]]:
    frames = text.removesuffix("\n\n").split("\n\n")
    return [msgspec.json.decode(frame.removeprefix("data: ")) for frame in frames]


async def ask(rig, *rounds: Any, **fields: Any) -> dict[str, Any]:
    """A question whose model says ``rounds``; the reply."""
    rig.providers.language.rounds = list(rounds)
    body = {"content": "How is it?", "tools": [WEATHER, TIME], **fields}
    return (await rig.http.post("/threads/messages", json=body)).json()


def path_of(reply: dict[str, Any]) -> str:
    return f"/threads/{reply['thread_id']}/runs/{reply['run_id']}/submit-tool-outputs"


async def submit(rig, reply: dict[str, Any], *outputs: dict[str, str], **fields: Any) -> Any:
    return await rig.http.post(path_of(reply), json={"tool_outputs": list(outputs), **fields})


async def test_a_turn_stops_for_a_tool_and_goes_on_with_its_output(rig):
    asked = await ask(rig, asks(ULM), (TextDelta("It rains."),))
    assert asked["status"] == "REQUIRES_ACTION"
    assert asked["tool_calls"] == [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city":"Ulm"}'},
        }
    ]
    reply = (await submit(rig, asked, output(ULM, "rain"))).json()
    assert reply["status"] == "COMPLETED"
    assert reply["content"] == "It rains."
    assert reply["run_id"] == asked["run_id"]
    assert reply["message_id"] != asked["message_id"]
    assert reply["tool_calls"] is None
    first, second = rig.providers.language.requests
    assert [each.name for each in first.tools] == ["weather", "time"]
    assert [(each.role, each.content) for each in second.history] == [
        ("user", "How is it?"),
        ("assistant", ""),
        ("tool", "rain"),
    ]
    assert second.history[1].tool_calls == (ULM,)
    assert second.history[2].tool_call_id == "call_1"


async def test_a_round_is_stored_as_stub_outputs_and_reply(rig):
    asked = await ask(rig, asks(ULM, NOW))
    await submit(rig, asked, output(NOW, "noon"), output(ULM, "rain"))
    rows = await rig.messages(asked["thread_id"])
    assert [(row["role"], row["content"], row["status"]) for row in rows] == [
        ("user", "How is it?", "COMPLETED"),
        ("assistant", "", "COMPLETED"),
        ("tool", "rain", "COMPLETED"),
        ("tool", "noon", "COMPLETED"),
        ("assistant", "Hello there. How are you?", "COMPLETED"),
    ]
    assert {row["metadata_"]["run_id"] for row in rows} == {asked["run_id"]}
    assert [call["id"] for call in rows[1]["metadata_"]["tool_calls"]] == ["call_1", "call_2"]
    assert rows[2]["metadata_"]["tool_call_id"] == "call_1"
    assert rows[2]["metadata_"]["tool_name"] == "weather"
    assert rows[1]["message_id"] == asked["message_id"]


async def test_the_stream_ends_for_the_outputs_and_a_new_one_goes_on(rig):
    rig.providers.language.rounds = [asks(ULM, NOW), (TextDelta("It rains."),)]
    body = {"content": "How is it?", "tools": [WEATHER, TIME], "stream": True}
    events = events_of((await rig.http.post("/threads/messages", json=body)).text)
    assert [event["type"] for event in events] == [
        "user_message",
        "run_started",
        "message_start",
        "tool_call_start",
        "tool_call_start",
        "tool_call_ready",
        "tool_call_ready",
        "tool_submit_required",
    ]
    start, ready, required = events[3], events[5], events[-1]
    assert (start["tool_call_id"], start["name"]) == ("call_1", "weather")
    assert ready["tool_call"]["function"]["name"] == "weather"
    assert [call["id"] for call in required["tool_calls"]] == ["call_1", "call_2"]
    assert required["run_id"] == events[1]["run_id"]
    assert required["tokens"] == 12
    outputs = [output(ULM, "rain"), output(NOW, "noon")]
    path = path_of({"thread_id": events[0]["thread_id"], "run_id": required["run_id"]})
    answer = await rig.http.post(f"{path}?stream=true", json={"tool_outputs": outputs})
    assert answer.headers["content-type"].startswith("text/event-stream")
    continued = events_of(answer.text)
    assert [event["type"] for event in continued] == [
        "run_continuing",
        "message_start",
        "content_streaming",
        "run_ended",
    ]
    assert {event.get("run_id", required["run_id"]) for event in continued} == {required["run_id"]}
    assert continued[-1]["final_content"] == "It rains."


async def test_the_short_path_finds_the_run_that_began_to_wait_last(rig):
    thread_id = await rig.thread()
    await ask(rig, asks(ULM), thread_id=thread_id)
    newest = await ask(rig, asks(NOW), thread_id=thread_id)
    body = {"thread_id": thread_id, "tool_outputs": [output(NOW, "noon")], "stream": False}
    reply = (await rig.http.post("/threads/tool-outputs", json=body)).json()
    assert (reply["status"], reply["run_id"]) == ("COMPLETED", newest["run_id"])
    older = {**body, "tool_outputs": [output(ULM, "rain")]}
    assert (await rig.http.post("/threads/tool-outputs", json=older)).status_code == 200
    done = await rig.http.post("/threads/tool-outputs", json=older)
    assert done.status_code == 409
    assert "waits" in done.json()["detail"]


async def test_the_short_path_streams_where_the_body_says_so(rig):
    asked = await ask(rig, asks(ULM))
    body = {"thread_id": asked["thread_id"], "tool_outputs": [output(ULM, "x")], "stream": True}
    events = events_of((await rig.http.post("/threads/tool-outputs", json=body)).text)
    assert events[0]["type"] == "run_continuing"
    assert events[-1]["type"] == "run_ended"


async def test_several_rounds_follow_each_other(rig):
    asked = await ask(rig, asks(ULM), asks(NOW), (TextDelta("Rain at noon."),))
    again = (await submit(rig, asked, output(ULM, "rain"))).json()
    assert (again["status"], again["tool_calls"][0]["id"]) == ("REQUIRES_ACTION", "call_2")
    reply = (await submit(rig, asked, output(NOW, "noon"))).json()
    assert reply["content"] == "Rain at noon."
    roles = [message.role for message in rig.providers.language.requests[-1].history]
    assert roles == ["user", "assistant", "tool", "assistant", "tool"]
    assert [each.name for each in rig.providers.language.requests[-1].tools] == ["weather", "time"]


async def test_calls_that_share_an_id_or_have_none_get_ids_of_their_own(rig):
    same = ToolCall("", "weather", "{}"), ToolCall("x", "time", "{}"), ToolCall("x", "time", "{}")
    asked = await ask(rig, asks(*same))
    ids = [call["id"] for call in asked["tool_calls"]]
    assert len(set(ids)) == 3
    assert all(ids)
    outputs = [{"tool_call_id": one, "output": "y"} for one in ids]
    assert (await submit(rig, asked, *outputs)).json()["status"] == "COMPLETED"


async def test_what_was_written_before_a_call_is_kept_with_it(rig):
    words = (TextDelta("Let me look."), ToolsCalled((ULM,)))
    asked = await ask(rig, words, (TextDelta("It rains."),))
    assert asked["content"] == "Let me look."
    await submit(rig, asked, output(ULM, "rain"))
    rows = await rig.messages(asked["thread_id"])
    assert [row["content"] for row in rows] == ["How is it?", "Let me look.", "rain", "It rains."]
    assert rig.providers.language.requests[-1].history[1].content == "Let me look."


async def test_tools_and_thinking_of_a_submission_take_the_place_of_those_before(rig):
    asked = await ask(rig, asks(ULM), thinking={"effort": "low"})
    await submit(rig, asked, output(ULM, "x"), tools=[TIME], thinking={"effort": "high"})
    before, after = rig.providers.language.requests
    assert before.thinking == {"effort": "low"}
    assert [each.name for each in after.tools] == ["time"]
    assert after.thinking == {"effort": "high"}


async def test_a_reply_whose_outputs_were_not_streamed_names_all_calls_of_its_run(rig):
    asked = await ask(rig, asks(ULM), asks(NOW), (TextDelta("Rain at noon."),))
    await submit(rig, asked, output(ULM, "rain"))
    await submit(rig, asked, output(NOW, "noon"))
    *_, reply = await rig.messages(asked["thread_id"])
    called = reply["metadata_"]["all_run_tool_calls"]
    assert [(call["id"], call["function"]["name"]) for call in called] == [
        (ULM.id, "weather"),
        (NOW.id, "time"),
    ]
    asked = await ask(rig, asks(ULM))
    body = {"thread_id": asked["thread_id"], "tool_outputs": [output(ULM, "x")], "stream": True}
    await rig.http.post("/threads/tool-outputs", json=body)
    *_, streamed = await rig.messages(asked["thread_id"])
    assert "all_run_tool_calls" not in streamed["metadata_"]


async def test_thinking_that_means_nothing_is_refused_and_the_run_still_waits(rig):
    asked = await ask(rig, asks(ULM))
    refused = await submit(rig, asked, output(ULM, "x"), thinking={"budget_tokens": 0})
    assert refused.status_code == 422
    assert (await submit(rig, asked, output(ULM, "x"))).json()["status"] == "COMPLETED"


async def test_the_assistants_tools_are_taken_where_the_turn_names_none(rig):
    body = {"name": "Ada", "tools": [WEATHER]}
    assistant = (await rig.http.post("/assistants", json=body)).json()
    place = {"content": "Hi", "assistant_id": assistant["assistant_id"]}
    await rig.http.post("/threads/messages", json=place)
    await rig.http.post("/threads/messages", json={**place, "tools": [TIME]})
    await rig.http.post("/threads/messages", json={**place, "tools": []})
    offered = [[each.name for each in one.tools] for one in rig.providers.language.requests]
    assert offered == [["weather"], ["time"], []]


async def test_a_run_that_waits_survives_a_restart(tmp_path, open_rig):
    async with open_rig(tmp_path, ScriptedProviders()) as rig:
        asked = await ask(rig, asks(ULM), system_prompt="Be a pirate.", json_output=True)
    async with open_rig(tmp_path, ScriptedProviders()) as rig:
        stub = (await rig.messages(asked["thread_id"]))[-1]
        assert stub["status"] == "REQUIRES_ACTION"
        reply = (await submit(rig, asked, output(ULM, "rain"))).json()
        (request,) = rig.providers.language.requests
    assert reply["status"] == "COMPLETED"
    assert request.system_prompt == "Be a pirate."
    assert request.wants_json is True
    assert [each.name for each in request.tools] == ["weather", "time"]


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ([], "no output for 'call_1', 'call_2'"),
        ([output(ULM, "x")], "no output for 'call_2'"),
        ([output(ULM, "x"), output(ULM, "y"), output(NOW, "z")], "two outputs for 'call_1'"),
        ([output(ULM, "x"), output(NOW, "y"), {"tool_call_id": "z", "output": ""}], "call 'z'"),
    ],
)
async def test_outputs_that_do_not_match_the_calls_are_refused_and_the_run_waits_on(
    rig, outputs, says
):
    asked = await ask(rig, asks(ULM, NOW))
    answer = await submit(rig, asked, *outputs)
    assert answer.status_code == 400
    assert says in answer.json()["detail"]
    good = await submit(rig, asked, output(ULM, "x"), output(NOW, "y"))
    assert good.json()["status"] == "COMPLETED"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tool_outputs": [{"tool_call_id": "call_1"}]},
        {"tool_outputs": [{"tool_call_id": "call_1", "output": {"a": 1}}]},
        {"tool_outputs": [output(ULM, "x")], "tools": [{"type": "function"}]},
        {"tool_outputs": [output(ULM, "x")], "tools": [WEATHER, WEATHER]},
    ],
)
async def test_a_body_of_another_shape_is_refused(rig, body):
    asked = await ask(rig, asks(ULM))
    answer = await rig.http.post(path_of(asked), json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


async def test_threads_and_runs_that_do_not_exist_are_not_found(rig):
    asked = await ask(rig, asks(ULM))
    outputs = {"tool_outputs": [output(ULM, "x")]}
    other = {**asked, "run_id": "nobody"}
    assert (await rig.http.post(path_of(other), json=outputs)).json() == {"detail": "Run not found"}
    other = {**asked, "thread_id": "nowhere"}
    assert (await rig.http.post(path_of(other), json=outputs)).status_code == 404
    body = {"thread_id": "nowhere", **outputs}
    assert (await rig.http.post("/threads/tool-outputs", json=body)).status_code == 404
    elsewhere = {**asked, "thread_id": await rig.thread()}
    assert (await rig.http.post(path_of(elsewhere), json=outputs)).status_code == 404


async def test_a_run_that_has_ended_takes_no_outputs(rig):
    reply = (await rig.http.post("/threads/messages", json={"content": "Hi"})).json()
    answer = await submit(rig, reply, output(ULM, "x"))
    assert answer.status_code == 409
    assert "does not wait" in answer.json()["detail"]


async def test_of_two_submissions_at_once_one_goes_on(rig):
    asked = await ask(rig, asks(ULM))
    async with asyncio.TaskGroup() as tasks:
        posts = [tasks.create_task(submit(rig, asked, output(ULM, "x"))) for _ in range(2)]
    assert sorted(post.result().status_code for post in posts) == [200, 409]
    roles = [row["role"] for row in await rig.messages(asked["thread_id"])]
    assert roles == ["user", "assistant", "tool", "assistant"]


async def test_a_run_that_waits_can_be_cancelled_and_takes_no_outputs_then(rig):
    asked = await ask(rig, asks(ULM))
    path = path_of(asked).replace("submit-tool-outputs", "cancel")
    assert (await rig.http.post(path)).json()["cancelled"] is True
    again = await rig.http.post(path)
    assert (again.status_code, again.json()["cancelled"]) == (200, False)
    assert (await rig.messages(asked["thread_id"]))[-1]["status"] == "CANCELLED"
    assert (await submit(rig, asked, output(ULM, "x"))).status_code == 409


async def test_another_question_leaves_out_a_round_without_outputs(rig):
    asked = await ask(rig, asks(ULM))
    more = {"content": "Never mind.", "thread_id": asked["thread_id"]}
    await rig.http.post("/threads/messages", json=more)
    history = rig.providers.language.requests[-1].history
    assert [message.content for message in history] == ["How is it?", "Never mind."]


async def test_a_late_output_is_answered_as_of_its_own_turn(rig):
    asked = await ask(rig, asks(ULM))
    more = {"content": "What else?", "thread_id": asked["thread_id"]}
    await rig.http.post("/threads/messages", json=more)
    await submit(rig, asked, output(ULM, "rain"))
    own = rig.providers.language.requests[-1].history
    assert [message.content for message in own] == ["How is it?", "", "rain"]
    await rig.http.post("/threads/messages", json={**more, "content": "And now?"})
    history = rig.providers.language.requests[-1].history
    assert [message.content for message in history] == [
        "How is it?",
        "",
        "rain",
        "Hello there. How are you?",
        "What else?",
        "Hello there. How are you?",
        "And now?",
    ]


async def test_a_model_that_fails_after_the_outputs_keeps_them(rig):
    asked = await ask(rig, asks(ULM))
    rig.providers.language.failure = NetworkError("http.500", "The model is gone.")
    reply = (await submit(rig, asked, output(ULM, "rain"))).json()
    assert (reply["status"], reply["message"]) == ("FAILED", "The model is gone.")
    rows = await rig.messages(asked["thread_id"])
    assert [row["content"] for row in rows[2:]] == ["rain", "Hello there. How are you?"]
    assert rows[-1]["status"] == "FAILED"


async def test_deleting_the_thread_ends_the_waiting(rig):
    asked = await ask(rig, asks(ULM))
    await rig.http.delete(f"/threads/{asked['thread_id']}")
    assert (await submit(rig, asked, output(ULM, "x"))).status_code == 404


async def test_over_the_gateway_no_client_tools_are_offered(rig, socket):
    """Nobody at that socket could carry them out."""
    await rig.http.post("/assistants", json={"name": "Ada", "tools": [WEATHER]})
    await socket.configured()
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")
    assert rig.providers.language.requests[-1].tools == ()
