"""Slow clients, failing providers and bad frames on the gateway socket."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from desktop_app.errors import NetworkError
from tests.fakes.providers import ScriptedProviders, ScriptedRecognition

SOUND = b"\x00\x01" * 1600
SPEECH_WAV = Path(__file__).parents[2] / "sounds" / "square_root_of_one_hundred.wav"


async def test_sound_before_the_providers_are_open_is_kept(tmp_path, open_rig):
    providers = ScriptedProviders()
    providers.may_open.clear()
    async with open_rig(tmp_path, providers) as rig, rig.socket() as socket:
        await socket.say("session.configure", stt={"commit_strategy": "manual"})
        await socket.until("session.configured")
        await socket.hear(SOUND)
        await socket.say("audio.commit")
        await socket.say("ping")
        await socket.until("pong")
        providers.may_open.set()
        await socket.until("assistant.message")
        assert bytes(providers.stt.utterances[0].heard) == SOUND


async def test_sound_that_nobody_takes_is_bounded(tmp_path, open_rig):
    providers = ScriptedProviders()
    providers.may_open.clear()
    async with open_rig(tmp_path, providers) as rig, rig.socket() as socket:
        await socket.say("session.configure", stt={"commit_strategy": "manual"})
        for _ in range(3):
            await socket.hear(bytes(960_000))
        error = await socket.until("error")
        assert error["code"] == "audio.overflow"


async def test_a_recogniser_without_room_is_waited_for_and_hears_all_in_order(rig, socket):
    may_go_on = asyncio.Event()

    class Busy(ScriptedRecognition):
        has_room = False

        async def room(self):
            await may_go_on.wait()

    rig.providers.stt.open = lambda *, language: opened.append(Busy((), None)) or opened[-1]
    opened: list[Busy] = []
    await socket.configured()
    pieces = [bytes([number]) * 640 for number in range(1, 6)]
    for piece in pieces:
        await socket.hear(piece)
    await socket.say("ping")
    await socket.until("pong")
    assert bytes(opened[0].heard) == pieces[0]
    may_go_on.set()
    await socket.say("audio.commit")
    await socket.until("transcript.committed")
    assert bytes(opened[0].heard) == b"".join(pieces)


async def test_a_recogniser_that_breaks_in_the_midst_of_sound_is_told_once(rig, socket, caplog):
    class Broken(ScriptedRecognition):
        def feed(self, pcm):
            raise RuntimeError("out of memory")

    rig.providers.stt.open = lambda *, language: Broken((), None)
    await socket.configured()
    for _ in range(4):
        await socket.hear(SOUND)
    await socket.say("ping")
    await socket.until("pong")
    assert "error" not in socket.kinds(), "it is told to who waits for the words"
    await socket.say("audio.commit")
    await socket.until("error")
    await socket.say("ping")
    await socket.until("pong")
    assert [each["code"] for each in socket.received if each["type"] == "error"] == ["stt.broken"]
    caplog.clear()


async def test_a_client_that_leaves_in_mid_reply_loses_nothing(rig):
    rig.providers.language.pause()
    async with rig.socket() as socket:
        await socket.configured(tts={}, session_id="left")
        await socket.say("text.prompt", text="Hi")
        await socket.until("assistant.audio.chunk")
        socket.connection.transport.abort()
    rig.providers.language.resume()
    async with rig.socket() as socket:
        await socket.configured(session_id="left")
        await socket.say("text.prompt", text="Again")
        await socket.until("assistant.message")
    (thread,) = (await rig.http.get("/threads?include_messages=true")).json()
    assert [each["status"] for each in thread["messages"]] == ["COMPLETED"] * 4


async def test_a_slow_client_slows_the_speech_and_not_the_memory(rig):
    rig.providers.tts.is_endless = True
    async with rig.socket(max_queue=1) as socket:
        await socket.configured(tts={})
        await socket.say("text.prompt", text="Hi")
        await socket.until("assistant.audio.start")
        before = -1
        while rig.providers.tts.made != before:  # until the buffers on the way are full
            before = rig.providers.tts.made
            assert before < 10_000
            for _ in range(500):  # client and service share this loop: what can go on, does
                await asyncio.sleep(0)
        socket.connection.transport.abort()


async def test_a_failing_voice_leaves_the_text_and_says_why(rig, socket):
    rig.providers.tts.failure = NetworkError("tts.gone", "The voice is gone.")
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")
    assert (await socket.next())["message"] == "The voice is gone."
    assert "assistant.audio.start" not in socket.kinds()


async def test_a_failing_model_is_told_and_the_session_goes_on(rig, socket):
    rig.providers.language.pieces = ()
    rig.providers.language.failure = NetworkError("x", "The model is gone.")
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    assert (await socket.until("error"))["message"] == "The model is gone."
    rig.providers.language.failure = None
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")


async def test_a_failing_recogniser_is_told_and_the_session_goes_on(rig, socket):
    rig.providers.stt.failure = NetworkError("x", "The ear is gone.")
    await socket.configured()
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    assert (await socket.until("error"))["message"] == "The ear is gone."
    rig.providers.stt.failure = None
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.message")


async def test_where_silence_ends_utterances_a_failing_recogniser_is_told_at_once(rig, socket):
    rig.providers.stt.failure = NetworkError("x", "The ear is gone.")
    await socket.configured(stt={"commit_strategy": "vad", "vad_silence_threshold_secs": 0.4})
    pcm = SPEECH_WAV.read_bytes()[44:]
    for at in range(0, len(pcm), 3_200):
        await socket.hear(pcm[at : at + 3_200])
    assert (await socket.until("error"))["message"] == "The ear is gone."


async def test_a_recogniser_that_cannot_open_is_told_and_everything_else_works(rig, socket, caplog):
    rig.providers.stt.open_failure = ModuleNotFoundError("no module named ear")
    await socket.configured()
    for _ in range(20):
        await socket.hear(SOUND)
    await socket.say("audio.commit")
    fault = await socket.until("error")
    assert (fault["code"], fault["message"]) == (
        "stt.broken",
        "Nothing can be heard: speech to text failed.",
    )
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")
    assert socket.kinds().count("error") == 1
    rig.providers.stt.open_failure = None
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    caplog.clear()


async def test_providers_that_cannot_be_had_are_told_once_for_each_utterance(
    tmp_path, open_rig, caplog
):
    providers = ScriptedProviders(failure=NetworkError("x", "Nobody is there."))
    providers.may_open.clear()
    async with open_rig(tmp_path, providers) as rig, rig.socket() as socket:
        await socket.say("session.configure", stt={"commit_strategy": "manual"})
        await socket.until("session.configured")
        await socket.hear(SOUND)
        providers.may_open.set()
        for count in (1, 2):
            await socket.hear(SOUND)
            await socket.say("audio.commit")
            await socket.until("error")
            await socket.say("ping")
            await socket.until("pong")
            assert socket.kinds().count("error") == count
    caplog.clear()


async def test_a_voice_that_cannot_open_is_told_and_everything_else_works(rig, socket, caplog):
    rig.providers.tts.failure = OSError("broken file")
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Hi")
    assert (await socket.until("error"))["code"] == "tts.broken"
    assert "assistant.message" in socket.kinds()
    await socket.say("text.prompt", text="Hi")
    await socket.until("error")
    caplog.clear()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "gateway.malformed"),
        ("[]", "gateway.malformed"),
        ('{"type": 5}', "gateway.malformed"),
        ('{"type": "text.prompt"}', "gateway.malformed"),
        ('{"type": "sing"}', "gateway.unknown_type"),
        ('{"type": "text.prompt", "text": "x"}', "session.not_configured"),
        ('{"type": "audio.commit"}', "session.not_configured"),
        ('{"type": "assistant.cancel"}', "session.not_configured"),
        (b"\x00\x00", "session.not_configured"),
        ("x" * ((1 << 20) + 1), "frame.too_large"),
        (b"x" * ((1 << 20) + 1), "frame.too_large"),
        ('{"type": "session.configure", "stt": {"commit_strategy": "x"}}', None),
        ('{"type": "session.configure", "stt": {"audio_format": "opus"}}', None),
        ('{"type": "session.configure", "stt": {"sample_rate": 4000}}', None),
        ('{"type": "session.configure", "tts": {"output_format": "mp3_44100_128"}}', None),
        ('{"type": "session.configure", "backend": {"api_key": "k"}}', None),
        ('{"type": "session.configure", "backend": {"provider": "nobody"}}', None),
    ],
)
async def test_a_bad_frame_is_answered_with_a_sentence_and_the_socket_lives(socket, frame, code):
    await socket.next()
    await socket.connection.send(frame)
    error = await socket.next()
    assert error["type"] == "error"
    assert error["message"]
    assert code is None or error["code"] == code
    await socket.configured()
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")


async def test_bad_sound_is_answered_with_a_sentence_and_the_socket_lives(socket):
    await socket.configured()
    await socket.say("audio.append", audio="!!!")
    assert (await socket.until("error"))["code"] == "audio.base64"
    await socket.say("audio.append", audio="AAAA", sample_rate=8_000)
    assert "8000 Hz" in (await socket.until("error"))["message"]
    await socket.say("text.prompt", text="  ")
    assert (await socket.until("error"))["code"] == "prompt.empty"
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")


async def test_a_frame_far_over_the_limit_closes_with_1009_and_the_service_lives(rig):
    async with rig.socket() as socket:
        with suppress(ConnectionClosed):  # the refusal may come before all of it is sent
            await socket.connection.send(b"x" * (5 << 20))
        await socket.connection.wait_closed()
        assert socket.connection.close_code in (1009, 1006)
    assert (await rig.http.get("/assistants")).status_code == 200
