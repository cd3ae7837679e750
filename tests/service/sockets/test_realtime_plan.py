"""How realtime options become a way to hear and speak."""

from __future__ import annotations

import pytest

from desktop_app.errors import InputError
from desktop_app.service.sockets.realtime_plan import read_options


def test_without_options_silence_ends_an_utterance_and_the_reply_is_spoken():
    plan = read_options({})
    assert (plan.hearing.is_manual, plan.hearing.end_silence_s) == (False, 0.7)
    assert plan.voice is not None
    assert (plan.voice.name, plan.voice.speed, plan.voice.rate_hz) == ("", 1.0, 24_000)


def test_the_silence_that_ends_an_utterance_can_be_chosen():
    detection = {"type": "server_vad", "threshold": 0.8, "silence_duration_ms": 1_200}
    hearing = read_options({"turn_detection": detection}).hearing
    assert (hearing.stt.vad_threshold, hearing.end_silence_s) == (0.8, 1.2)


@pytest.mark.parametrize("turns", [None, {"type": "none"}])
def test_a_client_may_end_its_utterances_itself(turns):
    assert read_options({"turn_detection": turns}).hearing.is_manual


def test_voice_speed_and_language_are_taken():
    plan = read_options({"voice": "de", "speed": 1.5, "language": "de", "temperature": 1})
    assert plan.voice is not None
    assert (plan.voice.name, plan.voice.speed) == ("de", 1.5)
    assert plan.hearing.stt.language_code == "de"


@pytest.mark.parametrize("name", ["modalities", "output_modalities"])
def test_a_session_may_be_text_alone(name):
    assert read_options({name: ["text"]}).voice is None
    assert read_options({name: ["text", "audio"]}).voice is not None


@pytest.mark.parametrize(
    "options",
    [
        {"turn_detection": "vad"},
        {"turn_detection": {"silence_duration_ms": True}},
        {"speed": "fast"},
        {"speed": 0},
    ],
)
def test_options_of_a_wrong_kind_are_refused(options):
    with pytest.raises(InputError):
        read_options(options)
