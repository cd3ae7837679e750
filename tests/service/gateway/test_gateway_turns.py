"""Replies that are cut off, replaced or continued over the gateway socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.service.gateway import gateway_session
from desktop_app.service.providers.ports import TextDelta
from desktop_app.service.runs.history import CUT_HERE, STOPPED_HERE

SOUND = b"\x00\x01" * 1600
SPEECH_WAV = Path(__file__).parents[2] / "sounds" / "square_root_of_one_hundred.wav"


async def test_a_cancelled_reply_stops_and_is_kept_as_interrupted(rig, socket):
    rig.providers.tts.is_endless = True
    rig.providers.language.pause()
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.audio.chunk")
    await socket.say("assistant.cancel", turn_id=1, heard_ms=240)
    await socket.until("assistant.audio.end")
    assert (await socket.next())["type"] == "assistant.cancelled"
    made = rig.providers.tts.made
    await socket.say("ping")
    assert (await socket.next())["type"] == "pong"
    assert rig.providers.tts.made == made
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    reply = thread["messages"][-1]
    assert reply["status"] == "CANCELLED"
    assert reply["content"] == "Hello there. "
    assert reply["metadata_"]["heard_ms"] == 240


@pytest.mark.parametrize("words", [20, 400])
async def test_a_reply_is_spoken_before_it_is_written_however_long_it_becomes(rig, socket, words):
    rest = "and so it goes on, " * (words // 5)
    rig.providers.language.pieces = (TextDelta("It begins. "), TextDelta(rest))
    rig.providers.language.pause()
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.audio.chunk")
    assert rig.providers.tts.spoken == ["It begins."]
    assert "assistant.message" not in socket.kinds()
    rig.providers.language.resume()
    assert (await socket.until("assistant.message"))["text"] == "It begins. " + rest


async def test_cancelling_before_any_sound_sends_no_end_of_sound(rig, socket):
    rig.providers.language.pieces = (TextDelta("An unfinished"),)
    rig.providers.language.pause()
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.delta")
    await socket.say("assistant.cancel")
    assert (await socket.next())["type"] == "assistant.cancelled"


async def test_a_reply_cut_off_after_it_was_sent_is_kept_as_interrupted(rig, socket):
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.audio.end")
    await socket.say("assistant.cancel", turn_id=1, heard_ms=80)
    assert (await socket.until("assistant.cancelled"))["turn_id"] == 1
    await socket.say("ping")
    await socket.until("pong")
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    reply = thread["messages"][-1]
    assert reply["content"] == "Hello there. How are you?"
    assert reply["metadata_"]["heard_ms"] == 80
    assert reply["metadata_"]["interrupted"] is True


async def test_cancelling_an_older_turn_leaves_the_present_one_alone(rig, socket):
    await socket.configured()
    await socket.say("text.prompt", text="One")
    await socket.until("assistant.message")
    rig.providers.language.pause()
    await socket.say("text.prompt", text="Two")
    await socket.until("assistant.delta")
    await socket.say("assistant.cancel", turn_id=1)
    assert (await socket.until("assistant.cancelled"))["turn_id"] == 1
    rig.providers.language.resume()
    assert (await socket.until("assistant.message"))["turn_id"] == 2


async def test_a_new_prompt_replaces_the_reply_that_is_being_given(rig, socket):
    rig.providers.tts.is_endless = True
    await socket.configured(tts={}, session_id="talk")
    await socket.say("text.prompt", text="One")
    await socket.until("assistant.audio.start")
    rig.providers.tts.is_endless = False
    await socket.say("text.prompt", text="Two")
    await socket.until("assistant.audio.end")
    assert (await socket.next())["turn_id"] == 1
    assert await socket.next() == {"type": "assistant.started", "text": "Two", "turn_id": 2}
    await socket.until("assistant.audio.end")
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    said = [each["content"] for each in thread["messages"] if each["role"] == "user"]
    assert said == ["One", "Two"]


async def test_prompts_in_a_burst_are_all_kept(rig, socket):
    await socket.configured()
    for number in range(5):
        await socket.say("text.prompt", text=f"Question {number}")
    while (await socket.until("assistant.message"))["turn_id"] != 5:
        pass
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    said = [each["content"] for each in thread["messages"] if each["role"] == "user"]
    assert said == [f"Question {number}" for number in range(5)]
    assert all(each["status"] != "IN_PROGRESS" for each in thread["messages"])


async def test_a_thread_id_continues_that_thread(rig, socket):
    thread_id = await rig.thread()
    await socket.configured(session_id=thread_id)
    await socket.say("text.prompt", text="Hi")
    assert (await socket.until("assistant.message"))["metadata"]["thread_id"] == thread_id
    assert len(await rig.messages(thread_id)) == 2


async def test_any_other_key_keeps_its_own_thread(rig):
    seen = []
    for key in ("desk", "desk", "00000000-0000-4000-8000-000000000001"):
        async with rig.socket() as socket:
            await socket.configured(session_id=key)
            await socket.say("text.prompt", text="Hi")
            seen.append((await socket.until("assistant.message"))["metadata"]["thread_id"])
    assert seen[0] == seen[1]
    assert seen[2] == "00000000-0000-4000-8000-000000000001"


async def test_the_session_can_be_configured_anew(rig, socket):
    await socket.configured()
    await socket.configured(tts={})
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.audio.end")
    assert len(rig.providers.stt.utterances) == 1


async def test_the_client_can_say_goodbye(socket):
    await socket.say("session.close")
    await socket.connection.wait_closed()
    assert socket.connection.close_code == 1000


def read_for(question: str, rig) -> list[str]:
    """What the model read for that question."""
    asked = (each.history for each in rig.providers.language.requests)
    return next([one.content for one in read] for read in asked if read[-1].content == question)


async def test_the_next_turn_reads_only_what_was_heard_and_where_it_was_cut(rig, socket):
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.audio.end")
    await socket.say("assistant.cancel", turn_id=1, heard_ms=120)  # of twice 80 ms
    await socket.until("assistant.cancelled")
    await socket.say("text.prompt", text="Go on")
    await socket.until("assistant.message")
    assert read_for("Go on", rig) == ["Hi", f"Hello there. How {CUT_HERE}", "Go on"]
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    reply = thread["messages"][1]
    assert reply["content"] == "Hello there. How are you?", "what was written stays"
    assert reply["metadata_"]["heard_chars"] == len("Hello there. How")


async def test_a_written_reply_that_is_stopped_was_read_and_has_no_heard_part(rig, socket):
    rig.providers.language.pause()
    await socket.configured()
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.delta")
    await socket.say("assistant.cancel", turn_id=1, heard_ms=0)
    await socket.until("assistant.cancelled")
    rig.providers.language.resume()
    await socket.say("text.prompt", text="Go on")
    await socket.until("assistant.message")
    assert read_for("Go on", rig) == ["Hi", f"Hello there. {STOPPED_HERE}", "Go on"]


async def test_what_is_asked_during_a_reply_waits_for_its_end_where_that_is_wanted(rig, socket):
    rig.providers.language.pause()
    await socket.configured(new_question="queue")
    assert "question.queue" in socket.received[1]["extensions"]
    await socket.say("text.prompt", text="First")
    await socket.until("assistant.delta")
    for text in ("Second", "and third"):
        await socket.say("text.prompt", text=text)
    await socket.say("ping")
    await socket.until("pong")
    rig.providers.language.resume()
    await socket.until("assistant.message")
    assert (await socket.until("assistant.started"))["text"] == "Second and third"
    await socket.until("assistant.message")
    assert "assistant.cancelled" not in socket.kinds()


async def test_a_reply_that_is_cut_off_makes_room_for_what_waits(rig, socket):
    rig.providers.language.pause()
    await socket.configured(new_question="queue")
    await socket.say("text.prompt", text="First")
    await socket.until("assistant.delta")
    await socket.say("text.prompt", text="Second")
    await socket.say("assistant.cancel")
    await socket.until("assistant.cancelled")
    assert (await socket.until("assistant.started"))["text"] == "Second"
    rig.providers.language.resume()
    await socket.until("assistant.message")


async def test_what_waits_is_asked_with_the_next_question_where_the_session_waits_no_more(
    rig, socket
):
    rig.providers.language.pause()
    await socket.configured(new_question="queue")
    await socket.say("text.prompt", text="First")
    await socket.until("assistant.delta")
    await socket.say("text.prompt", text="Second")
    await socket.configured()
    await socket.say("text.prompt", text="Third")
    assert (await socket.until("assistant.cancelled"))["turn_id"] == 1
    assert (await socket.until("assistant.started"))["text"] == "Second Third"
    await socket.until("assistant.delta")
    rig.providers.language.resume()
    assert (await socket.until("assistant.message"))["turn_id"] == 2
    await socket.say("ping")
    await socket.until("pong")
    assert socket.kinds().count("assistant.started") == 2


async def test_more_than_may_wait_is_refused_in_words(rig, socket, monkeypatch):
    monkeypatch.setattr(gateway_session, "LONGEST_WAITING", 10)
    rig.providers.language.pause()
    await socket.configured(new_question="queue")
    await socket.say("text.prompt", text="First")
    await socket.until("assistant.delta")
    for text in ("Second, and long", "Third"):
        await socket.say("text.prompt", text=text)
    error = await socket.until("error")
    assert (error["code"], "ask again" in error["message"]) == ("session.question_too_long", True)
    rig.providers.language.resume()
    assert (await socket.until("assistant.started"))["text"] == "Second, and long"
    await socket.until("assistant.message")


async def test_another_word_than_cancel_and_queue_is_refused(socket):
    await socket.say("session.configure", new_question="shout")
    assert (await socket.until("error"))["code"] == "session.new_question"
