"""Typed turns over event streams: one request each, one after the other, cancellable."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from desktop_app.client import event_queue, message_transport, reply_stream
from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import MessageTransport, open_messages
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.commands import (
    PLAIN,
    AppendAudio,
    CancelReply,
    CommitAudio,
    ConfigureSession,
    DiscardAudio,
    PromptText,
    SpeechInput,
    SpeechOutput,
    SubmitToolOutputs,
    ToolOutput,
    TurnWishes,
)
from desktop_app.protocol.events import (
    ImageReady,
    MediaNamed,
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    SessionReady,
    ToolCall,
    ToolsRequested,
    TranscriptUpdated,
    UploadProgressed,
)
from desktop_app.protocol.wav_stream import wav_file
from tests.fakes.backboard import ScriptedBackboard, Stream


class Rig:
    """A transport, its server and its reader."""

    def __init__(self, backboard: ScriptedBackboard, transport: MessageTransport) -> None:
        self.backboard = backboard
        self.transport = transport
        self.events = transport.events()

    async def hears(self, count: int) -> list[ServerEvent]:
        async with asyncio.timeout(5):
            return [await anext(self.events) for _ in range(count)]

    async def until(self, last: type[ServerEvent]) -> list[ServerEvent]:
        heard: list[ServerEvent] = []
        while not heard or not isinstance(heard[-1], last):
            heard += await self.hears(1)
        return heard

    async def prompt(self, turn: int, text: str = "Hi", wishes: TurnWishes = PLAIN) -> Stream:
        await self.transport.send(PromptText(turn, text, wishes))
        return await self.backboard.stream()

    async def fault(self) -> ServerFault:
        (event,) = await self.hears(1)
        assert isinstance(event, ServerFault)
        return event


async def rig_for(thread_id: str, **options: Any) -> AsyncIterator[Rig]:
    async with (
        ScriptedBackboard().running() as backboard,
        BackboardApi(ApiAddress(backboard.base_url, "k")) as api,
    ):
        configuration = options.pop("configuration", ConfigureSession(thread_id, None, None))
        transport = await open_messages(api, configuration, MessageTerms(**options))
        rig = Rig(backboard, transport)
        (ready,) = await rig.hears(1)
        assert isinstance(ready, SessionReady)
        assert ready.session_id == thread_id
        yield rig
        await transport.aclose()


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async for made in rig_for("t"):
        yield made


async def test_a_prompt_is_one_request_and_its_stream_is_the_reply(rig: Rig):
    stream = await rig.prompt(1)
    assert rig.backboard.asked[0].body == {
        "content": "Hi",
        "thread_id": "t",
        "memory": "Auto",
        "stream": True,
    }
    await stream.say("run_started", run_id="r")
    await stream.say("content_streaming", content="Hello")
    await stream.say("run_ended", status="completed")
    await stream.end()
    assert await rig.hears(3) == [
        ReplyStarted(1, run_id="r"),
        ReplyText(1, "Hello"),
        ReplyEnded(1),
    ]


async def test_prompts_are_answered_one_after_the_other(rig: Rig):
    first = await rig.prompt(1, "a")
    await rig.transport.send(PromptText(2, "b"))
    await first.say("message_saved")
    assert len(rig.backboard.asked) == 1
    await first.end()
    assert await rig.hears(1) == [ReplyEnded(1)]
    await (await rig.backboard.stream()).end()
    assert rig.backboard.asked[1].body["content"] == "b"
    assert (await rig.fault()).code == "stream.ended_early"


async def test_a_complete_reply_is_not_held_up_by_an_open_stream(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reply_stream, "GRACE_S", 0.05)
    stream = await rig.prompt(1)
    await stream.say("content_streaming", content="a")
    await stream.say("run_ended")
    assert await rig.hears(2) == [ReplyText(1, "a"), ReplyEnded(1)]
    await stream.is_left()


async def test_a_cancelled_reply_ends_at_once_and_its_run_is_stopped(rig: Rig):
    stream = await rig.prompt(1)
    await rig.backboard.request()
    await stream.say("run_started", run_id="r")
    assert await rig.hears(1) == [ReplyStarted(1, run_id="r")]
    rig.backboard.answer({"cancelled": True})
    await rig.transport.send(CancelReply(1))
    assert await rig.hears(1) == [ReplyEnded(1, ReplyStatus.CANCELLED)]
    assert (await rig.backboard.request()).path == "/api/threads/t/runs/r/cancel"
    await stream.is_left()


async def test_a_prompt_cancelled_before_its_turn_is_never_sent(rig: Rig):
    first = await rig.prompt(1)
    await rig.transport.send(PromptText(2, "b"))
    await rig.transport.send(CancelReply(2))
    assert await rig.hears(1) == [ReplyEnded(2, ReplyStatus.CANCELLED)]
    await first.say("message_saved")
    await first.end()
    assert await rig.hears(1) == [ReplyEnded(1)]
    assert len(rig.backboard.asked) == 1


async def test_a_prompt_cancelled_at_once_makes_room_for_the_next(rig: Rig):
    await rig.transport.send(PromptText(1, "a"))
    await rig.transport.send(CancelReply(1))
    await rig.transport.send(CancelReply(9))
    stream = await rig.prompt(2, "b")
    await stream.say("content_streaming", content="x")
    assert await rig.hears(2) == [ReplyEnded(1, ReplyStatus.CANCELLED), ReplyText(2, "x")]


async def test_a_run_that_cannot_be_stopped_is_not_news(rig: Rig):
    stream = await rig.prompt(1)
    await stream.say("run_started", run_id="r")
    await rig.hears(1)
    await rig.backboard.request()
    rig.backboard.answer({"detail": "no"}, status=500)
    await rig.transport.send(CancelReply(1))
    assert await rig.hears(1) == [ReplyEnded(1, ReplyStatus.CANCELLED)]
    assert (await rig.backboard.request()).path.endswith("/cancel")
    await (await rig.prompt(2)).say("content_streaming", content="x")
    assert await rig.hears(1) == [ReplyText(2, "x")]


async def test_a_refused_request_is_a_fault_and_the_next_is_sent(rig: Rig):
    rig.backboard.answer({"detail": "broken"}, status=500)
    await rig.transport.send(PromptText(1, "a"))
    fault = await rig.fault()
    assert (fault.turn, fault.code, fault.is_retryable) == (1, "http.500", True)
    rig.backboard.answer({"detail": "no key"}, status=401)
    await rig.transport.send(PromptText(2, "b"))
    fault = await rig.fault()
    assert (fault.turn, fault.code, fault.is_fatal) == (2, "access.refused", True)


async def test_a_thread_that_the_server_has_lost_is_made_anew_and_asked_once_more():
    async def renew_thread() -> str:
        return "new"

    async for rig in rig_for("old", renew_thread=renew_thread):
        rig.backboard.answer({"detail": "Thread not found"}, status=404)
        stream = await rig.prompt(1)
        await stream.say("content_streaming", content="Here.")
        assert (await rig.hears(1))[-1] == ReplyText(1, "Here.")
        assert rig.transport.thread_id == "new"


async def test_a_stream_that_breaks_after_text_is_incomplete(rig: Rig):
    stream = await rig.prompt(1)
    await stream.say("content_streaming", content="a")
    assert await rig.hears(1) == [ReplyText(1, "a")]
    stream.vanish()
    assert await rig.hears(1) == [ReplyEnded(1, ReplyStatus.INCOMPLETE)]


async def test_the_thread_that_the_server_made_is_kept():
    async for rig in rig_for("", request=MessageRequest(memory="Auto")):
        stream = await rig.prompt(1)
        await stream.say("user_message", thread_id="made")
        await stream.say("message_saved")
        await stream.end()
        await rig.hears(1)
        assert rig.transport.thread_id == "made"
        await rig.prompt(2)
        first, second = (asked.body for asked in rig.backboard.asked)
        assert (first["memory"], "thread_id" in first) == ("Auto", False)
        assert second["thread_id"] == "made"


async def test_a_fast_server_waits_for_a_slow_reader(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(event_queue, "MAX_EVENTS", 2)
    stream = await rig.prompt(1)
    for number in range(50):
        await stream.say("content_streaming", content=f"{number} ")
    await stream.end()
    text = [event.text for event in await rig.hears(50) if isinstance(event, ReplyText)]
    assert "".join(text) == "".join(f"{number} " for number in range(50))


async def test_an_utterance_is_a_recording_that_is_heard_and_answered_aloud():
    heard, spoken = SpeechInput("openai/whisper-1"), SpeechOutput("elevenlabs/v3", "nova")
    async for rig in rig_for("t", configuration=ConfigureSession("t", heard, spoken)):
        await rig.transport.send(AppendAudio(1, b"ab"))
        await rig.transport.send(AppendAudio(1, b"cd"))
        await rig.transport.send(CommitAudio(1))
        stream = await rig.backboard.stream()
        form = rig.backboard.asked[0].form
        assert json.loads(form.fields["voice"]) == {
            "stt": {"provider": "openai", "model": "whisper-1", "language": "en"},
            "tts": {
                "provider": "elevenlabs",
                "model": "v3",
                "voice": "nova",
                "output_format": "pcm_24000",
            },
        }
        (file,) = form.files
        assert (file.field, file.content) == ("audio_file", wav_file(b"abcd", 16_000))
        await stream.say("stt_stream_end", transcript="Hi")
        await stream.say("content_streaming", content="Hello")
        await stream.say("run_ended")
        await stream.say("tts_stream_start", content_type="audio/pcm")
        await stream.say("tts_audio_chunk", data="YWI=")
        await stream.say("tts_stream_end")
        await stream.end()
        assert await rig.hears(4) == [
            TranscriptUpdated(1, "Hi", is_final=True),
            ReplyText(1, "Hello"),
            ReplyAudio(1, b"ab"),
            ReplyEnded(1),
        ]


async def test_files_go_with_the_recording_of_an_utterance(tmp_path):
    notes = tmp_path / "notes.md"
    notes.write_text("nine")
    async for rig in rig_for("t", configuration=ConfigureSession("t")):
        assert rig.transport.takes_files
        await rig.transport.send(AppendAudio(1, b"ab"))
        await rig.transport.send(CommitAudio(1, (str(notes),)))
        stream = await rig.backboard.stream()
        sent = {file.field: file.content for file in rig.backboard.asked[0].form.files}
        assert sent == {"files": b"nine", "audio_file": wav_file(b"ab", 16_000)}
        await stream.end()


async def test_an_utterance_without_words_ends_its_turn_and_the_next_is_heard():
    async for rig in rig_for("t", configuration=ConfigureSession("t")):
        await rig.transport.send(CommitAudio(1))
        assert await rig.hears(1) == [TranscriptUpdated(1, "", is_final=True)]
        await rig.transport.send(AppendAudio(2, b"ab"))
        await rig.transport.send(CommitAudio(2))
        stream = await rig.backboard.stream()
        await stream.say("stt_stream_end", transcript=" ")
        assert await rig.hears(1) == [TranscriptUpdated(2, " ", is_final=True)]
        await stream.is_left()
        await rig.transport.send(AppendAudio(3, b"ab"))
        await rig.transport.send(CommitAudio(3))
        stream = await rig.backboard.stream()
        await stream.say("stt_text_delta", delta="Hi")
        assert await rig.hears(1) == [TranscriptUpdated(3, "Hi")]


async def test_what_was_not_meant_is_not_sent():
    async for rig in rig_for("t", configuration=ConfigureSession("t")):
        await rig.transport.send(AppendAudio(1, b"ab"))
        await rig.transport.send(DiscardAudio(1))
        await rig.transport.send(CommitAudio(1))
        assert await rig.hears(1) == [TranscriptUpdated(1, "", is_final=True)]
        assert rig.backboard.asked == []


async def test_an_utterance_has_a_bound(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(message_transport, "MAX_UTTERANCE_BYTES", 3)
    async for rig in rig_for("t", configuration=ConfigureSession("t")):
        await rig.transport.send(AppendAudio(1, b"abcd"))
        await rig.transport.send(CommitAudio(1))
        assert (await rig.fault()).code == "audio.too_long"


async def test_the_end_of_the_run_waits_for_the_speech_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(reply_stream, "SPEECH_LIMIT_S", 0.05)
    async for rig in rig_for("t", configuration=ConfigureSession("t")):
        stream = await rig.prompt(1)
        await stream.say("content_streaming", content="a")
        await stream.say("run_ended")
        assert await rig.hears(2) == [ReplyText(1, "a"), ReplyEnded(1)]
        await stream.is_left()


async def test_the_outputs_of_tools_go_before_the_next_turn_with_the_tools_again():
    tools = [{"type": "function", "function": {"name": "f"}}]
    async for rig in rig_for("t", request=MessageRequest(tools=tools)):
        stream = await rig.prompt(1)
        await rig.transport.send(PromptText(2, "next"))
        await stream.say("content_streaming", content="Let me see. ")
        call = {"id": "1", "function": {"name": "f", "arguments": "{}"}}
        await stream.say("tool_submit_required", run_id="r", tool_calls=[call])
        await stream.end()
        assert (await rig.hears(2))[1] == ToolsRequested(1, "r", (ToolCall("1", "f", "{}"),))
        assert len(rig.backboard.asked) == 1
        await rig.transport.send(SubmitToolOutputs(9, "x", ()))
        await rig.transport.send(SubmitToolOutputs(1, "r", (ToolOutput("1", "42"),)))
        stream = await rig.backboard.stream()
        assert rig.backboard.last == (
            "POST",
            "/api/threads/t/runs/r/submit-tool-outputs?stream=true",
            {"tool_outputs": [{"tool_call_id": "1", "output": "42"}], "tools": tools},
        )
        await stream.say("run_continuing", run_id="r")
        await stream.say("run_ended", final_content="It is 42.")
        await stream.end()
        assert await rig.hears(2) == [
            ReplyText(1, "Let me see. It is 42.", is_whole=True),
            ReplyEnded(1),
        ]
        await rig.backboard.stream()
        assert rig.backboard.last[2]["content"] == "next"


async def test_a_turn_that_waits_for_tools_can_be_cancelled(rig: Rig):
    stream = await rig.prompt(1)
    await stream.say("tool_submit_required", run_id="r", tool_calls=[])
    await stream.end()
    assert await rig.hears(1) == [ToolsRequested(1, "r", ())]
    await rig.transport.send(PromptText(2, "next"))
    await rig.backboard.request()
    rig.backboard.answer({"cancelled": True})
    await rig.transport.send(CancelReply(1))
    assert await rig.hears(1) == [ReplyEnded(1, ReplyStatus.CANCELLED)]
    await rig.backboard.stream()
    assert {asked.path for asked in rig.backboard.asked[1:]} == {
        "/api/threads/messages",
        "/api/threads/t/runs/r/cancel",
    }


async def test_wishes_go_along(rig: Rig, tmp_path: Path):
    note, question = tmp_path / "note.txt", tmp_path / "q.ogg"
    note.write_bytes(b"tea")
    question.write_bytes(b"OggS")
    wishes = TurnWishes(
        files=(str(note),),
        recording=str(question),
        heard_by="openai/whisper-1",
        is_spoken=True,
        model="openrouter/a/b",
        memory="off",
        draws=True,
    )
    await rig.transport.send(PromptText(1, "Read it", wishes))
    stream = await rig.backboard.stream()
    form = rig.backboard.asked[0].form
    voice = form.fields.pop("voice")
    assert json.loads(voice) == {
        "stt": {"provider": "openai", "model": "whisper-1"},
        "tts": {"output_format": "pcm_24000"},
    }
    assert form.fields == {
        "content": "Read it",
        "thread_id": "t",
        "stream": "true",
        "llm_provider": "openrouter",
        "model_name": "a/b",
        "memory": "off",
        "image_generation": "auto",
    }
    assert [(file.field, file.filename) for file in form.files] == [
        ("files", "note.txt"),
        ("audio_file", "q.ogg"),
    ]
    await stream.say("content_streaming", content="Tea")
    await stream.say("run_ended")
    await stream.say("tts_error", error="no voice")
    *uploaded, text, fault = await rig.until(ServerFault)
    assert uploaded[-1] == UploadProgressed(1, "2 files", 7, 7, (3, 4))
    assert {type(event) for event in uploaded} == {UploadProgressed}
    assert text == ReplyText(1, "Tea")
    assert fault == ServerFault("no voice", code="stream.speech_failed")


async def test_the_functions_of_a_turn_are_given_again_with_their_outputs(rig: Rig):
    tool = {"type": "function", "function": {"name": "price"}}
    wishes = TurnWishes(tools=(tool,), fields={"thinking": {"effort": "high"}})
    first = await rig.prompt(1, "How much?", wishes)
    assert rig.backboard.asked[0].body["tools"] == [tool]
    await first.say("run_started", run_id="r")
    await first.say("tool_submit_required", tool_calls=[{"id": "c", "name": "price"}])
    await first.end()
    await rig.until(ToolsRequested)
    outputs = (ToolOutput("c", "7"),)
    await rig.transport.send(SubmitToolOutputs(1, "r", outputs))
    second = await rig.backboard.stream()
    assert rig.backboard.asked[1].path.startswith("/api/threads/t/runs/r/submit-tool-outputs")
    assert rig.backboard.asked[1].body == {
        "tool_outputs": [{"tool_call_id": "c", "output": "7"}],
        "tools": [tool],
        "thinking": {"effort": "high"},
    }
    await second.say("run_ended")
    await second.end()
    assert await rig.hears(1) == [ReplyEnded(1)]


async def test_a_run_is_stopped_although_the_conversation_closes_at_once(rig: Rig):
    stream = await rig.prompt(1)
    await rig.backboard.request()
    await stream.say("run_started", run_id="r")
    await rig.until(ReplyStarted)
    rig.backboard.answer({"cancelled": True})
    await rig.transport.send(CancelReply(1))
    await rig.transport.aclose()
    assert (await rig.backboard.request()).path == "/api/threads/t/runs/r/cancel"


async def test_a_file_that_cannot_be_read_fails_its_turn_and_nothing_is_sent(rig: Rig):
    await rig.transport.send(PromptText(1, "Hi", TurnWishes(files=("/gone/away.txt",))))
    fault = await rig.fault()
    assert (fault.turn, fault.code, fault.details) == (
        1,
        "upload.unreadable",
        {"file": "away.txt"},
    )
    assert rig.backboard.asked == []
    await rig.prompt(2)


async def test_a_picture_comes_with_its_bytes_once_and_before_the_end(rig: Rig):
    stream = await rig.prompt(1)
    link = rig.backboard.base_url + "/media/1?sign=x"
    for answer in (b"png", b"png", b"other"):
        rig.backboard.answer(answer, Content_Type="image/png")
    for number in range(3):
        media = {"url": link.replace("1?", f"{number}?"), "document_id": f"d{number}"}
        await stream.say("media_generated", media=media)
        await rig.backboard.request()
    await stream.say("content_streaming", content=f"Here: {link}")
    await stream.say("run_ended")
    await stream.end()
    events = await rig.until(ReplyEnded)
    pictures = {event.data for event in events if isinstance(event, ImageReady)}
    assert pictures == {b"png", b"other"}
    assert len([event for event in events if isinstance(event, ImageReady)]) == 2
    texts = [event for event in events if isinstance(event, ReplyText)]
    assert texts[-1] == ReplyText(1, "Here:", is_whole=True)
    fetched = [asked for asked in rig.backboard.asked if "/media/" in asked.path]
    assert all("x-api-key" not in asked.headers for asked in fetched)


async def test_a_video_comes_in_a_file_before_the_end(rig: Rig):
    await rig.transport.send(PromptText(1, "Film a cat"))
    stream = await rig.backboard.stream()
    await rig.backboard.request()
    rig.backboard.answer(b"movie", Content_Type="video/x-msvideo")
    link = rig.backboard.base_url + "/a.avi?sign=1"
    media = {"url": link, "document_id": "d", "mime_type": "video/x-msvideo"}
    await stream.say("media_generated", media=media)
    await stream.say("run_ended")
    await stream.end()
    *before, shown, _ended = await rig.until(ReplyEnded)
    assert isinstance(shown, ImageReady)
    assert MediaNamed(1) in before, "the engine waits while it is fetched"
    assert (shown.mime_type, shown.size_bytes, shown.data) == ("video/x-msvideo", 5, b"")
    assert isinstance(shown.content, Path)
    assert shown.content.read_bytes() == b"movie"
    shown.content.unlink()


async def test_a_picture_that_cannot_be_fetched_does_not_cost_the_answer(rig: Rig):
    stream = await rig.prompt(1)
    await rig.backboard.request()
    rig.backboard.answer(b"gone", status=403)
    link = rig.backboard.base_url + "/media/1"
    await stream.say("media_generated", media={"url": link, "document_id": "d"})
    await rig.backboard.request()
    await stream.say("content_streaming", content="a")
    await stream.end()
    events = await rig.hears(5)
    assert ImageReady(1, link, "d") in events
    assert [event.code for event in events if isinstance(event, ServerFault)] == [
        "media.not_fetched"
    ]
    assert events[-1] == ReplyEnded(1, ReplyStatus.INCOMPLETE)


async def test_encoded_speech_is_decoded_where_the_shell_can():
    def decode(content: bytes, mime_type: str) -> bytes:
        assert (content, mime_type) == (b"ab", "audio/mpeg")
        return bytes(60_000)

    wishes = TurnWishes(is_spoken=True)
    async for rig in rig_for("t", decode=decode):
        await rig.transport.send(PromptText(1, "Hi", wishes))
        stream = await rig.backboard.stream()
        await stream.say("tts_stream_start", content_type="audio/mpeg")
        await stream.say("tts_audio_chunk", data="YWI=")
        await stream.say("tts_stream_end")
        assert await rig.hears(2) == [ReplyAudio(1, bytes(48_000)), ReplyAudio(1, bytes(12_000))]


async def test_another_configuration_is_ready_at_once(rig: Rig):
    await rig.transport.send(ConfigureSession("u", None, None))
    assert await rig.hears(1) == [SessionReady("u")]
    await rig.prompt(1)
    assert rig.backboard.asked[0].body["thread_id"] == "u"


async def test_closing_in_mid_reply_ends_the_events(rig: Rig):
    stream = await rig.prompt(1)
    await rig.transport.aclose()
    await rig.transport.aclose()
    assert [event async for event in rig.events] == []
    await stream.is_left()


async def test_the_turn_after_an_interruption_tells_where_the_reply_was_cut():
    async def own_prompt() -> str:
        return "Be brief."

    spoken = ConfigureSession("t", None, SpeechOutput())
    async for rig in rig_for("t", own_prompt=own_prompt, configuration=spoken):
        stream = await rig.prompt(1)
        await stream.say("run_started", run_id="r")
        await stream.say("content_streaming", content="One two three four")
        await stream.say("tts_stream_start", output_format="pcm_24000")
        await stream.say("tts_audio_chunk", data=base64.b64encode(bytes(48_000)).decode())
        await rig.until(ReplyAudio)
        await rig.transport.send(CancelReply(1, heard_ms=500))
        await rig.until(ReplyEnded)
        await (await rig.backboard.stream()).end()  # the run is stopped at the server, too
        for turn, has_note in ((2, True), (3, False)):
            answer = await rig.prompt(turn)
            body = rig.backboard.asked[-1].body
            assert ("One two" in body.get("system_prompt", "")) is has_note
            assert body.get("system_prompt", "Be brief.").startswith("Be brief.")
            await answer.say("run_ended", status="completed")
            await answer.end()
            await rig.until(ReplyEnded)


@pytest.mark.parametrize(("is_whole", "heard"), [(True, 50), (False, 15)])
async def test_how_far_a_reply_was_heard_is_told_by_the_whole_of_its_speech(
    is_whole: bool, heard: int
):
    async def own_prompt() -> str:
        return "Be brief."

    text = "".join(chr(ord("A") + number % 50) for number in range(100))
    spoken = ConfigureSession("t", None, SpeechOutput())
    async for rig in rig_for("t", own_prompt=own_prompt, configuration=spoken):
        stream = await rig.prompt(1)
        await stream.say("run_started", run_id="r")
        await stream.say("content_streaming", content=text)
        await stream.say("run_ended", status="completed")
        await stream.say("tts_stream_start", output_format="pcm_24000")
        await stream.say("tts_audio_chunk", data=base64.b64encode(bytes(96_000)).decode())
        await rig.until(ReplyAudio)
        if is_whole:
            await stream.say("tts_stream_end")
            await stream.end()
            await rig.until(ReplyEnded)
        await rig.transport.send(CancelReply(1, heard_ms=1_000))
        if not is_whole:
            await rig.until(ReplyEnded)
            await (await rig.backboard.stream()).end()  # the run is stopped at the server, too
        await (await rig.prompt(2)).end()
        body = rig.backboard.asked[-1].body
        assert f"“{text[:heard]}”" in body["system_prompt"]
