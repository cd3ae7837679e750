"""The realtime socket: what a client says and hears on it, the official SDK among them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import connect

from desktop_app.errors import ChildError
from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.ports import Finished, TextDelta, ToolsCalled
from desktop_app.service.runs.history import CUT_HERE
from desktop_app.service.sockets import realtime_session
from tests.fakes.official_sdk import BackboardAPIError, BackboardClient
from tests.fakes.providers import (
    CHUNK,
    ScriptedLanguage,
    ScriptedProviders,
    ScriptedRecognition,
    ScriptedStt,
)
from tests.fakes.videos import MOVIE, ScriptedVideoMaker
from tests.service.conftest import KEY, LIMIT_S, Rig, Socket

PCM = bytes(3_200)
MANUAL = {"turn_detection": None}
TEXT_ONLY = {**MANUAL, "output_modalities": ["text"]}
WEATHER = {"type": "function", "function": {"name": "weather", "description": "Tells."}}
TIME = {"type": "function", "function": {"name": "time", "description": "Tells."}}


class RealtimeClient(Socket):
    """Speaks section 9 of the contract."""

    async def begin(self, **config: Any) -> dict[str, Any]:
        whole = {"provider": "scripted", "model": "parrot", "provider_options": MANUAL, **config}
        await self.connection.send(msgspec.json.encode(whole).decode())
        return await self.next()

    async def reply(self) -> str:
        """The words up to the end of the next reply."""
        before = len(self.received)
        await self.until("response.done")
        new = self.received[before:]
        return "".join(each["text"] for each in new if each["type"] == "text.delta")

    def sound(self) -> bytes:
        return b"".join(base64.b64decode(each.get("data", "")) for each in self.received)


@asynccontextmanager
async def realtime(rig: Rig) -> AsyncIterator[RealtimeClient]:
    address = rig.addresses.api.replace("http://", "ws://") + "/threads/realtime"
    headers = {"X-API-Key": KEY}
    async with connect(address, max_size=None, additional_headers=headers) as connection:
        yield RealtimeClient(connection)


@pytest.fixture
async def client(rig: Rig) -> AsyncIterator[RealtimeClient]:
    async with realtime(rig) as connected:
        yield connected


async def test_a_session_begins_with_a_new_thread_and_the_formats(rig, client):
    begin = await client.begin()
    assert begin["type"] == "session.begin"
    assert begin["session_id"]
    assert begin["input_format"] == {
        "encoding": "pcm_s16le",
        "sample_rate": 16_000,
        "channels": 1,
    }
    assert begin["output_format"]["sample_rate"] == 24_000
    thread = (await rig.http.get(f"/threads/{begin['thread_id']}")).json()
    assert thread["assistant_id"] == begin["assistant_id"]


async def test_a_thread_is_continued_and_an_assistant_is_taken(rig, client):
    thread_id = await rig.thread()
    assert (await client.begin(thread_id=thread_id))["thread_id"] == thread_id
    assistant_id = (await rig.http.get(f"/threads/{thread_id}")).json()["assistant_id"]
    async with realtime(rig) as other:
        begin = await other.begin(assistant_id=assistant_id)
    assert begin["assistant_id"] == assistant_id
    assert begin["thread_id"] != thread_id


async def test_a_typed_question_is_answered_in_words_and_sound(rig, client):
    thread_id = (await client.begin())["thread_id"]
    await client.say("text", text="Hello?")
    assert await client.reply() == "Hello there. How are you?"
    assert client.sound() == CHUNK * 4
    assert client.kinds()[-2:] == ["usage", "response.done"]
    usage, done = client.received[-2:]
    assert usage["usage"] == {"input_tokens": 7, "output_tokens": 5}
    assert done["status"] == "completed"
    stored = [message["content"] for message in await rig.messages(thread_id)]
    assert stored == ["Hello?", "Hello there. How are you?"]


class SlowStt(ScriptedStt):
    """Takes its time for the final words, until the test says so."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__(words)
        self.is_let = asyncio.Event()

    def open(self, *, language: str = "en") -> ScriptedRecognition:
        recognition = super().open(language=language)
        finish = recognition.finish

        async def finish_slowly() -> None:
            await self.is_let.wait()
            await finish()

        recognition.finish = finish_slowly  # type: ignore[method-assign]
        return recognition


