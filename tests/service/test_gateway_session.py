"""Conversations over the gateway socket."""

from __future__ import annotations

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from desktop_app.errors import NetworkError
from desktop_app.protocol.gateway import EXTENSIONS
from desktop_app.service.providers.ports import SpokenWord, TextDelta
from tests.fakes.providers import CHUNK, ScriptedProviders

SOUND = b"\x00\x01" * 1600
SPEECH_WAV = Path(__file__).parents[1] / "sounds" / "square_root_of_one_hundred.wav"


@pytest.fixture
async def socket(rig) -> AsyncIterator:
    async with rig.socket() as connected:
        yield connected


async def test_a_session_begins_as_the_contract_says(socket):
    ready = await socket.next()
    await socket.say("session.configure", session_id="s1", stt={"commit_strategy": "manual"})
    configured, started = await socket.next(), await socket.next()
    assert ready == {"type": "session.ready"} or ready["message"].startswith("Send session.conf")
    assert configured == {
        "type": "session.configured",
        "session_id": "s1",
        "extensions": list(EXTENSIONS),
        "stt": {"provider": "scripted", "model_id": "ear"},
    }
    assert started["type"] == "stt.session_started"
    assert started["config"]["model_id"] == "ear"
    assert started["config"]["provider"] == "scripted"
    assert started["config"]["sample_rate"] == 16_000
    assert started["config"]["commit_strategy"] == "manual"


async def test_an_empty_configuration_is_enough_and_gets_a_key(socket):
    await socket.say("session.configure")
    assert len((await socket.until("session.configured"))["session_id"]) == 36


async def test_a_spoken_question_is_answered_in_text_and_speech(rig, socket):
    await socket.configured(tts={})
    await socket.hear(SOUND)
    await socket.say("audio.append", audio=base64.b64encode(SOUND).decode(), sample_rate=16_000)
    await socket.say("audio.commit")
    await socket.until("assistant.audio.end")
    kinds = [kind for kind in socket.kinds() if kind.startswith(("transcript", "assistant"))]
    assert kinds[:4] == [
        "transcript.partial",
        "transcript.partial",
        "transcript.committed",
        "assistant.started",
    ]
    assert bytes(rig.providers.stt.utterances[0].heard) == SOUND * 2
    started, message, end = (
        next(each for each in socket.received if each["type"] == kind)
        for kind in ("assistant.started", "assistant.message", "assistant.audio.end")
    )
    assert (started["text"], started["turn_id"]) == ("what time is it", 1)
    assert message["text"] == "Hello there. How are you?"
    assert message["metadata"]["speech"] is True
    chunks = [each for each in socket.received if each["type"] == "assistant.audio.chunk"]
    assert [chunk["chunk_index"] for chunk in chunks] == [1, 2, 3, 4]
    assert end["chunk_count"] == 4
    assert end["output_format"] == "pcm_24000"
    assert b"".join(base64.b64decode(chunk["audio"]) for chunk in chunks) == CHUNK * 4
    deltas = [each["text"] for each in socket.received if each["type"] == "assistant.delta"]
    assert "".join(deltas) == message["text"]


async def test_speech_starts_while_the_text_still_comes(rig, socket):
    rig.providers.language.pieces = (TextDelta("One is done. Two "), TextDelta("follows."))
    rig.providers.language.pause()
    await socket.configured(tts={})
    await socket.say("text.prompt", text="Count")
    await socket.until("assistant.audio.chunk")
    assert "assistant.message" not in socket.kinds()
    rig.providers.language.resume()
    await socket.until("assistant.audio.end")
    assert rig.providers.tts.spoken == ["One is done.", "Two follows."]


async def test_without_a_voice_the_reply_is_text_alone(rig, socket):
    await socket.configured()
    await socket.say("text.prompt", text="Hi")
    message = await socket.until("assistant.message")
    await socket.say("ping", id=7)
    assert (await socket.next()) == {"type": "pong", "id": 7}
    assert message["metadata"]["speech"] is False
    assert rig.providers.tts.spoken == []


