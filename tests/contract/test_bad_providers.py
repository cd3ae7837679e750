"""Providers on their bad days: refused, out of money, too busy, down, dying, babbling, silent."""

from __future__ import annotations

import pytest

from desktop_app.errors import AppError
from tests.contract.callers import events_of, kinds, quiet_wav, refusal, until, words
from tests.fakes.official_sdk import BackboardAPIError

MODEL = {"llm_provider": "openai", "model_name": "gpt-4.1"}
BAD_DAYS = [
    "fail 401",
    "fail 402",
    "fail 429",
    "fail 429 7",
    "fail 500",
    "die hello there",
    "babble",
]


@pytest.fixture
async def thread_id(caller):
    assistant = await caller.create_assistant("Ada")
    return (await caller.create_thread(assistant.assistant_id)).thread_id


async def failure_of(call):
    """What is said about a turn that failed: as a refusal, or as a reply that says FAILED."""
    try:
        reply = await call
    except (BackboardAPIError, AppError) as error:
        return str(error)
    assert reply.status == "FAILED"
    return reply.messages[-1]["message"]


def is_a_sentence(text: str) -> bool:
    return text.endswith(".") and "<" not in text and "Traceback" not in text


@pytest.mark.parametrize("day", BAD_DAYS)
async def test_a_bad_day_is_told_in_words_and_the_next_turn_works(caller, thread_id, day):
    turn = {"thread_id": thread_id, **MODEL}
    assert is_a_sentence(await failure_of(caller.send_message(day, **turn)))
    reply = await caller.send_message("say hello", **turn)
    assert (reply.status, reply.content) == ("COMPLETED", "hello")
    kept = (await caller.get_thread(thread_id)).messages
    assert [row.content for row in kept if row.role == "user"] == [day, "say hello"]


@pytest.mark.parametrize("day", BAD_DAYS)
async def test_a_stream_tells_it_as_its_last_event(sdk, service, day):
    raw = sdk._client.stream(
        "POST",
        f"{service.api.base_url}/threads/messages",
        json={"content": day, "stream": True, **MODEL},
    )
    async with raw as answer:
        lines = [line async for line in answer.aiter_lines() if line]
    last = lines[-1]
    assert '"type":"run_failed"' in last or '"type":"error"' in last
    assert "<html>" not in last


@pytest.mark.parametrize(
    ("day", "status"),
    [("fail 401", 502), ("fail 402", 402), ("fail 429 1", 429), ("fail 500", 502)],
)
async def test_a_recording_that_nobody_can_hear_is_refused_with_what_is_wrong(
    caller, tmp_path, day, status
):
    recording = tmp_path / "question.wav"
    recording.write_bytes(quiet_wav())
    stt = {"provider": "openai", "model": "whisper-1", "provider_options": {"prompt": day}}
    refused = await refusal(caller.send_message(voice={"stt": stt}, audio_file=recording, **MODEL))
    assert refused.status == status
    assert is_a_sentence(refused.detail)


async def test_what_was_said_before_it_died_is_kept(caller, thread_id):
    await failure_of(caller.send_message("die hello there", thread_id=thread_id, **MODEL))
    row = (await caller.get_thread(thread_id)).messages[-1]
    assert (row.status, row.content) == ("FAILED", "hello there")


async def test_a_silent_provider_does_not_hold_others_up(caller, thread_id):
    stream = await caller.send_message("wait", thread_id=thread_id, stream=True, **MODEL)
    started = await until(stream, "run_started")
    await until(stream, "content_streaming")
    other = await events_of(caller.send_message("say hello", stream=True, **MODEL))
    assert words(other) == "hello"
    await caller.cancel_run(thread_id, started["run_id"])
    assert kinds([event async for event in stream])[-1] == "run_cancelled"


async def test_a_client_that_goes_away_loses_nothing(caller, thread_id):
    text = " ".join(str(number) for number in range(200))
    stream = await caller.send_message(f"say {text}", thread_id=thread_id, stream=True, **MODEL)
    await until(stream, "content_streaming")
    await stream.aclose()
    reply = await caller.send_message("tell roles", thread_id=thread_id, **MODEL)
    assert reply.content == "user assistant user"
    assert (await caller.get_thread(thread_id)).messages[1].content == text


@pytest.mark.parametrize("day", ["fail 401", "fail 402", "fail 429 7", "fail 500"])
async def test_a_picture_that_cannot_be_made_is_told_in_words(caller, day):
    maker = {"image_model_provider": "openai", "image_model_name": "gpt-image-1"}
    call = caller.send_message(day, operation="generate_image", **maker)
    assert is_a_sentence(await failure_of(call))


@pytest.mark.parametrize("day", ["fail 401", "fail 429 7", "fail 500"])
async def test_a_voice_that_fails_leaves_the_text(caller, day):
    tts = {"provider": "openai", "model": "tts-1", "voice": day}
    events = await events_of(
        caller.send_message("say hello", voice={"tts": tts}, stream=True, **MODEL)
    )
    assert words(events) == "hello"
    assert kinds(events)[-2:] == ["run_ended", "tts_error"]
    assert is_a_sentence(events[-1]["error"])