async def type_behind_speech(rig: Rig, client: RealtimeClient) -> SlowStt:
    """Say something, and type before its words are there."""
    rig.providers.stt = SlowStt(("what",))
    await client.begin(provider_options=TEXT_ONLY)
    await client.connection.send(PCM)
    await client.say("commit")
    await client.say("text", text="Hello?")
    for _ in range(3):  # it has been read
        await (await client.connection.ping())
    return rig.providers.stt


async def test_what_is_typed_is_asked_after_what_was_said_before_it(rig, client):
    stt = await type_behind_speech(rig, client)
    stt.is_let.set()
    for _ in range(2):
        await client.until("response.done")
    messages = await rig.messages(client.received[0]["thread_id"])
    assert [one["content"] for one in messages if one["role"] == "user"] == ["what", "Hello?"]


async def test_what_is_typed_is_asked_though_what_was_said_is_never_understood(
    rig, client, monkeypatch
):
    monkeypatch.setattr(realtime_session, "WORDS_WITHIN_S", 0.0)
    await type_behind_speech(rig, client)
    assert await client.reply() == "Hello there. How are you?"


async def test_what_is_typed_is_asked_where_nobody_hears(rig, client):
    rig.providers.stt.failure = ChildError("stt.failed", "The ear is gone.")
    await client.begin(provider_options=TEXT_ONLY)
    for _ in range(2):
        await client.connection.send(PCM)
        await client.say("commit")
        await client.until("error")
    await client.say("text", text="Hello?")
    assert await client.reply() == "Hello there. How are you?"


async def test_every_part_of_a_reply_names_it(rig, client):
    await client.begin()
    await client.say("text", text="Hello?")
    await client.reply()
    parts = [each for each in client.received if "response_id" in each]
    assert len({each["response_id"] for each in parts}) == 1
    words = [each for each in parts if each["type"] == "text.delta"]
    assert {each["role"] for each in words} == {"assistant"}


async def test_a_spoken_question_is_transcribed_and_answered(rig, client):
    await client.begin()
    await client.hear(PCM)
    await client.say("commit")
    assert await client.reply() == "Hello there. How are you?"
    heard = [each for each in client.received if each["type"].startswith("transcript")]
    assert [(each["type"], each["role"], each["text"]) for each in heard] == [
        ("transcript.partial", "user", "what"),
        ("transcript.final", "user", "what time is it"),
    ]


async def test_a_session_of_text_alone_has_no_sound(rig, client):
    begin = await client.begin(provider_options=TEXT_ONLY)
    await client.say("text", text="Hello?")
    await client.reply()
    assert "output_format" not in begin
    assert "audio.delta" not in client.kinds()


async def test_cancel_ends_a_reply_and_keeps_what_was_written(rig, client):
    rig.providers.language.pause()
    thread_id = (await client.begin())["thread_id"]
    await client.say("text", text="Hello?")
    await client.until("text.delta")
    await client.say("cancel")
    assert (await client.until("response.done"))["status"] == "cancelled"
    assert client.kinds().count("response.done") == 1
    rig.providers.language.resume()
    assert (await rig.messages(thread_id))[-1]["content"] == "Hello there. "
    await client.say("text", text="And now?")
    assert await client.reply() == "Hello there. How are you?"


async def test_cancel_silences_a_reply_that_is_spoken(rig, client):
    rig.providers.tts.is_endless = True
    await client.begin()
    await client.say("text", text="Hello?")
    await client.until("audio.delta")
    await client.say("cancel")
    await client.until("response.done")
    assert rig.providers.tts.closed == 1


async def test_cancel_with_nothing_going_on_does_no_harm(rig, client):
    await client.begin()
    await client.say("cancel")
    await client.say("text", text="Hello?")
    assert await client.reply() == "Hello there. How are you?"


async def test_a_new_question_cuts_the_reply_before_it_off(rig, client):
    rig.providers.language.pause()
    await client.begin()
    await client.say("text", text="First?")
    await client.until("text.delta")
    await client.say("text", text="Second?")
    assert (await client.until("response.done"))["status"] == "cancelled"
    rig.providers.language.resume()
    assert (await client.until("response.done"))["status"] == "completed"


