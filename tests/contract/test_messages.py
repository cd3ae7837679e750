"""Sending messages: sections 5 and 6 of the API."""

from __future__ import annotations

import uuid

from tests.contract.callers import events_of, kinds, only, refusal, until, words

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}


async def new_thread(caller, **fields):
    assistant = await caller.create_assistant("Ada", **fields)
    return (await caller.create_thread(assistant.assistant_id)).thread_id


async def test_a_message_without_a_thread_opens_one_to_go_on_in(caller):
    reply = await caller.send_message("say hello there", **MODEL)
    assert (reply.content, reply.status) == ("hello there", "COMPLETED")
    assert uuid.UUID(str(reply.assistant_id))
    again = await caller.send_message("tell roles", thread_id=reply.thread_id, **MODEL)
    assert again.thread_id == reply.thread_id
    assert again.content == "user assistant user"


async def test_a_message_for_nobody_is_not_answered_as_somebody_else(caller):
    await caller.create_assistant("Ada", system_prompt="Speak only in rhymes.")
    first, second = [await caller.send_message("tell system", **MODEL) for _ in range(2)]
    assert "rhymes" not in first.content
    assert first.assistant_id == second.assistant_id
    assert (await caller.get_assistant(first.assistant_id)).name == "Parley"


async def test_a_new_thread_can_belong_to_a_given_assistant(caller):
    assistant = await caller.create_assistant("Ada", system_prompt="Be brief.")
    reply = await caller.send_message("tell system", assistant_id=assistant.assistant_id, **MODEL)
    assert str(reply.assistant_id) == str(assistant.assistant_id)
    assert "Be brief." in reply.content


async def test_a_thread_goes_on_as_it_was_whoever_is_named_but_nobody_is_not_found(caller):
    thread_id = await new_thread(caller, system_prompt="Be brief.")
    other = await caller.create_assistant("Eve", system_prompt="Speak only in rhymes.")
    asked = {"thread_id": thread_id, **MODEL}
    reply = await caller.send_message("tell system", assistant_id=other.assistant_id, **asked)
    assert "Be brief." in reply.content
    refused = await refusal(caller.send_message("hi", assistant_id=str(uuid.uuid4()), **asked))
    assert refused == (404, "Assistant not found")
    assert len((await caller.get_thread(thread_id)).messages) == 2


async def test_the_reply_says_who_answered_and_what_it_cost(caller):
    reply = (await caller.send_message("say hello", **MODEL)).messages[-1]
    assert reply["message"] == "Message added successfully"
    assert (reply["role"], reply["model_provider"], reply["model_name"]) == (
        "assistant",
        "openai",
        "gpt-4.1",
    )
    assert (reply["input_tokens"], reply["output_tokens"], reply["total_tokens"]) == (20, 5, 25)
    assert reply["run_id"]
    assert uuid.UUID(reply["message_id"])
    assert reply["timestamp"]


async def test_the_reply_says_how_full_the_context_is(caller):
    reply = await caller.send_message("say hello", **MODEL)
    usage = reply.context_usage
    assert 0 < usage.used_tokens < usage.context_limit
    assert 0 <= usage.percent < 100
    assert usage.model == "gpt-4.1"


async def test_a_system_prompt_counts_for_its_turn_only(caller):
    thread_id = await new_thread(caller, system_prompt="Be brief.")
    turn = {"thread_id": thread_id, **MODEL}
    first = await caller.send_message("tell system", system_prompt="Be long.", **turn)
    assert "Be long." in first.content
    second = await caller.send_message("tell system", **turn)
    assert "Be brief." in second.content
    assert "Be long." not in second.content


async def test_a_stream_tells_the_turn_in_order(caller):
    events = await events_of(caller.send_message("say hello there", stream=True, **MODEL))
    assert [kind for kind in kinds(events) if kind != "message_received"] == [
        "user_message",
        "run_started",
        "message_start",
        "content_streaming",
        "run_ended",
    ]
    assert words(events) == "hello there"
    asked = only(events, "user_message")
    assert (asked["content"], asked["role"]) == ("say hello there", "user")
    ended = only(events, "run_ended")
    assert ended["status"] == "completed"
    assert ended["run_id"] == only(events, "run_started")["run_id"]
    assert (ended["model_provider"], ended["tokens"]) == ("openai", 25)
    assert ended["context_usage"]["context_limit"] > 0
    kept = await caller.get_thread(asked["thread_id"])
    assert [message.content for message in kept.messages] == ["say hello there", "hello there"]


