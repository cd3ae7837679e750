"""Parts that every program which talks shares."""

from __future__ import annotations

import pytest

from desktop_app.audio.wav_devices import WavLoudspeaker, WavMicrophone
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.processes.engine_parts import EngineKit, SoundParts, resample_speech
from desktop_app.settings import PrivacySettings, Settings, VoiceSettings
from tests.fakes.detector import LoudnessDetector
from tests.fakes.journal import MemoryJournal


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_speech_of_any_rate_lasts_as_long_at_ours(rate_hz: int):
    resample = resample_speech(rate_hz)
    second = bytes(rate_hz * 2)
    pieces = [
        resample(second[at : at + 3_000], is_last=False) for at in range(0, len(second), 3000)
    ]
    converted = b"".join(pieces) + resample(b"", is_last=True)
    assert len(converted) / 2 / 24_000 == pytest.approx(1.0, abs=0.001)


def test_the_settings_reach_the_conversation():
    voice = VoiceSettings(
        end_silence_ms=900,
        pre_roll_ms=100,
        interrupt_after_ms=300,
        tail_ms=50,
        idle_after_s=30,
        endpoint="server",
        speed_percent=125,
    )
    kit = EngineKit(
        settings=Settings(voice=voice, privacy=PrivacySettings(memory="off")),
        journal=MemoryJournal(),
        connection=ServiceConnection(nowhere, RemoteThreads(MemoryJournal(), "embedded")),
        publish=lambda _event: None,
        open_sound=lambda _voice: SoundParts(WavMicrophone(), WavLoudspeaker()),
        detector=LoudnessDetector(),
        profile="embedded",
        keeps_recordings=lambda: False,
    )
    engine = kit.build("t")
    terms, rules = engine._terms, engine._parts.turn_detector.rules
    assert (terms.tail_s, terms.listen_s, terms.is_peer_ending) == (0.05, 30.0, True)
    assert not terms.keeps_recordings()
    assert terms.speech_input.commit_strategy == "vad"
    assert terms.speech_output.speed == 1.25
    by_peer = terms.voice_session_ended_by(is_peer=True)
    for session in (terms.voice_session, terms.text_session, by_peer):
        assert session.memory == "off"
    assert (rules.end_silence_ms, rules.pre_roll_ms, rules.insist_ms) == (900, 100, 300)


async def nowhere() -> ServiceAddresses:
    raise AssertionError("nothing is asked of it")