async def test_a_function_is_called_and_its_output_answered(rig, client):
    call = ToolCall("call_1", "weather", '{"city": "Rome"}')
    rig.providers.language.rounds = [
        (TextDelta("Let me look. "), ToolsCalled((call,))),
        (TextDelta("It rains."),),
    ]
    await client.begin(tools=[WEATHER])
    await client.say("text", text="Weather?")
    told = await client.until("tool.call")
    assert (told["tool_call_id"], told["name"], told["hosted"]) == ("call_1", "weather", False)
    assert told["arguments"] == '{"city": "Rome"}'
    output = {"tool_call_id": "call_1", "name": "weather", "output": {"rain": True}}
    await client.say("tool.outputs", outputs=[output])
    assert await client.reply() == "It rains."
    history = rig.providers.language.requests[-1].history
    assert (history[-1].role, history[-1].content) == ("tool", '{"rain": true}')
    assert rig.providers.tts.spoken == ["Let me look.", "It rains."]


async def test_a_video_is_made_with_what_the_first_frame_says(tmp_path, open_rig):
    maker = ScriptedVideoMaker()
    call = ToolCall("c1", "generate_video", '{"prompt": "a fox"}')
    language = ScriptedLanguage(rounds=[(ToolsCalled((call,)), Finished())])
    providers = ScriptedProviders(language=language, video_makers={"scripted": maker})
    async with open_rig(tmp_path, providers) as rig, realtime(rig) as client:
        await client.begin(
            video_generation="auto", video_model_name="wide-lens", video_config={"duration": 8}
        )
        await client.say("text", text="Film a fox")
        await client.reply()
        kinds = [each["type"] for each in client.received]
        begun = client.received[kinds.index("tool.call")]
        assert (begun["name"], begun["hosted"]) == ("generate_video", True)
        assert kinds.index("tool.call") < kinds.index("media.generated")
        (told,) = [each for each in client.received if each["type"] == "media.generated"]
        (media,) = told["generated_media"]
        assert (await rig.http.get(media["url"])).content == MOVIE
    (request,) = maker.requests
    assert (request.model, request.config) == ("wide-lens", {"duration": 8})


async def test_the_reply_waits_until_every_function_has_answered(rig, client):
    calls = (ToolCall("a", "weather", "{}"), ToolCall("b", "time", "{}"))
    rig.providers.language.rounds = [(ToolsCalled(calls),), (TextDelta("Done."),)]
    await client.begin(tools=[WEATHER, TIME])
    await client.say("text", text="Both?")
    for _ in range(2):  # whoever hears one knows for how many outputs the run waits
        assert (await client.until("tool.call"))["tool_call_ids"] == ["a", "b"]
    await client.say("tool.outputs", outputs=[{"tool_call_id": "b", "output": "noon"}])
    await client.say("tool.outputs", outputs=[{"tool_call_id": "a", "output": "dry"}])
    assert await client.reply() == "Done."
    history = rig.providers.language.requests[-1].history
    assert [message.content for message in history[-2:]] == ["dry", "noon"]


async def test_an_output_that_nobody_waits_for_is_refused(rig, client):
    rig.providers.language.rounds = [(ToolsCalled((ToolCall("a", "weather", "{}"),)),)]
    await client.begin(tools=[WEATHER])
    await client.say("tool.outputs", outputs=[{"tool_call_id": "a", "output": "x"}])
    assert (await client.until("error"))["code"] == "session.outputs"
    await client.say("text", text="Weather?")
    await client.until("tool.call")
    await client.say("tool.outputs", outputs=[{"tool_call_id": "z", "output": "x"}])
    assert (await client.until("error"))["code"] == "session.outputs"
    await client.say("tool.outputs", outputs=[{"tool_call_id": "a", "output": "dry"}])
    assert await client.reply() == "Hello there. How are you?"


async def test_a_reply_that_waits_for_outputs_can_be_cancelled(rig, client):
    rig.providers.language.rounds = [(ToolsCalled((ToolCall("a", "weather", "{}"),)),)]
    thread_id = (await client.begin(tools=[WEATHER]))["thread_id"]
    await client.say("text", text="Weather?")
    await client.until("tool.call")
    await client.say("cancel")
    assert (await client.until("response.done"))["status"] == "cancelled"
    assert (await rig.messages(thread_id))[-1]["status"] == "CANCELLED"