async def test_silence_is_committed_as_an_empty_text_and_starts_no_turn(rig, socket):
    rig.providers.stt.words = ()
    await socket.configured()
    for _ in range(2):  # with sound that holds no words, then with no sound at all
        await socket.say("audio.commit")
        assert (await socket.until("transcript.committed")).get("text", "") == ""
        await socket.hear(SOUND)
    await socket.say("ping")
    await socket.until("pong")
    assert "assistant.started" not in socket.kinds()


async def test_sound_of_another_rate_is_resampled(rig, socket):
    await socket.configured(
        stt={"commit_strategy": "manual", "sample_rate": 48_000, "audio_format": "pcm_48000"}
    )
    for _ in range(10):
        await socket.hear(b"\x00\x01" * 4_800)
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    heard_s = len(rig.providers.stt.utterances[0].heard) / 2 / 16_000
    assert heard_s == pytest.approx(1.0, abs=0.01)


async def test_speech_can_be_had_at_another_rate(rig, socket):
    await socket.configured(tts={"output_format": "pcm_48000"})
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.audio.end")
    chunks = [each for each in socket.received if each["type"] == "assistant.audio.chunk"]
    sent = sum(len(base64.b64decode(chunk["audio"])) for chunk in chunks)
    assert sent == pytest.approx(4 * 2 * len(CHUNK), rel=0.01)
    assert chunks[0]["output_format"] == "pcm_48000"


async def test_ears_and_voice_are_warmed_up_before_the_first_sound(rig, socket):
    assert not rig.providers.is_warm
    await socket.configured()
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")
    assert rig.providers.is_warm


async def test_warming_up_keeps_no_session_waiting_and_may_fail(rig, socket, caplog):
    rig.providers.warm_up_failure = ImportError("no module named ear")
    await socket.configured()
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    assert "error" not in socket.kinds()
    caplog.clear()


async def test_who_will_speak_is_told_with_the_voice(socket):
    await socket.say("session.configure", tts={"voice_id": "anna"})
    voice = {"provider": "scripted", "model_id": "mouth", "voice_id": "anna"}
    assert (await socket.until("session.configured"))["tts"] == voice
    assert (await socket.until("stt.session_started"))["tts"] == voice


