"""Messages with a voice: audio in, audio out, and both, streamed and whole."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from desktop_app.errors import NetworkError
from desktop_app.service.providers.picture_ports import Picture
from tests.fakes.event_streams import events_of, types_of
from tests.fakes.providers import ScriptedProviders, ScriptedSpeaker, ScriptedTranscriber

STT = {"stt": {"provider": "ears", "model": "sharp", "language": "en"}}
TTS = {"tts": {"provider": "mouths", "model": "soft", "voice": "nova"}}
HEARING = ["stt_stream_start", "stt_text_delta", "stt_text_delta", "stt_stream_end"]
ANSWERING = [
    "user_message",
    "run_started",
    "message_start",
    "content_streaming",
    "content_streaming",
    "run_ended",
]
SPEAKING = ["tts_stream_start", "tts_audio_chunk", "tts_audio_chunk", "tts_stream_end"]


class PausedSpeaker(ScriptedSpeaker):
    """Speaks its first piece and waits to be stopped."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.has_spoken = asyncio.Event()

    async def utter(self, text, wish):
        try:
            yield b"ID3"
            self.has_spoken.set()
            await asyncio.Event().wait()
        finally:
            self.closed += 1


class HeldTranscriber(ScriptedTranscriber):
    """Hears nothing until it may."""

    def __init__(self) -> None:
        super().__init__("ears")
        self.has_begun, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def transcribe(self, recording, wish):
        self.has_begun.set()
        await self.may_go_on.wait()
        async for event in super().transcribe(recording, wish):
            yield event


@pytest.fixture
def ear() -> ScriptedTranscriber:
    return ScriptedTranscriber("ears")


@pytest.fixture
def mouth() -> ScriptedSpeaker:
    return ScriptedSpeaker("mouths")


@pytest.fixture
async def rig(tmp_path, open_rig, ear, mouth) -> AsyncIterator[Any]:
    providers = ScriptedProviders(transcribers={"ears": ear}, speakers={"mouths": mouth})
    async with open_rig(tmp_path, providers) as running:
        yield running


async def send(rig, voice: dict[str, Any], *, audio: bytes | None = b"RIFF", **fields: Any):
    fields = {"voice": msgspec.json.encode(voice).decode(), **fields}
    files = {"audio_file": ("question.wav", audio, "audio/wav")} if audio is not None else None
    return await rig.http.post("/threads/messages", data=fields, files=files)