async def test_the_reply_gets_what_the_session_was_set_up_with(rig, client):
    await client.begin(system_prompt="Be brief.", memory="Readonly", model="small")
    await client.say("text", text="Hello?")
    await client.reply()
    (request,) = rig.providers.language.requests
    assert (request.model, request.memory) == ("small", "readonly")
    assert request.system_prompt.startswith("Be brief.")


async def test_a_failure_to_answer_is_told_and_the_session_goes_on(rig, client):
    rig.providers.language.failure = ChildError("language.failed", "It is ill.")
    await client.begin()
    await client.say("text", text="Hello?")
    assert (await client.until("error"))["message"] == "It is ill."
    assert (await client.until("response.done"))["status"] == "failed"
    rig.providers.language.failure = None
    await client.say("text", text="Better?")
    assert await client.reply() == "Hello there. How are you?"


async def test_a_voice_that_fails_leaves_the_words(rig, client):
    rig.providers.tts.failure = ChildError("tts.failed", "It is hoarse.")
    await client.begin()
    await client.say("text", text="Hello?")
    assert await client.reply() == "Hello there. How are you?"
    (error,) = [each for each in client.received if each["type"] == "error"]
    assert (error["message"], error["code"]) == ("It is hoarse.", "tts.failed")


async def test_a_client_that_goes_away_leaves_a_whole_answer(rig):
    rig.providers.language.pause()
    async with realtime(rig) as client:
        thread_id = (await client.begin())["thread_id"]
        await client.say("text", text="Hello?")
        await client.until("text.delta")
    rig.providers.language.resume()
    async with asyncio.timeout(LIMIT_S):
        while (stored := await rig.messages(thread_id))[-1]["status"] == "IN_PROGRESS":
            pass
    assert stored[-1]["content"] == "Hello there. How are you?"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("nonsense", "session.frame"),
        ('{"type": "sing"}', "session.frame"),
        ('{"type": "text"}', "session.frame"),
        ('{"type": "text", "text": " "}', "prompt.empty"),
        ('{"type": "tool.outputs", "outputs": 1}', "session.frame"),
        ('{"type": "provider.event", "event": {"a": 1}}', "session.provider_event"),
    ],
)
async def test_a_bad_frame_is_answered_and_changes_nothing(rig, client, frame, code):
    await client.begin()
    await client.connection.send(frame)
    assert (await client.until("error"))["code"] == code
    await client.say("text", text="Hello?")
    assert await client.reply() == "Hello there. How are you?"


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"provider": "nobody"}, "language.unknown"),
        ({"provider": ""}, "session.config"),
        ({"model": None}, "session.config"),
        ({"thread_id": "nowhere"}, "session.thread"),
        ({"assistant_id": "nobody"}, "session.thread"),
        ({"tools": [{"type": "function"}]}, "session.config"),
        ({"provider_options": {"turn_detection": 5}}, "session.config"),
        ({"provider_options": {"turn_detection": {"threshold": "x"}}}, "session.config"),
        ({"provider_options": {"speed": 9}}, "session.speed"),
        ({"provider_options": []}, "session.config"),
    ],
)
async def test_a_session_that_cannot_be_had_is_refused_and_closed(rig, client, config, code):
    error = await client.begin(**config)
    assert (error["type"], error["code"]) == ("error", code)
    await client.connection.wait_closed()
    assert client.connection.close_code == 1008
    assert (await rig.http.get("/threads")).json() == []


async def test_without_the_key_nothing_is_served(rig):
    address = rig.addresses.api.replace("http://", "ws://") + "/threads/realtime"
    async with connect(address) as connection:
        assert (await RealtimeClient(connection).next())["code"] == "access.refused"


async def test_the_official_sdk_holds_a_conversation_with_functions(rig):
    call = ToolCall("call_1", "weather", "{}")
    rig.providers.language.rounds = [(ToolsCalled((call,)),), (TextDelta("It rains."),)]
    sdk = BackboardClient(api_key=KEY, base_url=rig.addresses.api)
    session = await sdk.connect_realtime(
        provider="scripted", model="parrot", provider_options=MANUAL, tools=[WEATHER], memory="Auto"
    )
    words = ""
    async with session:
        assert session.input_format["sample_rate"] == 16_000
        await session.send_audio(PCM)
        await session.commit()
        async for event in session.events(LIMIT_S):
            if event["type"] == "tool.call":
                output = {"tool_call_id": event["tool_call_id"], "name": "weather", "output": 1}
                await session.submit_tool_outputs([output])
            words += event.get("text", "") if event.get("role") == "assistant" else ""
            if event["type"] == "response.done":
                break
    assert words == "It rains."
    await sdk.aclose()


