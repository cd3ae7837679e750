"""The voice socket: what a client says and hears on it, the official SDK among them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import connect

from desktop_app.errors import AccessError, ChildError
from desktop_app.service.providers.ports import Transcript
from desktop_app.service.runs.run import Run
from desktop_app.service.sockets import session_socket
from desktop_app.service.sockets.voice_session import VoiceSession
from desktop_app.service.storage.conversation_store import Heard
from tests.fakes.official_sdk import BackboardAPIError, BackboardClient
from tests.fakes.providers import ScriptedSpeaker
from tests.service.conftest import KEY, LIMIT_S, Rig, Socket

PCM = bytes(3_200)
MANUAL = {"stt": {"commit_strategy": "manual"}}
SPOKEN = {**MANUAL, "tts": {}}


class VoiceClient(Socket):
    """Speaks section 8 of the contract."""

    async def begin(self, thread_id: str, **config: Any) -> dict[str, Any]:
        config.setdefault("voice", MANUAL)
        await self.connection.send(encoded(config | {"thread_id": thread_id}))
        return await self.next()

    async def ask(self) -> None:
        """Say something and end the utterance."""
        await self.hear(PCM)
        await self.say("commit")


def encoded(config: object) -> str:
    return msgspec.json.encode(config).decode()


@asynccontextmanager
async def voice(rig: Rig) -> AsyncIterator[VoiceClient]:
    address = rig.addresses.api.replace("http://", "ws://") + f"/threads/messages?api_key={KEY}"
    async with connect(address, max_size=None) as connection:
        yield VoiceClient(connection)


@pytest.fixture
async def client(rig: Rig) -> AsyncIterator[VoiceClient]:
    rig.providers.speakers = {"scripted": ScriptedSpeaker()}
    async with voice(rig) as connected:
        yield connected


async def test_a_session_begins_with_who_does_what(rig, client):
    thread_id = await rig.thread()
    begin = await client.begin(thread_id, voice=SPOKEN)
    assert begin["type"] == "session.begin"
    assert begin["thread_id"] == thread_id
    assert begin["session_id"]
    assert begin["assistant_id"]
    assert begin["pipeline"] == {
        "stt": {
            "provider": "scripted",
            "model": "ear",
            "sample_rate": 16_000,
            "commit_strategy": "manual",
        },
        "llm": {"provider": "scripted", "model": "parrot"},
        "tts": {},
    }


async def test_who_ends_utterances_is_told_as_it_was_asked_for(rig, client):
    begin = await client.begin(await rig.thread(), voice={"stt": {"commit_strategy": "vad"}})
    assert begin["pipeline"]["stt"]["commit_strategy"] == "vad"


async def test_a_spoken_question_is_answered_in_words_and_sound(rig, client):
    thread_id = await rig.thread()
    await client.begin(thread_id, voice=SPOKEN)
    await client.ask()
    await client.until("input.resumed")
    kinds = [kind for kind in client.kinds() if kind != "transcript.partial"]
    assert kinds == [
        "session.begin",
        "transcript.final",
        "input.paused",
        "user_message",
        "run_started",
        "message_start",
        "content_streaming",
        "content_streaming",
        "run_ended",
        "tts_stream_start",
        "tts_audio_chunk",
        "tts_audio_chunk",
        "tts_stream_end",
        "input.resumed",
    ]
    sound = [base64.b64decode(each.get("data", "")) for each in client.received]
    assert b"".join(sound) == b"ID3sound"
    stored = await rig.messages(thread_id)
    assert [message["content"] for message in stored] == [
        "what time is it",
        "Hello there. How are you?",
    ]


async def test_partial_words_come_before_the_final_ones(rig, client):
    await client.begin(await rig.thread())
    await client.hear(PCM)
    await client.hear(PCM)
    await client.say("commit")
    final = await client.until("transcript.final")
    partials = [each for each in client.received if each["type"] == "transcript.partial"]
    assert [each["text"] for each in partials] == ["what", "what time"]
    assert final["text"] == "what time is it"


async def test_many_turns_fit_into_a_session(rig, client):
    thread_id = await rig.thread()
    await client.begin(thread_id)
    for _ in range(3):
        await client.ask()
        await client.until("input.resumed")
    assert len(await rig.messages(thread_id)) == 6


async def test_without_tts_the_reply_is_text_alone(rig, client):
    await client.begin(await rig.thread())
    await client.ask()
    await client.until("input.resumed")
    assert not any(kind.startswith("tts") for kind in client.kinds())


@pytest.mark.parametrize("word", [False, "false"])
async def test_dictation_gives_the_words_and_asks_nobody(rig, client, word):
    thread_id = await rig.thread()
    begin = await client.begin(thread_id, send_to_llm=word)
    await client.ask()
    await client.until("transcript.final")
    await client.ask()
    await client.until("transcript.final")
    assert begin["pipeline"]["llm"] is None
    assert set(client.kinds()) == {"session.begin", "transcript.partial", "transcript.final"}
    assert rig.providers.language.requests == []
    assert await rig.messages(thread_id) == []


async def test_nothing_heard_is_told_and_not_answered(rig, client):
    rig.providers.stt.words = ()
    await client.begin(await rig.thread())
    await client.ask()
    assert (await client.until("transcript.final"))["text"] == ""
    assert rig.providers.language.requests == []


async def test_the_microphone_is_not_heard_while_the_reply_comes(rig, client):
    rig.providers.language.pause()
    await client.begin(await rig.thread())
    await client.ask()
    await client.until("content_streaming")
    await client.hear(PCM)
    await client.say("commit")
    rig.providers.language.resume()
    await client.until("input.resumed")
    assert len(rig.providers.stt.utterances) == 1


async def test_stop_ends_the_reply_and_opens_the_microphone(rig, client):
    rig.providers.language.pause()
    thread_id = await rig.thread()
    await client.begin(thread_id, voice=SPOKEN)
    await client.ask()
    await client.until("content_streaming")
    await client.say("stop")
    await client.until("input.resumed")
    assert "run_cancelled" in client.kinds()
    assert "tts_stream_start" not in client.kinds()
    assert (await rig.messages(thread_id))[-1]["content"] == "Hello there. "


async def test_stop_silences_a_reply_that_is_spoken(rig, client):
    endless = ScriptedSpeaker()
    released = asyncio.Event()

    async def utter(text: str, wish: object) -> AsyncIterator[bytes]:
        try:
            yield b"sound"
            await asyncio.Event().wait()
        finally:
            released.set()

    endless.utter = utter
    rig.providers.speakers = {"scripted": endless}
    await client.begin(await rig.thread(), voice=SPOKEN)
    await client.ask()
    await client.until("tts_audio_chunk")
    await client.say("stop")
    await client.until("input.resumed")
    async with asyncio.timeout(LIMIT_S):
        await released.wait()


async def test_stop_with_nothing_going_on_does_no_harm(rig, client):
    await client.begin(await rig.thread())
    await client.say("stop")
    await client.ask()
    await client.until("input.resumed")


async def test_the_turn_gets_what_the_session_was_set_up_with(rig, client):
    tool = {"type": "function", "function": {"name": "look", "description": "Looks."}}
    await client.begin(
        await rig.thread(),
        memory="Readonly",
        system_prompt="Be brief.",
        model_name="small",
        tools=[tool],
    )
    await client.ask()
    await client.until("input.resumed")
    (request,) = rig.providers.language.requests
    assert (request.memory, request.model) == ("readonly", "small")
    assert request.system_prompt.startswith("Be brief.")
    assert [tool.name for tool in request.tools] == ["look"]


async def test_a_client_that_goes_away_leaves_a_whole_answer(rig):
    rig.providers.language.pause()
    thread_id = await rig.thread()
    async with voice(rig) as client:
        await client.begin(thread_id)
        await client.ask()
        await client.until("content_streaming")
    rig.providers.language.resume()
    async with asyncio.timeout(LIMIT_S):
        while (stored := await rig.messages(thread_id))[-1]["status"] == "IN_PROGRESS":
            pass
    assert stored[-1]["content"] == "Hello there. How are you?"


@pytest.mark.parametrize(
    "failed",
    [
        (ChildError("stt.failed", "It broke."), "stt.failed"),
        (AccessError("access.refused", "It broke."), "stt.key"),  # not the client's key
    ],
)
async def test_a_failure_to_hear_is_told_and_the_session_goes_on(rig, client, failed):
    failure, code = failed
    rig.providers.stt.failure = failure
    await client.begin(await rig.thread())
    await client.ask()
    error = await client.until("error")
    assert (error["message"], error["code"]) == ("It broke.", code)
    rig.providers.stt.failure = None
    await client.ask()
    await client.until("input.resumed")


async def test_an_utterance_that_cannot_be_heard_is_one_error_however_often_it_failed(rig, client):
    stt = rig.providers.stt
    stt.failure = ChildError("stt.failed", "It broke.")
    await client.begin(await rig.thread())
    async with asyncio.timeout(LIMIT_S):
        while len(stt.utterances) < 2:  # the first has failed, and the rest is tried
            await client.hear(PCM)
            await asyncio.sleep(0)
    await client.say("commit")
    await client.until("error")
    stt.failure = None
    await client.ask()
    await client.until("input.resumed")
    assert client.kinds().count("error") == 1


async def test_of_an_utterance_whose_beginning_was_not_heard_no_rest_is_answered(rig, client):
    stt = rig.providers.stt
    stt.failure = ChildError("stt.failed", "It broke.")
    await client.begin(await rig.thread())
    async with asyncio.timeout(LIMIT_S):
        while len(stt.utterances) < 2:  # the rest has a recogniser that works
            await client.hear(PCM)
            if stt.utterances:
                stt.failure = None
            await asyncio.sleep(0)
    await client.say("commit")
    await client.until("error")
    await client.ask()
    await client.until("input.resumed")
    assert client.kinds().count("transcript.final") == 1
    assert len(rig.providers.language.requests) == 1


@pytest.fixture(params=["while the words are told", "before the answer begins"])
def stopped_early(request, monkeypatch):
    """The client's stop comes between the final words and the beginning of the answer."""
    committed, is_early = VoiceSession.on_committed, request.param.startswith("while")

    async def commit(self: VoiceSession, transcript: Transcript) -> None:
        if is_early:
            tell = self._tell

            async def tell_and_stop(event: Any) -> None:
                await self.receive(encoded({"type": "stop"}))
                await tell(event)

            monkeypatch.setattr(self, "_tell", tell_and_stop)
            await committed(self, transcript)
            monkeypatch.setattr(self, "_tell", tell)
        else:
            await committed(self, transcript)
            await self.receive(encoded({"type": "stop"}))
        monkeypatch.setattr(VoiceSession, "on_committed", committed)

    monkeypatch.setattr(VoiceSession, "on_committed", commit)