async def stream(rig, voice: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    return events_of((await send(rig, voice, stream="true", **fields)).text)


async def test_audio_in_and_out_is_streamed_in_the_documented_order(rig, mouth):
    events = await stream(rig, {**STT, **TTS})
    assert types_of(events) == HEARING + ANSWERING + SPEAKING
    assert [event["delta"] for event in events[1:3]] == ["what time", " is it"]
    assert events[3]["transcript"] == "what time is it"
    assert events[4]["content"] == "what time is it"
    assert b"".join(base64.b64decode(event["data"]) for event in events[-3:-1]) == b"ID3sound"
    assert mouth.spoken[0][0] == "Hello there.\nHow are you?"
    assert rig.providers.language.requests[0].history[-1].content == "what time is it"


async def test_the_speech_can_be_fetched_behind_its_link(rig):
    end = (await stream(rig, {**STT, **TTS}))[-1]
    async with httpx.AsyncClient() as anybody:
        answer = await anybody.get(end["audio_url"])
    assert answer.content == b"ID3sound"
    assert answer.headers["content-type"] == "audio/mpeg"
    assert (await rig.store.media.get(end["document_id"])).kind == "speech"


async def test_audio_in_gives_text_out(rig, ear):
    reply = (await send(rig, STT)).json()
    assert reply["content"] == "Hello there. How are you?"
    assert reply["status"] == "COMPLETED"
    assert reply["voice_records"]["stt"]["transcript"] == "what time is it"
    assert "tts" not in reply["voice_records"]
    content, filename, wish = ear.heard[0]
    assert (content, filename) == (b"RIFF", "question.wav")
    assert (wish.model, wish.language) == ("sharp", "en")


async def test_text_in_gives_audio_out_in_either_encoding(rig):
    whole = (await rig.http.post("/threads/messages", json={"content": "Hi", "voice": TTS})).json()
    assert whole["content"] == "Hello there. How are you?"
    assert whole["voice_records"]["tts"]["characters"] == len("Hello there.\nHow are you?")
    assert (await rig.http.get(whole["voice_records"]["tts"]["audio_url"])).content == b"ID3sound"
    assert types_of(await stream(rig, TTS, audio=None, content="Hi")) == ANSWERING + SPEAKING


async def test_what_was_heard_and_spoken_is_stored_whole(rig):
    reply = (await send(rig, {**STT, **TTS}, metadata='{"mood": "good"}')).json()
    user, answer = await rig.messages(reply["thread_id"])
    heard = user["metadata_"]["voice_records"]["stt"]
    assert heard["transcript"] == "what time is it"
    assert heard["audio_input_tokens"] == 15
    assert heard["provider_output"] == {"language": "english"}
    assert user["metadata_"]["mood"] == "good"
    assert set(answer["metadata_"]["voice_records"]) == {"stt", "tts"}
    assert answer["metadata_"]["model_name"] == "parrot"
    recording = await rig.store.media.get(heard["document_id"])
    assert recording.kind == "recording"
    assert recording.message_id == user["message_id"]
    assert await rig.store.media.bytes_of(recording) == b"RIFF"


async def test_what_is_typed_stands_before_what_is_heard(rig):
    events = await stream(rig, STT, content="Answer briefly:")
    assert events[len(HEARING)]["content"] == "Answer briefly:\n\nwhat time is it"


async def test_only_the_words_can_be_wanted(rig):
    events = await stream(rig, {**STT, **TTS}, send_to_llm="false")
    assert types_of(events) == [*HEARING, "user_message", "message_saved"]
    reply = (await send(rig, STT, send_to_llm="false")).json()
    assert (reply["role"], reply["content"]) == ("user", "what time is it")
    assert reply["voice_records"]["stt"]["transcript"] == "what time is it"
    (stored,) = await rig.messages(reply["thread_id"])
    assert stored["content"] == "what time is it"
    assert stored["metadata_"]["voice_records"]["stt"]["duration_seconds"] == 1.5
    assert rig.providers.language.requests == []


async def test_silence_is_an_error_for_the_language_model_and_none_for_a_transcript(rig, ear):
    ear.text, ear.deltas = "", ()
    answer = await send(rig, STT)
    assert answer.status_code == 400
    assert "no content" in answer.json()["detail"]
    events = await stream(rig, STT)
    assert types_of(events) == ["stt_stream_start", "stt_stream_end", "error"]
    assert "no content" in events[-1]["error"]
    assert (await rig.http.get("/threads")).json() == []
    saved = (await send(rig, STT, send_to_llm="false")).json()
    assert saved["voice_records"]["stt"]["transcript"] == ""


async def test_a_recording_that_cannot_be_heard_is_refused(rig, ear):
    ear.failure = NetworkError("network.unreachable", "The ear is deaf.")
    answer = await send(rig, STT)
    assert (answer.status_code, answer.json()["detail"]) == (502, "The ear is deaf.")
    events = await stream(rig, STT)
    assert types_of(events) == [*HEARING[:3], "error"]
    assert events[-1]["error"] == "The ear is deaf."
    assert (await rig.http.get("/threads")).json() == []


async def test_a_thread_that_was_there_stays_when_its_first_recording_is_refused(rig, ear):
    ear.failure = NetworkError("network.unreachable", "The ear is deaf.")
    thread_id = await rig.thread()
    assert (await send(rig, STT, thread_id=thread_id)).status_code == 502
    assert [each["thread_id"] for each in (await rig.http.get("/threads")).json()] == [thread_id]
    assert await rig.store.media.of_thread(thread_id, "recording") == []


async def test_a_recording_is_heard_by_the_builtin_recogniser_where_nobody_was_named(
    tmp_path, open_rig
):
    deaf = ScriptedTranscriber("openai", deltas=())
    deaf.failure = NetworkError("network.unreachable", "OpenAI cannot be reached.")
    own = ScriptedTranscriber("builtin", text="what time is it")
    providers = ScriptedProviders(transcribers={"openai": deaf, "builtin": own})
    notice = "OpenAI cannot be reached. The built-in recogniser heard the recording instead."
    async with open_rig(tmp_path, providers) as rig:
        events = await stream(rig, {"stt": {"model": "whisper-1"}})
        assert types_of(events) == [HEARING[0], "stt_notice", *HEARING[1:], *ANSWERING]
        assert events[1]["message"] == notice
        reply = (await send(rig, {"stt": {}})).json()
        assert reply["message"] == f"Message added successfully. {notice}"
        record = reply["voice_records"]["stt"]
        assert (record["provider"], record["notice"]) == ("builtin", notice)
        user, _ = await rig.messages(reply["thread_id"])
        assert user["metadata_"]["voice_records"]["stt"]["notice"] == notice
        refused = await send(rig, {"stt": {"provider": "openai"}})
        assert (refused.status_code, refused.json()["detail"]) == (502, "OpenAI cannot be reached.")


async def test_a_voice_that_fails_leaves_the_text(rig, mouth):
    mouth.failure = NetworkError("network.lost", "The mouth is dry.")
    events = await stream(rig, TTS, audio=None, content="Hi")
    assert types_of(events)[-1] == "tts_error"
    assert events[-1]["error"] == "The mouth is dry."
    reply = (await send(rig, TTS, audio=None, content="Hi")).json()
    assert reply["status"] == "COMPLETED"
    assert reply["voice_records"]["tts"]["error"] == "The mouth is dry."
    stored = (await rig.messages(reply["thread_id"]))[-1]
    assert stored["metadata_"]["voice_records"]["tts"]["error"] == "The mouth is dry."


async def test_a_failed_answer_is_not_spoken(rig, mouth):
    rig.providers.language.failure = NetworkError("network.unreachable", "Nobody there.")
    events = await stream(rig, {**STT, **TTS})
    assert types_of(events)[-1] == "run_failed"
    assert mouth.spoken == []
    assert (await send(rig, {**STT, **TTS})).json()["status"] == "FAILED"


@pytest.mark.parametrize(
    ("voice", "audio", "status", "said"),
    [
        (STT, None, 422, "needs a recording"),
        (TTS, b"RIFF", 422, "needs voice.stt"),
        (STT, b"", 400, "question.wav is empty"),
        ({"stt": {"provider": "nobody"}}, b"RIFF", 400, "nobody"),
        ({"tts": {"provider": "nobody"}}, None, 400, "nobody"),
        ({"tts": {"output_format": "smoke"}}, None, 400, "only mp3"),
        ({"stt": "loud"}, b"RIFF", 422, "Expected `object | null`"),
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_is_stored(
    rig, voice, audio, status, said
):
    answer = await send(rig, voice, audio=audio, content="Hi")
    assert answer.status_code == status
    assert said in answer.text
    assert (await rig.http.get("/threads")).json() == []


async def test_a_client_that_goes_away_does_not_end_the_turn(rig, mouth):
    rig.providers.language.pause()
    form = {
        "data": {"voice": msgspec.json.encode({**STT, **TTS}).decode(), "stream": "true"},
        "files": {"audio_file": ("question.wav", b"RIFF")},
    }
    async with rig.http.stream("POST", "/threads/messages", **form) as answer:
        await anext(answer.aiter_lines())
    rig.providers.language.resume()
    async with asyncio.timeout(10):
        while not await _speeches(rig):
            pass
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    assert [message["status"] for message in thread["messages"]] == ["COMPLETED", "COMPLETED"]
    assert mouth.closed == 1


async def _speeches(rig) -> list[Any]:
    threads = (await rig.http.get("/threads")).json()
    return [
        media
        for thread in threads
        for media in await rig.store.media.of_thread(thread["thread_id"], "speech")
    ]


async def test_cancelling_after_the_answer_stops_its_speech(tmp_path, open_rig):
    mouth = PausedSpeaker("mouths")
    async with open_rig(tmp_path, ScriptedProviders(speakers={"mouths": mouth})) as rig:
        body = {"content": "Hi", "voice": TTS, "stream": True}
        events: list[dict[str, Any]] = []
        async with rig.http.stream("POST", "/threads/messages", json=body) as answer:
            async for line in answer.aiter_lines():
                if line:
                    events.append(msgspec.json.decode(line.removeprefix("data: ")))
                if line and events[-1]["type"] == "tts_audio_chunk":
                    run = next(event for event in events if event["type"] == "run_started")
                    path = f"/threads/{run['thread_id']}/runs/{run['run_id']}/cancel"
                    assert (await rig.http.post(path)).json()["cancelled"] is True
        assert types_of(events) == [*ANSWERING, *SPEAKING[:2], "tts_error"]
        assert mouth.closed == 1
        assert (await rig.messages(run["thread_id"]))[-1]["status"] == "COMPLETED"
        assert (await rig.http.post(path)).json()["cancelled"] is False


async def test_deleting_the_thread_stops_what_is_spoken_in_it(tmp_path, open_rig):
    mouth = PausedSpeaker("mouths")
    async with (
        open_rig(tmp_path, ScriptedProviders(speakers={"mouths": mouth})) as rig,
        asyncio.TaskGroup() as tasks,
    ):
        thread_id = await rig.thread()
        body = {"content": "Hi", "voice": TTS, "thread_id": thread_id}
        post = tasks.create_task(rig.http.post("/threads/messages", json=body))
        async with asyncio.timeout(10):
            await mouth.has_spoken.wait()
        assert await _completed(rig, thread_id)
        assert (await rig.http.delete(f"/threads/{thread_id}")).status_code == 200
        assert (await post).json()["content"] == "Hello there. How are you?"


async def _completed(rig, thread_id: str) -> bool:
    return all(row["status"] == "COMPLETED" for row in await rig.messages(thread_id))


@pytest.mark.parametrize("what", ["thread", "assistant"])
async def test_what_is_deleted_while_it_is_heard_is_not_answered(tmp_path, open_rig, what):
    ear = HeldTranscriber()
    async with (
        open_rig(tmp_path, ScriptedProviders(transcribers={"ears": ear})) as rig,
        asyncio.TaskGroup() as tasks,
    ):
        thread_id = await rig.thread()
        owner = (await rig.http.get(f"/threads/{thread_id}")).json()["assistant_id"]
        post = tasks.create_task(send(rig, STT, thread_id=thread_id))
        await ear.has_begun.wait()
        path = f"/threads/{thread_id}" if what == "thread" else f"/assistants/{owner}"
        assert (await rig.http.delete(path)).status_code == 200
        answer = await post
        assert answer.status_code == 409
        assert "stopped" in answer.json()["detail"]
        assert rig.providers.language.requests == []


async def test_what_is_heard_can_be_stopped_by_the_run_that_the_stream_names_first(
    tmp_path, open_rig
):
    ear, mouth = HeldTranscriber(), ScriptedSpeaker("mouths")
    providers = ScriptedProviders(transcribers={"ears": ear}, speakers={"mouths": mouth})
    async with open_rig(tmp_path, providers) as rig:
        thread_id = await rig.thread()
        voice = msgspec.json.encode(STT | TTS).decode()
        form = {
            "data": {"voice": voice, "stream": "true", "thread_id": thread_id},
            "files": {"audio_file": ("question.wav", b"RIFF")},
        }
        async with rig.http.stream("POST", "/threads/messages", **form) as answer:
            lines = answer.aiter_lines()
            begun = msgspec.json.decode((await anext(lines)).removeprefix("data: "))
            assert begun["type"] == "stt_stream_start"
            path = f"/threads/{thread_id}/runs/{begun['run_id']}/cancel"
            assert (await rig.http.post(path)).json()["cancelled"] is True
            rest = [line async for line in lines if line]
            ended = msgspec.json.decode("".join(rest).removeprefix("data: "))
        assert ended == {"type": "run_cancelled", "run_id": begun["run_id"]}
        assert (await rig.http.post(path)).json()["cancelled"] is False
        assert (rig.providers.language.requests, mouth.spoken) == ([], [])


async def test_a_first_message_that_is_stopped_while_it_is_heard_leaves_nothing(tmp_path, open_rig):
    ear = HeldTranscriber()
    async with open_rig(tmp_path, ScriptedProviders(transcribers={"ears": ear})) as rig:
        voice = msgspec.json.encode(STT).decode()
        form = {
            "data": {"voice": voice, "stream": "true"},
            "files": {"audio_file": ("question.wav", b"RIFF")},
        }
        async with rig.http.stream("POST", "/threads/messages", **form) as answer:
            lines = answer.aiter_lines()
            begun = msgspec.json.decode((await anext(lines)).removeprefix("data: "))
            (thread,) = (await rig.http.get("/threads")).json()
            (recording,) = await rig.store.media.of_thread(thread["thread_id"], "recording")
            path = f"/threads/{thread['thread_id']}/runs/{begun['run_id']}/cancel"
            assert (await rig.http.post(path)).json()["cancelled"] is True
            rest = [line async for line in lines if line]
        assert "run_cancelled" in rest[-1]
        assert (await rig.http.get("/threads")).json() == []
        assert await rig.store.media.get(recording.id) is None
        assert not rig.store.media.path_of(recording).exists()


async def test_a_recording_that_is_stopped_while_it_is_heard_is_not_kept(tmp_path, open_rig):
    ear = HeldTranscriber()
    async with open_rig(tmp_path, ScriptedProviders(transcribers={"ears": ear})) as rig:
        thread_id = await rig.thread()
        voice = msgspec.json.encode(STT).decode()
        form = {
            "data": {"voice": voice, "stream": "true", "thread_id": thread_id},
            "files": {"audio_file": ("question.wav", b"RIFF")},
        }
        async with rig.http.stream("POST", "/threads/messages", **form) as answer:
            lines = answer.aiter_lines()
            begun = msgspec.json.decode((await anext(lines)).removeprefix("data: "))
            (recording,) = await rig.store.media.of_thread(thread_id, "recording")
            path = f"/threads/{thread_id}/runs/{begun['run_id']}/cancel"
            assert (await rig.http.post(path)).json()["cancelled"] is True
            assert "run_cancelled" in [line async for line in lines if line][-1]
        assert await rig.store.media.of_thread(thread_id, "recording") == []
        assert not rig.store.media.path_of(recording).exists()
        assert (await rig.http.get(f"/threads/{thread_id}")).status_code == 200


@pytest.mark.parametrize("send_to_llm", ["true", "false"])
async def test_the_recording_of_a_kept_question_stays(rig, send_to_llm):
    thread_id = await rig.thread()
    reply = await send(rig, STT, thread_id=thread_id, send_to_llm=send_to_llm)
    assert reply.json()["status"] == "COMPLETED"
    assert len(await rig.store.media.of_thread(thread_id, "recording")) == 1


async def test_the_stream_names_one_run_from_its_first_event_on(rig):
    events = await stream(rig, {**STT, **TTS})
    named = [(each["type"], each["run_id"]) for each in events if "run_id" in each]
    types = ["stt_stream_start", "user_message", "run_started", "message_start", "run_ended"]
    assert [kind for kind, _ in named] == types
    assert len({run_id for _, run_id in named}) == 1


async def forgotten(rig, **params: int) -> int:
    answer = await rig.http.delete("/parley/recordings", params=params)
    assert answer.status_code == 200
    return int(answer.json()["count"])


async def test_recordings_and_speech_are_forgotten_and_their_words_stay(rig):
    reply = (await send(rig, {**STT, **TTS})).json()
    kinds = ("recording", "speech")
    media = [await rig.store.media.of_thread(reply["thread_id"], kind) for kind in kinds]
    paths = [rig.store.media.path_of(one) for (one,) in media]
    assert all(path.exists() for path in paths)
    assert await forgotten(rig, older_than_s=3600) == 0
    assert await forgotten(rig) == 2
    assert not any(path.exists() for path in paths)
    said = [one["content"] for one in await rig.messages(reply["thread_id"])]
    assert said == ["what time is it", "Hello there. How are you?"]
    async with httpx.AsyncClient() as anybody:
        link = reply["voice_records"]["tts"]["audio_url"]
        assert (await anybody.get(link)).status_code == 404
    assert await forgotten(rig) == 0


async def test_pictures_and_what_is_being_heard_are_not_forgotten(tmp_path, open_rig):
    ear = HeldTranscriber()
    providers = ScriptedProviders(transcribers={"ears": ear})
    async with open_rig(tmp_path, providers) as rig:
        thread_id = await rig.thread()
        await rig.store.media.add(thread_id, "picture", Picture(b"png", "image/png"))
        sending = asyncio.create_task(send(rig, STT, thread_id=thread_id))
        await ear.has_begun.wait()
        assert await forgotten(rig) == 0
        ear.may_go_on.set()
        assert (await sending).json()["status"] == "COMPLETED"
        assert await forgotten(rig) == 1
        assert await rig.store.media.of_thread(thread_id, "picture")


async def test_a_recording_whose_turn_is_about_to_begin_is_not_forgotten(rig, monkeypatch):
    keep, counts = rig.store.media.add_file, []

    async def kept_while_another_conversation_ends(*what: Any, **more: Any) -> Any:
        kept = await keep(*what, **more)
        counts.append(await forgotten(rig))
        return kept

    monkeypatch.setattr(rig.store.media, "add_file", kept_while_another_conversation_ends)
    assert (await send(rig, STT)).json()["status"] == "COMPLETED"
    assert (await send(rig, STT, stream="true")).status_code == 200
    assert counts == [0, 1]
    assert await forgotten(rig) == 1


@pytest.mark.parametrize(
    ("side", "goes", "stays"),
    [("user", "recording", "speech"), ("assistant", "speech", "recording")],
)
async def test_the_sound_of_one_side_of_a_turn_is_discarded(rig, side, goes, stays):
    before = (await send(rig, {**STT, **TTS})).json()
    thread_id = before["thread_id"]
    reply = (await send(rig, {**STT, **TTS}, thread_id=thread_id)).json()
    _, gone = await rig.store.media.of_thread(thread_id, goes)
    path = f"/parley/recordings/{reply['message_id']}"
    for count in (1, 0):
        answer = await rig.http.delete(path, params={"of": side})
        assert (answer.status_code, answer.json()) == (200, {"count": count})
    assert await rig.store.media.get(gone.id) is None
    assert len(await rig.store.media.of_thread(thread_id, goes)) == 1
    assert len(await rig.store.media.of_thread(thread_id, stays)) == 2
    assert (await rig.http.delete(path, params={"of": "nobody"})).status_code == 422


@pytest.mark.parametrize("age", ["-1", "x", "1e3", "1000000000"])
async def test_an_age_that_is_none_is_refused(rig, age):
    answer = await rig.http.delete("/parley/recordings", params={"older_than_s": age})
    assert answer.status_code == 422