async def test_the_official_sdk_is_told_why_a_session_is_refused(rig):
    sdk = BackboardClient(api_key=KEY, base_url=rig.addresses.api)
    with pytest.raises(BackboardAPIError, match="nobody"):
        await sdk.connect_realtime(provider="nobody", model="x")
    await sdk.aclose()


def truncation(item_id: str, heard_ms: object) -> dict[str, Any]:
    kind = "conversation.item.truncate"
    return {"type": kind, "item_id": item_id, "content_index": 0, "audio_end_ms": heard_ms}


async def reply_with_a_call(rig: Rig, client: RealtimeClient) -> list[str]:
    """A reply of two messages that sounds; the items of both."""
    called = TextDelta("Let me see. "), ToolsCalled((ToolCall("c1", "weather", "{}"),))
    rig.providers.language.rounds = [called]
    await client.begin(tools=[WEATHER])
    await client.say("text", text="How is it?")
    for _ in range(2):
        await client.until("audio.delta")
    asked = [each for each in client.received if each["type"] == "tool.call"]
    outputs = [{"tool_call_id": "c1", "name": "weather", "output": "rain"}]
    if not asked:
        await client.until("tool.call")
    await client.say("tool.outputs", outputs=outputs)
    await client.until("response.done")
    sounded = [each["item_id"] for each in client.received if each["type"] == "audio.delta"]
    return list(dict.fromkeys(sounded))


async def test_what_was_not_heard_of_a_reply_with_calls_is_marked_in_each_of_its_messages(
    rig, client
):
    first, last = await reply_with_a_call(rig, client)
    begin = client.received[0]
    assert begin["extensions"] == ["conversation.item.truncate"]
    for item_id, heard_ms in ((last, 0), (first, 60), (last, 80)):
        await client.say("provider.event", event=truncation(item_id, heard_ms))
    await client.say("text", text="Go on")
    await client.reply()
    rows = [one for one in await rig.messages(begin["thread_id"]) if one["role"] == "assistant"]
    heard = [one["content"][: one["metadata_"]["heard_chars"]] for one in rows[:2]]
    assert heard == ["Let me", ""], "whatever is said of what comes behind it"
    read = [one.content for one in rig.providers.language.requests[-1].history]
    assert read == ["How is it?", f"Let me {CUT_HERE}", "rain", CUT_HERE, "Go on"]


async def test_who_cuts_the_second_message_of_a_reply_has_heard_all_of_the_first(rig, client):
    _, last = await reply_with_a_call(rig, client)
    await client.say("provider.event", event=truncation(last, 40))
    await client.say("text", text="Go on")
    await client.reply()
    read = [one.content for one in rig.providers.language.requests[-1].history]
    assert read == ["How is it?", "Let me see. ", "rain", f"Hello {CUT_HERE}", "Go on"]


@pytest.mark.parametrize("heard_ms", [-1, "5", True, 1.5, None])
async def test_where_a_reply_was_cut_is_a_whole_number(rig, client, heard_ms):
    begin = await client.begin()
    await client.say("text", text="Hi")
    await client.until("response.done")
    item_id = next(each["item_id"] for each in client.received if each["type"] == "audio.delta")
    await client.say("provider.event", event=truncation(item_id, heard_ms))
    assert (await client.until("error"))["code"] == "session.truncate"
    _, reply = await rig.messages(begin["thread_id"])
    assert "heard_ms" not in reply["metadata_"], "it is not taken for a cut"


@pytest.mark.parametrize("event", [truncation("nobody", 5), truncation("", -1), truncation("", "")])
async def test_what_cannot_be_truncated_is_answered_and_changes_nothing(rig, client, event):
    await client.begin()
    await client.say("provider.event", event=event)
    assert (await client.until("error"))["code"] == "session.truncate"
    await client.say("text", text="Hi")
    await client.until("response.done")
    await client.say("provider.event", event=event)
    assert (await client.until("error"))["code"] == "session.truncate"