@pytest.mark.usefixtures("stopped_early")
async def test_an_answer_that_is_stopped_before_it_begins_is_told_to_be_over(rig, client):
    await client.begin(await rig.thread())
    await client.ask()
    await client.until("input.resumed")
    kinds = [kind for kind in client.kinds() if kind != "transcript.partial"]
    assert kinds == ["session.begin", "transcript.final", "run_cancelled", "input.resumed"]
    assert rig.providers.language.requests == []
    await client.ask()
    await client.until("run_ended")


async def test_a_failure_to_answer_is_told_and_the_microphone_opens_again(rig, client):
    rig.providers.language.failure = ChildError("language.failed", "It is ill.")
    await client.begin(await rig.thread())
    await client.ask()
    failed = await client.until("run_failed")
    assert failed["error"] == "It is ill."
    await client.until("input.resumed")


@pytest.mark.parametrize(
    "frame",
    ["nonsense", "[]", '{"a":' * 9_000, '{"type": 1}', '{"kind": "commit"}', '{"type": "sing"}'],
)
async def test_a_bad_frame_is_answered_and_changes_nothing(rig, client, frame):
    await client.begin(await rig.thread())
    await client.connection.send(frame)
    assert (await client.until("error"))["code"] == "session.frame"
    await client.ask()
    await client.until("input.resumed")