async def test_reasoning_is_streamed_apart_and_kept_out_of_the_text(caller):
    thinking = {"effort": "high"}
    thread_id = await new_thread(caller)
    events = await events_of(
        caller.add_message(
            thread_id, "think it over | hello", stream=True, thinking=thinking, **MODEL
        )
    )
    reasoned = [event for event in events if event["type"] == "reasoning_streaming"]
    assert "".join(event["content"] for event in reasoned) == "it over"
    assert kinds(events).index("reasoning_ended") < kinds(events).index("content_streaming")
    assert words(events) == "hello"
    reply = await caller.send_message("think it over | hello", **MODEL)
    assert (reply.content, reply.reasoning) == ("hello", "it over")


async def test_a_message_can_be_kept_without_an_answer(caller):
    thread_id = await new_thread(caller)
    kept = await caller.add_message(thread_id, "say hello", send_to_llm="false", **MODEL)
    assert kept.messages[-1]["role"] == "user"
    events = await events_of(
        caller.send_message("say more", thread_id=thread_id, send_to_llm="false", stream=True)
    )
    assert kinds(events) == ["user_message", "message_saved"]
    thread = await caller.get_thread(thread_id)
    assert [message.content for message in thread.messages] == ["say hello", "say more"]


async def test_metadata_stays_with_its_message(caller):
    metadata = {"custom_timestamp": "2024-02-03T04:05:06Z", "mood": {"sun": True}}
    for send in (caller.add_message, caller.send_message):
        thread_id = await new_thread(caller)
        fields = {"thread_id": thread_id, "content": "say hello", "metadata": metadata}
        await send(**fields)
        thread = await caller.get_thread(thread_id)
        assert metadata.items() <= thread.messages[0].metadata_.items()


async def test_a_run_that_has_ended_can_be_cancelled_again(caller):
    reply = await caller.send_message("say hello", **MODEL)
    for _ in range(2):
        await caller.cancel_run(reply.thread_id, reply.run_id)
    kept = await caller.get_thread(reply.thread_id)
    assert kept.messages[-1].status == "COMPLETED"


async def test_a_running_turn_is_cancelled(caller):
    stream = await caller.send_message("wait", stream=True, **MODEL)
    started = await until(stream, "run_started")
    await until(stream, "content_streaming")
    await caller.cancel_run(started["thread_id"], started["run_id"])
    assert kinds([event async for event in stream])[-1] == "run_cancelled"
    kept = await caller.get_thread(started["thread_id"])
    assert [message.status for message in kept.messages] == ["COMPLETED", "CANCELLED"]


async def test_json_can_be_asked_for(caller, providers):
    for send in (caller.add_message, caller.send_message):
        thread_id = await new_thread(caller)
        text = f"say {uuid.uuid4()}"
        await send(thread_id=thread_id, content=text, json_output=True, **MODEL)
        (asked,) = [body for _, body in providers.bodies if text in str(body)]
        assert asked["response_format"] == {"type": "json_object"}


async def test_what_only_other_providers_know_is_taken_and_left_alone(caller):
    reply = await caller.send_message(
        "say hello",
        web_search="Auto",
        openrouter={"providers": ["together"], "allow_fallbacks": False},
        thinking={"effort": "low", "exclude_reasoning": True},
        memory_response_citation=True,
        **MODEL,
    )
    last = reply.messages[-1]
    assert last["content"] == "hello"
    assert "openrouter had no effect" in last["message"]
    assert "web_search had no effect" in last["message"]
    assert "thinking" not in last["message"]


async def test_an_unknown_provider_or_model_is_refused_in_words(caller):
    refused = await refusal(caller.send_message("say hello", llm_provider="nobody"))
    assert refused.status == 400
    assert "nobody" in refused.detail


async def test_a_message_needs_content(caller):
    assert (await refusal(caller.send_message(""))).status == 422
