"""What a session's configuration means."""

from __future__ import annotations

import pytest

from desktop_app.errors import InputError
from desktop_app.protocol.gateway import BackendOptions, SessionConfigure, SttOptions, TtsOptions
from desktop_app.service.gateway.session_plan import read_plan


def plan_of(**groups):
    return read_plan(SessionConfigure(**groups))


def test_nothing_given_means_the_contracts_defaults():
    plan = plan_of()
    assert plan.input_hz == 16_000
    assert not plan.is_manual
    assert plan.end_silence_s == 1.4
    assert plan.voice is None
    assert len(plan.key) == 36


@pytest.mark.parametrize(
    ("stt", "rate"),
    [
        (SttOptions(sample_rate=48_000), 48_000),
        (SttOptions(audio_format="pcm_24000"), 24_000),
        (SttOptions(audio_format="pcm_8000", sample_rate=8_000), 8_000),
        (SttOptions(audio_format="ulaw_8000"), 8_000),
    ],
)
def test_rate_or_format_alone_is_enough(stt, rate):
    assert plan_of(stt=stt).input_hz == rate


@pytest.mark.parametrize(
    "stt",
    [
        SttOptions(sample_rate=48_000, audio_format="pcm_8000"),
        SttOptions(sample_rate=7_999),
        SttOptions(sample_rate=48_001),
        SttOptions(audio_format="opus"),
        SttOptions(audio_format="ulaw_16000"),
        SttOptions(audio_format="ulaw_8000", sample_rate=44_100),
        SttOptions(commit_strategy="never"),
    ],
)
def test_what_cannot_be_heard_is_refused(stt):
    with pytest.raises(InputError):
        plan_of(stt=stt)


@pytest.mark.parametrize(("wish", "silence"), [(0.0, 0.3), (0.6, 0.6), (99.0, 3.0)])
def test_the_silence_is_kept_in_its_range(wish, silence):
    assert plan_of(stt=SttOptions(vad_silence_threshold_secs=wish)).end_silence_s == silence


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_every_offered_format_of_speech_is_named_back(rate):
    voice = plan_of(tts=TtsOptions(output_format=f"pcm_{rate}")).voice
    assert (voice.rate_hz, voice.output_format) == (rate, f"pcm_{rate}")


@pytest.mark.parametrize(
    "tts",
    [
        TtsOptions(output_format="mp3_44100_129"),
        TtsOptions(output_format="pcm_12345"),
        TtsOptions(voice_settings={"speed": "fast"}),
        TtsOptions(voice_settings={"speed": 9}),
    ],
)
def test_what_cannot_be_spoken_is_refused_with_what_can(tts):
    with pytest.raises(InputError):
        plan_of(tts=tts)


def test_a_wanted_backend_is_read_and_its_key_never_prints_itself():
    asked = BackendOptions(registration_id="r", api_key="sk-k", base_url="u", provider="p")
    wanted = plan_of(backend=asked).backend
    assert (wanted.registration_id, wanted.base_url, wanted.provider) == ("r", "u", "p")
    assert wanted.api_key.reveal() == "sk-k"
    assert "sk-k" not in repr(wanted)
