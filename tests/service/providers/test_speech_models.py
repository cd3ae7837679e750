"""The data about remote speech models holds together."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.speech_models import default_voice, speech_models


@pytest.mark.parametrize("provider", ["openai", "elevenlabs"])
@pytest.mark.parametrize("kind", ["stt", "tts"])
def test_every_model_says_what_it_is_and_has_a_name_of_its_own(provider, kind):
    models = speech_models(provider, kind)
    assert {(model.provider, model.model_type) for model in models} == {(provider, kind)}
    assert len({model.name for model in models}) == len(models) > 1


def test_models_that_hear_say_what_they_take_and_those_that_speak_what_they_give():
    ear, mouth = speech_models("openai", "stt")[0], speech_models("openai", "tts")[0]
    assert "m4a" in str(ear.supported_input_formats).split(",")
    assert ear.supports_audio_input
    assert str(mouth.supported_output_formats).split(",")[0] == "mp3"
    assert mouth.supports_audio_output


def test_a_provider_whose_voices_are_the_accounts_own_has_no_default():
    assert default_voice("openai")
    assert default_voice("elevenlabs") == ""