async def test_a_frame_that_is_too_large_is_answered(rig, client):
    await client.begin(await rig.thread())
    await client.hear(bytes((1 << 20) + 1))
    assert (await client.until("error"))["code"] == "frame.too_large"


BAD_CONFIGS = [
    ({"voice": {"stt": {"commit_strategy": "sometimes"}}}, "session.commit_strategy"),
    ({"voice": {"stt": {"audio_format": "mp3"}}}, "session.audio_format"),
    ({"voice": {"tts": {"provider": "nobody"}}}, "provider.bad_choice"),
    ({"voice": {"tts": {"output_format": "tape"}}}, "speech.format"),
    ({"voice": {"stt": {"vad_threshold": "high"}}}, "session.config"),
    ({"llm_provider": "nobody"}, "language.unknown"),
    ({"thread_id": "nowhere"}, "session.thread"),
    ({"thread_id": 5}, "session.config"),
    ({"memory": 5}, "session.config"),
    ({"send_to_llm": "perhaps"}, "session.config"),
    ({"tools": [{"type": "function"}]}, "session.config"),
]


@pytest.mark.parametrize(("config", "code"), BAD_CONFIGS)
async def test_a_session_that_cannot_be_had_is_refused_and_closed(rig, client, config, code):
    whole = {"thread_id": await rig.thread(), **config}
    await client.connection.send(encoded(whole))
    error = await client.next()
    assert (error["type"], error["code"]) == ("error", code)
    await client.connection.wait_closed()
    assert client.connection.close_code == 1008


@pytest.mark.parametrize("first", ["nonsense", "[" * 100_000, "[]", b"sound"])
async def test_a_first_frame_that_is_no_configuration_is_refused(client, first):
    await client.connection.send(first)
    assert (await client.next())["code"] == "session.config"


async def test_a_client_that_sends_nothing_is_let_go(client, monkeypatch, rig):
    monkeypatch.setattr(session_socket, "CONFIG_WITHIN_S", 0.05)
    async with voice(rig) as silent:
        assert "in time" in (await silent.next())["message"]