async def test_a_format_that_cannot_be_streamed_comes_in_one_piece(socket):
    await socket.configured(tts={"output_format": "wav_16000"})
    await socket.say("text.prompt", text="Hi")
    sound = await socket.until("assistant.audio")
    with wave.open(io.BytesIO(base64.b64decode(sound.pop("audio")))) as file:
        assert file.getparams()[:3] == (1, 2, 16_000)
        assert file.getnframes() == pytest.approx(4 * len(CHUNK) // 2 * 2 / 3, rel=0.01)
    assert sound == {
        "type": "assistant.audio",
        "content_type": "audio/wav",
        "output_format": "wav_16000",
        "turn_id": 1,
    }
    assert not [kind for kind in socket.kinds() if kind.startswith("assistant.audio.")]


async def test_too_long_a_speech_for_one_piece_is_an_error_and_the_text_stands(rig, socket):
    rig.providers.tts.is_endless = True
    await socket.configured(tts={"output_format": "wav_48000"})
    await socket.say("text.prompt", text="Hi")
    assert (await socket.until("error"))["code"] == "tts.too_long"
    assert "assistant.message" in socket.kinds()
    assert "assistant.audio" not in socket.kinds()


async def test_discarded_sound_is_forgotten(rig, socket):
    await socket.configured()
    await socket.hear(SOUND)
    await socket.until("transcript.partial")
    await socket.say("audio.discard")
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    assert socket.kinds().count("transcript.committed") == 1
    assert [bytes(each.heard) for each in rig.providers.stt.utterances] == [SOUND, SOUND]


async def test_discarding_nothing_is_answered_by_nothing(socket):
    await socket.configured()
    await socket.say("audio.discard")
    await socket.say("ping")
    assert (await socket.next())["type"] == "pong"


async def test_the_times_of_words_are_told_to_who_asks(rig, socket):
    rig.providers.stt.times = (SpokenWord("what", 0.1, 0.4),)
    await socket.configured(stt={"commit_strategy": "manual", "include_timestamps": True})
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    words = (await socket.until("transcript.committed"))["words"]
    assert words == [{"text": "what", "start": 0.1, "end": 0.4, "type": "word"}]


async def test_numbers_of_the_detector_are_brought_into_their_ranges_and_told(socket):
    asked = {"vad_threshold": 2, "min_speech_duration_ms": 1, "min_silence_duration_ms": 9000}
    await socket.say("session.configure", stt=asked)
    told = (await socket.until("stt.session_started"))["config"]
    assert {name: told[name] for name in asked} == {
        "vad_threshold": 0.9,
        "min_speech_duration_ms": 50,
        "min_silence_duration_ms": 2000,
    }
    assert told["vad_silence_threshold_secs"] == 2.0


async def test_less_than_the_shortest_speech_is_no_utterance(rig, socket):
    asked = {"commit_strategy": "vad", "min_speech_duration_ms": 2000}
    await socket.configured(stt=asked)
    pcm = SPEECH_WAV.read_bytes()[44:][: 32_000 * 3 // 2] + bytes(64_000)
    for at in range(0, len(pcm), 3_200):
        await socket.hear(pcm[at : at + 3_200])
    assert (await socket.until("transcript.committed")).get("text", "") == ""
    await socket.say("ping")
    await socket.until("pong")
    assert "assistant.started" not in socket.kinds()


async def test_odd_byte_counts_shift_nothing(rig, socket):
    await socket.configured()
    await socket.hear(SOUND[:-1])
    await socket.hear(SOUND[-1:])
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    assert bytes(rig.providers.stt.utterances[0].heard) == SOUND


async def test_the_server_finds_the_end_of_speech_itself(rig, socket):
    await socket.configured(stt={"commit_strategy": "vad", "vad_silence_threshold_secs": 0.4})
    pcm = SPEECH_WAV.read_bytes()[44:] + bytes(32_000)
    for at in range(0, len(pcm), 3_200):
        await socket.hear(pcm[at : at + 3_200])
    await socket.until("assistant.message")
    heard_s = sum(len(each.heard) for each in rig.providers.stt.utterances) / 32_000
    assert 0.5 < heard_s < len(pcm) / 32_000


async def test_a_commit_in_vad_mode_without_speech_is_ignored(socket):
    await socket.configured(stt={"commit_strategy": "vad"})
    await socket.hear(bytes(6_400))
    await socket.say("audio.commit")
    await socket.say("ping")
    assert (await socket.next())["type"] == "pong"


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
    assert (await socket.until("error"))["message"] == "The ear is gone."
    rig.providers.stt.failure = None
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.message")


async def test_a_recogniser_that_cannot_open_is_told_and_everything_else_works(rig, socket, caplog):
    rig.providers.stt.open_failure = ModuleNotFoundError("no module named ear")
    await socket.configured()
    for _ in range(20):
        await socket.hear(SOUND)
    await socket.say("audio.commit")
    for _ in range(2):  # at once, and for who waits for the words
        fault = await socket.until("error")
        assert (fault["code"], fault["message"]) == (
            "stt.broken",
            "Nothing can be heard: speech to text failed.",
        )
    await socket.say("text.prompt", text="Hi")
    await socket.until("assistant.message")
    assert socket.kinds().count("error") == 2
    rig.providers.stt.open_failure = None
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    await socket.until("assistant.message")
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
        ('{"type": "session.configure", "stt": {"audio_format": "ulaw_8000"}}', None),
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
