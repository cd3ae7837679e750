"""Conversations over the gateway socket: configured, heard and answered aloud."""

from __future__ import annotations

import base64
import io
import wave
from pathlib import Path

import pytest

from desktop_app.protocol.gateway import EXTENSIONS
from desktop_app.service.gateway import gateway_session
from desktop_app.service.providers.ports import SpokenWord, TextDelta
from tests.fakes.providers import CHUNK

SOUND = b"\x00\x01" * 1600
SPEECH_WAV = Path(__file__).parents[2] / "sounds" / "square_root_of_one_hundred.wav"


async def test_a_session_begins_as_the_contract_says(socket):
    ready = await socket.next()
    await socket.say("session.configure", session_id="s1", stt={"commit_strategy": "manual"})
    configured, started = await socket.next(), await socket.next()
    assert ready == {
        "type": "session.ready",
        "message": "Send session.configure to begin.",
        "extensions": list(EXTENSIONS),
    }
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


async def test_what_a_client_commits_is_answered_without_waiting_for_more(socket, monkeypatch):
    monkeypatch.setattr(gateway_session, "MERGE_WITHIN_S", 3_600.0)
    await socket.configured()
    await socket.hear(SOUND)
    await socket.say("audio.commit")
    assert (await socket.until("assistant.started"))["text"] == "what time is it"


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


async def test_the_sound_of_telephones_is_heard(rig, socket):
    await socket.configured(stt={"commit_strategy": "manual", "audio_format": "ulaw_8000"})
    for _ in range(10):
        await socket.hear(b"\x80\x80\x00\x00" * 200)
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    heard = rig.providers.stt.utterances[0].heard
    assert len(heard) / 2 / 16_000 == pytest.approx(1.0, abs=0.01)
    assert max(memoryview(heard).cast("h")) > 16_000


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


async def test_a_commit_in_vad_mode_without_speech_is_no_turn(socket):
    await socket.configured(stt={"commit_strategy": "vad"})
    await socket.hear(bytes(6_400))
    await socket.say("audio.commit")
    assert await socket.next() == {"type": "transcript.committed", "text": ""}
    await socket.say("ping")
    assert (await socket.next())["type"] == "pong"


async def test_where_silence_ends_utterances_their_bounds_are_told_before_the_words(socket):
    await socket.configured(stt={"commit_strategy": "vad", "vad_silence_threshold_secs": 0.4})
    pcm = SPEECH_WAV.read_bytes()[44:] + bytes(32_000)
    for at in range(0, len(pcm), 3_200):
        await socket.hear(pcm[at : at + 3_200])
    await socket.until("assistant.message")
    bounds = ("input.speech_started", "input.speech_stopped", "transcript.committed")
    assert [kind for kind in socket.kinds() if kind in bounds] == list(bounds)


async def test_who_ends_utterances_is_told_of_no_bounds(socket):
    await socket.configured(stt={"commit_strategy": "manual"})
    await socket.hear(SPEECH_WAV.read_bytes()[44:])
    await socket.say("audio.commit")
    await socket.until("assistant.message")
    assert not [kind for kind in socket.kinds() if kind.startswith("input.")]