async def test_a_client_that_goes_away_at_once_leaves_no_trace(rig):
    async with voice(rig):
        pass
    async with voice(rig) as client:
        await client.begin(await rig.thread())


async def test_without_the_key_nothing_is_served(rig):
    address = rig.addresses.api.replace("http://", "ws://") + "/threads/messages?api_key=wrong"
    async with connect(address) as connection:
        client = VoiceClient(connection)
        assert (await client.next())["code"] == "access.refused"


async def test_the_official_sdk_holds_a_spoken_conversation(rig):
    rig.providers.speakers = {"scripted": ScriptedSpeaker()}
    thread_id = await rig.thread()
    sdk = BackboardClient(api_key=KEY, base_url=rig.addresses.api)
    config = {"voice": SPOKEN, "send_to_llm": True, "memory": "Auto"}
    session = await sdk.stream_voice(thread_id, config)
    kinds = []
    async with session:
        assert session.thread_id == thread_id
        assert session.pipeline["stt"]["model"] == "ear"
        await session.send_audio(PCM)
        await session.commit()
        async for event in session.events():
            kinds.append(event["type"])
            if event["type"] == "input.resumed":
                break
    assert kinds.index("run_ended") < kinds.index("tts_stream_end")
    await sdk.aclose()


async def test_the_official_sdk_is_told_why_a_session_is_refused(rig):
    sdk = BackboardClient(api_key=KEY, base_url=rig.addresses.api)
    with pytest.raises(BackboardAPIError, match="Thread not found"):
        await sdk.stream_voice("nowhere", {"voice": {}})
    await sdk.aclose()


async def test_what_was_heard_is_marked_in_this_thread_alone(rig, client):
    thread_id, other = await rig.thread(), await rig.thread()
    begin = await client.begin(thread_id, voice=SPOKEN)
    assert begin["extensions"] == ["reply.heard"]
    await client.ask()
    run_id = (await client.until("run_started"))["run_id"]
    await client.until("input.resumed")
    async with voice(rig) as stranger:
        await stranger.begin(other, voice=SPOKEN)
        await stranger.say("reply.heard", run_id=run_id, heard_ms=1, heard_chars=0)
        await stranger.say("no such word")
        await stranger.until("error")
    assert "interrupted" not in (await rig.messages(thread_id))[-1]["metadata_"]
    await client.say("reply.heard", run_id=run_id, heard_ms=-1, heard_chars=5)
    await client.say("no such word")
    await client.until("error")
    facts = (await rig.messages(thread_id))[-1]["metadata_"]
    assert (facts["heard_ms"], facts["heard_chars"]) == (0, 5)


async def test_a_reply_that_is_cut_while_it_is_written_is_stopped(rig, client):
    thread_id = await rig.thread()
    rig.providers.language.pause()
    await client.begin(thread_id, voice=SPOKEN)
    await client.ask()
    run_id = (await client.until("run_started"))["run_id"]
    await client.until("content_streaming")
    await client.say("reply.heard", run_id=run_id, heard_ms=0, heard_chars=0)
    await client.until("input.resumed")
    reply = (await rig.messages(thread_id))[-1]
    assert (reply["content"], reply["status"]) == ("Hello there. ", "CANCELLED")
    assert reply["metadata_"]["heard_chars"] == 0


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_reply_that_is_stopped_while_it_is_stored_is_not_spoken(
    rig, client, is_told, monkeypatch
):
    begun, asked, may_store, stored = (asyncio.Event() for _ in range(4))
    store, cancel = rig.store.conversations.settle, Run.cancel

    async def settle(*facts: Any) -> None:
        begun.set()
        await may_store.wait()
        await store(*facts)
        stored.set()

    def cancel_run(run: Run, heard: Heard | None = None) -> bool:
        asked.set()
        return cancel(run, heard)

    monkeypatch.setattr(rig.store.conversations, "settle", settle)
    monkeypatch.setattr(Run, "cancel", cancel_run)
    thread_id = await rig.thread()
    await client.begin(thread_id, voice=SPOKEN)
    await client.ask()
    run_id = (await client.until("run_started"))["run_id"]
    await begun.wait()
    if is_told:
        await client.say("reply.heard", run_id=run_id, heard_ms=0, heard_chars=0)
    await client.say("stop")
    await asked.wait()
    may_store.set()
    await client.until("input.resumed")
    await stored.wait()
    await client.say("no such word")  # answered when all before it was taken
    await client.until("error")
    assert "tts_stream_start" not in client.kinds()
    reply = (await rig.messages(thread_id))[-1]
    assert reply["content"] == "Hello there. How are you?"
    assert reply["metadata_"].get("heard_chars") == (0 if is_told else None)
