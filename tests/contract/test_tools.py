"""Tools: section 5.7 of the API, by both paths, whole and streamed, over several rounds."""

from __future__ import annotations

import json

import pytest

from tests.contract.callers import WEATHER, events_of, kinds, only, refusal, words

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
ASK = 'call get_weather {"city": "Oslo"}'


def answers(calls, text="say 7 degrees"):
    """Outputs for calls, in either shape that they come in."""
    ids = [call["id"] if isinstance(call, dict) else call.id for call in calls]
    return [{"tool_call_id": call_id, "output": text} for call_id in ids]


async def new_thread(caller, tools=(WEATHER,)):
    assistant = await caller.create_assistant("Ada", tools=list(tools))
    return (await caller.create_thread(assistant.assistant_id)).thread_id


async def test_a_turn_stops_for_its_tools_and_goes_on_with_their_outputs(caller):
    thread_id = await new_thread(caller)
    asked = await caller.add_message(thread_id, ASK, **MODEL)
    assert asked.status == "REQUIRES_ACTION"
    (call,) = asked.tool_calls
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    reply = await caller.submit_tool_outputs_simple(thread_id, answers([call]))
    assert (reply.status, reply.content) == ("COMPLETED", "7 degrees")
    assert reply.run_id == asked.run_id


async def test_outputs_can_name_their_run(caller):
    thread_id = await new_thread(caller)
    asked = await caller.add_message(thread_id, ASK, **MODEL)
    reply = await caller.submit_tool_outputs(thread_id, asked.run_id, answers(asked.tool_calls))
    assert (reply.status, reply.content) == ("COMPLETED", "7 degrees")
    assert reply.run_id == asked.run_id


async def test_several_rounds_follow_each_other(caller):
    thread_id = await new_thread(caller)
    asked = await caller.add_message(thread_id, ASK, **MODEL)
    again = await caller.submit_tool_outputs_simple(
        thread_id, answers(asked.tool_calls, 'call get_weather {"city": "Bergen"}')
    )
    assert again.status == "REQUIRES_ACTION"
    assert json.loads(again.tool_calls[0].function.arguments) == {"city": "Bergen"}
    assert again.tool_calls[0].id != asked.tool_calls[0].id
    reply = await caller.submit_tool_outputs(thread_id, again.run_id, answers(again.tool_calls))
    assert reply.content == "7 degrees"


async def test_all_calls_of_a_round_are_answered_together(caller):
    thread_id = await new_thread(caller)
    ask = 'call get_weather {"city": "Oslo"}; get_weather {"city": "Rome"}'
    asked = await caller.add_message(thread_id, ask, **MODEL)
    calls = asked.tool_calls
    cities = [json.loads(call.function.arguments)["city"] for call in calls]
    assert cities == ["Oslo", "Rome"]
    refused = await refusal(caller.submit_tool_outputs_simple(thread_id, answers(calls[:1])))
    assert refused.status == 400
    reply = await caller.submit_tool_outputs_simple(thread_id, answers(calls))
    assert reply.content == "7 degrees"


async def test_a_stream_ends_with_the_wish_for_outputs_and_another_goes_on(caller):
    thread_id = await new_thread(caller)
    events = await events_of(caller.add_message(thread_id, ASK, stream=True, **MODEL))
    assert kinds(events)[-3:] == ["tool_call_start", "tool_call_ready", "tool_submit_required"]
    assert only(events, "tool_call_start")["name"] == "get_weather"
    wish = only(events, "tool_submit_required")
    (call,) = wish["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "Oslo"}
    assert wish["run_id"] == only(events, "run_started")["run_id"]
    more = await events_of(
        caller.submit_tool_outputs(thread_id, wish["run_id"], answers([call]), stream=True)
    )
    assert kinds(more) == ["run_continuing", "message_start", "content_streaming", "run_ended"]
    assert words(more) == "7 degrees"
    assert only(more, "run_ended")["status"] == "completed"


async def test_the_simple_path_streams_too(caller):
    thread_id = await new_thread(caller)
    asked = await caller.add_message(thread_id, ASK, **MODEL)
    more = await events_of(
        caller.submit_tool_outputs_simple(thread_id, answers(asked.tool_calls), stream=True)
    )
    assert kinds(more)[0] == "run_continuing"
    assert words(more) == "7 degrees"


async def test_tools_of_a_turn_go_along_with_its_outputs(caller):
    asked = await caller.send_message(ASK, tools=[WEATHER], **MODEL)
    assert asked.status == "REQUIRES_ACTION"
    reply = await caller.submit_tool_outputs(
        asked.thread_id,
        asked.run_id,
        answers(asked.tool_calls, "tell tools"),
        tools=[WEATHER],
        thinking={"effort": "low"},
    )
    assert reply.content == "get_weather"


async def test_tools_of_a_turn_replace_the_assistant_s(caller):
    other = {**WEATHER, "function": {**WEATHER["function"], "name": "get_time"}}
    thread_id = await new_thread(caller)
    turn = {"thread_id": thread_id, **MODEL}
    assert (await caller.send_message("tell tools", **turn)).content == "get_weather"
    told = await caller.send_message("tell tools", tools=[other], **turn)
    assert told.content == "get_time"
    assert (await caller.send_message("tell tools", **turn)).content == "get_weather"


async def test_a_round_is_kept_as_rows_that_belong_to_its_run(caller):
    thread_id = await new_thread(caller)
    asked = await caller.add_message(thread_id, ASK, **MODEL)
    await caller.submit_tool_outputs_simple(thread_id, answers(asked.tool_calls))
    kept = (await caller.get_thread(thread_id)).messages
    assert [row.role for row in kept] == ["user", "assistant", "tool", "assistant"]
    stub, output, final = kept[1:]
    assert not stub.content
    assert stub.metadata_["run_id"] == asked.run_id
    assert stub.metadata_["tool_calls"][0]["id"] == asked.tool_calls[0].id
    assert output.content == "say 7 degrees"
    assert output.metadata_["tool_call_id"] == asked.tool_calls[0].id
    assert final.content == "7 degrees"


async def test_a_waiting_run_can_be_cancelled(caller):
    thread_id = await new_thread(caller)
    asked = await caller.add_message(thread_id, ASK, **MODEL)
    await caller.cancel_run(thread_id, asked.run_id)
    late = await refusal(
        caller.submit_tool_outputs(thread_id, asked.run_id, answers(asked.tool_calls))
    )
    assert 400 <= late.status < 500


@pytest.mark.parametrize("outputs", [[], [{"tool_call_id": "nobody", "output": "7"}]])
async def test_outputs_that_nobody_asked_for_are_refused_and_the_run_waits_on(caller, outputs):
    thread_id = await new_thread(caller)
    asked = await caller.add_message(thread_id, ASK, **MODEL)
    assert (await refusal(caller.submit_tool_outputs_simple(thread_id, outputs))).status == 400
    reply = await caller.submit_tool_outputs_simple(thread_id, answers(asked.tool_calls))
    assert reply.content == "7 degrees"


async def test_outputs_for_a_thread_in_which_nothing_waits_are_refused(caller):
    thread_id = await new_thread(caller)
    outputs = [{"tool_call_id": "call", "output": "7"}]
    assert (await refusal(caller.submit_tool_outputs_simple(thread_id, outputs))).status == 409
    assert (await refusal(caller.submit_tool_outputs(thread_id, "run", outputs))).status == 404
