"""What a gateway session asks of the providers that it chose."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from desktop_app.errors import StorageError
from desktop_app.service.gateway.run_answers import RunAnswers
from tests.service.conftest import LIMIT_S
from tests.service.gateway.conftest import ANSWER, BUILT_IN, QUESTION


async def test_elevenlabs_is_the_choice_where_nothing_is_asked_for(peers, stack):
    socket = await peers.socket(stack)
    await socket.say(
        "session.configure", backend=BUILT_IN, stt={"commit_strategy": "manual"}, tts={}
    )
    started = await socket.until("stt.session_started")
    assert started["session_id"] == "el-1", "the recogniser's own session"
    assert started["config"]["provider"] == "elevenlabs"
    assert started["tts"]["provider"] == "elevenlabs"


async def test_a_format_that_the_voice_does_not_speak_is_refused(peers, stack):
    socket = await peers.socket(stack)
    await socket.say("text.prompt", text="hello")
    await socket.until("error")
    await socket.say(
        "session.configure", tts={"model_id": "gpt-4o-mini-tts", "output_format": "ulaw_8000"}
    )
    assert "ulaw" in (await socket.until("error"))["message"]
    await socket.configured(tts={"model_id": "gpt-4o-mini-tts"})


async def test_pieces_of_one_utterance_are_one_turn(peers, stack):
    socket = await peers.socket(stack)
    await socket.say("session.configure", backend=BUILT_IN, stt={"commit_strategy": "vad"})
    await socket.until("stt.session_started")
    session = await peers.live.session()
    await session.say("partial_transcript", text="what")
    await session.commits("what is the square")
    await session.commits("")
    await session.commits("root of one hundred")
    assert (await socket.until("assistant.started"))["text"] == QUESTION
    await socket.until("assistant.message")
    kinds = socket.kinds()
    assert kinds.count("transcript.committed") == 3
    assert kinds.count("assistant.started") == 1
    assert kinds.index("input.speech_started") < kinds.index("transcript.partial")


async def test_a_recogniser_that_refuses_leaves_typing(peers, stack):
    peers.live.greets_with = ("quota_exceeded", "You have no credits left")
    socket = await peers.socket(stack)
    await socket.say("session.configure", backend=BUILT_IN, stt={"commit_strategy": "manual"})
    assert "credits" in (await socket.until("error"))["message"]
    await socket.say("audio.commit")
    assert "credits" in (await socket.until("error"))["message"], "who waits for words is told"
    await socket.say("text.prompt", text=QUESTION)
    assert ANSWER in (await socket.until("assistant.message"))["text"]


async def test_nothing_stays_connected_when_the_client_leaves(peers):
    async with AsyncExitStack() as stack:
        socket = await peers.socket(stack)
        await socket.configured()
        session = await peers.live.session()
        await socket.hear(bytes(32_000))
    async with asyncio.timeout(LIMIT_S):
        await session.connection.wait_closed()


async def test_a_heard_turn_that_cannot_begin_is_told_and_the_next_one_begins(
    peers, stack, monkeypatch
):
    start = RunAnswers.start
    refused = []

    async def once(self, text, plan):
        if not refused:
            refused.append(text)
            raise StorageError("storage.full", "The disk is full.")
        return await start(self, text, plan)

    monkeypatch.setattr(RunAnswers, "start", once)
    socket = await peers.socket(stack)
    await socket.say("session.configure", backend=BUILT_IN, stt={"commit_strategy": "vad"})
    await socket.until("stt.session_started")
    session = await peers.live.session()
    await session.commits("what is one plus one")
    assert (await socket.until("error"))["message"] == "The disk is full."
    await session.commits(QUESTION)
    assert (await socket.until("assistant.started"))["text"] == QUESTION
    await socket.until("assistant.message")
